//! Walks to a clip, and notes how near it has come.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use super::row::{QueryRow, Walked};
use crate::attack::run::{block_on, run};
use crate::attack::{Attack, AttackConfig, Epsilon, Peer, StepReport, Target};
use crate::contract::report::top;
use crate::error::{Error, Result};
use crate::eval::inputs::Inputs;
use crate::eval::row::short;

/// One walk.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Index of the network.
    pub model: usize,
    /// Index of the clip in its set.
    pub clip: usize,
    /// What identifies it.
    pub walk: Walked,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Ids of the networks.
    pub victims: Vec<String>,
    /// Queries that each walk may ask.
    pub queries: usize,
    /// A walk ends at this distance, as a share of the body's height.
    pub within: f32,
    /// Test clips of each network.
    pub clips: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// The walks, clip by clip, so that a run that is cut off has measured every network on the same clips.
///
/// # Errors
/// If a network or its set is not there.
pub fn pieces(inputs: &Inputs, wanted: &Wanted) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for id in &wanted.victims {
        let missing = || Error::config(format!("{id} or its data set is not there")).at("--victims");
        let model = inputs.model(id).ok_or_else(missing)?;
        let source = &inputs.sources[inputs.models[model].source.ok_or_else(missing)?];
        for (round, clip) in source.select(wanted.clips, wanted.seed).into_iter().enumerate() {
            let walk = Walked {
                victim: id.clone(),
                weights: inputs.models[model].weights.clone(),
                clip,
                data: source.digests[clip].clone(),
                budget: wanted.queries,
                within: wanted.within.to_string(),
                seed: wanted.seed,
            };
            pieces.push((round, Piece { model, clip, walk }));
        }
    }
    pieces.sort_by_key(|(round, _)| *round);
    Ok(pieces.into_iter().map(|(_, piece)| piece).collect())
}

/// The numbers of queries at which the distance is noted: 10, 20, 50, 100, ..., and the budget.
pub fn noted(budget: usize) -> Vec<usize> {
    let decades = std::iter::successors(Some(10_usize), |n| n.checked_mul(10));
    let all = decades.flat_map(|n| [n, n.saturating_mul(2), n.saturating_mul(5)]);
    all.take_while(|n| *n < budget).chain([budget]).collect()
}

/// Walks to the clip: one row for each number of queries that is [`noted`]. A clip that the network does not recognise
/// is not walked to; its rows say so.
///
/// # Errors
/// If the attack fails, or the clip has no height.
pub fn work(inputs: &Inputs, piece: &Piece, wanted: &Wanted) -> Result<Vec<QueryRow>> {
    let (start, model) = (Instant::now(), &inputs.models[piece.model]);
    let lacking = || Error::data("has no data set").at(model.id());
    let source = model.source.and_then(|at| inputs.sources.get(at)).ok_or_else(lacking)?;
    let (clean, label) = &source.clips[piece.clip];
    let none = || Error::data("has no body height: no frame shows a body from head to foot");
    let height = clean.body_height().filter(|h| *h > 0.0).ok_or_else(none)?;
    let config = AttackConfig {
        target: Target::Untargeted,
        // The walk's bound is its own distance. What is farther than epsilon is not returned.
        epsilon: Epsilon::Global(height),
        queries: wanted.queries,
        seed: wanted.seed,
        ..AttackConfig::default()
    };
    let config = Peer::Basar.apply(config);
    let victim = Arc::clone(&model.recogniser);
    let mut attack = Attack::new(victim, clean, &source.natural(piece.clip), config)?;
    let answer = |p: &[f32]| top(p, 1).first().map_or(0, |t| t.index);
    let before = answer(&block_on(model.recogniser.recognise(clean))?);

    let points = noted(wanted.queries);
    let mut trace: Vec<(usize, Option<f32>, Option<f32>)> = Vec::new();
    if before == *label {
        let last = run(&mut attack, |report| {
            if points.contains(&report.iteration) {
                trace.push(place(report));
            }
            match report.distance.is_some_and(|distance| distance <= wanted.within * height) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        // A walk that has ended stays where it is.
        trace.resize(points.len(), place(&last));
    } else {
        trace.resize(points.len(), (0, None, None));
    }
    let after = answer(&block_on(model.recogniser.recognise(&attack.sequence()?))?);
    let classes = &model.recogniser.entry.classes;
    let seconds = (start.elapsed().as_secs_f32() * 100.0).round() / 100.0;
    let row = |(&queries, (asked, distance, change)): (&usize, (usize, Option<f32>, Option<f32>))| QueryRow {
        victim: piece.walk.victim.clone(),
        weights: piece.walk.weights.clone(),
        dataset: source.name.clone(),
        clip: piece.clip,
        data: piece.walk.data.clone(),
        budget: wanted.queries,
        within: piece.walk.within.clone(),
        seed: wanted.seed,
        label: classes[*label].clone(),
        clean: classes[before].clone(),
        predicted: classes[after].clone(),
        queries,
        asked,
        distance: distance.map(|d| short(d / height)),
        acceleration: change.map(short),
        seconds,
    };
    Ok(points.iter().zip(trace).map(row).collect())
}

/// Queries so far, and the distance of the nearest clip with its change of accelerations.
fn place(report: &StepReport) -> (usize, Option<f32>, Option<f32>) {
    (report.iteration, report.distance, report.distance.map(|_| report.figures.acceleration_change.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_noted_in_each_decade_and_at_the_end() {
        assert_eq!(noted(300), [10, 20, 50, 100, 200, 300]);
        assert_eq!(noted(100), [10, 20, 50, 100]);
        assert_eq!(noted(4), [4]);
    }
}
