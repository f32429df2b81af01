//! The part of a step that runs on the device: forward through the recogniser and the losses, and the gradients back.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::Attack;
use super::losses::adversarial::{Game, Plausibility};
use super::losses::perceptual::{balance, perceptual};
use super::losses::{prediction::prediction, smooth::smooth};
use super::report::{Losses, Verdict, softmax};
use super::target::Goal;
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

impl Attack {
    /// The recogniser's probabilities for the clip as it is now, (classes).
    ///
    /// # Errors
    /// Where the device fails.
    pub async fn recognise(&self) -> Result<Vec<f32>> {
        Ok(softmax(&self.logits(&self.perturbed).await?))
    }

    /// The goal; the first time it takes a forward pass of the original.
    pub(super) async fn goal(&mut self) -> Result<Goal> {
        let clean = match self.clean_logits.take() {
            Some(known) => known,
            None => self.logits(self.clean.data()).await?,
        };
        let goal = Goal::new(self.config.target, &clean);
        self.clean_logits = Some(clean);
        Ok(goal)
    }

    /// Lines 3 to 8 of Algorithm 1, and one reading of all results.
    pub(super) async fn pass(&self, goal: Goal) -> Result<Pass> {
        let device = self.victim.device();
        let weights = self.plays().map(|plausibility| plausibility.discriminator().weights(device));
        let graded = self.grade(self.upload(&self.perturbed, device), weights, self.iteration + 1, goal)?;
        let seen = graded.perceptual.is_some();
        let learns = graded.discriminator.is_some();
        let reading = Transaction::default().register(graded.logits).register(graded.numbers).register(graded.gradient);
        let reading = graded.perceptual.into_iter().fold(reading, Transaction::register);
        let reading = graded.discriminator.into_iter().fold(reading, Transaction::register);

        let read = fetch(reading).await?;
        finite(&read)?;
        let mut read = read.into_iter();
        let mut next = || read.next().ok_or_else(missing);
        let (logits, numbers, mut gradient) = (next()?, next()?, next()?);
        let hold = |gradient: &mut [f32]| {
            gradient.iter_mut().zip(&self.bounds).filter(|(_, bound)| **bound == 0.0).for_each(|(g, _)| *g = 0.0);
        };
        hold(&mut gradient);
        if seen {
            let mut other = next()?;
            hold(&mut other);
            let frame = gradient.len() / self.clean.frames();
            balance(&mut gradient, &other, self.config.lambda, frame);
        }
        Ok(Pass {
            seen: self.seen(&logits, &numbers, goal),
            gradient,
            discriminator: if learns { Some(next()?) } else { None },
        })
    }

    /// The discriminator, where it takes part.
    pub(super) fn plays(&self) -> Option<&Plausibility> {
        self.plausibility.as_ref().filter(|_| self.config.plausible())
    }

    /// Lines 3 to 8 of Algorithm 1 for `x`, (T, M, V, C), in step number `round`. `weights` are the discriminator's, where it takes
    /// part; both are on the plain device.
    pub(super) fn grade(&self, x: Tensor<4>, weights: Option<Tensor<1>>, round: usize, goal: Goal) -> Result<Graded> {
        let x = Tensor::from_inner(x).require_grad();
        let device = x.device();
        let logits = self.victim.logits(clips(x.clone()));
        let predict = prediction(logits.clone(), goal, self.config.prediction);
        let smooth = if self.config.smooth() { smooth(x.clone(), &self.bounds) } else { None };
        let game =
            self.plays().zip(weights).map(|(plausibility, weights)| plausibility.play(x.clone(), weights, round));
        let seen = self.config.perceptual().then(|| perceptual(x.clone(), &self.clean));
        let restraint = [smooth.clone(), game.as_ref().map(|g| g.attacker.clone())];
        let lambda = self.config.lambda;
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
        let lost = || Error::device("a gradient is missing");
        let of = |loss: Tensor<1>| x.grad_remove(&mut loss.backward()).ok_or_else(lost);
        Ok(Graded {
            logits: logits.inner(),
            numbers: numbers.inner(),
            gradient: of(descended)?,
            perceptual: seen.map(of).transpose()?,
            discriminator: game
                .map(|game| game.weights.grad_remove(&mut game.discriminator.backward()).ok_or_else(lost))
                .transpose()?,
        })
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

    async fn logits(&self, data: &[f32]) -> Result<Vec<f32>> {
        let x = self.upload(data, self.victim.device());
        let logits = self.victim.logits(clips(x));
        let mut read = fetch(Transaction::default().register(logits)).await?;
        finite(&read)?;
        read.pop().ok_or_else(missing)
    }

    /// (T, M, V, C) on a device.
    pub(super) fn upload(&self, data: &[f32], device: &Device) -> Tensor<4> {
        let layout = self.clean.layout();
        let shape = [self.clean.frames(), self.clean.people(), layout.len(), layout.channels()];
        Tensor::from_data(TensorData::new(data.to_vec(), shape), device)
    }
}

/// From (T, M, V, C) to the networks' (N, C, T, V, M), N = 1.
fn clips(x: Tensor<4>) -> Tensor<5> {
    x.permute([3, 0, 2, 1]).unsqueeze()
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
