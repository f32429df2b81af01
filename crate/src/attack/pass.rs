//! The part of a step that runs on the device: forward through the recogniser and the losses, and the gradients back.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::Attack;
use super::losses::perceptual::{balance, perceptual};
use super::losses::{adversarial::Game, prediction::prediction, smooth::smooth};
use super::report::{Losses, Verdict, softmax};
use super::target::Goal;
use crate::error::{Error, Result};

/// What the device tells of one clip.
pub(super) struct Pass {
    pub verdict: Verdict,
    pub losses: Losses,
    /// The way up the total loss, (T, M, V, C); 0 where the clip may not move.
    pub gradient: Vec<f32>,
    /// Of the discriminator's loss to its weights, if it takes part.
    pub discriminator: Option<Vec<f32>>,
    /// The discriminator's mean score of the clip.
    pub plausibility: Option<f32>,
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
        let device = self.victim.device().clone().autodiff();
        let x = self.upload(&self.perturbed, &device).require_grad();

        let logits = self.victim.logits(clips(x.clone()));
        let predict = prediction(logits.clone(), goal, self.config.prediction);
        let smooth = if self.config.smooth() { smooth(x.clone(), &self.bounds) } else { None };
        let game = match &self.plausibility {
            Some(plausibility) if self.config.plausible() => Some(plausibility.play(x.clone(), self.iteration + 1)),
            _ => None,
        };
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
        let gradient = x.grad_remove(&mut descended.backward()).ok_or_else(lost)?;
        let mut reading = Transaction::default().register(logits.inner()).register(numbers.inner()).register(gradient);
        if let Some(seen) = &seen {
            reading = reading.register(x.grad_remove(&mut seen.backward()).ok_or_else(lost)?);
        }
        if let Some(game) = &game {
            let gradient = game.weights.grad_remove(&mut game.discriminator.backward()).ok_or_else(lost)?;
            reading = reading.register(gradient);
        }

        let mut read = read(reading).await?.into_iter();
        let mut next = || read.next().ok_or_else(|| Error::device("a result is missing"));
        let (logits, numbers, mut gradient) = (next()?, next()?, next()?);
        let hold = |gradient: &mut [f32]| {
            gradient.iter_mut().zip(&self.bounds).filter(|(_, bound)| **bound == 0.0).for_each(|(g, _)| *g = 0.0);
        };
        hold(&mut gradient);
        if seen.is_some() {
            let mut other = next()?;
            hold(&mut other);
            let frame = gradient.len() / self.clean.frames();
            balance(&mut gradient, &other, lambda, frame);
        }
        Ok(Pass {
            verdict: Verdict::of(&logits, goal),
            losses: Losses {
                total: numbers[0],
                prediction: numbers[1],
                smooth: numbers[2],
                adversarial: numbers[3],
                perceptual: numbers[4],
                discriminator: numbers[5],
            },
            gradient,
            plausibility: game.is_some().then_some(numbers[6]),
            discriminator: if game.is_some() { Some(next()?) } else { None },
        })
    }

    async fn logits(&self, data: &[f32]) -> Result<Vec<f32>> {
        let x = self.upload(data, self.victim.device());
        let logits = self.victim.logits(clips(x));
        Ok(read(Transaction::default().register(logits)).await?.swap_remove(0))
    }

    /// (T, M, V, C) on a device.
    fn upload(&self, data: &[f32], device: &Device) -> Tensor<4> {
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
async fn read(reading: Transaction) -> Result<Vec<Vec<f32>>> {
    let failed = |cause: String| Error::device(cause).at("reading the results of a step");
    let data = reading.execute_async().await.map_err(|e| failed(format!("{e:?}")))?;
    let values = data.into_iter().map(|d| d.try_to_vec::<f32>().map_err(|e| failed(format!("{e:?}"))));
    let values = values.collect::<Result<Vec<_>>>()?;
    match values.iter().flatten().all(|v| v.is_finite()) {
        true => Ok(values),
        false => Err(failed("a value is not finite".into())),
    }
}
