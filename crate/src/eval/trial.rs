//! Runs one attack on one clip to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::attack::run::{block_on, run};
use crate::attack::smallest::Smallest;
use crate::attack::{Attack, AttackConfig, Done, Method, Metrics, StepReport, Victim};
use crate::contract::report::top;
use crate::error::Result;
use crate::eval::row::NO_FLAG;
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
    /// The smallest epsilon that reached the goal, in the layout's unit, if it was searched for; of a walk its
    /// distance.
    pub smallest: Option<f32>,
    /// Duration in seconds.
    pub seconds: f32,
}

impl Trial {
    /// The indicators of failure, as a row has them.
    pub fn flags(&self) -> String {
        let Some(outcome) = &self.last.outcome else { return String::new() };
        match outcome.flags[..] {
            [] => NO_FLAG.into(),
            _ => outcome.flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(" "),
        }
    }
}

/// Attacks a clip.
///
/// # Errors
/// As [`Attack::new`] and [`Attack::step`].
pub fn attack(victim: Arc<dyn Victim>, clip: &Sequence, natural: &[Sequence], config: AttackConfig) -> Result<Trial> {
    let start = Instant::now();
    let walks = config.method == Method::Basar;
    let mut attack = Attack::new(victim, clip, natural, config)?;
    let mut first = None;
    let last = run(&mut attack, |report| {
        // Of a walk only what it returns counts, and only within epsilon.
        let met = match walks {
            true => report.distance == Some(report.figures.linf) && report.figures.epsilon_excess <= 0.0,
            false => report.fooled,
        };
        if met && first.is_none() {
            // A step's forward pass sees the clip before the step's update.
            first = Some(report.iteration - 1);
        }
        ControlFlow::Continue(())
    })?;
    let updates = last.iteration - usize::from(last.done == Some(Done::Held));
    let (clip, figures) = (attack.sequence()?, last.figures);
    let smallest = last.distance;
    Ok(Trial { clip, figures, last, first, updates, smallest, seconds: start.elapsed().as_secs_f32() })
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
    Ok(Trial { clip, figures, last, first, updates, smallest: None, seconds: start.elapsed().as_secs_f32() })
}

/// Searches for the smallest epsilon that reaches the goal, and gives the clip within it; the original if none does.
///
/// # Errors
/// As [`Smallest::new`] and [`Smallest::step`].
pub fn smallest(victim: Arc<dyn Victim>, clip: &Sequence, natural: &[Sequence], config: AttackConfig) -> Result<Trial> {
    let start = Instant::now();
    let mut search = Smallest::new(Attack::new(victim, clip, natural, config)?)?;
    let mut steps = 0;
    let last = loop {
        let step = block_on(search.step())?;
        steps += 1;
        if step.done {
            break step.step;
        }
    };
    let (smallest, clip) = match search.found() {
        Some((epsilon, found)) => (Some(epsilon), clip.with_data(found.to_vec())?),
        None => (None, clip.clone()),
    };
    let bounds = vec![smallest.unwrap_or(0.0); clip.data().len()];
    let figures = Metrics::of(search.attack().clean(), clip.data(), &bounds, None);
    // Steps of all epsilons together.
    let last = StepReport { iteration: steps, ..last };
    Ok(Trial { clip, figures, last, first: None, updates: steps, smallest, seconds: start.elapsed().as_secs_f32() })
}
