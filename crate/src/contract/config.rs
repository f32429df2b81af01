//! The settings of an attack. They cross to TypeScript and to JSON files unchanged.

use serde::{Deserialize, Serialize};

use super::camera::Camera;
pub use super::method::Method;
use super::optimiser::{Learning, Optimiser, Smoothness};
use super::transfer::Transfer;

/// All settings of an attack. The default is the paper's basic mode: all joints, one epsilon of 0.02, every constraint
/// on, the least likely class as the target. The paper does not give its number of iterations; the default here is 100.
///
/// ```
/// use ciasa::contract::{AttackConfig, Epsilon, Target};
/// use ciasa::skeleton::LayoutId;
///
/// let layout = LayoutId::KinectV1.layout();
/// let target = Target::Class { index: 3 };
/// let config = AttackConfig { target, epsilon: Epsilon::Global(0.05), ..AttackConfig::default() };
/// assert!(config.validate(layout, 27).is_ok());
/// let error = AttackConfig { alpha: 0.0, ..config }.validate(layout, 27).unwrap_err();
/// assert!(error.is_config() && error.to_string().starts_with("alpha: "));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AttackConfig {
    /// How the attack moves the clip.
    pub method: Method,
    /// The loss of the recogniser's answer.
    pub prediction: Prediction,
    /// The loss that keeps the change hard to see.
    pub restraint: Restraint,
    /// The class that the recogniser should answer.
    pub target: Target,
    /// The attack region, joints by index; none means all joints. Joints outside it do not move.
    pub joints: Option<Vec<usize>>,
    /// The largest change of a coordinate, in the layout's unit (Eq. 5).
    pub epsilon: Epsilon,
    /// Step size of the clip and of the discriminator. FGSM ignores it: its step is epsilon. Random draws have none.
    pub alpha: f32,
    /// Weight of the restraint against the prediction loss (Eq. 12).
    pub lambda: f32,
    /// Steps at most. FGSM and the part swap ignore it and take one step, BASAR has `queries`.
    pub iterations: usize,
    /// Queries at most, of BASAR: each of its steps asks for one label.
    pub queries: usize,
    /// The largest change of a bone's length, as a share of it, of the bone-length attack.
    pub tau: f32,
    /// How TASAR smooths the network that it attacks.
    #[serde(deserialize_with = "super::config_json::object")]
    pub transfer: Transfer,
    /// The constraints that are on.
    #[serde(deserialize_with = "super::config_json::object")]
    pub constraints: Constraints,
    /// How epsilon and the bone lengths are enforced after each step.
    pub projection: Projection,
    /// How the attack searches within the exact projection's bounds.
    #[serde(deserialize_with = "super::config_json::object")]
    pub optimiser: Optimiser,
    /// The cameras that the attack is made for; none if the network sees the skeleton itself.
    #[serde(deserialize_with = "super::config_json::object_or_none")]
    pub camera: Option<Camera>,
    /// When to stop early.
    pub stop: Stop,
    /// Seed of the discriminator's weights, of the choice of natural frames, and of a camera's views. A change takes
    /// effect at the next reset.
    pub seed: u64,
}

/// The loss of the recogniser's answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Prediction {
    /// Cross-entropy.
    CrossEntropy,
    /// The margin between logits (Carlini and Wagner).
    Margin {
        /// The margin to reach beyond the decision boundary, at least 0.
        kappa: f32,
    },
}

/// The loss that keeps the change hard to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Restraint {
    /// The smoothness and plausibility losses, each if its constraint is on.
    Ciasa,
    /// SMART's perceptual loss, its gradient balanced with the prediction's. The method "ciasa" does not take it.
    Smart,
}

/// The class that the recogniser should answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Target {
    /// Any class other than the one of the original. The method "ciasa" does not take it: CIASA is a targeted attack.
    Untargeted,
    /// The class that is least likely for the original (the paper's protocol).
    LeastLikely,
    /// A given class.
    Class {
        /// Its index.
        index: usize,
    },
}

/// The bound of each coordinate's change, in the layout's unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Epsilon {
    /// One for all joints: global clipping.
    Global(f32),
    /// One for each joint, (V): hierarchical clipping. A joint with 0 does not move, like a joint outside the region.
    PerJoint(Vec<f32>),
}

/// The constraints of section III-B. Each can be switched off (the paper's ablation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constraints {
    /// Clip every coordinate to epsilon after each step.
    pub clip: bool,
    /// Restore the bone lengths after each step (SSR).
    pub realign: bool,
    /// Penalise acceleration (Eq. 7): of the clip or of the perturbation, as [`Optimiser::smoothness`] says.
    pub smooth: bool,
    /// Penalise poses that a discriminator finds unnatural (Eq. 8).
    pub plausible: bool,
}

/// How epsilon and the bone lengths are enforced after each step, as far as these constraints are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Projection {
    /// Both hold at once: the nearest pose within epsilon that has the bone lengths.
    #[default]
    Exact,
    /// Lines 10 to 13 of Algorithm 1 to the letter: clip, then realign, which moves joints beyond epsilon again.
    Paper,
}

impl Projection {
    /// Every projection.
    pub const ALL: [Self; 2] = [Self::Exact, Self::Paper];

    /// The name in settings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Paper => "paper",
        }
    }

    /// The projection of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|projection| projection.as_str() == name)
    }
}

/// When to stop before all iterations are taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Stop {
    /// Never.
    Iterations,
    /// Once the target (untargeted: any other class) has had at least this probability in `hold` forward passes in a
    /// row.
    Confidence {
        /// A probability, above 0.
        confidence: f32,
        /// Forward passes in a row, at least 1.
        hold: usize,
    },
}

impl Default for AttackConfig {
    fn default() -> Self {
        Self {
            method: Method::Ciasa,
            prediction: Prediction::CrossEntropy,
            restraint: Restraint::Ciasa,
            target: Target::LeastLikely,
            joints: None,
            epsilon: Epsilon::Global(0.02),
            alpha: 0.01,
            lambda: 10.0,
            iterations: 100,
            queries: 2000,
            tau: 0.1,
            transfer: Transfer::default(),
            constraints: Constraints::ALL,
            projection: Projection::Exact,
            optimiser: Optimiser::default(),
            camera: None,
            stop: Stop::Iterations,
            seed: 0,
        }
    }
}

impl Constraints {
    /// Every constraint on.
    pub const ALL: Self = Self { clip: true, realign: true, smooth: true, plausible: true };
    /// Every constraint off.
    pub const NONE: Self = Self { clip: false, realign: false, smooth: false, plausible: false };
}

impl Stop {
    /// The rule as tables write it: "none", "held 5", or "held 5 at 0.7".
    pub fn in_words(self) -> String {
        match self {
            Self::Iterations => "none".into(),
            Self::Confidence { confidence, hold } if confidence <= f32::MIN_POSITIVE => format!("held {hold}"),
            Self::Confidence { confidence, hold } => format!("held {hold} at {confidence}"),
        }
    }
}

impl Epsilon {
    /// The bound of a joint.
    pub fn of(&self, joint: usize) -> f32 {
        match self {
            Self::Global(e) => *e,
            Self::PerJoint(each) => each[joint],
        }
    }
}

impl AttackConfig {
    /// Whether the smoothness loss is part of the loss.
    pub fn smooth(&self) -> bool {
        self.restrained(Restraint::Ciasa) && self.constraints.smooth
    }

    /// Whether the plausibility loss is part of the loss.
    pub fn plausible(&self) -> bool {
        self.restrained(Restraint::Ciasa) && self.constraints.plausible
    }

    /// Whether SMART's perceptual loss is part of the loss.
    pub fn perceptual(&self) -> bool {
        self.restrained(Restraint::Smart)
    }

    fn restrained(&self, by: Restraint) -> bool {
        self.method != Method::Fgsm && self.restraint == by
    }

    /// The largest number of steps, of all starts together.
    pub fn steps(&self) -> usize {
        match self.method {
            Method::Basar => self.queries,
            method if method.one_step() => 1,
            _ => self.iterations.saturating_mul(self.search().starts),
        }
    }

    /// The optimiser in force. One step has nothing to search for, random draws follow nothing, and the paper's
    /// projection runs Algorithm 1.
    pub fn search(&self) -> Optimiser {
        let realign = self.constraints.realign;
        match self.projection == Projection::Paper || !self.method.has_step_size() {
            true => Optimiser::PLAIN,
            // A random start moves joints, not bone lengths; TASAR starts once, at the original.
            false if !self.method.keeps_lengths() || self.method == Method::Tasar => {
                Optimiser { schedule: self.optimiser.schedule, ..Optimiser::PLAIN }
            }
            false => Optimiser { surface: self.optimiser.surface && realign, ..self.optimiser },
        }
    }

    /// Whether the best iterate is returned in place of the last one. A part swap asks nothing, so it does not know.
    pub fn returns_best(&self) -> bool {
        self.projection == Projection::Exact && !self.method.borrows()
    }

    /// Whether it needs other clips than the attacked one: for the discriminator, or to move as they do.
    pub fn needs_clips(&self) -> bool {
        self.plausible() || self.method.borrows()
    }

    /// The constraints in force as tables write them, such as "clip+realign+smooth"; "none" if all are off.
    /// "exact" stands for clipping and realignment in the exact projection.
    pub fn constraints_in_words(&self) -> String {
        let Constraints { clip, realign, .. } = self.constraints;
        let realign = realign && self.method.keeps_lengths();
        let exact = clip && realign && self.projection == Projection::Exact;
        // The paper's projection leaves nothing to choose, so its losses need no mark.
        let Optimiser { smoothness, discriminator, .. } = self.search();
        let chosen = self.projection == Projection::Exact;
        let literal = (chosen && smoothness == Smoothness::Paper, chosen && discriminator == Learning::Paper);
        let parts = [
            ("exact", exact),
            ("clip", clip && !exact),
            ("realign", realign && !exact),
            ("tau", !self.method.keeps_lengths()),
            ("smooth", self.smooth() && !literal.0),
            ("smooth (paper)", self.smooth() && literal.0),
            ("plausible", self.plausible() && !literal.1),
            ("plausible (paper)", self.plausible() && literal.1),
            ("perceptual", self.perceptual()),
        ];
        let on: Vec<&str> = parts.into_iter().filter(|p| p.1).map(|p| p.0).collect();
        if on.is_empty() { "none".into() } else { on.join("+") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_json_is_what_the_page_sends() {
        let json = r#"{"method":"fgsm","target":{"kind":"least-likely"},"joints":[1,2],"epsilon":[0.5,1],"alpha":0.5,
            "lambda":2,"iterations":7,"constraints":{"clip":true,"realign":false,"smooth":true,"plausible":false},
            "projection":"paper",
            "stop":{"kind":"confidence","confidence":0.5,"hold":3},"seed":9}"#;
        let config: AttackConfig = serde_json::from_str(json).unwrap();
        assert_eq!(
            config,
            AttackConfig {
                method: Method::Fgsm,
                // Settings saved before these two existed get the defaults.
                prediction: Prediction::CrossEntropy,
                restraint: Restraint::Ciasa,
                target: Target::LeastLikely,
                joints: Some(vec![1, 2]),
                epsilon: Epsilon::PerJoint(vec![0.5, 1.0]),
                alpha: 0.5,
                lambda: 2.0,
                iterations: 7,
                queries: 2000,
                tau: 0.1,
                transfer: Transfer::default(),
                constraints: Constraints { clip: true, realign: false, smooth: true, plausible: false },
                projection: Projection::Paper,
                optimiser: Optimiser::default(),
                camera: None,
                stop: Stop::Confidence { confidence: 0.5, hold: 3 },
                seed: 9,
            }
        );
        let again: AttackConfig = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
        let one: AttackConfig = serde_json::from_str(r#"{"target":{"kind":"class","index":4},"epsilon":1}"#).unwrap();
        assert_eq!((one.target, one.epsilon), (Target::Class { index: 4 }, Epsilon::Global(1.0)));
        assert_eq!(one.projection, Projection::Exact);
        assert!(serde_json::from_str::<AttackConfig>(r#"{"epsilonn":1}"#).is_err());
        assert!(serde_json::from_str::<AttackConfig>(r#"{"projection":"nearest"}"#).is_err());
        for projection in Projection::ALL {
            assert_eq!(Projection::parse(projection.as_str()), Some(projection));
            assert_eq!(serde_json::to_value(projection).unwrap(), projection.as_str());
        }
        assert_eq!(Projection::parse("nearest"), None);

        let json = r#"{"method":"mi-fgsm","prediction":{"kind":"margin","kappa":2},"restraint":"smart"}"#;
        let peer: AttackConfig = serde_json::from_str(json).unwrap();
        assert_eq!((peer.method, peer.restraint), (Method::MiFgsm, Restraint::Smart));
        assert_eq!(peer.prediction, Prediction::Margin { kappa: 2.0 });
    }
}
