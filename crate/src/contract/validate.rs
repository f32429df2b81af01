//! The range of each setting, and settings that contradict each other.

use super::config::{AttackConfig, Epsilon, Method, Prediction, Restraint, Stop, Target};
use super::optimiser::MAX_STARTS;
use super::transfer::{MAX_DRAWS, MAX_NOISE, Transfer};
use crate::error::{Error, Result};
use crate::skeleton::Layout;

/// Largest epsilon, in the layout's unit: several bodies long, so that every attacked clip stays within a clip's range.
pub const MAX_EPSILON: f32 = 10.0;
/// Largest step size, in the layout's unit. PGD's own step for the largest epsilon is 25.
pub const MAX_ALPHA: f32 = 100.0;
/// Largest weight of the restraint. With it losses and gradients stay finite.
pub const MAX_LAMBDA: f32 = 1e6;
/// Largest margin between logits.
pub const MAX_KAPPA: f32 = 1e6;
/// Most steps, and most passes in a row for the stop rule.
pub const MAX_STEPS: usize = 1_000_000;
/// Largest change of a bone's length, as a share of it.
pub const MAX_TAU: f32 = 0.5;

impl AttackConfig {
    /// Checks the settings for clips of this layout and a recogniser with so many classes.
    ///
    /// # Errors
    /// Names the first setting that is out of range or in conflict with another.
    pub fn validate(&self, layout: &Layout, classes: usize) -> Result<()> {
        self.goal(classes)?;
        self.region(layout)?;
        self.bounds(layout)?;
        above_0("alpha", self.alpha, MAX_ALPHA)?;
        from_0("lambda", self.lambda, MAX_LAMBDA)?;
        counted("iterations", self.iterations)?;
        counted("queries", self.queries)?;
        above_0("tau", self.tau, MAX_TAU)?;
        self.transfer()?;
        self.starts()?;
        self.camera.map_or(Ok(()), |camera| camera.validate(self.method, layout))?;
        if let Stop::Confidence { confidence, hold } = self.stop {
            above_0("stop.confidence", confidence, 1.0)?;
            counted("stop.hold", hold)?;
        }
        Ok(())
    }

    /// Target, prediction loss and restraint fit the method and the network.
    fn goal(&self, classes: usize) -> Result<()> {
        let fail = |field: &str, cause: String| Err(Error::config(cause).at(field));
        let ciasa = self.method == Method::Ciasa;
        match self.target {
            Target::Untargeted if ciasa => {
                return fail(
                    "target",
                    "CIASA needs a target: choose a class or least-likely, or another method".into(),
                );
            }
            Target::Class { index } if index >= classes => {
                let last = classes.saturating_sub(1);
                return fail("target.index", format!("{index} is out of range: the network has classes 0 to {last}"));
            }
            _ => {}
        }
        if let Prediction::Margin { kappa } = self.prediction {
            from_0("prediction.kappa", kappa, MAX_KAPPA)?;
            if classes < 2 {
                return fail("prediction", "the margin loss needs a network with at least two classes".into());
            }
        }
        if ciasa && self.restraint != Restraint::Ciasa {
            return fail("restraint", "CIASA uses its own restraint; use the method adam for another".into());
        }
        Ok(())
    }

    fn transfer(&self) -> Result<()> {
        let Transfer { draws, noise, motion } = self.transfer;
        if !(1..=MAX_DRAWS).contains(&draws) {
            return Err(Error::config(format!("must be from 1 to {MAX_DRAWS}, not {draws}")).at("transfer.draws"));
        }
        from_0("transfer.noise", noise, MAX_NOISE)?;
        from_0("transfer.motion", motion, 1.0)?;
        if self.method == Method::Tasar && self.restraint != Restraint::Ciasa {
            let cause = "TASAR balances two gradients of its own; use the method adam for SMART's";
            return Err(Error::config(cause).at("restraint"));
        }
        Ok(())
    }

    /// Random starts lie within epsilon, so they need one.
    fn starts(&self) -> Result<()> {
        let (starts, fail) = (self.optimiser.starts, |cause: String| Err(Error::config(cause).at("optimiser.starts")));
        match starts {
            1 => Ok(()),
            2..=MAX_STARTS if self.constraints.clip => Ok(()),
            2..=MAX_STARTS => fail("random starts need epsilon: switch clipping on, or use one start".into()),
            _ => fail(format!("must be from 1 to {MAX_STARTS}, not {starts}")),
        }
    }

    fn region(&self, layout: &Layout) -> Result<()> {
        let fail = |cause: String| Err(Error::config(cause).at("joints"));
        let Some(joints) = &self.joints else { return Ok(()) };
        if joints.is_empty() {
            return fail("the attack region is empty: give at least one joint, or null for all".into());
        }
        let mut named = vec![false; layout.len()];
        for &joint in joints {
            match named.get_mut(joint) {
                None => {
                    let last = layout.len() - 1;
                    return fail(format!("{joint} is out of range: {} has joints 0 to {last}", layout.name));
                }
                Some(true) => return fail(format!("{joint} ({}) is there twice", layout.joints[joint])),
                Some(new) => *new = true,
            }
        }
        Ok(())
    }

    fn bounds(&self, layout: &Layout) -> Result<()> {
        match &self.epsilon {
            Epsilon::Global(e) => above_0("epsilon", *e, MAX_EPSILON),
            Epsilon::PerJoint(each) if each.len() != layout.len() => {
                let cause = format!("has {} values; {} has {} joints", each.len(), layout.name, layout.len());
                Err(Error::config(cause).at("epsilon"))
            }
            Epsilon::PerJoint(each) => each
                .iter()
                .zip(layout.joints)
                .try_for_each(|(e, joint)| from_0(&format!("epsilon, joint {joint:?}"), *e, MAX_EPSILON)),
        }
    }
}

/// A number above 0 and at most `most`.
fn above_0(field: &str, value: f32, most: f32) -> Result<()> {
    match value > 0.0 && value <= most {
        true => Ok(()),
        false => Err(Error::config(format!("must be above 0 and at most {most:?}, not {value:?}")).at(field)),
    }
}

/// A number from 0 to `most`.
fn from_0(field: &str, value: f32, most: f32) -> Result<()> {
    match value >= 0.0 && value <= most {
        true => Ok(()),
        false => Err(Error::config(format!("must be from 0 to {most:?}, not {value:?}")).at(field)),
    }
}

/// A count from 1 to [`MAX_STEPS`].
fn counted(field: &str, count: usize) -> Result<()> {
    match count {
        0 => Err(Error::config("must be at least 1").at(field)),
        n if n > MAX_STEPS => Err(Error::config(format!("must be at most {MAX_STEPS}, not {n}")).at(field)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::Camera;
    use crate::skeleton::LayoutId;

    #[test]
    fn every_bad_setting_is_refused_by_its_name() {
        type Change = fn(&mut AttackConfig);
        let change: [(&str, Change); 44] = [
            ("optimiser.starts", |c| c.optimiser.starts = 0),
            ("optimiser.starts", |c| c.optimiser.starts = MAX_STARTS + 1),
            ("camera.angle", |c| c.camera = Some(Camera { angle: 181.0, ..Default::default() })),
            ("camera", |c| (c.method, c.camera) = (Method::Noise, Some(Camera::default()))),
            ("target", |c| c.target = Target::Untargeted),
            ("prediction.kappa", |c| c.prediction = Prediction::Margin { kappa: -0.1 }),
            ("prediction.kappa", |c| c.prediction = Prediction::Margin { kappa: f32::NAN }),
            ("prediction.kappa", |c| c.prediction = Prediction::Margin { kappa: 1e30 }),
            ("restraint", |c| c.restraint = Restraint::Smart),
            ("target.index", |c| c.target = Target::Class { index: 27 }),
            ("joints", |c| c.joints = Some(vec![])),
            ("joints", |c| c.joints = Some(vec![3, 20])),
            ("joints", |c| c.joints = Some(vec![3, 4, 3])),
            ("joints", |c| c.joints = Some(vec![usize::MAX])),
            ("epsilon", |c| c.epsilon = Epsilon::Global(0.0)),
            ("epsilon", |c| c.epsilon = Epsilon::Global(f32::NAN)),
            ("epsilon", |c| c.epsilon = Epsilon::Global(1e30)),
            ("epsilon", |c| c.epsilon = Epsilon::PerJoint(vec![0.1; 19])),
            ("epsilon, joint", |c| c.epsilon = Epsilon::PerJoint([vec![0.1; 19], vec![-0.1]].concat())),
            ("epsilon, joint", |c| c.epsilon = Epsilon::PerJoint([vec![0.1; 19], vec![11.0]].concat())),
            ("alpha", |c| c.alpha = 0.0),
            ("alpha", |c| c.alpha = f32::INFINITY),
            ("alpha", |c| c.alpha = f32::NAN),
            ("alpha", |c| c.alpha = 1e30),
            ("lambda", |c| c.lambda = -1.0),
            ("lambda", |c| c.lambda = f32::NAN),
            ("lambda", |c| c.lambda = 1e30),
            ("iterations", |c| c.iterations = 0),
            ("iterations", |c| c.iterations = usize::MAX),
            ("queries", |c| c.queries = 0),
            ("queries", |c| c.queries = usize::MAX),
            ("transfer.draws", |c| c.transfer.draws = 0),
            ("transfer.draws", |c| c.transfer.draws = MAX_DRAWS + 1),
            ("transfer.noise", |c| c.transfer.noise = f32::NAN),
            ("transfer.noise", |c| c.transfer.noise = MAX_NOISE * 1.01),
            ("transfer.motion", |c| c.transfer.motion = 1.01),
            ("tau", |c| c.tau = 0.0),
            ("tau", |c| c.tau = 0.51),
            ("tau", |c| c.tau = f32::NAN),
            ("stop.confidence", |c| c.stop = Stop::Confidence { confidence: 1.5, hold: 1 }),
            ("stop.confidence", |c| c.stop = Stop::Confidence { confidence: f32::NAN, hold: 1 }),
            ("stop.confidence", |c| c.stop = Stop::Confidence { confidence: 0.0, hold: 1 }),
            ("stop.hold", |c| c.stop = Stop::Confidence { confidence: 0.9, hold: 0 }),
            ("stop.hold", |c| c.stop = Stop::Confidence { confidence: 0.9, hold: usize::MAX }),
        ];
        let layout = LayoutId::KinectV1.layout();
        assert_eq!(AttackConfig::default().validate(layout, 27), Ok(()));
        for (field, change) in change {
            let mut config = AttackConfig::default();
            change(&mut config);
            let error = config.validate(layout, 27).unwrap_err();
            let message = error.to_string();
            assert!(error.is_config() && message.starts_with(field), "{field}: {message}");
            assert!(message[field.len()..].contains(": "), "{message}");
        }
    }

    #[test]
    fn the_ends_of_each_range_are_allowed() {
        let layout = LayoutId::KinectV1.layout();
        let largest = AttackConfig {
            method: Method::Adam,
            prediction: Prediction::Margin { kappa: MAX_KAPPA },
            joints: Some((0..20).rev().collect()),
            epsilon: Epsilon::Global(MAX_EPSILON),
            alpha: MAX_ALPHA,
            lambda: MAX_LAMBDA,
            iterations: MAX_STEPS,
            stop: Stop::Confidence { confidence: 1.0, hold: MAX_STEPS },
            seed: u64::MAX,
            ..Default::default()
        };
        assert_eq!(largest.validate(layout, 2), Ok(()));
        let smallest = AttackConfig {
            epsilon: Epsilon::PerJoint(vec![0.0; 20]),
            alpha: f32::MIN_POSITIVE,
            lambda: 0.0,
            iterations: 1,
            stop: Stop::Confidence { confidence: f32::MIN_POSITIVE, hold: 1 },
            ..Default::default()
        };
        assert_eq!(smallest.validate(layout, 1), Ok(()));
    }

    #[test]
    fn messages_name_range_and_value() {
        assert_eq!(
            above_0("alpha", f32::INFINITY, 100.0).unwrap_err().to_string(),
            "alpha: must be above 0 and at most 100.0, not inf"
        );
        assert_eq!(
            from_0("lambda", f32::NAN, 1e6).unwrap_err().to_string(),
            "lambda: must be from 0 to 1000000.0, not NaN"
        );
    }
}
