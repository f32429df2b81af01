//! How an attack searches within its bounds, beyond Algorithm 1.

use serde::{Deserialize, Serialize};

/// How an attack searches within the exact projection's bounds. With the paper's projection Algorithm 1 runs as it is
/// printed: nothing here applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Optimiser {
    /// Remove from each gradient what would only change bone lengths, which the projection would undo.
    pub surface: bool,
    /// The step size over the iterations of a start.
    pub schedule: Schedule,
    /// Number of starts, each with all iterations: the first at the original, the others at random places within the
    /// bounds. The best iterate of all of them is returned.
    pub starts: usize,
    /// What the discriminator of the plausibility constraint learns, and how.
    pub discriminator: Learning,
    /// Whose accelerations the smoothness constraint penalises.
    pub smoothness: Smoothness,
}

/// Whose accelerations the smoothness constraint penalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Smoothness {
    /// Those of the perturbation: what the attack adds to the motion.
    Perturbation,
    /// Those of the attacked clip (Eq. 7). They are mostly the clip's own, and what the attack flattens there counts as
    /// a gain.
    Paper,
}

/// What the discriminator learns, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Learning {
    /// The perturbation: half of its natural poses are the clip's own before the attack. Its score has no sigmoid, so
    /// that its gradient does not vanish, its step size is 0.001, and the attack weighs its loss by 0.003: its
    /// gradients differ from frame to frame, and with more weight the motion trembles.
    Perturbation,
    /// Section III-B4 of the paper: natural poses of other clips, a sigmoid, and alpha as the step size.
    Paper,
}

/// The step size over the iterations of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Alpha throughout, as in the paper.
    Constant,
    /// Alpha in the first half, then a straight fall to a fiftieth of it.
    Falling,
}

/// Most starts.
pub const MAX_STARTS: usize = 100;

impl Optimiser {
    /// Nothing beyond Algorithm 1.
    pub const PLAIN: Self = Self {
        surface: false,
        schedule: Schedule::Constant,
        starts: 1,
        discriminator: Learning::Paper,
        smoothness: Smoothness::Paper,
    };
}

impl Default for Optimiser {
    fn default() -> Self {
        Self {
            surface: true,
            discriminator: Learning::Perturbation,
            smoothness: Smoothness::Perturbation,
            ..Self::PLAIN
        }
    }
}

impl Learning {
    /// The discriminator's step size in an attack with this alpha.
    pub fn rate(self, alpha: f32) -> f32 {
        match self {
            Self::Perturbation => 1e-3,
            Self::Paper => alpha,
        }
    }

    /// The weight of the discriminator's loss in the attack's, beside lambda.
    pub fn weight(self) -> f32 {
        match self {
            Self::Perturbation => 3e-3,
            Self::Paper => 1.0,
        }
    }
}

impl Schedule {
    /// The factor of alpha in iteration `k` of `n`, from 0.
    pub fn factor(self, k: usize, n: usize) -> f32 {
        let share = k as f32 / n.max(1) as f32;
        match self {
            Self::Constant => 1.0,
            Self::Falling => (2.0 * (1.0 - share)).clamp(0.02, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_falls_in_the_second_half() {
        let of = |k| Schedule::Falling.factor(k, 100);
        assert_eq!([of(0), of(50), of(75), of(100)], [1.0, 1.0, 0.5, 0.02]);
        assert_eq!(Schedule::Constant.factor(99, 100), 1.0);
        assert_eq!(Schedule::Falling.factor(0, 0), 1.0);
    }
}
