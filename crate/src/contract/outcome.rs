//! What an attack returns when it is over, and how far its figures can be trusted.

use serde::{Deserialize, Serialize};

use super::metrics::Metrics;

/// The end of an attack: its last iterate, its best one, and the indicators of failure.
///
/// The indicators follow Pintor et al., "Indicators of Attack Failure: Debugging and Improving Optimization of
/// Adversarial Examples", 2022, as far as they apply here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The last iterate, which the paper's projection returns.
    pub last: Judged,
    /// The iterate with the lowest prediction loss of those within epsilon, which the exact projection returns; none if
    /// no iterate was within epsilon.
    pub best: Option<Judged>,
    /// Whether the best one was returned.
    pub returned_best: bool,
    /// The lowest prediction loss of random perturbations of the same size.
    pub noise: f32,
    /// What speaks against the result.
    pub flags: Vec<Flag>,
}

/// An iterate as the recogniser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Updates that led to it; 0 is the original.
    pub updates: usize,
    /// The predicted class.
    pub predicted: usize,
    /// Whether that class reaches the goal.
    pub fooled: bool,
    /// Probability of the original class, 0 to 1.
    pub p_original: f32,
    /// Probability of the target, 0 to 1; none without one.
    pub p_target: Option<f32>,
    /// The prediction loss.
    pub prediction: f32,
    /// Its distance from the original.
    pub figures: Metrics,
}

/// An indicator of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The gradient vanished.
    NoGradient,
    /// No iterate had a lower prediction loss than the original.
    NeverFell,
    /// The prediction loss was still falling, and the goal was not reached.
    StillFalling,
    /// The last iterate is clearly worse than the best.
    LastWorse,
    /// Random noise of the same size does as well.
    LikeNoise,
    /// The discriminator gives every pose the same score, and no gradient.
    Saturated,
    /// Nearly every coordinate is at its bound.
    AtBound,
}

impl Flag {
    /// Every indicator.
    pub const ALL: [Self; 7] = [
        Self::NoGradient,
        Self::NeverFell,
        Self::StillFalling,
        Self::LastWorse,
        Self::LikeNoise,
        Self::Saturated,
        Self::AtBound,
    ];

    /// The name in settings and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoGradient => "no-gradient",
            Self::NeverFell => "never-fell",
            Self::StillFalling => "still-falling",
            Self::LastWorse => "last-worse",
            Self::LikeNoise => "like-noise",
            Self::Saturated => "saturated",
            Self::AtBound => "at-bound",
        }
    }

    /// The indicator of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == name)
    }

    /// Whether it says something about an attack that follows no gradient.
    pub fn without_gradient(self) -> bool {
        matches!(self, Self::NeverFell | Self::AtBound)
    }

    /// What it means for the result, in a sentence.
    pub fn explain(self) -> &'static str {
        match self {
            Self::NoGradient => "The gradient vanished: failure here says nothing about the network.",
            Self::NeverFell => "The loss never fell below that of the original: the attack did not work at all.",
            Self::StillFalling => "The loss was still falling at the last step: more steps would go further.",
            Self::LastWorse => "The last step is worse than the best one: a smaller step size would hold it.",
            Self::LikeNoise => "Random noise of the same size does as well: the gradient did not help.",
            Self::Saturated => "The discriminator gives every pose the same score, so it does not guide the attack.",
            Self::AtBound => "Nearly every coordinate is at its bound: epsilon alone decides the result.",
        }
    }
}

/// What the indicators are computed from.
pub struct Signs<'a> {
    /// The prediction loss of each forward pass of the last start, the original's first.
    pub predictions: &'a [f32],
    /// The smallest of the steps' largest gradient components, until the goal was reached.
    pub gradient: f32,
    /// The discriminator's mean score in the last pass, if it took part.
    pub plausibility: Option<f32>,
    /// Share of the coordinates that may move which are at their bound, 0 to 1.
    pub at_bound: f32,
    /// Whether the stop rule ended the attack.
    pub held: bool,
}

/// Gradients below this are none: they are within the rounding of the losses.
const NO_GRADIENT: f32 = 1e-8;
/// A change of the loss below this share of its whole fall does not count.
const LITTLE: f32 = 0.02;
/// The iterate that was returned, and the indicators of failure.
pub fn flags(signs: &Signs, last: &Judged, best: Option<&Judged>, returned: &Judged, noise: f32) -> Vec<Flag> {
    let first = signs.predictions.first().copied().unwrap_or(f32::INFINITY);
    let lowest = signs.predictions.iter().copied().fold(last.prediction, f32::min);
    let fall = (first - lowest).max(0.0);
    let holds = |flag: &Flag| match flag {
        Flag::NoGradient => signs.gradient < NO_GRADIENT,
        Flag::NeverFell => fall <= 1e-6,
        Flag::StillFalling => !returned.fooled && !signs.held && still_falling(signs.predictions, LITTLE * fall),
        Flag::LastWorse => best.is_some_and(|best| {
            best.fooled && !last.fooled || last.prediction - best.prediction > 0.1 * (first - best.prediction).max(0.01)
        }),
        Flag::LikeNoise => noise <= returned.prediction,
        Flag::Saturated => signs.plausibility.is_some_and(|p| !(0.001..=0.999).contains(&p)),
        Flag::AtBound => signs.at_bound >= 0.99,
    };
    Flag::ALL.into_iter().filter(holds).collect()
}

/// Is the mean of the last tenth lower than that of the tenth before, by more than `little`?
fn still_falling(losses: &[f32], little: f32) -> bool {
    let tenth = (losses.len() / 10).max(1);
    let Some(from) = losses.len().checked_sub(2 * tenth) else { return false };
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let (before, end) = losses[from..].split_at(tenth);
    mean(before) - mean(end) > little
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn judged(prediction: f32, fooled: bool) -> Judged {
        let figures = Metrics::default();
        Judged { updates: 1, predicted: 0, fooled, p_original: 0.5, p_target: None, prediction, figures }
    }

    const GOOD: Signs = Signs {
        predictions: &[5.0, 1.0, 0.5, 0.5],
        gradient: 1.0,
        plausibility: Some(0.4),
        at_bound: 0.3,
        held: false,
    };

    fn of(signs: &Signs, last: Judged, best: Judged, noise: f32) -> Vec<Flag> {
        flags(signs, &last, Some(&best), &best, noise)
    }

    #[test]
    fn a_good_attack_has_no_flag_and_each_fault_has_its_own() {
        let (bad, good) = (judged(5.0, false), judged(0.5, true));
        assert_eq!(of(&GOOD, good, good, 4.0), []);
        assert_eq!(of(&Signs { gradient: 0.0, ..GOOD }, good, good, 4.0), [Flag::NoGradient]);
        assert_eq!(of(&Signs { predictions: &[5.0, 6.0], ..GOOD }, bad, bad, 9.0), [Flag::NeverFell]);
        let falling = Signs { predictions: &[5.0, 4.0, 3.0, 2.0], ..GOOD };
        assert_eq!(of(&falling, judged(2.0, false), judged(2.0, false), 4.0), [Flag::StillFalling]);
        assert_eq!(of(&Signs { held: true, ..falling }, judged(2.0, false), judged(2.0, false), 4.0), []);
        assert_eq!(of(&GOOD, judged(2.0, false), good, 4.0), [Flag::LastWorse]);
        assert_eq!(of(&GOOD, good, good, 0.4), [Flag::LikeNoise]);
        assert_eq!(of(&Signs { plausibility: Some(1.0), ..GOOD }, good, good, 4.0), [Flag::Saturated]);
        assert_eq!(of(&Signs { at_bound: 0.995, ..GOOD }, good, good, 4.0), [Flag::AtBound]);
    }

    #[test]
    fn names_are_read_back_and_each_is_explained() {
        for flag in Flag::ALL {
            assert_eq!(Flag::parse(flag.as_str()), Some(flag));
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.as_str());
            assert!(flag.explain().ends_with('.'));
        }
    }
}
