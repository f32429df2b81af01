//! Training batches: clips are varied anew in each epoch and preprocessed as on the page.

use burn::tensor::{Device, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::config::TrainConfig;
use crate::contract::manifest::Preprocessing;
use crate::data::augment::Augment;
use crate::data::dataset::{Dataset, LabelledClip};
use crate::data::openpose;
use crate::error::{Error, Result};
use crate::model::clip_tensor;
use crate::model::input::Input;

/// Makes batches.
pub(super) struct Examples {
    augment: Augment,
    frames: usize,
    mirrored: Vec<String>,
    input: Input,
}

impl Examples {
    pub fn new(config: &TrainConfig) -> Self {
        Self {
            augment: config.augment,
            frames: config.frames,
            mirrored: config.mirrored.clone(),
            input: config.input(),
        }
    }

    /// A batch, (N, T, V, C). Each clip has its own random generator, so the result does not depend on the order of
    /// work.
    ///
    /// # Errors
    /// An error of the simulated camera, or a device error.
    pub fn batch(&self, data: &Dataset, batch: &[&LabelledClip], seed: u64) -> Result<TensorData> {
        let layout = data.kind.layout().layout();
        let mut values = Vec::with_capacity(batch.len() * self.frames * layout.len() * layout.channels());
        for (i, clip) in batch.iter().enumerate() {
            let rng = Pcg64Mcg::seed_from_u64(seed.wrapping_add(i as u64));
            let mirror = self.mirrored.contains(&data.classes[clip.label]);
            values.extend(self.example(clip, mirror, rng)?);
        }
        Ok(TensorData::new(values, [batch.len(), self.frames, layout.len(), layout.channels()]))
    }

    fn example(&self, clip: &LabelledClip, mirror: bool, mut rng: Pcg64Mcg) -> Result<Vec<f32>> {
        let Some(solid) = &clip.solid else {
            if self.input.preprocessing == Preprocessing::Anchored {
                return Ok(self.augment.anchored(&clip.clip, self.frames, mirror, &mut rng));
            }
            return Ok(self.augment.apply(&clip.clip, self.frames, mirror, &mut rng));
        };
        // Varies the body in space, then films it with a new simulated camera and detector at the clip's own frame
        // rate.
        let poses = self.augment.in_place(solid, solid.frames(), mirror, &mut rng);
        let seen = openpose::project(&solid.with_data(poses)?, rng.random())?;
        let x = self.input.forward(clip_tensor(&seen, &Device::flex()));
        let [_, c, t, v, _] = x.dims();
        let x = x.reshape([c, t, v]).permute([1, 2, 0]).reshape([t * v * c]);
        x.try_into_data()
            .map_err(|e| Error::device(e.to_string()))?
            .try_into_vec()
            .map_err(|e| Error::device(format!("{e:?}")))
    }
}
