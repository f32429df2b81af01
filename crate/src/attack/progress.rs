//! How far an attack has come, and the rules that end it.

use crate::contract::report::{Losses, Verdict};
use crate::contract::{AttackConfig, Done, Goal, Stop};

/// What one forward pass shows.
pub(super) struct Seen {
    pub verdict: Verdict,
    pub losses: Losses,
    /// The discriminator's mean score of the clip; `None` if it does not take part.
    pub plausibility: Option<f32>,
    /// The largest component of the gradient that is descended.
    pub gradient: f32,
}

impl Seen {
    /// From logits, (classes), and the numbers of [`Pass`](super::forward_backward::Pass), (8).
    pub fn new(logits: &[f32], numbers: &[f32], goal: Goal, judged: bool) -> Self {
        Self {
            verdict: Verdict::of(logits, goal),
            losses: Losses {
                total: numbers[0],
                prediction: numbers[1],
                smooth: numbers[2],
                adversarial: numbers[3],
                perceptual: numbers[4],
                discriminator: numbers[5],
            },
            plausibility: judged.then_some(numbers[6]),
            gradient: numbers[7],
        }
    }
}

/// Steps taken so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    pub iteration: usize,
    /// Forward passes in a row that met the stop rule.
    pub held: usize,
}

impl Progress {
    /// One step further; whether it met the stop rule.
    #[must_use]
    pub fn counted(self, met: bool) -> Self {
        Self { iteration: self.iteration + 1, held: if met { self.held + 1 } else { 0 } }
    }

    /// One step further, whose forward pass has shown this.
    #[must_use]
    pub fn after(self, seen: &Seen, config: &AttackConfig) -> Self {
        let met = match config.stop {
            Stop::Confidence { confidence, .. } if !config.method.one_step() => {
                seen.verdict.fooled && seen.verdict.top.first().is_some_and(|first| first.p >= confidence)
            }
            _ => false,
        };
        self.counted(met)
    }

    /// Why the attack is over; `None` while it runs.
    pub fn done(self, config: &AttackConfig) -> Option<Done> {
        match config.stop {
            Stop::Confidence { hold, .. } if self.held >= hold => Some(Done::Held),
            _ if self.iteration >= config.steps() => Some(Done::Iterations),
            _ => None,
        }
    }
}
