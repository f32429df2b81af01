//! The config file of a training run: everything that decides its result, including the seed.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::adversarial::Adversarial;
use crate::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
use crate::data::augment::Augment;
use crate::data::dataset::{Dataset, Kind, LabelledClip};
use crate::error::{Error, Result};
use crate::model::input::Input;
use crate::weights::State;

/// A training run, as a JSON file in `models/` describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainConfig {
    /// Id of the trained model; its weight file is `<id>.safetensors`.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// The network: ST-GCN, or one stream of 2s-AGCN.
    #[serde(default = "default_architecture")]
    pub architecture: Architecture,
    /// Id of a network in the same folder whose weights the training starts from. Without it weights are random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The data set.
    pub dataset: Kind,
    /// Which clips train and which test.
    pub split: Split,
    /// Subjects of the training side that `--validate` holds out, to find how many epochs are best. The final training
    /// uses them.
    #[serde(default)]
    pub validation: Vec<String>,
    /// Removes where a person stands: per frame (`centred`) or for the whole clip (`anchored`).
    #[serde(default = "default_preprocessing")]
    pub preprocessing: Preprocessing,
    /// Frames that each clip is resampled to.
    pub frames: usize,
    /// Passes over the training side in the learning rate's schedule. The averaged weights after the last one are kept;
    /// no epoch is chosen on the test side.
    pub epochs: usize,
    /// Ends the training after so many passes, mostly those after which the validation subjects were recognised best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_epochs: Option<usize>,
    /// Clips per step.
    pub batch: usize,
    /// Highest learning rate. The rate rises over the first tenth of the steps, then falls as a cosine.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Share of activations dropped after each temporal convolution, 0 to 1.
    pub dropout: f64,
    /// Share of the target that is spread over all classes, 0 to 1.
    pub label_smoothing: f32,
    /// Decay of the running average of the weights per step, 0 to 1.
    pub averaging: f32,
    /// Seed of all random draws.
    pub seed: u64,
    /// Classes whose clips keep their class when left and right are exchanged.
    pub mirrored: Vec<String>,
    /// How clips are varied in training.
    pub augment: Augment,
    /// Attacks a part of each batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adversarial: Option<Adversarial>,
    /// Bits of a weight in the file that ships: 16, or 8 for half the size.
    #[serde(default = "sixteen", skip_serializing_if = "is_sixteen")]
    pub bits: u8,
    /// Citation of the data.
    pub citation: String,
}

fn sixteen() -> u8 {
    16
}

fn is_sixteen(bits: &u8) -> bool {
    *bits == 16
}

fn default_architecture() -> Architecture {
    Architecture::StGcn
}

fn default_preprocessing() -> Preprocessing {
    Preprocessing::Centred
}

/// A split into a training and a test side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Split {
    /// These subjects train, all others test.
    CrossSubject(Vec<String>),
    /// These views train, all others test.
    CrossView(Vec<i64>),
}

impl Split {
    /// Whether the clip is on the training side.
    pub fn trains(&self, clip: &LabelledClip) -> bool {
        match self {
            Self::CrossSubject(subjects) => subjects.contains(&clip.subject),
            Self::CrossView(views) => views.contains(&clip.view),
        }
    }

    /// A sentence that names the split, and counts the copies that were dropped.
    pub fn describe(&self, data: &Dataset) -> String {
        let name = data.kind.describe();
        let split = match self {
            Self::CrossSubject(s) => format!("{name}, cross-subject: subjects {} train, the others test", s.join(", ")),
            Self::CrossView(v) => {
                let views: Vec<_> = v.iter().map(ToString::to_string).collect();
                format!("{name}, cross-view: views {} train, the others test", views.join(", "))
            }
        };
        let (training, test) = self.sides(data);
        match data.clips.len() - training.len() - test.len() {
            0 => split,
            copies => format!("{split}; {copies} clips that are copies of others were dropped from the training side"),
        }
    }

    /// Indices of the training clips and of the test clips. A training clip that copies a test clip, or an earlier
    /// training clip, is on neither side. The test side keeps all of its clips.
    pub fn sides(&self, data: &Dataset) -> (Vec<usize>, Vec<usize>) {
        let values = |i: usize| data.clips[i].clip.data().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let (mut training, test): (Vec<_>, Vec<_>) = (0..data.clips.len()).partition(|&i| self.trains(&data.clips[i]));
        let mut seen: HashSet<Vec<u32>> = test.iter().map(|&i| values(i)).collect();
        training.retain(|&i| seen.insert(values(i)));
        (training, test)
    }
}

impl TrainConfig {
    /// Reads a config file.
    ///
    /// # Errors
    /// Names the line and column, or the field that is out of range.
    pub fn parse(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json).map_err(|e| Error::config(e.to_string()))?;
        if !config.architecture.is_trainable() {
            let cause = "only st-gcn, 2s-agcn-joint and 2s-agcn-bone can be trained";
            return Err(Error::config(cause).at("architecture"));
        }
        let allowed: &[_] = match config.dataset.layout().layout().confidence {
            true => &[Preprocessing::Centred],
            false => &[Preprocessing::Centred, Preprocessing::Anchored],
        };
        if !allowed.contains(&config.preprocessing) {
            let cause = "must be \"centred\", or for a set in 3-D \"anchored\"";
            return Err(Error::config(cause).at("preprocessing"));
        }
        let positive = [
            ("frames", config.frames as f64),
            ("epochs", config.epochs as f64),
            ("batch", config.batch as f64),
            ("learningRate", config.learning_rate),
        ];
        if let Some((field, value)) = positive.into_iter().find(|(_, v)| !(*v > 0.0 && v.is_finite())) {
            return Err(Error::config(format!("{value} must be above 0")).at(field));
        }
        let shares = [
            ("dropout", config.dropout),
            ("labelSmoothing", config.label_smoothing.into()),
            ("averaging", config.averaging.into()),
        ];
        if let Some((field, value)) = shares.into_iter().find(|(_, v)| !(0.0..1.0).contains(v)) {
            return Err(Error::config(format!("{value} must be at least 0 and below 1")).at(field));
        }
        let counts =
            [("frames", config.frames, 1000), ("epochs", config.epochs, 10_000), ("batch", config.batch, 1024)];
        if let Some((field, value, most)) = counts.into_iter().find(|(_, value, most)| value > most) {
            return Err(Error::config(format!("{value} must be at most {most}")).at(field));
        }
        if !(0.0..=1.0).contains(&config.weight_decay) {
            return Err(Error::config(format!("{} must be from 0 to 1", config.weight_decay)).at("weightDecay"));
        }
        if !matches!(config.bits, 8 | 16) {
            return Err(Error::config(format!("{} must be 8 or 16", config.bits)).at("bits"));
        }
        config.augment.validate()?;
        if let Some(adversarial) = &config.adversarial {
            if config.dataset.layout().layout().confidence {
                let cause = "needs a set in 3-D; leave it out for pictures";
                return Err(Error::config(cause).at("adversarial"));
            }
            adversarial.validate()?;
        }
        if let Some(chosen) = config.chosen_epochs.filter(|e| *e == 0 || *e > config.epochs) {
            return Err(Error::config(format!("{chosen} must be from 1 to {}", config.epochs)).at("chosenEpochs"));
        }
        if let Split::CrossSubject(subjects) = &config.split
            && let Some(stranger) = config.validation.iter().find(|s| !subjects.contains(s))
        {
            return Err(Error::config(format!("{stranger:?} is not on the training side; name subjects of the split"))
                .at("validation"));
        }
        Ok(config)
    }

    /// The preprocessing in front of the network.
    pub fn input(&self) -> Input {
        let (preprocessing, layout) = (self.preprocessing, self.dataset.layout());
        Input { preprocessing, layout, frames: Some(self.frames), people: 1 }
    }

    /// The epoch after which the training ends.
    pub fn last_epoch(&self) -> usize {
        self.chosen_epochs.unwrap_or(self.epochs)
    }

    /// The weight file of trained weights.
    ///
    /// # Errors
    /// Names the key whose values do not fit its bits.
    pub fn weight_file(&self, state: &State) -> Result<Vec<u8>> {
        if self.bits == 8 { state.to_safetensors_8() } else { state.to_safetensors_16() }
    }

    /// The manifest entry of the trained model, with empty values for what is not known yet: the weight file's size and
    /// hash, the accuracy, and the command to train it again.
    pub fn entry(&self, data: &Dataset) -> ModelEntry {
        ModelEntry {
            id: self.id.clone(),
            name: self.name.clone(),
            architecture: self.architecture,
            layout: self.dataset.layout(),
            classes: data.classes.clone(),
            people: 1,
            frames: self.frames,
            preprocessing: self.preprocessing,
            weights: vec![WeightFile {
                file: format!("{}.safetensors", self.id),
                bytes: 0,
                sha256: String::new(),
                stream: None,
                heads: false,
            }],
            accuracy: Accuracy { top1: 0.0, clips: 0 },
            split: self.split.describe(data),
            data: self.citation.clone(),
            licence: "MIT OR Apache-2.0".into(),
            retrain: String::new(),
        }
    }
}
