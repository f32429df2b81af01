//! Options that would have no effect on an attack are errors.

use super::settings::{SettingArgs, takes_margin};
use crate::attack::{AttackConfig, Method, Peer, Projection, Restraint};
use crate::error::{Error, Result};

impl SettingArgs {
    /// Does every option change the attack?
    pub(super) fn effective(&self, config: &AttackConfig) -> Result<()> {
        let (one_step, method) = (config.method.one_step(), config.method);
        let tasar = method == Method::Tasar;
        let losses = !one_step && config.restraint == Restraint::Ciasa;
        // The sign methods take their step from epsilon; Adam's uses it for clipping only.
        let unbounded = !config.constraints.clip && matches!(config.method, Method::Ciasa | Method::Adam);
        let peer = self.attack.is_some_and(|peer| peer != Peer::Ciasa) || self.fgsm;
        let paper = config.projection == Projection::Paper;
        let without = |name: &str| self.without.iter().any(|w| w == name);
        let idle = [
            ("--iterations", one_step && self.iterations.is_some_and(|n| n > 1), "this attack takes one step"),
            (
                "--iterations",
                method == Method::Basar && self.iterations.is_some(),
                "BASAR has a budget of queries, --queries",
            ),
            ("--queries", self.queries.is_some() && method != Method::Basar, "only basar has a budget of queries"),
            ("--draws", self.draws.is_some() && !tasar, "only tasar draws last layers"),
            ("--noise", self.noise.is_some() && !tasar, "only tasar draws last layers"),
            ("--motion", self.motion.is_some() && !tasar, "only tasar has a motion gradient"),
            ("--tau", self.tau.is_some() && method.keeps_lengths(), "only bone-length changes lengths"),
            ("--alpha", self.alpha.is_some() && !method.has_step_size(), "this attack has no step size"),
            ("--confidence", one_step && self.confidence.is_some(), "this attack takes one step"),
            ("--confidence", method == Method::Basar && self.confidence.is_some(), "BASAR sees labels only"),
            (
                "--lambda",
                self.lambda.is_some() && !(config.smooth() || config.plausible() || config.perceptual()),
                "this attack has no loss beside the prediction's",
            ),
            (
                "--kappa",
                self.kappa.is_some() && !takes_margin(config),
                "this attack has its own loss; ciasa and cw take a margin",
            ),
            (
                "--projection",
                self.projection.is_some() && !config.constraints.realign,
                "without realignment both projections clip",
            ),
            ("--epsilon", self.epsilon.is_some() && unbounded, "nothing is clipped"),
            ("--hierarchical", self.hierarchical && unbounded, "nothing is clipped"),
            ("--without smooth", without("smooth") && (peer || !losses), "this attack has no smoothness loss"),
            ("--without plausible", without("plausible") && (peer || !losses), "this attack has no discriminator"),
            (
                "--seed",
                self.seed.is_some()
                    && !config.plausible()
                    && config.search().starts == 1
                    && !method.draws()
                    && config.camera.is_none(),
                "this attack has no discriminator and draws nothing at random",
            ),
            (
                "--no-surface",
                self.no_surface && (peer || paper || !config.constraints.realign),
                "this attack follows the gradient as it is",
            ),
            (
                "--discriminator",
                self.discriminator.is_some() && (paper || !config.plausible()),
                "the paper's projection has the paper's, and without plausibility there is none",
            ),
            (
                "--smoothness",
                self.smoothness.is_some() && (paper || !config.smooth()),
                "the paper's projection has the paper's, and without smoothness there is none",
            ),
            (
                "--schedule",
                self.schedule.is_some() && (paper || !method.has_step_size()),
                "this attack keeps its step size, or has none",
            ),
            (
                "--starts",
                self.starts.is_some() && (paper || !method.has_step_size())
                    || self.starts.is_some_and(|n| n > 1) && config.search().starts == 1,
                "this attack has one start",
            ),
        ];
        match idle.into_iter().find(|(_, idle, _)| *idle) {
            Some((option, _, why)) => Err(Error::config(format!("has no effect: {why}; leave it out")).at(option)),
            None => Ok(()),
        }
    }
}
