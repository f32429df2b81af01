//! The attacks that the engine holds.

use std::cell::{Cell, RefCell};

use crate::attack::{Attack, AttackConfig};
use crate::defence::certificate::Vote;

/// The engine's attacks, and changes of settings that wait for the end of a step.
#[derive(Default)]
pub(super) struct Attacks {
    /// Empty during a computation, which takes them out.
    pub list: RefCell<Vec<Attack>>,
    /// How many a computation has taken out.
    pub computing: Cell<usize>,
    /// Settings that came during a computation, with the attack's index.
    pub pending: RefCell<Vec<(usize, AttackConfig)>>,
}

impl Attacks {
    /// Drops all attacks and waiting settings.
    pub fn clear(&self) {
        self.list.take();
        self.computing.take();
        self.pending.take();
    }
}

/// A vote over noise that runs, and what it is about.
pub(super) struct RunningVote {
    pub vote: Vote,
    /// Draws in the end.
    pub of: usize,
    /// The length of an attack's change in the noise.
    pub reached: Option<f64>,
}
