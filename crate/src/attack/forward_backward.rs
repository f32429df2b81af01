//! The part of a step that runs on the device: forward through the recogniser and the losses, and the gradients back. Several
//! attacks on clips of one shape share it; each has its own losses.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::Attack;
use super::losses::adversarial::{Game, Plausibility};
use super::losses::perceptual::{balance, perceptual};
use super::losses::{prediction::prediction, smooth::smooth};
use crate::contract::goal::Goal;
use crate::contract::report::{Losses, Verdict, softmax};
use crate::error::{Error, Result};

/// What the device tells of one clip.
pub(super) struct Pass {
    pub seen: Seen,
    /// The way up the total loss, (T, M, V, C); 0 where the clip may not move.
    pub gradient: Vec<f32>,
    /// Of the discriminator's loss to its weights, if it takes part.
    pub discriminator: Option<Vec<f32>>,
}

/// What a forward pass has seen.
pub(super) struct Seen {
    pub verdict: Verdict,
    pub losses: Losses,
    /// The discriminator's mean score of the clip.
    pub plausibility: Option<f32>,
}

/// The same, still on the device, with the gradients.
pub(super) struct Graded {
    /// (1, classes)
    pub logits: Tensor<2>,
    /// All losses in the order of [`Losses`], and the discriminator's score: (7).
    pub numbers: Tensor<1>,
    /// Of the losses that are descended together, (T, M, V, C), also where the clip may not move.
    pub gradient: Tensor<4>,
    /// Of the perceptual loss, if it takes part.
    pub perceptual: Option<Tensor<4>>,
    /// Of the discriminator's loss to its weights, if it takes part.
    pub discriminator: Option<Tensor<1>>,
}

/// A clip to be graded, (T, M, V, C), by an attack in its step number `round`, from 1. `weights` are the discriminator's, where it
/// takes part; both are on the plain device.
pub(super) struct Entry<'a> {
    pub attack: &'a Attack,
    pub goal: Goal,
    pub round: usize,
    pub x: Tensor<4>,
    pub weights: Option<Tensor<1>>,
}

/// The losses of one clip, with their graphs.
struct Parts {
    /// As in [`Graded::numbers`].
    numbers: Tensor<1>,
    /// The sum that is descended, (1).
    descended: Tensor<1>,
    perceptual: Option<Tensor<1>>,
    game: Option<Game>,
}

/// What the recogniser says of a clip of each attack, (classes) each.
///
/// # Errors
/// Where the device fails.
pub(super) async fn logits(attacks: &[&Attack], clip: impl Fn(&Attack) -> &[f32]) -> Result<Vec<Vec<f32>>> {
    let Some(first) = attacks.first() else { return Ok(Vec::new()) };
    let victim = &first.victim;
    let logits = victim.logits(clips(attacks.iter().map(|a| a.upload(clip(a), victim.device()))));
    let read = fetch(Transaction::default().register(logits)).await?;
    finite(&read)?;
    Ok(read.concat().chunks(victim.classes()).map(<[f32]>::to_vec).collect())
}

/// The goals; those that are not known yet take a forward pass of the originals.
pub(super) async fn goals(attacks: &mut [&mut Attack]) -> Result<Vec<Goal>> {
    let unknown: Vec<&Attack> = attacks.iter().map(|a| &**a).filter(|a| a.clean_logits.is_none()).collect();
    let mut found = logits(&unknown, |a| a.clean.data()).await?.into_iter();
    let mut goal = |attack: &mut &mut Attack| {
        let known = attack.clean_logits.take().or_else(|| found.next()).ok_or_else(missing)?;
        Ok(Goal::new(attack.config.target, attack.clean_logits.insert(known)))
    };
    attacks.iter_mut().map(&mut goal).collect()
}

/// Lines 3 to 8 of Algorithm 1, and one reading of all results.
pub(super) async fn pass(attacks: &[&Attack], goals: &[Goal]) -> Result<Vec<Pass>> {
    let entries = attacks.iter().zip(goals).map(|(attack, &goal)| {
        let device = attack.victim.device();
        let weights = attack.plays().map(|plausibility| plausibility.discriminator().weights(device));
        let x = attack.upload(&attack.perturbed, device);
        Entry { attack, goal, round: attack.iteration + 1, x, weights }
    });
    let mut reading = Transaction::default();
    for graded in grade(entries.collect())? {
        reading = reading.register(graded.logits).register(graded.numbers).register(graded.gradient);
        reading = graded.perceptual.into_iter().fold(reading, Transaction::register);
        reading = graded.discriminator.into_iter().fold(reading, Transaction::register);
    }
    let read = fetch(reading).await?;
    finite(&read)?;
    let mut read = read.into_iter();
    attacks.iter().zip(goals).map(|(attack, &goal)| attack.passed(&mut read, goal)).collect()
}

/// Lines 3 to 8 of Algorithm 1 for clips of one shape: one forward and one backward pass of the recogniser for all of them.
pub(super) fn grade(entries: Vec<Entry>) -> Result<Vec<Graded>> {
    let Some(first) = entries.first() else { return Ok(Vec::new()) };
    let xs: Vec<_> = entries.iter().map(|e| Tensor::from_inner(e.x.clone()).require_grad()).collect();
    let logits = rows(first.attack.victim.logits(clips(xs.iter().cloned())));
    let parts = entries.into_iter().zip(&xs).zip(&logits);
    let parts: Vec<Parts> = parts.map(|((entry, x), logits)| entry.parts(x.clone(), logits.clone())).collect();

    // A clip's losses depend on no other clip, and so do the gradients of their sum.
    let back = |of: fn(&Parts) -> Option<&Tensor<1>>| {
        let sum = parts.iter().filter_map(of).cloned().reduce(|sum, loss| sum + loss);
        sum.map(|sum| sum.backward())
    };
    let mut down = back(|p| Some(&p.descended));
    let mut seen = back(|p| p.perceptual.as_ref());
    let mut learnt = back(|p| p.game.as_ref().map(|game| &game.discriminator));
    let lost = || Error::device("a gradient is missing");
    let graded = parts.into_iter().zip(xs).zip(logits).map(|((parts, x), logits)| {
        let perceptual = seen.as_mut().filter(|_| parts.perceptual.is_some());
        let learnt = parts.game.zip(learnt.as_mut());
        Ok(Graded {
            logits: logits.inner(),
            numbers: parts.numbers.inner(),
            gradient: down.as_mut().and_then(|down| x.grad_remove(down)).ok_or_else(lost)?,
            perceptual: perceptual.map(|seen| x.grad_remove(seen).ok_or_else(lost)).transpose()?,
            discriminator: learnt.map(|(game, by)| game.weights.grad_remove(by).ok_or_else(lost)).transpose()?,
        })
    });
    graded.collect()
}

impl Entry<'_> {
    /// The losses of the clip `x`, (T, M, V, C), that has these logits, (1, classes).
    fn parts(self, x: Tensor<4>, logits: Tensor<2>) -> Parts {
        let attack = self.attack;
        let device = x.device();
        let predict = prediction(logits, self.goal, attack.config.prediction);
        let smooth = if attack.config.smooth() { smooth(x.clone(), &attack.bounds) } else { None };
        let game = attack.plays().zip(self.weights);
        let game = game.map(|(plausibility, weights)| plausibility.play(x.clone(), weights, self.round));
        let seen = attack.config.perceptual().then(|| perceptual(x, &attack.clean));
        let restraint = [smooth.clone(), game.as_ref().map(|g| g.attacker.clone())];
        let lambda = attack.config.lambda;
        let descended = restraint.into_iter().flatten().fold(predict.clone(), |sum, part| sum + part * lambda);
        let total = seen.iter().fold(descended.clone(), |sum, part| sum + part.clone() * lambda);

        let none = || Tensor::zeros([1], &device);
        let part = |of: fn(&Game) -> &Tensor<1>| game.as_ref().map_or_else(none, |g| of(g).clone());
        let numbers = Tensor::cat(
            vec![
                total,
                predict,
                smooth.unwrap_or_else(none),
                part(|g| &g.attacker),
                seen.clone().unwrap_or_else(none),
                part(|g| &g.discriminator),
                part(|g| &g.score),
            ],
            0,
        );
        Parts { numbers, descended, perceptual: seen, game }
    }
}

impl Attack {
    /// The recogniser's probabilities for the clip as it is now, (classes).
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn recognise(&self) -> Result<Vec<f32>> {
        logits(&[self], Self::perturbed).await?.pop().map(|logits| softmax(&logits)).ok_or_else(missing)
    }

    /// What a pass has left to read for this attack.
    fn passed(&self, read: &mut impl Iterator<Item = Vec<f32>>, goal: Goal) -> Result<Pass> {
        let mut next = || read.next().ok_or_else(missing);
        let (logits, numbers, mut gradient) = (next()?, next()?, next()?);
        let hold = |gradient: &mut [f32]| {
            gradient.iter_mut().zip(&self.bounds).filter(|(_, bound)| **bound == 0.0).for_each(|(g, _)| *g = 0.0);
        };
        hold(&mut gradient);
        if self.config.perceptual() {
            let mut other = next()?;
            hold(&mut other);
            let frame = gradient.len() / self.clean.frames();
            balance(&mut gradient, &other, self.config.lambda, frame);
        }
        Ok(Pass {
            seen: self.seen(&logits, &numbers, goal),
            gradient,
            discriminator: if self.plays().is_some() { Some(next()?) } else { None },
        })
    }

    /// The discriminator, where it takes part.
    pub(super) fn plays(&self) -> Option<&Plausibility> {
        self.plausibility.as_ref().filter(|_| self.config.plausible())
    }

    /// What logits and [`Graded::numbers`] say.
    pub(super) fn seen(&self, logits: &[f32], numbers: &[f32], goal: Goal) -> Seen {
        Seen {
            verdict: Verdict::of(logits, goal),
            losses: Losses {
                total: numbers[0],
                prediction: numbers[1],
                smooth: numbers[2],
                adversarial: numbers[3],
                perceptual: numbers[4],
                discriminator: numbers[5],
            },
            plausibility: self.plays().map(|_| numbers[6]),
        }
    }

    /// (T, M, V, C) on a device.
    pub(super) fn upload(&self, data: &[f32], device: &Device) -> Tensor<4> {
        let layout = self.clean.layout();
        let shape = [self.clean.frames(), self.clean.people(), layout.len(), layout.channels()];
        Tensor::from_data(TensorData::new(data.to_vec(), shape), device)
    }
}

/// From clips of one shape, (T, M, V, C) each, to the networks' (N, C, T, V, M).
fn clips(xs: impl Iterator<Item = Tensor<4>>) -> Tensor<5> {
    let mut all: Vec<Tensor<5>> = xs.map(|x| x.permute([3, 0, 2, 1]).unsqueeze()).collect();
    // Joining copies, on a device as well; one clip is not joined to anything.
    if all.len() == 1 { all.remove(0) } else { Tensor::cat(all, 0) }
}

/// The rows of (N, classes), (1, classes) each.
fn rows(logits: Tensor<2>) -> Vec<Tensor<2>> {
    if logits.dims()[0] == 1 { vec![logits] } else { logits.split(1, 0) }
}

/// Reads everything at once, without blocking: a browser's GPU allows nothing else.
pub(super) async fn fetch(reading: Transaction) -> Result<Vec<Vec<f32>>> {
    let data = reading.execute_async().await.map_err(|e| failed(format!("{e:?}")))?;
    data.into_iter().map(|d| d.try_to_vec::<f32>().map_err(|e| failed(format!("{e:?}")))).collect()
}

/// # Errors
/// Where a value that was read is no number.
pub(super) fn finite<'a>(read: impl IntoIterator<Item = &'a Vec<f32>>) -> Result<()> {
    match read.into_iter().flatten().all(|v| v.is_finite()) {
        true => Ok(()),
        false => Err(failed("a value is not finite".into())),
    }
}

pub(super) fn missing() -> Error {
    Error::device("a result is missing")
}

fn failed(cause: String) -> Error {
    Error::device(cause).at("reading the results of a step")
}
