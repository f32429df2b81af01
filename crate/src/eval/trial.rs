//! One attack on one clip, to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::attack::run::run;
use crate::attack::{Attack, AttackConfig, Done, StepReport, Victim};
use crate::error::Result;
use crate::skeleton::Sequence;

/// What came of an attack.
pub struct Trial {
    /// The last iterate.
    pub clip: Sequence,
    /// The last step's report; its figures are the last iterate's.
    pub last: StepReport,
    /// Updates after which a forward pass of the attack first met the goal. The last iterate has had none: its judge tells.
    pub first: Option<usize>,
    /// Updates that the last iterate has had.
    pub updates: usize,
    /// How long it took.
    pub seconds: f32,
}

/// Attacks a clip.
///
/// # Errors
/// As [`Attack::new`] and [`Attack::step`].
pub fn attack(victim: Arc<dyn Victim>, clip: &Sequence, natural: &[Sequence], config: AttackConfig) -> Result<Trial> {
    let start = Instant::now();
    let mut attack = Attack::new(victim, clip, natural, config)?;
    let mut first = None;
    let last = run(&mut attack, |report| {
        if report.fooled && first.is_none() {
            // A step's forward pass sees what the steps before it made.
            first = Some(report.iteration - 1);
        }
        ControlFlow::Continue(())
    })?;
    let updates = last.iteration - usize::from(last.done == Some(Done::Held));
    Ok(Trial { clip: attack.sequence()?, last, first, updates, seconds: start.elapsed().as_secs_f32() })
}
