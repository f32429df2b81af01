//! Runs one attack on one clip to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::attack::run::{block_on, run};
use crate::attack::{Attack, AttackConfig, Done, Metrics, StepReport, Victim};
use crate::contract::report::top;
use crate::error::Result;
use crate::skeleton::Sequence;

/// The result of an attack.
pub struct Trial {
    /// The iterate that is judged: the last one, or the best one.
    pub clip: Sequence,
    /// Its distance from the original.
    pub figures: Metrics,
    /// The report of the last step.
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
    let (clip, figures) = (attack.sequence()?, last.figures);
    Ok(Trial { clip, figures, last, first, updates, seconds: start.elapsed().as_secs_f32() })
}

/// Attacks a clip and gives the best iterate: of those that met the goal the one with the highest probability of the
/// target, untargeted with the lowest of the original class; the last one if none did. The last iterate counts as well,
/// at the cost of one more forward pass.
///
/// # Errors
/// As [`attack`].
pub fn attack_best(
    victim: Arc<dyn Victim>,
    clip: &Sequence,
    natural: &[Sequence],
    config: AttackConfig,
) -> Result<Trial> {
    let start = Instant::now();
    let mut attack = Attack::new(victim, clip, natural, config)?;
    let (mut first, mut best) = (None, None::<(f32, Sequence, Metrics)>);
    // The iterate that the next forward pass sees.
    let mut seen = (attack.sequence()?, Metrics::default());
    let mut keep = |score: f32, clip: &Sequence, figures: Metrics| {
        if best.as_ref().is_none_or(|known| score > known.0) {
            best = Some((score, clip.clone(), figures));
        }
    };
    let last = loop {
        let report = block_on(attack.step())?;
        // The plausibility in a report belongs to the clip before the step.
        seen.1.plausibility = report.figures.plausibility;
        if report.fooled {
            keep(report.p_target.unwrap_or(1.0 - report.p_original), &seen.0, seen.1);
            first = first.or(Some(report.iteration - 1));
        }
        seen = (attack.sequence()?, report.figures);
        if report.done.is_some() {
            break report;
        }
    };
    let updates = last.iteration - usize::from(last.done == Some(Done::Held));
    let p = block_on(attack.recognise())?;
    let class = top(&p, 1).first().map_or(last.original, |t| t.index);
    if last.target.map_or(class != last.original, |target| class == target) {
        keep(last.target.map_or(1.0 - p[last.original], |target| p[target]), &seen.0, seen.1);
    }
    let (clip, figures) = best.map_or(seen, |(_, clip, figures)| (clip, figures));
    Ok(Trial { clip, figures, last, first, updates, seconds: start.elapsed().as_secs_f32() })
}
