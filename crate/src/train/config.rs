//! What a training run is: everything that decides its result, the seed included.

use serde::{Deserialize, Serialize};

use crate::data::augment::Augment;
use crate::data::dataset::{Dataset, Kind, LabelledClip};
use crate::error::{Error, Result};

/// A training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainConfig {
    /// Id of the model that comes out; its weight file is `<id>.safetensors`.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// The set.
    pub dataset: Kind,
    /// Who is on the training side.
    pub split: Split,
    /// Frames that each clip is resampled to.
    pub frames: usize,
    /// Passes over the training side. The last one's averaged weights are kept: no side of the split chooses an epoch.
    pub epochs: usize,
    /// Clips a step.
    pub batch: usize,
    /// Highest learning rate; rises over the first tenth, then falls as a cosine.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Share of activations dropped after each temporal convolution.
    pub dropout: f64,
    /// Share of the target given to all classes alike.
    pub label_smoothing: f32,
    /// Decay of the running average of the weights, a step.
    pub averaging: f32,
    /// Seed of everything random.
    pub seed: u64,
    /// Classes that stay themselves when left and right are exchanged.
    pub mirrored: Vec<String>,
    /// How clips are varied.
    pub augment: Augment,
    /// Whom to cite for the data.
    pub citation: String,
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
    /// Is the clip on the training side?
    pub fn trains(&self, clip: &LabelledClip) -> bool {
        match self {
            Self::CrossSubject(subjects) => subjects.contains(&clip.subject),
            Self::CrossView(views) => views.contains(&clip.view),
        }
    }

    /// For a person.
    pub fn describe(&self, kind: Kind) -> String {
        let name = kind.file_name().trim_end_matches(".npz");
        match self {
            Self::CrossSubject(s) => format!("{name}, cross-subject: subjects {} train, the others test", s.join(", ")),
            Self::CrossView(v) => {
                let views: Vec<_> = v.iter().map(ToString::to_string).collect();
                format!("{name}, cross-view: views {} train, the others test", views.join(", "))
            }
        }
    }

    /// The clips of both sides, as indices: training, test.
    pub fn sides(&self, data: &Dataset) -> (Vec<usize>, Vec<usize>) {
        (0..data.clips.len()).partition(|&i| self.trains(&data.clips[i]))
    }
}

impl TrainConfig {
    /// Reads a config file.
    ///
    /// # Errors
    /// Names the line and column, or the field that is out of range.
    pub fn parse(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json).map_err(|e| Error::config(e.to_string()))?;
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
        Ok(config)
    }
}
