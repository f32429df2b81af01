//! CIASA and the attacks that it is compared with, each as settings of the same loop.

use serde::{Deserialize, Serialize};

use super::config::{AttackConfig, Constraints, Epsilon, Method, Prediction, Restraint};
use super::optimiser::Optimiser;

/// An attack by its name in the literature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// One step (Goodfellow et al. 2015).
    Fgsm,
    /// Sign steps, projected (Madry et al. 2018).
    Pgd,
    /// Sign steps with momentum (Dong et al. 2018).
    MiFgsm,
    /// The margin loss of Carlini and Wagner (2017), minimised by Adam, without their search for the smallest change:
    /// here every attack has the same epsilon and the same projection.
    Cw,
    /// SMART (Wang et al. 2021): prediction and perceptual loss in balance. Its stop at the first success is a setting.
    Smart,
    /// The attack of this project.
    Ciasa,
    /// Random noise, a baseline: in each step and frame each coordinate at one end of its epsilon, projected. Of as
    /// many draws as others take steps the best one counts.
    Noise,
    /// Random rotation, a baseline: in each step the whole body about another axis, as far as epsilon lets it.
    Rotation,
    /// Bone lengths (Tanaka et al. 2022): one factor a bone within 1 - tau and 1 + tau, by sign steps.
    BoneLength,
    /// Part swap, after ISAAC-N (2025): the part that moves least moves as in another clip; no query.
    PartSwap,
    /// TASAR (Diao et al. 2025) in its weight-noise form: the gradient averaged over noisy last layers of the attacked
    /// network, and a share of the motion's gradient. The published heads are trained; here the last layer is drawn.
    Tasar,
    /// BASAR (Diao et al. 2021): a walk along the boundary that sees labels only, with the exact projection.
    Basar,
}

impl Peer {
    /// Every attack.
    pub const ALL: [Self; 12] = [
        Self::Fgsm,
        Self::Pgd,
        Self::MiFgsm,
        Self::Cw,
        Self::Smart,
        Self::Ciasa,
        Self::Noise,
        Self::Rotation,
        Self::BoneLength,
        Self::PartSwap,
        Self::Tasar,
        Self::Basar,
    ];

    /// The id in settings and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fgsm => "fgsm",
            Self::Pgd => "pgd",
            Self::MiFgsm => "mi-fgsm",
            Self::Cw => "cw",
            Self::Smart => "smart",
            Self::Ciasa => "ciasa",
            Self::Noise => "noise",
            Self::Rotation => "rotation",
            Self::BoneLength => "bone-length",
            Self::PartSwap => "part-swap",
            Self::Tasar => "tasar",
            Self::Basar => "basar",
        }
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fgsm => "FGSM",
            Self::Pgd => "PGD",
            Self::MiFgsm => "MI-FGSM",
            Self::Cw => "C&W margin",
            Self::Smart => "SMART",
            Self::Ciasa => "CIASA",
            Self::Noise => "Random noise",
            Self::Rotation => "Random rotation",
            Self::BoneLength => "Bone length",
            Self::PartSwap => "Part swap",
            Self::Tasar => "TASAR",
            Self::Basar => "BASAR",
        }
    }

    /// The attack with this id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == id)
    }

    /// The attack that these settings describe.
    pub fn of(config: &AttackConfig) -> Self {
        match (config.method, config.restraint, config.prediction) {
            (Method::Fgsm, ..) => Self::Fgsm,
            (Method::Pgd, ..) => Self::Pgd,
            (Method::MiFgsm, ..) => Self::MiFgsm,
            (Method::Adam, Restraint::Smart, _) => Self::Smart,
            (Method::Adam, _, Prediction::Margin { .. }) => Self::Cw,
            (Method::Adam | Method::Ciasa, ..) => Self::Ciasa,
            (Method::Noise, ..) => Self::Noise,
            (Method::Rotation, ..) => Self::Rotation,
            (Method::BoneLength, ..) => Self::BoneLength,
            (Method::PartSwap, ..) => Self::PartSwap,
            (Method::Basar, ..) => Self::Basar,
            (Method::Tasar, ..) => Self::Tasar,
        }
    }

    /// Changes method, losses and step size to those of this attack. Target, region, epsilon, iterations, clipping and
    /// realignment stay. CIASA's two losses, and its search along the surface of the bone lengths, are switched off for
    /// the others. The sign steps follow their authors: 2.5 epsilon over the iterations for PGD, epsilon over the
    /// iterations for MI-FGSM, epsilon for TASAR. The bone-length attack takes PGD's share of tau. Adam keeps CIASA's
    /// step.
    ///
    /// ```
    /// use ciasa::contract::{AttackConfig, Epsilon, Method, Peer};
    ///
    /// let base = AttackConfig { epsilon: Epsilon::Global(1.0), iterations: 10, ..AttackConfig::default() };
    /// let pgd = Peer::Pgd.apply(base);
    /// assert_eq!((pgd.method, pgd.alpha), (Method::Pgd, 0.25));
    /// assert!(!pgd.constraints.smooth && !pgd.constraints.plausible);
    /// assert_eq!(Peer::of(&pgd), Peer::Pgd);
    /// ```
    #[must_use]
    pub fn apply(self, config: AttackConfig) -> AttackConfig {
        let epsilon = match &config.epsilon {
            Epsilon::Global(e) => *e,
            Epsilon::PerJoint(each) => each.iter().copied().fold(0.0, f32::max),
        };
        let step = epsilon / config.iterations.max(1) as f32;
        let own = self == Self::Ciasa;
        let optimiser = Optimiser { surface: own && config.optimiser.surface, ..config.optimiser };
        let constraints = Constraints {
            smooth: own && config.constraints.smooth,
            plausible: own && config.constraints.plausible,
            ..config.constraints
        };
        let plain = AttackConfig {
            prediction: Prediction::CrossEntropy,
            restraint: Restraint::Ciasa,
            constraints,
            optimiser,
            ..config
        };
        match self {
            Self::Fgsm => AttackConfig { method: Method::Fgsm, ..plain },
            Self::Pgd => AttackConfig { method: Method::Pgd, alpha: 2.5 * step, ..plain },
            Self::MiFgsm => AttackConfig { method: Method::MiFgsm, alpha: step, ..plain },
            Self::Cw => AttackConfig { method: Method::Adam, prediction: Prediction::Margin { kappa: 0.0 }, ..plain },
            // SMART weighs the prediction by 0.6 and the perception by 0.4.
            Self::Smart => {
                AttackConfig { method: Method::Adam, restraint: Restraint::Smart, lambda: 0.4 / 0.6, ..plain }
            }
            Self::Ciasa => AttackConfig { method: Method::Ciasa, ..plain },
            Self::Noise => AttackConfig { method: Method::Noise, ..plain },
            Self::Rotation => AttackConfig { method: Method::Rotation, ..plain },
            Self::BoneLength => {
                let alpha = 2.5 * plain.tau / plain.iterations.max(1) as f32;
                AttackConfig { method: Method::BoneLength, alpha, ..plain }
            }
            Self::PartSwap => AttackConfig { method: Method::PartSwap, ..plain },
            Self::Basar => AttackConfig { method: Method::Basar, ..plain },
            // Its authors step by their bound.
            Self::Tasar => AttackConfig { method: Method::Tasar, alpha: epsilon.max(f32::MIN_POSITIVE), ..plain },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_what_is_shared_stays() {
        let base = AttackConfig {
            joints: Some(vec![1, 2]),
            epsilon: Epsilon::PerJoint(vec![0.5, 1.0]),
            iterations: 10,
            constraints: Constraints { realign: false, ..Constraints::ALL },
            ..Default::default()
        };
        for peer in Peer::ALL {
            assert_eq!(Peer::parse(peer.as_str()), Some(peer));
            let config = peer.apply(base.clone());
            assert_eq!(Peer::of(&config), peer);
            assert_eq!(serde_json::to_value(peer).ok(), Some(peer.as_str().into()));
            assert_eq!((&config.joints, &config.epsilon, config.iterations), (&base.joints, &base.epsilon, 10));
            assert!(config.constraints.clip && !config.constraints.realign);
            assert_eq!(config.smooth() && config.plausible(), peer == Peer::Ciasa);
        }
        assert_eq!(Peer::Ciasa.apply(base.clone()), base);
        assert_eq!(Peer::Pgd.apply(base.clone()).alpha, 0.25);
        assert_eq!(Peer::MiFgsm.apply(base).alpha, 0.1);
    }
}
