//! The search for the smallest epsilon that reaches the goal, as a plan without an attack.

use serde::{Deserialize, Serialize};

use super::report::StepReport;

/// The search ends when the smallest epsilon that reaches the goal is at most this factor above one that fails.
const ACCURACY: f32 = 1.1;
/// The first epsilon grows or shrinks by this factor until the answer lies between two.
const STRIDE: f32 = 2.0;
/// Largest and smallest factor of the first epsilon that is tried.
const RANGE: f32 = 64.0;

/// One epsilon that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// In the layout's unit; with one epsilon per joint the largest.
    pub epsilon: f32,
    /// Whether the goal was reached within it.
    pub reached: bool,
    /// The highest probability of the target (untargeted: of all classes but the original's) within it.
    pub p: f32,
    /// Steps taken.
    pub steps: usize,
}

/// A step of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SearchStep {
    /// The epsilon that is being tried, in the layout's unit; with one epsilon per joint the largest.
    pub epsilon: f32,
    /// The attack's step.
    pub step: StepReport,
    /// The result, if the step was the last one with this epsilon.
    pub trial: Option<Trial>,
    /// Whether the search is over.
    pub done: bool,
}

/// A search by bisection over the factor of the first epsilon. Success need not grow with epsilon, so the result is an
/// upper bound that is tight for this attack.
#[derive(Clone, Debug)]
pub struct Bisection {
    fails: Option<f32>,
    reaches: Option<f32>,
}

impl Default for Bisection {
    fn default() -> Self {
        Self::new()
    }
}

impl Bisection {
    /// A search that begins at the factor 1.
    pub fn new() -> Self {
        Self { fails: None, reaches: None }
    }

    /// The factor to try next; none if the search is over.
    pub fn next(&self) -> Option<f32> {
        match (self.fails, self.reaches) {
            (None, None) => Some(1.0),
            (Some(fails), None) => Some(fails * STRIDE).filter(|f| *f <= RANGE),
            (None, Some(reaches)) => Some(reaches / STRIDE).filter(|f| *f >= 1.0 / RANGE),
            (Some(fails), Some(reaches)) => Some((fails * reaches).sqrt()).filter(|_| reaches / fails > ACCURACY),
        }
    }

    /// The result of a factor that was tried.
    pub fn note(&mut self, factor: f32, reached: bool) {
        match reached {
            true => self.reaches = Some(self.reaches.map_or(factor, |least| least.min(factor))),
            false => self.fails = Some(self.fails.map_or(factor, |most| most.max(factor))),
        }
    }

    /// The smallest factor that reached the goal so far.
    pub fn smallest(&self) -> Option<f32> {
        self.reaches
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn search(truth: f32) -> (Option<f32>, usize) {
        let (mut plan, mut tries) = (Bisection::new(), 0);
        while let Some(factor) = plan.next() {
            plan.note(factor, factor >= truth);
            tries += 1;
            assert!(tries < 20);
        }
        (plan.smallest(), tries)
    }

    #[test]
    fn it_finds_the_border_from_either_side() {
        for truth in [0.02, 0.3, 0.99, 1.0, 3.0, 60.0] {
            let (found, tries) = search(truth);
            let found = found.unwrap();
            assert!(found >= truth && found <= truth * ACCURACY, "{found} for {truth}");
            assert!(tries <= 12);
        }
        assert_eq!(search(f32::INFINITY).0, None);
        assert_eq!(search(0.0).0, Some(1.0 / RANGE));
    }
}
