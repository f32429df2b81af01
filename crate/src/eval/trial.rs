//! Runs one attack on one clip to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::attack::run::run;
use crate::attack::{Attack, AttackConfig, Done, StepReport, Victim};
use crate::error::Result;
use crate::skeleton::Sequence;

/// The result of an attack.
pub struct Trial {
    /// The last iterate.
    pub clip: Sequence,
    /// The report of the last step; its figures belong to the last iterate.
    pub last: StepReport,
    /// Updates after which a forward pass first met the goal. No forward pass sees the last iterate; its judge does.
    pub first: Option<usize>,
    /// Updates of the last iterate.
    pub updates: usize,
    /// Duration in seconds.
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
            // A step's forward pass sees the clip before the step's update.
            first = Some(report.iteration - 1);
        }
        ControlFlow::Continue(())
    })?;
    let updates = last.iteration - usize::from(last.done == Some(Done::Held));
    Ok(Trial { clip: attack.sequence()?, last, first, updates, seconds: start.elapsed().as_secs_f32() })
}
