//! What an attack remembers of its iterates: the best one, and the signs of failure.

use super::progress::Seen;
use crate::contract::outcome::{Judged, Signs};
use crate::contract::{AttackConfig, Metrics, metrics};
use crate::skeleton::Sequence;

/// Beyond epsilon by this much, in the layout's unit, an iterate still counts as within: it is rounding.
const ROUNDING: f32 = 1e-6;

/// The memory of one attack.
#[derive(Clone, Default)]
pub(super) struct Track {
    best: Option<Best>,
    /// Without clipping every iterate counts as within epsilon.
    free: bool,
    /// The prediction loss of each forward pass of this start.
    predictions: Vec<f32>,
    /// The smallest of the gradients' largest components, of the passes that did not meet the goal.
    gradient: Option<f32>,
    plausibility: Option<f32>,
}

/// The best iterate.
#[derive(Clone)]
pub(super) struct Best {
    /// (T, M, V, C)
    pub clip: Vec<f32>,
    pub judged: Judged,
}

impl Track {
    pub fn new(config: &AttackConfig) -> Self {
        Self { free: !config.constraints.clip, ..Self::default() }
    }

    /// A forward pass has seen the iterate `x`, (T, M, V, C), after so many updates.
    pub fn see(&mut self, seen: &Seen, updates: usize, x: &[f32], clean: &Sequence, bounds: &[f32]) {
        self.predictions.push(seen.losses.prediction);
        self.plausibility = seen.plausibility;
        if !seen.verdict.fooled {
            self.gradient = Some(self.gradient.map_or(seen.gradient, |least| least.min(seen.gradient)));
        }
        self.judge(seen, updates, x, clean, bounds);
    }

    /// Takes an iterate that a pass has seen as the best one, if it is.
    pub fn judge(&mut self, seen: &Seen, updates: usize, x: &[f32], clean: &Sequence, bounds: &[f32]) {
        let loss = seen.losses.prediction;
        let lower = self.best.as_ref().is_none_or(|best| loss < best.judged.prediction);
        if lower && (self.free || metrics::epsilon_excess(clean, x, bounds) <= ROUNDING) {
            let figures = Metrics::of(clean, x, bounds, seen.plausibility);
            self.best = Some(Best { clip: x.to_vec(), judged: seen.verdict.judged(updates, loss, figures) });
        }
    }

    /// Another start: its losses begin anew.
    pub fn restart(&mut self) {
        self.predictions.clear();
    }

    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    /// `saturable` is whether the discriminator can lose its gradient.
    pub fn signs(&self, at_bound: f32, held: bool, saturable: bool) -> Signs<'_> {
        let plausibility = self.plausibility.filter(|_| saturable);
        let gradient = self.gradient.unwrap_or(f32::INFINITY);
        Signs { predictions: &self.predictions, gradient, plausibility, at_bound, held }
    }
}

/// The share of the coordinates that may move which are at their bound, 0 to 1. All slices are (T, M, V, C).
pub(super) fn at_bound(x: &[f32], clean: &[f32], bounds: &[f32]) -> f32 {
    let moving = x.iter().zip(clean).zip(bounds).filter(|(_, bound)| **bound > 0.0);
    let (mut at, mut all) = (0_usize, 0_usize);
    for ((x, clean), bound) in moving {
        all += 1;
        at += usize::from((x - clean).abs() >= 0.999 * bound);
    }
    at as f32 / all.max(1) as f32
}
