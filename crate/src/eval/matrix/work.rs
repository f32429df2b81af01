//! Does a piece of the matrix.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::plan::{Piece, Wanted, defence};
use super::row::{ABSTAINS, FLAGGED, MatrixRow};
use crate::attack::noise::Filter;
use crate::attack::run::block_on;
use crate::attack::{AttackConfig, Target, Victim};
use crate::contract::Goal;
use crate::defence::certificate::{Sampling, predict};
use crate::defence::defended::{Defence, Defended};
use crate::error::{Error, Result};
use crate::eval::inputs::{Inputs, Source};
use crate::eval::row::short;
use crate::eval::trial;
use crate::model::clip_tensor;
use crate::skeleton::Sequence;

/// Draws of noise that a randomly smoothed network answers from.
pub const ANSWER: usize = 32;
/// It abstains if its two most frequent classes may be equal, with this probability of an error.
pub const ALPHA: f64 = 0.01;

/// The answers to clean clips, which all attacks on a clip share: by network, clip and defence.
#[derive(Default)]
pub struct CleanAnswers(Mutex<HashMap<(usize, usize, String), String>>);

impl CleanAnswers {
    fn of(&self, key: (usize, usize, &str), answer: impl FnOnce() -> Result<String>) -> Result<String> {
        let key = (key.0, key.1, key.2.to_owned());
        let known = self.0.lock().ok().and_then(|known| known.get(&key).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let answer = answer()?;
        if let Ok(mut known) = self.0.lock() {
            known.insert(key, answer.clone());
        }
        Ok(answer)
    }
}

/// Attacks the clip, and fills the cells.
///
/// # Errors
/// If the attack or a judge fails, or the clip has no height.
pub fn work(inputs: &Inputs, known: &CleanAnswers, piece: &Piece, wanted: &Wanted) -> Result<Vec<MatrixRow>> {
    let model = &inputs.models[piece.model];
    let lacking = || Error::data("has no data set").at(model.id());
    let source = model.source.and_then(|at| inputs.sources.get(at)).ok_or_else(lacking)?;
    let (clean, label) = &source.clips[piece.clip];
    let none = || Error::data("has no body height: no frame shows a body from head to foot");
    let height = clean.body_height().filter(|h| *h > 0.0).ok_or_else(none)?;
    // The noise of an answer is not the noise that the attack has seen.
    let judge = Judge { model: model.recogniser.clone(), source, seed: !wanted.seed };

    let through = judge.defence(&piece.through)?;
    let logits = read(&*model.recogniser, clean)?;
    let own = Goal::new(Target::Untargeted, &logits).original;
    let victim = Defended::new(model.recogniser.clone(), through, clean, wanted.seed.wrapping_add(piece.clip as u64))?;
    let victim: Arc<dyn Victim> = Arc::new(victim.keeping(own));
    let config = piece.config(height, wanted);
    let config = AttackConfig { target: fixed(config.target, &logits), ..config };
    let natural = if config.needs_clips() { source.natural(piece.clip) } else { Vec::new() };
    let attack = if piece.attacker.search { trial::smallest } else { trial::attack };
    let trial = attack(victim, clean, &natural, config.clone())?;

    let classes = &model.recogniser.entry.classes;
    let target = match config.target {
        Target::Class { index } => classes[index].clone(),
        _ => String::new(),
    };
    let flags = source.detector.as_ref().map(|d| d.flags(&trial.clip));
    let natural = source.manifold.as_ref().and_then(|m| m.share(&trial.clip));
    let each = if let Defence::Randomised { draws, .. } = through { draws } else { 1 };
    piece
        .cells
        .iter()
        .map(|cell| {
            let before = known.of((piece.model, piece.clip, &cell.defence), || judge.answer(&cell.defence, clean))?;
            let after = judge.answer(&cell.defence, &trial.clip)?;
            let refused = [ABSTAINS, FLAGGED].contains(&after.as_str());
            let met = if target.is_empty() { after != before && !refused } else { after == target };
            Ok(MatrixRow {
                victim: cell.victim.clone(),
                weights: cell.weights.clone(),
                defence: cell.defence.clone(),
                mode: cell.mode,
                attack: cell.attack.clone(),
                dataset: source.name.clone(),
                clip: cell.clip,
                data: cell.data.clone(),
                share: cell.share.clone(),
                epsilon: short(piece.share * height),
                constraints: config.constraints_in_words(),
                iterations: cell.iterations,
                seed: cell.seed,
                label: classes[*label].clone(),
                clean: before,
                target: target.clone(),
                predicted: after,
                success: met,
                queries: trial.last.iteration * piece.attacker.queries_a_step() * each,
                smallest: trial.smallest.map(|e| short(e / height)),
                acceleration: short(trial.figures.acceleration_change.sqrt()),
                natural: natural.map(short),
                flagged: flags.map(|f| f.bones || f.acceleration),
                seconds: (trial.seconds * 100.0).round() / 100.0,
            })
        })
        .collect()
}

/// The least likely class of the bare network as a fixed target: behind a detector the least likely one could be
/// "flagged", and behind noise it would be a draw.
fn fixed(target: Target, logits: &[f32]) -> Target {
    match target {
        Target::LeastLikely => Goal::new(target, logits).target.map_or(target, |index| Target::Class { index }),
        other => other,
    }
}

fn read(victim: &dyn Victim, clip: &Sequence) -> Result<Vec<f32>> {
    let logits = victim.logits(clip_tensor(clip, victim.device()));
    let data = logits.try_into_data().map_err(|e| Error::device(e.to_string()))?;
    data.try_to_vec().map_err(|e| Error::device(format!("{e:?}")))
}

/// The victim behind each defence.
struct Judge<'a> {
    model: Arc<crate::model::Recogniser>,
    source: &'a Source,
    seed: u64,
}

impl Judge<'_> {
    fn defence(&self, id: &str) -> Result<Defence> {
        defence(id, self.source.detector.as_ref().map(crate::eval::defence::Detector::acceleration))
    }

    /// The answer to a clip, by name.
    fn answer(&self, id: &str, clip: &Sequence) -> Result<String> {
        let classes = &self.model.entry.classes;
        let defence = self.defence(id)?;
        if let Defence::Randomised { noise, .. } = defence {
            let sampling = Sampling { select: 1, estimate: ANSWER, alpha: ALPHA, seed: self.seed };
            let class = block_on(predict(&*self.model, clip, &Filter::new(noise, clip), sampling))?;
            return Ok(class.map_or(ABSTAINS.into(), |class| classes[class].clone()));
        }
        let victim = Defended::new(self.model.clone(), defence, clip, self.seed)?;
        let class = Goal::new(Target::Untargeted, &read(&victim, clip)?).original;
        Ok(classes.get(class).map_or(FLAGGED.into(), Clone::clone))
    }
}
