//! The training loop.

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use super::adversary::Adversary;
use super::average::Average;
use super::config::TrainConfig;
use super::evaluate::evaluate;
use super::example::Examples;
use super::layers::{Fixed, Pass, Start};
use super::network::Network;
use crate::data::dataset::{Dataset, LabelledClip};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::weights::State;

/// Report of one training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Steps taken.
    pub step: usize,
    /// Steps of the whole schedule.
    pub steps: usize,
    /// Mean loss of this epoch so far.
    pub loss: f32,
    /// Share of this epoch's augmented clips that were recognised so far, 0 to 1.
    pub accuracy: f32,
    /// Learning rate.
    pub rate: f64,
}

/// One epoch's line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Mean loss over the epoch.
    pub loss: f32,
    /// Share of the augmented clips that were recognised, 0 to 1.
    pub accuracy: f32,
    /// Learning rate of the last step.
    pub rate: f64,
    /// Share of the validation clips that the averaged weights recognise, 0 to 1; `None` where it was not measured.
    pub validation: Option<f64>,
}

/// A training in progress. It runs epoch by epoch and can write a checkpoint after each.
pub struct Trainer<'a> {
    pub(super) config: &'a TrainConfig,
    data: &'a Dataset,
    clips: Vec<&'a LabelledClip>,
    validation: Vec<&'a LabelledClip>,
    examples: Examples,
    device: Device,
    fixed: Fixed,
    pub(super) model: Network,
    pub(super) optimiser: ModuleOptimizer,
    pub(super) average: Average,
    rng: Pcg64Mcg,
    pub(super) log: Vec<Epoch>,
}

impl<'a> Trainer<'a> {
    /// A training before its first epoch. With `validate`, the config's validation subjects are held out, and the
    /// averaged weights are measured on them after every second epoch and after the last. The test side is never read.
    ///
    /// # Errors
    /// A config error if the training side or the validation side is empty; a device error.
    pub fn new(config: &'a TrainConfig, data: &'a Dataset, validate: bool, device: &Device) -> Result<Self> {
        let side: Vec<&LabelledClip> = config.split.sides(data).0.into_iter().map(|i| &data.clips[i]).collect();
        let (validation, clips) = match validate {
            true => side.into_iter().partition(|c| config.validation.contains(&c.subject)),
            false => (Vec::new(), side),
        };
        if clips.is_empty() {
            return Err(
                Error::config("selects no clip for training; check it against the set's subjects or views").at("split")
            );
        }
        if validate && validation.is_empty() {
            return Err(Error::config("names no subject of the training side; add one, or train without --validate")
                .at("validation"));
        }
        let device = device.clone().autodiff();
        let layout = config.dataset.layout();
        let mut start = Start { device: &device, rng: Pcg64Mcg::seed_from_u64(!config.seed) };
        let model = Network::new(config.architecture, layout, data.classes.len(), &mut start)?;
        Ok(Self {
            config,
            data,
            clips,
            validation,
            examples: Examples::new(config),
            fixed: Fixed::new(config.architecture, layout.layout(), &device)?,
            optimiser: AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(config.weight_decay).init(),
            average: Average::new(&model.valid(), config.averaging)?,
            model,
            device,
            rng: Pcg64Mcg::seed_from_u64(config.seed),
            log: Vec::new(),
        })
    }

    /// Starts from these weights in place of random ones. Call it before the first epoch.
    ///
    /// # Errors
    /// A weights error that names the key which does not fit the network.
    pub fn start_from(&mut self, state: &State) -> Result<()> {
        self.model.import(state)?;
        self.average = Average::new(&self.model.valid(), self.config.averaging)?;
        Ok(())
    }

    /// The finished epochs.
    pub fn log(&self) -> &[Epoch] {
        &self.log
    }

    /// The averaged weights, under their published names.
    pub fn state(&self) -> State {
        self.average.fill(self.model.valid()).state()
    }

    /// Steps of the schedule. It has the config's `epochs` even if `chosen_epochs` ends the training early.
    fn steps(&self) -> usize {
        self.clips.len().div_ceil(self.config.batch) * self.config.epochs
    }

    /// The clips of an epoch's batches in a random order, and a seed for each batch.
    fn batches(&mut self) -> Vec<(Vec<usize>, u64)> {
        let mut order: Vec<usize> = (0..self.clips.len()).collect();
        order.shuffle(&mut self.rng);
        order.chunks(self.config.batch).map(|batch| (batch.to_vec(), self.rng.random())).collect()
    }

    /// Repeats the random draws of finished epochs, so that the next epoch continues the same sequence.
    pub(super) fn skip(&mut self, epochs: usize) {
        for _ in 0..epochs {
            self.batches();
        }
    }

    /// One pass over the training side. `report` is called after each step.
    ///
    /// # Errors
    /// A device error.
    pub fn epoch(&mut self, mut report: impl FnMut(Progress)) -> Result<Epoch> {
        let (epoch, steps) = (self.log.len() + 1, self.steps());
        let (mut loss_sum, mut right, mut seen) = (0.0, 0, 0);
        let mut progress = Progress { epoch, step: 0, steps, loss: 0.0, accuracy: 0.0, rate: 0.0 };
        for (i, (order, seed)) in self.batches().into_iter().enumerate() {
            let batch: Vec<&LabelledClip> = order.iter().map(|&i| self.clips[i]).collect();
            let step = self.clips.len().div_ceil(self.config.batch) * (epoch - 1) + i;
            let rate = rate_at(step, steps, self.config.learning_rate);
            let (loss, correct) = self.step(&batch, seed, rate)?;
            loss_sum += loss * batch.len() as f32;
            (seen, right) = (seen + batch.len(), right + correct);
            let (loss, accuracy) = (loss_sum / seen as f32, right as f32 / seen as f32);
            progress = Progress { epoch, step: step + 1, steps, loss, accuracy, rate };
            report(progress);
        }
        let Progress { loss, accuracy, rate, .. } = progress;
        let measured = !self.validation.is_empty() && (epoch % 2 == 0 || epoch == self.config.last_epoch());
        let validation = if measured { Some(self.validate()?) } else { None };
        let epoch = Epoch { epoch, loss, accuracy, rate, validation };
        self.log.push(epoch);
        Ok(epoch)
    }

    fn step(&mut self, batch: &[&LabelledClip], seed: u64, rate: f64) -> Result<(f32, usize)> {
        let x = self.examples.batch(self.data, batch, seed)?;
        let x = match &self.config.adversarial {
            Some(adversarial) => {
                Adversary::new(adversarial, self.config, self.data, &self.model.valid().state())?.attack(x, seed)?
            }
            None => x,
        };
        let x = Tensor::from_data(x, &self.device);
        // A stream of its own: the clips' seeds count up from the batch's seed.
        let rng = Pcg64Mcg::seed_from_u64(!seed);
        let mut pass = Pass { graph: &self.fixed, dropout: self.config.dropout, rng };
        let logits = self.model.forward(x, &mut pass);
        let (loss, correct) = loss_of(logits, batch, self.data.classes.len(), self.config.label_smoothing)?;
        let value = loss.clone().inner().try_into_scalar::<f32>().map_err(|e| Error::device(e.to_string()))?;
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        self.model = self.optimiser.step(rate, self.model.clone(), gradients);
        self.average.add(&self.model.valid())?;
        Ok((value, correct))
    }

    /// Share of the validation clips that the averaged weights recognise, through the same input as a visitor's clip.
    fn validate(&self) -> Result<f64> {
        let entry = self.config.entry(self.data);
        let recogniser = Recogniser::from_states(entry, &[self.state()], &self.device.clone().inner())?;
        Ok(evaluate(&recogniser, self.validation.iter().copied())?.top1())
    }
}

/// The learning rate: rises linearly over the first tenth of the steps, then falls as a cosine to a thousandth of
/// `highest`.
fn rate_at(step: usize, steps: usize, highest: f64) -> f64 {
    let warm = (steps / 10).max(1);
    if step < warm {
        return highest * (step + 1) as f64 / warm as f64;
    }
    let share = (step - warm) as f64 / (steps - warm).max(1) as f64;
    highest * (0.001 + 0.999 * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()))
}

/// Cross-entropy with smoothed labels, and the number of clips recognised. `logits` is (N, classes).
fn loss_of(logits: Tensor<2>, batch: &[&LabelledClip], classes: usize, smoothing: f32) -> Result<(Tensor<1>, usize)> {
    let mut target = vec![smoothing / classes as f32; batch.len() * classes];
    for (i, clip) in batch.iter().enumerate() {
        target[i * classes + clip.label] += 1.0 - smoothing;
    }
    let predicted = logits.clone().inner().argmax(1).try_into_data().map_err(|e| Error::device(e.to_string()))?;
    let correct = predicted.iter::<i64>().zip(batch).filter(|(p, clip)| *p as usize == clip.label).count();
    let target = Tensor::<2>::from_data(TensorData::new(target, [batch.len(), classes]), &logits.device());
    let loss = -(log_softmax(logits, 1) * target).sum().div_scalar(batch.len() as f32);
    Ok((loss, correct))
}
