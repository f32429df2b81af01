//! The config file of heads: which network they stand on, and how they learn.

use serde::{Deserialize, Serialize};

use super::super::adversarial::Adversarial;
use crate::contract::manifest::{Accuracy, ModelEntry, WeightFile};
use crate::error::{Error, Result};

/// Heads on a network that is trained already. Data, split, input, variations and citation are the network's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeadsConfig {
    /// Id of the network with its heads; the heads' file is `<id>.safetensors`.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Config file of the network, in the same folder.
    pub base: String,
    /// How many heads there are.
    pub heads: usize,
    /// Units of a head.
    pub units: usize,
    /// Rounds: each attacks clips anew.
    pub rounds: usize,
    /// Steps of the heads in a round.
    pub steps: usize,
    /// Examples, clean or attacked, in a step.
    pub batch: usize,
    /// Size of a step, as of gradient descent on the mean loss.
    pub learning_rate: f32,
    /// Share of the velocity that a step takes away, above 0 to 1.
    pub friction: f32,
    /// Temperature of the posterior: 1 is the posterior itself, 0 has no noise.
    pub temperature: f32,
    /// Standard deviation of the weights' Gaussian prior.
    pub prior: f32,
    /// The attack. Its share is that of the training side that a round attacks.
    pub adversarial: Adversarial,
    /// Seed of all random draws.
    pub seed: u64,
}

impl HeadsConfig {
    /// Reads a config file; `None` if it has no key "base" and so is none of heads.
    ///
    /// # Errors
    /// Names the line and column, or the field that is out of range.
    pub fn parse(json: &str) -> Result<Option<Self>> {
        let value: serde_json::Value = serde_json::from_str(json).map_err(|e| Error::config(e.to_string()))?;
        if value.get("base").is_none() {
            return Ok(None);
        }
        let config: Self = serde_json::from_str(json).map_err(|e| Error::config(e.to_string()))?;
        config.validate()?;
        Ok(Some(config))
    }

    fn validate(&self) -> Result<()> {
        let counts = [
            ("heads", self.heads, 64),
            ("units", self.units, 1024),
            ("rounds", self.rounds, 1000),
            ("steps", self.steps, 100_000),
            ("batch", self.batch, 1024),
        ];
        if let Some((field, value, most)) = counts.into_iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
            return Err(Error::config(format!("{value} must be from 1 to {most}")).at(field));
        }
        let above = [("learningRate", self.learning_rate, 1.0), ("friction", self.friction, 1.0)];
        let above = above.into_iter().chain([("prior", self.prior, 1000.0)]);
        if let Some((field, value, most)) = above.into_iter().find(|(_, v, most)| !(*v > 0.0 && v <= most)) {
            return Err(Error::config(format!("{value} must be above 0 and at most {most}")).at(field));
        }
        if !(0.0..=100.0).contains(&self.temperature) {
            return Err(Error::config(format!("{} must be from 0 to 100", self.temperature)).at("temperature"));
        }
        self.adversarial.validate()
    }

    /// The manifest entry of the network with its heads, without size, hash, accuracy and command.
    ///
    /// # Errors
    /// A config error if the network has more than one file.
    pub fn entry(&self, base: &ModelEntry) -> Result<ModelEntry> {
        if base.weights.len() != 1 {
            let cause = format!("{} has {} weight files; heads stand on one network", base.id, base.weights.len());
            return Err(Error::config(cause).at("base"));
        }
        let file = format!("{}.safetensors", self.id);
        let heads = WeightFile { file, bytes: 0, sha256: String::new(), stream: None, heads: true };
        Ok(ModelEntry {
            id: self.id.clone(),
            name: self.name.clone(),
            weights: base.weights.iter().cloned().chain([heads]).collect(),
            accuracy: Accuracy { top1: 0.0, clips: 0 },
            retrain: String::new(),
            ..base.clone()
        })
    }
}
