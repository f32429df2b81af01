//! The training loop.

use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::config::TrainConfig;
use super::network::{TrainableStGcn, adjacency};
use crate::data::dataset::{Dataset, LabelledClip};
use crate::error::{Error, Result};
use crate::model::State;
use crate::model::stgcn::StGcnConfig;

/// One step's report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// 1-based.
    pub epoch: usize,
    /// Steps taken and steps in all.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Mean loss of this epoch so far.
    pub loss: f32,
    /// Share of this epoch's clips, as augmented, that were recognised so far.
    pub accuracy: f32,
    /// Learning rate.
    pub rate: f64,
}

/// Trains on the clips of the training side and gives the averaged weights.
///
/// `report` is called after each step; false cancels, and the weights so far come back.
///
/// # Errors
/// Where the training side is empty or the device fails.
pub fn train(
    config: &TrainConfig,
    network: &StGcnConfig,
    data: &Dataset,
    device: &Device,
    mut report: impl FnMut(Progress) -> bool,
) -> Result<State> {
    let (side, _) = config.split.sides(data);
    let clips: Vec<&LabelledClip> = side.into_iter().map(|i| &data.clips[i]).collect();
    if clips.is_empty() {
        return Err(Error::config("no clip is on the training side").at("split"));
    }
    let device = device.clone().autodiff();
    device.seed(config.seed);
    let mut rng = Pcg64Mcg::seed_from_u64(config.seed);
    let mut model = TrainableStGcn::new(network, config.dropout, &device);
    let graph = adjacency(network, &device);
    let mut optimiser = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(config.weight_decay).init();
    let mut average = Average { state: model.state(), decay: config.averaging, steps: 0 };

    let steps = clips.len().div_ceil(config.batch) * config.epochs;
    let mut step = 0;
    for epoch in 1..=config.epochs {
        let mut order: Vec<usize> = (0..clips.len()).collect();
        order.shuffle(&mut rng);
        let (mut loss_sum, mut right, mut seen) = (0.0, 0, 0);
        for batch in order.chunks(config.batch) {
            let batch: Vec<&LabelledClip> = batch.iter().map(|&i| clips[i]).collect();
            let x = augmented(config, data, &batch, rng.random(), &device);
            let logits = model.forward(x, &graph);
            let (loss, correct) = loss_of(logits, &batch, data.classes.len(), config.label_smoothing)?;
            loss_sum += loss.clone().inner().try_into_scalar::<f32>().map_err(|e| Error::device(e.to_string()))?
                * batch.len() as f32;
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let rate = rate_at(step, steps, config.learning_rate);
            model = optimiser.step(rate, model, gradients);
            average.add(&model.state())?;
            (step, seen, right) = (step + 1, seen + batch.len(), right + correct);
            let progress = Progress {
                epoch,
                step,
                steps,
                loss: loss_sum / seen as f32,
                accuracy: right as f32 / seen as f32,
                rate,
            };
            if !report(progress) {
                return Ok(average.state);
            }
        }
    }
    Ok(average.state)
}

/// Rises over the first tenth of the steps, then falls as a cosine to a thousandth.
fn rate_at(step: usize, steps: usize, highest: f64) -> f64 {
    let warm = (steps / 10).max(1);
    if step < warm {
        return highest * (step + 1) as f64 / warm as f64;
    }
    let share = (step - warm) as f64 / (steps - warm).max(1) as f64;
    highest * (0.001 + 0.999 * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()))
}

/// (N, T, V, C); each clip has its own generator, so that the result does not depend on the order of work.
fn augmented(config: &TrainConfig, data: &Dataset, batch: &[&LabelledClip], seed: u64, device: &Device) -> Tensor<4> {
    let layout = data.kind.layout().layout();
    let one = |(i, clip): (usize, &&LabelledClip)| {
        let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_add(i as u64));
        let mirror = config.mirrored.contains(&data.classes[clip.label]);
        config.augment.apply(&clip.clip, config.frames, mirror, &mut rng)
    };
    let values: Vec<f32> = batch.iter().enumerate().flat_map(one).collect();
    Tensor::from_data(TensorData::new(values, [batch.len(), config.frames, layout.len(), 3]), device)
}

/// Cross-entropy with smoothed labels, and the number of clips recognised.
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

/// A running average of the weights: smoother, and better on clips of other people, than the last step's.
struct Average {
    state: State,
    decay: f32,
    steps: usize,
}

impl Average {
    fn add(&mut self, new: &State) -> Result<()> {
        self.steps += 1;
        // Young averages follow faster, so that the random start does not linger.
        let decay = self.decay.min(self.steps as f32 / (self.steps as f32 + 10.0));
        let keys: Vec<String> = self.state.keys().map(str::to_owned).collect();
        for key in keys {
            let shape = self.state.shape(&key).unwrap_or_default().to_vec();
            let blended = self.state.get(&key, &shape)?.iter().zip(new.get(&key, &shape)?);
            let blended = blended.map(|(a, b)| a * decay + b * (1.0 - decay)).collect();
            self.state.insert(key, &shape, blended);
        }
        Ok(())
    }
}
