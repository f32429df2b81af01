//! From options to an attack's settings. An option that has no effect is an error.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::attack::{
    AttackConfig, Camera, Epsilon, Learning, Peer, Prediction, Projection, Schedule, Smoothness, Stop, Target,
};
use crate::cli::classes;
use crate::cli::files::text;
use crate::error::{Error, Result};
use crate::skeleton::Layout;

/// Steps in a row that end an attack if `--hold` does not say how many.
const HOLD: usize = 3;
/// Names of the constraints.
const CONSTRAINTS: [&str; 4] = ["clip", "realign", "smooth", "plausible"];

/// The settings, each of which changes what `--config` or the default says.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Settings of the attack")]
pub struct SettingArgs {
    /// Settings as the page saves them (JSON); the options below change single ones
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Attack, with its own step size and losses
    #[arg(
        long,
        visible_alias = "method",
        value_name = "NAME",
        value_parser = peer_parser(),
        conflicts_with = "fgsm"
    )]
    pub(super) attack: Option<Peer>,
    /// Same as --attack fgsm: one step along the sign of the gradient
    #[arg(long)]
    pub(super) fgsm: bool,
    /// Class to reach: its name, the beginning of its name, or its number (from 1, as NTU's A001); or least-likely, or
    /// untargeted (not for ciasa). `ciasa models ID` lists the classes of a network
    #[arg(long, value_name = "CLASS")]
    pub(super) target: Option<String>,
    /// Attack region: set-1 to set-4, legs, arms, or joint names with commas between them
    #[arg(long)]
    pub(super) region: Option<String>,
    /// Largest change of a coordinate, in the layout's unit: metres, or shares of the picture for OpenPose
    #[arg(long, conflicts_with = "hierarchical")]
    pub(super) epsilon: Option<f32>,
    /// Use the layout's own epsilon for each joint (the paper's advanced mode)
    #[arg(long)]
    pub(super) hierarchical: bool,
    /// Largest number of steps
    #[arg(long)]
    pub(super) iterations: Option<usize>,
    /// Largest number of queries of basar
    #[arg(long, value_name = "N")]
    pub(super) queries: Option<usize>,
    /// Largest change of a bone's length, as a share of it, of bone-length
    #[arg(long, value_name = "SHARE")]
    pub(super) tau: Option<f32>,
    /// Draws of the last layer in each step of tasar
    #[arg(long, value_name = "N")]
    pub(super) draws: Option<usize>,
    /// Noise of the last layer of tasar, as a share of the size of its weights
    #[arg(long, value_name = "SHARE")]
    pub(super) noise: Option<f32>,
    /// Share of the motion's gradient in the direction of tasar, 0 to 1
    #[arg(long, value_name = "SHARE")]
    pub(super) motion: Option<f32>,
    /// Step size, in the layout's unit; of bone-length a share of the length
    #[arg(long)]
    pub(super) alpha: Option<f32>,
    /// Weight of smoothness and plausibility, or of SMART's perceptual loss, against the prediction loss
    #[arg(long)]
    pub(super) lambda: Option<f32>,
    /// Minimise the margin between logits, driven this far beyond 0, in place of the cross-entropy (ciasa and cw)
    #[arg(long)]
    pub(super) kappa: Option<f32>,
    /// Stop when the target has this probability (0 to 1) for --hold steps in a row
    #[arg(long, value_name = "P")]
    pub(super) confidence: Option<f32>,
    /// Steps in a row for --confidence [default: 3]
    #[arg(long, value_name = "STEPS", requires = "confidence")]
    pub(super) hold: Option<usize>,
    /// Constraints to switch off, with commas between them
    #[arg(long, value_name = "CONSTRAINT", value_delimiter = ',', value_parser = CONSTRAINTS)]
    pub(super) without: Vec<String>,
    /// How epsilon and bone lengths are enforced: both exactly, or clip and then realign as Algorithm 1 does
    #[arg(long, value_name = "NAME", value_parser = projection_parser())]
    pub(super) projection: Option<Projection>,
    /// Follow the gradient as it is, without removing what would only change bone lengths
    #[arg(long)]
    pub(super) no_surface: bool,
    /// Step size over the iterations: alpha throughout, or falling in the second half
    #[arg(long, value_name = "NAME", value_parser = ["constant", "falling"])]
    pub(super) schedule: Option<String>,
    /// Starts, each with all iterations: one at the original, the others at random places within epsilon
    #[arg(long, value_name = "N")]
    pub(super) starts: Option<usize>,
    /// What the discriminator learns: the perturbation, or natural poses of other clips as in the paper
    #[arg(long, value_name = "NAME", value_parser = ["perturbation", "paper"])]
    pub(super) discriminator: Option<String>,
    /// Whose accelerations the smoothness constraint penalises: the perturbation's, or the clip's as in the paper
    #[arg(long, value_name = "NAME", value_parser = ["perturbation", "paper"])]
    pub(super) smoothness: Option<String>,
    /// Make the attack for cameras at this angle from the front, in degrees, positive towards the person's left
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    pub(super) camera: Option<f32>,
    /// Degrees to both sides of --camera over which the loss is averaged [default: 15]
    #[arg(long, value_name = "DEGREES", requires = "camera")]
    pub(super) spread: Option<f32>,
    /// Views from the cameras in each step [default: 4]
    #[arg(long, value_name = "N", requires = "camera")]
    pub(super) views: Option<usize>,
    /// Seed of the discriminator, of random starts and of a camera's views
    #[arg(long)]
    pub(super) seed: Option<u64>,
}

fn peer_parser() -> impl TypedValueParser<Value = Peer> {
    PossibleValuesParser::new(Peer::ALL.map(Peer::as_str)).try_map(|name| Peer::parse(&name).ok_or("no attack"))
}

/// Takes the name of a projection.
pub fn projection_parser() -> impl TypedValueParser<Value = Projection> {
    let parse = |name: String| Projection::parse(&name).ok_or("no projection");
    PossibleValuesParser::new(Projection::ALL.map(Projection::as_str)).try_map(parse)
}

impl SettingArgs {
    /// The settings for clips of a layout and a network with these classes.
    ///
    /// # Errors
    /// If the config file cannot be read, a name is unknown, or an option has no effect.
    pub fn settings(&self, layout: &Layout, classes: &[String]) -> Result<AttackConfig> {
        let mut config = match &self.config {
            Some(path) => AttackConfig::parse(&text(path)?).map_err(|e| e.at(path.display()))?,
            None => AttackConfig::default(),
        };
        if let Some(target) = &self.target {
            config.target = target_of(target, classes).map_err(|e| e.at("--target"))?;
        }
        if let Some(region) = &self.region {
            config.joints = Some(region_of(region, layout).map_err(|e| e.at("--region"))?);
        }
        if let Some(epsilon) = self.epsilon {
            config.epsilon = Epsilon::Global(epsilon);
        }
        if self.hierarchical {
            config.epsilon = Epsilon::PerJoint(layout.hierarchical.to_vec());
        }
        if let Some(confidence) = self.confidence {
            config.stop = Stop::Confidence { confidence, hold: self.hold.unwrap_or(HOLD) };
        }
        let off = |name: &str| self.without.iter().any(|without| without == name);
        config.constraints.clip &= !off("clip");
        config.constraints.realign &= !off("realign");
        config.constraints.smooth &= !off("smooth");
        config.constraints.plausible &= !off("plausible");
        config.projection = self.projection.unwrap_or(config.projection);
        config.optimiser.surface &= !self.no_surface;
        config.optimiser.starts = self.starts.unwrap_or(config.optimiser.starts);
        match self.discriminator.as_deref() {
            Some("paper") => config.optimiser.discriminator = Learning::Paper,
            Some(_) => config.optimiser.discriminator = Learning::Perturbation,
            None => {}
        }
        match self.smoothness.as_deref() {
            Some("paper") => config.optimiser.smoothness = Smoothness::Paper,
            Some(_) => config.optimiser.smoothness = Smoothness::Perturbation,
            None => {}
        }
        match self.schedule.as_deref() {
            Some("constant") => config.optimiser.schedule = Schedule::Constant,
            Some(_) => config.optimiser.schedule = Schedule::Falling,
            None => {}
        }
        config.iterations = self.iterations.unwrap_or(config.iterations);
        config.queries = self.queries.unwrap_or(config.queries);
        config.tau = self.tau.unwrap_or(config.tau);
        config.transfer.draws = self.draws.unwrap_or(config.transfer.draws);
        config.transfer.noise = self.noise.unwrap_or(config.transfer.noise);
        config.transfer.motion = self.motion.unwrap_or(config.transfer.motion);
        if let Some(angle) = self.camera {
            let Camera { spread, views, .. } = config.camera.unwrap_or_default();
            let (spread, views) = (self.spread.unwrap_or(spread), self.views.unwrap_or(views));
            config.camera = Some(Camera { angle, spread, views });
        }
        if let Some(peer) = self.attack.or(self.fgsm.then_some(Peer::Fgsm)) {
            config = peer.apply(config);
        }
        if let Some(kappa) = self.kappa.filter(|_| takes_margin(&config)) {
            config.prediction = Prediction::Margin { kappa };
        }
        config.alpha = self.alpha.unwrap_or(config.alpha);
        config.lambda = self.lambda.unwrap_or(config.lambda);
        config.seed = self.seed.unwrap_or(config.seed);
        self.effective(&config)?;
        config.validate(layout, classes.len())?;
        Ok(config)
    }
}

/// Can the attack minimise the margin?
pub(super) fn takes_margin(config: &AttackConfig) -> bool {
    matches!(Peer::of(config), Peer::Ciasa | Peer::Cw)
}

fn target_of(name: &str, classes: &[String]) -> Result<Target> {
    match name {
        "least-likely" => Ok(Target::LeastLikely),
        "untargeted" => Ok(Target::Untargeted),
        _ => classes::find(name, classes).map(|index| Target::Class { index }),
    }
}

fn region_of(name: &str, layout: &Layout) -> Result<Vec<usize>> {
    if let Some(region) = layout.region(name) {
        return Ok(region.joints.to_vec());
    }
    let joint = |n: &str| {
        layout.joint(n.trim()).ok_or_else(|| {
            let regions = layout.regions.iter().map(|r| r.id).collect::<Vec<_>>().join(", ");
            let joints = layout.joints.join(", ");
            Error::config(format!("there is no region or joint {n:?}; regions: {regions}; joints: {joints}"))
        })
    };
    name.split(',').map(joint).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::Method;
    use crate::skeleton::LayoutId;

    fn settings(change: impl FnOnce(&mut SettingArgs)) -> std::result::Result<AttackConfig, String> {
        let mut args = SettingArgs::default();
        change(&mut args);
        let classes: Vec<String> = (1..=27).map(|c| format!("class {c}")).collect();
        args.settings(LayoutId::KinectV1.layout(), &classes).map_err(|e| e.to_string())
    }

    #[test]
    fn an_option_without_an_effect_is_an_error() {
        type Change = fn(&mut SettingArgs);
        let off =
            |args: &mut SettingArgs, names: &[&str]| args.without = names.iter().map(|n| (*n).to_owned()).collect();
        let fgsm: [(&str, Change); 5] = [
            ("--iterations", |a| a.iterations = Some(9)),
            ("--alpha", |a| a.alpha = Some(0.1)),
            ("--confidence", |a| a.confidence = Some(0.9)),
            ("--lambda", |a| a.lambda = Some(1.0)),
            ("--seed", |a| a.seed = Some(1)),
        ];
        for (option, change) in fgsm {
            let message = settings(|args| {
                args.fgsm = true;
                change(args);
            });
            assert!(message.clone().unwrap_err().starts_with(&format!("{option}: has no effect: ")), "{message:?}");
            if option != "--iterations" {
                assert!(settings(change).is_ok(), "{option}");
            }
        }
        let refused = |change: &dyn Fn(&mut SettingArgs)| settings(|args| change(args)).unwrap_err();
        assert!(
            refused(&|a| {
                a.attack = Some(Peer::Pgd);
                a.kappa = Some(1.0);
            })
            .starts_with("--kappa: ")
        );
        let own = settings(|a| a.kappa = Some(1.0)).unwrap();
        assert_eq!((own.method, own.prediction), (Method::Ciasa, Prediction::Margin { kappa: 1.0 }));
        let own: [(&str, Peer, Change); 6] = [
            ("--queries", Peer::Basar, |a| a.queries = Some(50)),
            ("--tau", Peer::BoneLength, |a| a.tau = Some(0.2)),
            ("--draws", Peer::Tasar, |a| a.draws = Some(3)),
            ("--noise", Peer::Tasar, |a| a.noise = Some(0.1)),
            ("--motion", Peer::Tasar, |a| a.motion = Some(0.1)),
            ("--alpha", Peer::Pgd, |a| a.alpha = Some(0.1)),
        ];
        for (option, peer, change) in own {
            let of = |peer: Peer| {
                settings(|a| {
                    a.attack = Some(peer);
                    change(a);
                })
            };
            assert!(of(peer).is_ok_and(|config| config != peer.apply(AttackConfig::default())), "{option}");
            assert!(of(Peer::Noise).unwrap_err().starts_with(&format!("{option}: has no effect: ")), "{option}");
        }
        for refused in [settings(|a| a.tau = Some(0.9)), settings(|a| a.queries = Some(0))] {
            assert!(refused.is_err());
        }
        let searches: [(&str, Change); 5] = [
            ("--discriminator", |a| a.discriminator = Some("paper".into())),
            ("--smoothness", |a| a.smoothness = Some("paper".into())),
            ("--no-surface", |a| a.no_surface = true),
            ("--schedule", |a| a.schedule = Some("falling".into())),
            ("--starts", |a| a.starts = Some(3)),
        ];
        for (option, change) in searches {
            assert_ne!(settings(change).unwrap().search(), AttackConfig::default().search(), "{option}");
            let message = settings(|a| {
                a.projection = Some(Projection::Paper);
                change(a);
            });
            assert!(message.unwrap_err().starts_with(&format!("{option}: ")));
        }
        assert!(
            refused(&|a| {
                a.attack = Some(Peer::Pgd);
                off(a, &["smooth"]);
            })
            .starts_with("--without smooth: ")
        );
        assert!(
            refused(&|a| {
                a.epsilon = Some(0.1);
                off(a, &["clip"]);
            })
            .starts_with("--epsilon: ")
        );
        assert!(
            refused(&|a| {
                a.lambda = Some(1.0);
                off(a, &["smooth", "plausible"]);
            })
            .starts_with("--lambda: ")
        );
        let margin = settings(|a| {
            a.attack = Some(Peer::Cw);
            a.kappa = Some(2.0);
        });
        assert_eq!(margin.unwrap().prediction, Prediction::Margin { kappa: 2.0 });
        let smart = settings(|a| {
            a.attack = Some(Peer::Smart);
            a.lambda = Some(2.0);
        });
        assert_eq!(smart.unwrap().lambda, 2.0);
    }

    #[test]
    fn a_camera_has_a_spread_and_views() {
        let own = settings(|a| {
            (a.camera, a.spread, a.views) = (Some(-30.0), Some(0.0), Some(2));
            // It draws the views, without a discriminator too.
            (a.attack, a.seed) = (Some(Peer::Pgd), Some(5));
        });
        assert_eq!(own.unwrap().camera, Some(Camera { angle: -30.0, spread: 0.0, views: 2 }));
        assert_eq!(
            settings(|a| a.camera = Some(60.0)).unwrap().camera,
            Some(Camera { angle: 60.0, ..Default::default() })
        );
        let message = settings(|a| a.camera = Some(200.0)).unwrap_err();
        assert_eq!(message, "camera.angle: must be from -180 to 180 degrees, not 200");
        let message = settings(|a| (a.attack, a.camera) = (Some(Peer::Tasar), Some(0.0))).unwrap_err();
        assert!(message.starts_with("camera: only "), "{message}");
    }

    #[test]
    fn targets_and_regions_are_found_or_listed() {
        assert_eq!(settings(|a| a.target = Some("23".into())).unwrap().target, Target::Class { index: 22 });
        assert_eq!(settings(|a| a.target = Some("Class 23".into())).unwrap().target, Target::Class { index: 22 });
        assert!(settings(|a| a.target = Some("28".into())).unwrap_err().contains("from 1 to 27"));
        let message = settings(|a| a.region = Some("legs,head".into())).unwrap_err();
        assert!(message.starts_with("--region: ") && message.contains("set-1"), "{message}");
        assert!(settings(|a| a.region = Some("Head, left wrist".into())).is_ok());
    }
}
