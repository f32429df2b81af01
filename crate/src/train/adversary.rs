//! The attacker of adversarial training: PGD or the bone-length attack, away from the class that the network gives,
//! before the network learns from a batch.
//!
//! The attacks are those of [`crate::attack`]. PGD has the exact projection: bone lengths and epsilon hold at once, as
//! in the evaluation. They act on the varied example at the network's frame rate, not on the clip at its own.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::adversarial::{Adversarial, By, Reach};
use super::config::TrainConfig;
use crate::attack::run::block_on;
use crate::attack::{Attack, AttackConfig, Epsilon, Peer, Target, Victim, batch};
use crate::contract::optimiser::Optimiser;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::model::input::Input;
use crate::skeleton::{LayoutId, Sequence};
use crate::weights::State;

/// Metres before the camera at which examples are attacked. Around the origin, a pelvis at 0 would count as unseen; the
/// network's preprocessing takes the distance out again.
pub(super) const DEPTH: f32 = 3.0;
/// Of the made clip; no attack depends on it.
const RATE: f32 = 30.0;

/// The attacker of one batch: the network as it is, frozen.
pub(super) struct Adversary<'a> {
    settings: &'a Adversarial,
    victim: Arc<dyn Victim>,
    input: Input,
    layout: LayoutId,
}

impl<'a> Adversary<'a> {
    /// Against a network with these weights.
    ///
    /// # Errors
    /// A weights error if they are not finite any more.
    pub fn new(settings: &'a Adversarial, config: &TrainConfig, data: &Dataset, state: &State) -> Result<Self> {
        let victim = Recogniser::from_states(config.entry(data), &[state], &Device::flex())?;
        Ok(Self::against(settings, config, victim))
    }

    /// Against any network that reads the config's examples.
    pub fn against(settings: &'a Adversarial, config: &TrainConfig, victim: Recogniser) -> Self {
        Self { settings, victim: Arc::new(victim), input: config.input(), layout: config.dataset.layout() }
    }

    /// How many of `n` examples are attacked.
    pub fn count(&self, n: usize) -> usize {
        ((n as f32 * self.settings.share).round() as usize).min(n)
    }

    /// The batch, (N, T, V, C), with its first share attacked. Batches are in a random order, so which clips these are
    /// differs from epoch to epoch.
    ///
    /// # Errors
    /// As [`Attack::new`] and [`batch::step`].
    pub fn attack(&self, examples: TensorData, seed: u64) -> Result<TensorData> {
        let shape = examples.shape().clone();
        let mut values: Vec<f32> = examples.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))?;
        let (n, frames) = (shape[0], shape[1]);
        let size = values.len() / n.max(1);
        let clips = values.chunks(size).take(self.count(n)).map(|example| self.clip(example, frames));
        let clips = clips.collect::<Result<Vec<_>>>()?;
        let attacks = clips.iter().map(|clip| Attack::new(self.victim.clone(), clip, &[], self.config(clip, seed)));
        let mut attacks = attacks.collect::<Result<Vec<_>>>()?;
        for _ in 0..self.settings.steps {
            block_on(batch::step(&mut attacks.iter_mut().collect::<Vec<_>>()))?;
        }
        for (example, attack) in values.chunks_mut(size).zip(&attacks) {
            example.copy_from_slice(&self.example(attack.perturbed(), frames)?);
        }
        Ok(TensorData::new(values, shape))
    }

    /// An example, (T, V, C), as a clip before the camera.
    fn clip(&self, example: &[f32], frames: usize) -> Result<Sequence> {
        let mut data = example.to_vec();
        data.iter_mut().skip(2).step_by(3).for_each(|z| *z += DEPTH);
        Sequence::new(self.layout, RATE, frames, 1, data)
    }

    /// The network's input, (T, V, C), of an attacked clip.
    fn example(&self, clip: &[f32], frames: usize) -> Result<Vec<f32>> {
        let v = self.layout.layout().len();
        let x = Tensor::<4>::from_data(TensorData::new(clip.to_vec(), [frames, 1, v, 3]), &Device::flex());
        let x = self.input.forward(x.permute([3, 0, 2, 1]).unsqueeze());
        let x = x.reshape([3, frames, v]).permute([1, 2, 0]).reshape([frames * v * 3]);
        let x = x.try_into_data().map_err(|e| Error::device(e.to_string()))?;
        x.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))
    }

    fn config(&self, clip: &Sequence, seed: u64) -> AttackConfig {
        let Adversarial { epsilon, steps, step, by, .. } = *self.settings;
        let epsilon = match epsilon {
            Reach::Height(share) => share * clip.body_height().unwrap_or(0.0),
            Reach::Metres(reach) => reach,
        };
        let base = AttackConfig {
            target: Target::Untargeted,
            epsilon: Epsilon::Global(epsilon),
            // One more than is taken: an attack that is over is compared with noise, which training has no use for.
            iterations: steps + 1,
            optimiser: Optimiser::PLAIN,
            seed,
            ..AttackConfig::default()
        };
        match by {
            By::Pgd => AttackConfig { alpha: step * epsilon, ..Peer::Pgd.apply(base) },
            By::BoneLength => {
                let config = Peer::BoneLength.apply(base);
                AttackConfig { alpha: step * config.tau, ..config }
            }
        }
    }
}
