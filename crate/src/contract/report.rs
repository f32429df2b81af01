//! The report of one attack step.

use serde::{Deserialize, Serialize};

use super::goal::Goal;
use super::metrics::Metrics;
use super::outcome::{Judged, Outcome};

/// One step of an attack.
///
/// `losses`, the probabilities, `predicted` and `fooled` describe the clip *before* the step's update: they come from
/// its forward pass. `figures` describe the clip *after* the update, except for the plausibility, which is from the
/// forward pass too. The last clip needs one more forward pass to be recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Steps taken, from 1.
    pub iteration: usize,
    /// The parts of the loss.
    pub losses: Losses,
    /// The predicted class.
    pub predicted: usize,
    /// The class predicted for the original clip.
    pub original: usize,
    /// The class to reach; none if any class other than the original counts.
    pub target: Option<usize>,
    /// Probability of the original class.
    pub p_original: f32,
    /// Probability of the target; none without one.
    pub p_target: Option<f32>,
    /// The five likeliest classes, likeliest first.
    pub top: Vec<Ranked>,
    /// The distance between the clip and the original.
    pub figures: Metrics,
    /// Frames of the clip after the update that the exact projection pulled towards the original, because the
    /// perturbation could not be brought within epsilon and the bone lengths as it was.
    #[serde(default)]
    pub yielded_frames: usize,
    /// Whether the predicted class is the target, or, untargeted, any class other than the original.
    pub fooled: bool,
    /// Why the attack is over; none while it runs.
    pub done: Option<Done>,
    /// The largest component of the gradient of the loss that is descended, of the clip before the update.
    #[serde(default)]
    pub gradient: f32,
    /// Of a walk that sees labels only: the largest change of a coordinate in the nearest clip so far that meets the
    /// goal, in the layout's unit; none before there is one, and for every other attack.
    #[serde(default)]
    pub distance: Option<f32>,
    /// The last and the best iterate, and the indicators of failure, once the attack has run to its end. `figures` are
    /// then those of the iterate that is returned.
    #[serde(default)]
    pub outcome: Option<Box<Outcome>>,
}

/// The loss and its parts. The parts are unweighted; a part that the settings leave out is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Losses {
    /// The loss that the attack minimises: prediction + lambda (smooth + w adversarial + perceptual). The weight w is 1
    /// for the paper's discriminator and 0.003 for one that learns the perturbation. With the perceptual loss, both
    /// gradients are scaled to unit length before they are added.
    pub total: f32,
    /// Cross-entropy to the target; untargeted, minus the cross-entropy to the original class; or the margin loss.
    pub prediction: f32,
    /// Mean squared acceleration of the perturbed joints (Eq. 7), or of their perturbation.
    pub smooth: f32,
    /// The discriminator's loss on the perturbed clip labelled as natural (Eq. 8).
    pub adversarial: f32,
    /// SMART's perceptual loss.
    pub perceptual: f32,
    /// The discriminator's own training loss (Eq. 9), not part of the total.
    pub discriminator: f32,
}

/// A class and its probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Ranked {
    /// Index of the class.
    pub index: usize,
    /// Its probability, 0 to 1.
    pub p: f32,
}

/// Why an attack is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// All iterations are taken.
    Iterations,
    /// The stop rule is met. The last step leaves the clip unchanged, so the clip that met the rule is returned.
    Held,
    /// The user stopped it.
    Cancelled,
}

/// Probabilities from logits, both (classes).
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps: Vec<f64> = logits.iter().map(|l| f64::from(l - highest).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|e| (e / sum) as f32).collect()
}

/// The `n` likeliest classes, likeliest first; ties go to the lower index.
pub fn top(probabilities: &[f32], n: usize) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = probabilities.iter().enumerate().map(|(index, &p)| Ranked { index, p }).collect();
    all.sort_by(|a, b| b.p.total_cmp(&a.p));
    all.truncate(n);
    all
}

/// The recogniser's answer to a clip, compared with the goal.
pub struct Verdict {
    /// The likeliest class.
    pub predicted: usize,
    /// Whether that class reaches the goal.
    pub fooled: bool,
    /// Probability of the original class, 0 to 1.
    pub p_original: f32,
    /// Probability of the target, 0 to 1.
    pub p_target: Option<f32>,
    /// The five likeliest classes, likeliest first.
    pub top: Vec<Ranked>,
}

impl Verdict {
    /// From logits, (classes).
    pub fn of(logits: &[f32], goal: Goal) -> Self {
        let p = softmax(logits);
        let top = top(&p, 5);
        let predicted = top.first().map_or(goal.original, |t| t.index);
        Self {
            predicted,
            fooled: goal.reached(predicted),
            p_original: p[goal.original],
            p_target: goal.target.map(|t| p[t]),
            top,
        }
    }

    /// The iterate that it judges, after so many updates, with its prediction loss and its distance from the original.
    pub fn judged(&self, updates: usize, prediction: f32, figures: Metrics) -> Judged {
        Judged {
            updates,
            predicted: self.predicted,
            fooled: self.fooled,
            p_original: self.p_original,
            p_target: self.p_target,
            prediction,
            figures,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn probabilities_and_ranks() {
        // e^0 : e^ln2 : e^ln5 = 1 : 2 : 5, whatever is added to all of them.
        let p = softmax(&[100.0, 100.0 + 2_f32.ln(), 100.0 + 5_f32.ln()]);
        for (got, want) in p.iter().zip([0.125, 0.25, 0.625]) {
            assert!((got - want).abs() < 1e-5);
        }
        let order: Vec<usize> = top(&[0.1, 0.4, 0.1, 0.4], 3).iter().map(|r| r.index).collect();
        assert_eq!(order, [1, 3, 0]);
    }

    #[test]
    fn the_json_is_what_the_page_reads() {
        let report = StepReport {
            iteration: 1,
            losses: Losses::default(),
            predicted: 2,
            original: 0,
            target: None,
            p_original: 0.5,
            p_target: None,
            top: vec![Ranked { index: 2, p: 0.5 }],
            figures: Metrics::default(),
            yielded_frames: 3,
            fooled: true,
            done: Some(Done::Held),
            gradient: 0.25,
            distance: None,
            outcome: None,
        };
        let json: serde_json::Value = serde_json::to_value(&report).unwrap();
        assert_eq!(json["pOriginal"], 0.5);
        assert!(json["pTarget"].is_null() && json["target"].is_null());
        assert_eq!(json["done"], "held");
        assert_eq!(json["top"][0]["index"], 2);
        assert_eq!(json["yieldedFrames"], 3);
        let figures = ["linf", "meanDisplacement", "maxDisplacement", "boneDeviation", "accelerationChange"];
        assert!(figures.iter().all(|f| json["figures"][f] == 0.0));
        assert!(json["figures"]["plausibility"].is_null());
        assert_eq!(serde_json::from_value::<StepReport>(json).unwrap(), report);
    }
}
