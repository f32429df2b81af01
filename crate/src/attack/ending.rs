//! The end of an attack: its last iterate is recognised, random noise is tried beside it, and the best iterate is
//! returned.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::forward_backward::{judging, missing};
use super::progress::Seen;
use super::state::Attack;
use super::track::at_bound;
use super::update::Update;
use crate::contract::outcome::{Outcome, flags};
use crate::contract::report::Verdict;
use crate::contract::{Done, Goal, Losses, Metrics, StepReport};
use crate::contract::{Flag, Learning};
use crate::error::Result;

/// Random perturbations to compare with.
const NOISE: u64 = 3;

/// Adds the outcome to the last report of each attack that is over. It then holds the iterate that it returns: with the
/// exact projection the best one, with the paper's the last one. `reports` are those of the steps just taken, of each
/// attack.
///
/// # Errors
/// A device error if the device fails. The reports then wait for [`resume`].
pub(super) async fn settle(attacks: &mut [&mut Attack], reports: Vec<Vec<StepReport>>) -> Result<Vec<Vec<StepReport>>> {
    for (attack, reports) in attacks.iter_mut().zip(&reports) {
        if reports.last().is_some_and(|last| last.done.is_some()) {
            attack.waiting.clone_from(reports);
        }
    }
    let ended = resume(attacks).await?;
    Ok(reports.into_iter().zip(ended).map(|(taken, ended)| if ended.is_empty() { taken } else { ended }).collect())
}

/// Do reports wait for an outcome, because a device failed?
pub(super) fn waits(attacks: &[&mut Attack]) -> bool {
    attacks.iter().any(|attack| !attack.waiting.is_empty())
}

/// The waiting reports of each attack, with the outcome.
///
/// # Errors
/// As [`settle`].
pub(super) async fn resume(attacks: &mut [&mut Attack]) -> Result<Vec<Vec<StepReport>>> {
    let mut over: Vec<&mut Attack> = attacks.iter_mut().map(|a| &mut **a).filter(|a| !a.waiting.is_empty()).collect();
    if !over.is_empty() {
        outcomes(&mut over).await?;
    }
    Ok(attacks.iter_mut().map(|attack| std::mem::take(&mut attack.waiting)).collect())
}

async fn outcomes(over: &mut [&mut Attack]) -> Result<()> {
    over.iter_mut().for_each(|attack| attack.close());
    let last = answers(over, |attack| attack.perturbed().to_vec()).await?;
    for (attack, answer) in over.iter_mut().zip(&last) {
        attack.judge_last(answer);
    }
    let mut noise = vec![f32::INFINITY; over.len()];
    for draw in 0..NOISE {
        let answers = answers(over, |attack| attack.noise(draw)).await?;
        for (least, answer) in noise.iter_mut().zip(&answers) {
            *least = least.min(answer.loss);
        }
    }
    for ((attack, answer), noise) in over.iter_mut().zip(&last).zip(noise) {
        attack.end(answer, noise);
    }
    Ok(())
}

/// What the recogniser answers to a clip, as the attack judges it.
struct Answer {
    /// (classes)
    logits: Vec<f32>,
    /// The prediction loss.
    loss: f32,
}

async fn answers(over: &[&mut Attack], clip: impl Fn(&Attack) -> Vec<f32>) -> Result<Vec<Answer>> {
    let attacks: Vec<&Attack> = over.iter().map(|attack| &**attack).collect();
    let logits = judging(&attacks, clip).await?;
    let answer = |(attack, logits): (&&Attack, &Vec<f32>)| {
        let (logits, loss) = attack.judgement(logits, attack.goal().ok_or_else(missing)?);
        Ok(Answer { logits, loss })
    };
    attacks.iter().zip(&logits).map(answer).collect()
}

impl Attack {
    /// The last iterate as the answer shows it.
    fn last(&self, answer: &Answer) -> Option<Seen> {
        let report = self.waiting.last()?;
        Some(Seen {
            verdict: Verdict::of(&answer.logits, Goal { original: report.original, target: report.target }),
            losses: Losses { prediction: answer.loss, ..Losses::default() },
            plausibility: report.figures.plausibility,
            gradient: report.gradient,
        })
    }

    /// Updates that have led to the last iterate. The step that has held made none.
    fn updates(&self) -> usize {
        self.progress.iteration - usize::from(self.held())
    }

    fn held(&self) -> bool {
        self.waiting.last().is_some_and(|report| report.done == Some(Done::Held))
    }

    /// With clipping on, what a walk returns is within epsilon, even if the walk did not come as near.
    fn close(&mut self) {
        if self.update.walk().is_some() && self.config.constraints.clip {
            self.yielded_frames = self.projection.project(&mut self.perturbed);
        }
    }

    /// Takes the last iterate into account for the best one.
    fn judge_last(&mut self, answer: &Answer) {
        if let Some(seen) = self.last(answer) {
            let updates = self.updates();
            self.track.judge(&seen, updates, &self.perturbed, &self.clean, &self.bounds);
        }
    }

    /// The original with the perturbation's size and random signs: one sign for each coordinate of a joint over all
    /// frames, so that the noise moves as smoothly. It is projected as the attack is.
    fn noise(&self, draw: u64) -> Vec<f32> {
        let mut rng = Pcg32::seed_from_u64(self.config.seed.wrapping_add(draw));
        if let Update::BoneLength(lengths) = &self.update {
            let mut noise = self.clean.data().to_vec();
            let mut signed = lengths.clone().with_signs(|| rng.random_range(0..2_u32) == 1);
            signed.render(&mut noise, &self.clean, &self.bounds);
            return noise;
        }
        let frame = self.perturbed.len() / self.clean.frames();
        let signs: Vec<f32> = (0..frame).map(|_| if rng.random_range(0..2_u32) == 0 { -1.0 } else { 1.0 }).collect();
        let best = self.track.best().filter(|_| self.config.returns_best());
        let from = best.map_or(&self.perturbed, |best| &best.clip);
        // A value that has not moved keeps its bits.
        let flipped = |(i, (x, clean)): (usize, (&f32, &f32))| match x == clean {
            true => *clean,
            false => clean + signs[i % frame] * (x - clean),
        };
        let mut noise: Vec<f32> = from.iter().zip(self.clean.data()).enumerate().map(flipped).collect();
        self.projection.project(&mut noise);
        noise
    }

    fn end(&mut self, answer: &Answer, noise: f32) {
        let (updates, held) = (self.updates(), self.held());
        let Some(seen) = self.last(answer) else { return };
        let figures = Metrics::of(&self.clean, &self.perturbed, &self.bounds, seen.plausibility);
        let last = seen.verdict.judged(updates, seen.losses.prediction, figures);
        let best = self.track.best().map(|best| best.judged);
        let returned = self.track.best().filter(|_| self.config.returns_best());
        if let Some(best) = returned {
            self.perturbed.copy_from_slice(&best.clip);
        }
        let (returned_best, returned) = (returned.is_some(), returned.map_or(last, |best| best.judged));
        let at_bound = at_bound(&self.perturbed, self.clean.data(), &self.bounds);
        let signs = self.track.signs(at_bound, held, self.config.search().discriminator == Learning::Paper);
        let mut flags = flags(&signs, &last, best.as_ref(), &returned, noise);
        flags.retain(|flag| self.config.method.follows_gradient() || flag.without_gradient());
        if let Some(walk) = self.update.walk() {
            flags.retain(|flag| *flag == Flag::AtBound);
            flags.extend(walk.found().is_none().then_some(Flag::NeverFell));
        }
        if let Some(report) = self.waiting.last_mut() {
            report.figures = returned.figures;
            report.outcome = Some(Box::new(Outcome { last, best, returned_best, noise, flags }));
        }
    }
}
