//! Saves and resumes a training: all that the next epoch depends on, in one safetensors file.

use std::collections::HashMap;

use burn::module::Module;
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Device};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::config::TrainConfig;
use super::ensemble::sha256;
use super::run::{Epoch, Trainer};
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};

impl<'a> Trainer<'a> {
    /// The checkpoint's bytes: weights, running statistics, the optimiser's moments, averages and the log. Random state
    /// is not stored; resuming draws it again from the config's seed.
    ///
    /// # Errors
    /// A weights error if Burn cannot write its records.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        let broken = |e: &dyn std::fmt::Display| Error::weights(e.to_string()).at("checkpoint");
        let model = self.model.valid().into_record().into_bytes().map_err(|e| broken(&e))?;
        let optimiser = self.optimiser.into_bytes().map_err(|e| broken(&e))?;
        let mut parts = vec![("model".to_owned(), model.to_vec()), ("optimiser".to_owned(), optimiser.to_vec())];
        for (i, values) in self.average.values.iter().enumerate() {
            parts.push((format!("average.{i}"), values.iter().flat_map(|v| v.to_le_bytes()).collect()));
        }
        let views = parts.iter().map(|(key, bytes)| {
            let view = TensorView::new(Dtype::U8, vec![bytes.len()], bytes).map_err(|e| broken(&e))?;
            Ok((key.as_str(), view))
        });
        let whole = parts.iter().flat_map(|(_, bytes)| bytes).copied().collect::<Vec<u8>>();
        let about = HashMap::from([
            ("sha256".to_owned(), sha256(&whole)),
            ("config".to_owned(), serde_json::to_string(self.config).map_err(|e| broken(&e))?),
            ("log".to_owned(), serde_json::to_string(&self.log).map_err(|e| broken(&e))?),
            ("steps".to_owned(), self.average.steps.to_string()),
        ]);
        safetensors::serialize(views.collect::<Result<Vec<_>>>()?, Some(about)).map_err(|e| broken(&e))
    }

    /// The training as it was when [`Trainer::checkpoint`] was called. It continues to the same weights, bit for bit.
    ///
    /// # Errors
    /// A weights error for bytes that are not a complete, undamaged checkpoint; a config error if the config has
    /// changed.
    pub fn resume(
        config: &'a TrainConfig,
        data: &'a Dataset,
        validate: bool,
        device: &Device,
        bytes: &[u8],
    ) -> Result<Self> {
        let broken = |e: &dyn std::fmt::Display| Error::weights(e.to_string()).at("checkpoint");
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| broken(&e))?;
        let about = header.metadata().as_ref().ok_or_else(|| broken(&"has no metadata"))?;
        let text = |key: &str| about.get(key).ok_or_else(|| broken(&"is incomplete").at(format!("{key:?}")));
        let trained: TrainConfig = serde_json::from_str(text("config")?).map_err(|e| broken(&e))?;
        // The schedule is that of all epochs, so an earlier end changes no weight before it.
        if (TrainConfig { chosen_epochs: config.chosen_epochs, ..trained }) != *config {
            return Err(
                Error::config("belongs to another config; train from the start, without --resume").at("checkpoint")
            );
        }
        let log: Vec<Epoch> = serde_json::from_str(text("log")?).map_err(|e| broken(&e))?;
        if log.len() > config.last_epoch() {
            return Err(broken(&format!("holds {} epochs; the config has {}", log.len(), config.last_epoch())));
        }
        let steps = text("steps")?.parse().map_err(|e| broken(&e))?;

        let file = SafeTensors::deserialize(bytes).map_err(|e| broken(&e))?;
        let part = |key: &str| Ok(file.tensor(key).map_err(|e| broken(&e))?.data());
        let mut trainer = Self::new(config, data, validate, device)?;
        // Burn trusts its records, so a damaged file is refused before Burn reads it.
        let averages = (0..trainer.average.values.len()).map(|i| format!("average.{i}"));
        let mut whole = Vec::with_capacity(bytes.len());
        for key in ["model".to_owned(), "optimiser".to_owned()].into_iter().chain(averages) {
            whole.extend_from_slice(part(&key)?);
        }
        if sha256(&whole) != *text("sha256")? {
            return Err(broken(&"is damaged: its SHA-256 does not match; train from the start, without --resume"));
        }
        let record = |key| Ok(Bytes::from_bytes_vec(part(key)?.to_vec()));
        let model = ModuleRecord::from_bytes(record("model")?).map_err(|e| broken(&e))?;
        trainer.model = trainer.model.try_load_record(model).map_err(|e| broken(&e))?;
        trainer.optimiser = trainer.optimiser.from_bytes(record("optimiser")?).map_err(|e| broken(&e))?;
        for (i, values) in trainer.average.values.iter_mut().enumerate() {
            let key = format!("average.{i}");
            let (chunks, rest) = part(&key)?.as_chunks::<4>();
            if chunks.len() != values.len() || !rest.is_empty() {
                return Err(broken(&format!("{key:?} has {} values; {} are expected", chunks.len(), values.len())));
            }
            values.iter_mut().zip(chunks).for_each(|(v, b)| *v = f32::from_le_bytes(*b));
        }
        trainer.average.steps = steps;
        trainer.skip(log.len());
        trainer.log = log;
        Ok(trainer)
    }
}
