//! The rounds: attack, keep what the last layer reads, move the heads on.

use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::super::adversary::{Adversary, DEPTH};
use super::super::config::TrainConfig;
use super::super::example::Examples;
use super::super::run::Epoch;
use super::chain::{Chains, Pool};
use super::config::HeadsConfig;
use crate::contract::manifest::ModelEntry;
use crate::data::dataset::{Dataset, LabelledClip};
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::weights::State;

/// A training of heads in progress, round by round.
pub struct HeadsTrainer<'a> {
    config: &'a HeadsConfig,
    base: &'a TrainConfig,
    data: &'a Dataset,
    clips: Vec<&'a LabelledClip>,
    entry: ModelEntry,
    state: &'a State,
    frozen: Recogniser,
    examples: Examples,
    chains: Chains,
    pool: Pool,
    rng: Pcg64Mcg,
    log: Vec<Epoch>,
}

impl<'a> HeadsTrainer<'a> {
    /// Before the first round, on the network of `entry`, whose config and weights are `base` and `state`.
    ///
    /// # Errors
    /// A config error if the network has several files, or its set is one of pictures; a weights error if the weights
    /// do not fit.
    pub fn new(
        config: &'a HeadsConfig,
        base: &'a TrainConfig,
        data: &'a Dataset,
        entry: &ModelEntry,
        state: &'a State,
    ) -> Result<Self> {
        if data.kind.layout().layout().confidence {
            return Err(Error::config("needs a network of a set in 3-D, because clips are attacked").at("base"));
        }
        let frozen = Recogniser::from_states(entry.clone(), &[state], &Device::flex())?;
        let clips: Vec<&LabelledClip> = base.split.sides(data).0.into_iter().map(|i| &data.clips[i]).collect();
        let first = *clips.first().ok_or_else(|| Error::config("has no clip on its training side").at("base"))?;
        let examples = Examples::new(base);
        let width = features(&frozen, examples.batch(data, &[first], config.seed)?)?.0.len();
        let mut rng = Pcg64Mcg::seed_from_u64(config.seed);
        Ok(Self {
            chains: Chains::new(config, [width, data.classes.len()], clips.len(), &mut rng),
            entry: config.entry(entry)?,
            config,
            base,
            data,
            clips,
            state,
            frozen,
            examples,
            pool: Pool::default(),
            rng,
            log: Vec::new(),
        })
    }

    /// The finished rounds. A round's accuracy is that of the mean answer on clean and attacked examples while the
    /// heads learn from them.
    pub fn log(&self) -> &[Epoch] {
        &self.log
    }

    /// The heads' weights, as they ship.
    ///
    /// # Errors
    /// A device error.
    pub fn state(&self) -> Result<State> {
        self.chains.heads().state()
    }

    /// One round. `report` is called with the share of the clips that are attacked so far, 0 to 1.
    ///
    /// # Errors
    /// A device error, or a weights error if a weight is not finite any more.
    pub fn round(&mut self, mut report: impl FnMut(f64)) -> Result<Epoch> {
        let heads = self.state()?;
        let victim = Recogniser::from_states(self.entry.clone(), &[self.state, &heads], &Device::flex())?;
        let adversary = Adversary::against(&self.config.adversarial, self.base, victim);
        let mut order = self.clips.clone();
        order.shuffle(&mut self.rng);
        let mut done = 0;
        for batch in order.chunks(self.base.batch) {
            let seed = self.rng.random();
            let clean = self.examples.batch(self.data, batch, seed)?;
            let attacked = adversary.attack(clean.clone(), seed)?;
            self.keep(clean, batch)?;
            let count = adversary.count(batch.len());
            self.keep(first(attacked, count)?, &batch[..count])?;
            done += batch.len();
            report(done as f64 / order.len() as f64);
        }
        self.learn()
    }

    /// Adds what the last layer reads of a batch.
    fn keep(&mut self, examples: TensorData, clips: &[&LabelledClip]) -> Result<()> {
        if clips.is_empty() {
            return Ok(());
        }
        let (features, scores) = features(&self.frozen, examples)?;
        self.pool.features.extend(features);
        self.pool.scores.extend(scores);
        self.pool.labels.extend(clips.iter().map(|clip| clip.label));
        Ok(())
    }

    /// The steps of one round.
    fn learn(&mut self) -> Result<Epoch> {
        let (mut loss, mut right, mut seen) = (0.0, 0, 0);
        for _ in 0..self.config.steps {
            let examples = self.pool.labels.len();
            let batch: Vec<usize> = (0..self.config.batch).map(|_| self.rng.random_range(0..examples)).collect();
            let (value, correct) = self.chains.step(self.config, &self.pool, &batch, &mut self.rng)?;
            (loss, right, seen) = (loss + value, right + correct, seen + batch.len());
        }
        let epoch = Epoch {
            epoch: self.log.len() + 1,
            loss: loss / self.config.steps.max(1) as f32,
            accuracy: right as f32 / seen.max(1) as f32,
            rate: self.config.learning_rate.into(),
            validation: None,
        };
        self.log.push(epoch);
        Ok(epoch)
    }
}

/// What the last layer reads of examples (N, T, V, C), (N, C'), and what it says of them, (N, classes).
fn features(frozen: &Recogniser, examples: TensorData) -> Result<(Vec<f32>, Vec<f32>)> {
    let x = Tensor::<4>::from_data(examples, frozen.device()).permute([0, 3, 1, 2]).unsqueeze_dim::<5>(4);
    let before_the_camera = Tensor::<1>::from_floats([0.0, 0.0, DEPTH], frozen.device()).reshape([1, 3, 1, 1, 1]);
    let values = |x: Tensor<2>| -> Result<Vec<f32>> {
        let data = x.try_into_data().map_err(|e| Error::device(e.to_string()))?;
        data.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))
    };
    let (features, scores) = frozen.features(x + before_the_camera);
    Ok((values(features)?, values(scores)?))
}

/// The first examples of a batch.
fn first(batch: TensorData, count: usize) -> Result<TensorData> {
    let shape = batch.shape().to_vec();
    let size: usize = shape[1..].iter().product();
    let mut values: Vec<f32> = batch.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))?;
    values.truncate(count * size);
    Ok(TensorData::new(values, [&[count], &shape[1..]].concat()))
}
