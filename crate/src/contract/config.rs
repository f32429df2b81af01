//! The settings of an attack. They cross to TypeScript as they are (`web/src/engine/protocol.ts` mirrors them).

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::skeleton::Layout;

/// Everything that can be set. The default is the paper's basic mode: all joints, one epsilon of 0.02, every constraint
/// on, the least likely class as the target. The paper does not say how many iterations it allows; ours is 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AttackConfig {
    /// One step or many, and how a gradient moves the clip.
    pub method: Method,
    /// What is descended so that the recogniser says it.
    pub prediction: Prediction,
    /// What is descended so that a person does not notice.
    pub restraint: Restraint,
    /// What the recogniser is to say.
    pub target: Target,
    /// The attack region, joints by index; none means all. Joints outside do not move at all.
    pub joints: Option<Vec<usize>>,
    /// How far a coordinate may go from the original, in the layout's unit (Eq. 5).
    pub epsilon: Epsilon,
    /// The step for the clip, and for the discriminator. FGSM steps by epsilon and does not use it.
    pub alpha: f32,
    /// Weight of the restraint against the prediction loss (Eq. 12).
    pub lambda: f32,
    /// Steps at most; FGSM takes one whatever stands here.
    pub iterations: usize,
    /// Which constraints hold.
    pub constraints: Constraints,
    /// When to stop before that.
    pub stop: Stop,
    /// Seeds the discriminator's weights and the choice of natural frames. A change takes effect at the next reset.
    pub seed: u64,
}

/// How the clip is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One step of epsilon along the gradient's sign (Eq. 10). No restraint enters.
    Fgsm,
    /// The constrained iterative attack (Algorithm 1): Adam on cross-entropy to a target and its own restraint.
    Ciasa,
    /// Steps of alpha along the gradient's sign.
    Pgd,
    /// Steps of alpha along the sign of a momentum.
    MiFgsm,
    /// Adam, with any goal and losses. [`super::peers`] makes C&W's and SMART's attack of it.
    Adam,
}

/// The loss of what the recogniser says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Prediction {
    /// Cross-entropy.
    CrossEntropy,
    /// The margin between logits (Carlini and Wagner).
    Margin {
        /// How far the margin is driven beyond the border, at least 0.
        kappa: f32,
    },
}

/// The loss of what a person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restraint {
    /// Smoothness and plausibility, as far as these constraints are on.
    Ciasa,
    /// SMART's perceptual loss instead, its gradient in balance with the prediction's.
    Smart,
}

/// What the recogniser is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Target {
    /// Anything but what it says of the original. Not for CIASA, which is a targeted attack.
    Untargeted,
    /// The class that it holds least likely for the original (the paper's protocol).
    LeastLikely,
    /// This class.
    Class {
        /// Its index.
        index: usize,
    },
}

/// The bound of each coordinate's change, in the layout's unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Epsilon {
    /// One for all joints: global clipping.
    Global(f32),
    /// One for each joint, (V): hierarchical clipping. A joint with 0 does not move, as if it were outside the region.
    PerJoint(Vec<f32>),
}

/// The constraints of section III-B, each of which can be switched off (the paper's ablation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constraints {
    /// Clip every coordinate to epsilon after each step.
    pub clip: bool,
    /// Restore the bone lengths after each step (SSR).
    pub realign: bool,
    /// Punish acceleration (Eq. 7).
    pub smooth: bool,
    /// Punish what a discriminator tells from natural poses (Eq. 8).
    pub plausible: bool,
}

/// When to stop before the iterations are used up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Stop {
    /// Never.
    Iterations,
    /// As soon as the target (untargeted: any other class) has been predicted with at least this probability in so many
    /// forward passes in a row.
    Confidence {
        /// A probability, above 0.
        confidence: f32,
        /// Passes in a row, at least 1.
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
            constraints: Constraints::ALL,
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
    /// Does the smoothness loss enter?
    pub fn smooth(&self) -> bool {
        self.restrained(Restraint::Ciasa) && self.constraints.smooth
    }

    /// Does the plausibility loss enter?
    pub fn plausible(&self) -> bool {
        self.restrained(Restraint::Ciasa) && self.constraints.plausible
    }

    /// Does SMART's perceptual loss enter?
    pub fn perceptual(&self) -> bool {
        self.restrained(Restraint::Smart)
    }

    fn restrained(&self, by: Restraint) -> bool {
        self.method != Method::Fgsm && self.restraint == by
    }

    /// How many steps there are at most.
    pub fn steps(&self) -> usize {
        match self.method {
            Method::Fgsm => 1,
            _ => self.iterations,
        }
    }

    /// Can these settings drive an attack on clips of this layout and a recogniser of so many classes?
    ///
    /// # Errors
    /// The first setting out of its range, or in conflict with another, by its name.
    pub fn validate(&self, layout: &Layout, classes: usize) -> Result<()> {
        let fail = |field: &str, cause: String| Err(Error::config(cause).at(field));
        match self.target {
            Target::Untargeted if self.method == Method::Ciasa => {
                return fail("target", "CIASA needs a target; the other methods go without".into());
            }
            Target::Class { index } if index >= classes => {
                return fail("target.index", format!("class {index} of {classes}"));
            }
            _ => {}
        }
        match self.prediction {
            Prediction::Margin { kappa } if !(kappa.is_finite() && kappa >= 0.0) => {
                return fail("prediction.kappa", format!("{kappa} is below 0"));
            }
            Prediction::Margin { .. } if classes < 2 => {
                return fail("prediction", "a margin needs two classes".into());
            }
            Prediction::Margin { .. } if self.method == Method::Ciasa => {
                return fail("prediction", "CIASA descends the cross-entropy; the method adam takes a margin".into());
            }
            _ => {}
        }
        if self.method == Method::Ciasa && self.restraint != Restraint::Ciasa {
            return fail("restraint", "CIASA has its own; the method adam takes another".into());
        }
        if let Some(joints) = &self.joints {
            if joints.is_empty() {
                return fail("joints", "the attack region has no joint".into());
            }
            if let Some(j) = joints.iter().find(|j| **j >= layout.len()) {
                return fail("joints", format!("joint {j} of {}", layout.len()));
            }
        }
        match &self.epsilon {
            Epsilon::Global(e) if !(e.is_finite() && *e > 0.0) => {
                return fail("epsilon", format!("{e} is not above 0"));
            }
            Epsilon::PerJoint(each) if each.len() != layout.len() => {
                return fail("epsilon", format!("{} values for {} joints", each.len(), layout.len()));
            }
            Epsilon::PerJoint(each) => {
                if let Some(j) = each.iter().position(|e| !(e.is_finite() && *e >= 0.0)) {
                    return fail("epsilon", format!("{} for joint {:?} is below 0", each[j], layout.joints[j]));
                }
            }
            Epsilon::Global(_) => {}
        }
        if !(self.alpha.is_finite() && self.alpha > 0.0) {
            return fail("alpha", format!("{} is not above 0", self.alpha));
        }
        if !(self.lambda.is_finite() && self.lambda >= 0.0) {
            return fail("lambda", format!("{} is below 0", self.lambda));
        }
        if self.iterations == 0 {
            return fail("iterations", "at least one is needed".into());
        }
        match self.stop {
            Stop::Confidence { confidence, .. } if !(confidence > 0.0 && confidence <= 1.0) => {
                fail("stop.confidence", format!("{confidence} is no probability above 0"))
            }
            Stop::Confidence { hold: 0, .. } => fail("stop.hold", "at least one pass is needed".into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn every_bad_setting_is_refused_by_its_name() {
        type Change = fn(&mut AttackConfig);
        let change: [(&str, Change); 19] = [
            ("target", |c| c.target = Target::Untargeted),
            ("prediction", |c| c.prediction = Prediction::Margin { kappa: 0.0 }),
            ("prediction.kappa", |c| c.prediction = Prediction::Margin { kappa: -0.1 }),
            ("prediction.kappa", |c| c.prediction = Prediction::Margin { kappa: f32::NAN }),
            ("restraint", |c| c.restraint = Restraint::Smart),
            ("target.index", |c| c.target = Target::Class { index: 27 }),
            ("joints", |c| c.joints = Some(vec![])),
            ("joints", |c| c.joints = Some(vec![3, 20])),
            ("epsilon", |c| c.epsilon = Epsilon::Global(0.0)),
            ("epsilon", |c| c.epsilon = Epsilon::Global(f32::NAN)),
            ("epsilon", |c| c.epsilon = Epsilon::PerJoint(vec![0.1; 19])),
            ("epsilon", |c| c.epsilon = Epsilon::PerJoint([vec![0.1; 19], vec![-0.1]].concat())),
            ("alpha", |c| c.alpha = 0.0),
            ("alpha", |c| c.alpha = f32::INFINITY),
            ("lambda", |c| c.lambda = -1.0),
            ("iterations", |c| c.iterations = 0),
            ("stop.confidence", |c| c.stop = Stop::Confidence { confidence: 1.5, hold: 1 }),
            ("stop.confidence", |c| c.stop = Stop::Confidence { confidence: f32::NAN, hold: 1 }),
            ("stop.hold", |c| c.stop = Stop::Confidence { confidence: 0.9, hold: 0 }),
        ];
        let layout = LayoutId::KinectV1.layout();
        assert_eq!(AttackConfig::default().validate(layout, 27), Ok(()));
        for (field, change) in change {
            let mut config = AttackConfig::default();
            change(&mut config);
            let error = config.validate(layout, 27).unwrap_err();
            assert!(error.is_config() && error.to_string().starts_with(&format!("{field}: ")), "{field}: {error}");
        }
    }

    #[test]
    fn the_json_is_what_the_page_sends() {
        let json = r#"{"method":"fgsm","target":{"kind":"least-likely"},"joints":[1,2],"epsilon":[0.5,1],"alpha":0.5,
            "lambda":2,"iterations":7,"constraints":{"clip":true,"realign":false,"smooth":true,"plausible":false},
            "stop":{"kind":"confidence","confidence":0.5,"hold":3},"seed":9}"#;
        let config: AttackConfig = serde_json::from_str(json).unwrap();
        assert_eq!(
            config,
            AttackConfig {
                method: Method::Fgsm,
                // What was saved before there was a choice is read as what it was.
                prediction: Prediction::CrossEntropy,
                restraint: Restraint::Ciasa,
                target: Target::LeastLikely,
                joints: Some(vec![1, 2]),
                epsilon: Epsilon::PerJoint(vec![0.5, 1.0]),
                alpha: 0.5,
                lambda: 2.0,
                iterations: 7,
                constraints: Constraints { clip: true, realign: false, smooth: true, plausible: false },
                stop: Stop::Confidence { confidence: 0.5, hold: 3 },
                seed: 9,
            }
        );
        let again: AttackConfig = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
        let one: AttackConfig = serde_json::from_str(r#"{"target":{"kind":"class","index":4},"epsilon":1}"#).unwrap();
        assert_eq!((one.target, one.epsilon), (Target::Class { index: 4 }, Epsilon::Global(1.0)));
        assert!(serde_json::from_str::<AttackConfig>(r#"{"epsilonn":1}"#).is_err());

        let json = r#"{"method":"mi-fgsm","prediction":{"kind":"margin","kappa":2},"restraint":"smart"}"#;
        let peer: AttackConfig = serde_json::from_str(json).unwrap();
        assert_eq!((peer.method, peer.restraint), (Method::MiFgsm, Restraint::Smart));
        assert_eq!(peer.prediction, Prediction::Margin { kappa: 2.0 });
    }
}
