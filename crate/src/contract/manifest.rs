//! `models/manifest.json`: the shipped networks, their accuracy, and how to train them again.

use serde::{Deserialize, Serialize};

use super::stream::Stream;
use crate::error::{Error, Result};
use crate::skeleton::LayoutId;

/// The version of the manifest that this build reads and writes.
const VERSION: u32 = 1;

/// The list of shipped networks, `models/manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Manifest {
    /// Version of this format: 1.
    pub version: u32,
    /// The networks, the default first.
    pub models: Vec<ModelEntry>,
}

/// One network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelEntry {
    /// Stable id, used in addresses.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Architecture of the network.
    pub architecture: Architecture,
    /// Skeleton layout of its clips.
    pub layout: LayoutId,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// Number of people in its input, M.
    pub people: usize,
    /// Number of frames in its input, T, to which the preprocessing brings a clip; 0 if it takes any number.
    pub frames: usize,
    /// What happens to a clip before the network reads it.
    pub preprocessing: Preprocessing,
    /// The weight files, beside the manifest: one, or one for each stream of an ensemble; and behind a network's file
    /// that of its heads, if it has some.
    pub weights: Vec<WeightFile>,
    /// Accuracy on test clips.
    pub accuracy: Accuracy,
    /// How the data were split for training and test.
    pub split: String,
    /// The data set, with its citation.
    pub data: String,
    /// Licence of the weights.
    pub licence: String,
    /// The command that trains it again.
    pub retrain: String,
}

/// One weight file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WeightFile {
    /// File name, beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: usize,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// What its network reads, where that is not the joints and the architecture leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub stream: Option<Stream>,
    /// Whether it holds small heads for the network of the file before it, and no network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub heads: bool,
}

/// The supported networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Architecture {
    /// ST-GCN as published by yysijie, or by pyskl and MMAction2, whose networks may be one of four streams.
    #[serde(rename = "st-gcn")]
    StGcn,
    /// The joint stream of 2s-AGCN as published by lshiwjx.
    #[serde(rename = "2s-agcn-joint")]
    AgcnJoint,
    /// The bone stream of 2s-AGCN.
    #[serde(rename = "2s-agcn-bone")]
    AgcnBone,
    /// Both streams of 2s-AGCN; the ensemble adds their scores.
    #[serde(rename = "2s-agcn")]
    Agcn,
    /// Shift-GCN as published by kchengiva: one stream, or up to four whose scores are added.
    #[serde(rename = "shift-gcn")]
    ShiftGcn,
    /// EfficientGCN-B0 as published by JustinXu0, from the authors' files.
    #[serde(rename = "efficientgcn-b0")]
    EfficientGcn,
    /// ST-GCN++ as published by pyskl and MMAction2 1.x: one stream, or up to four.
    #[serde(rename = "st-gcn++")]
    StGcnPp,
    /// CTR-GCN as published by Uason-Chen: one stream, or up to four.
    #[serde(rename = "ctr-gcn")]
    CtrGcn,
}

impl Architecture {
    /// How many weight files of networks there are, at least and at most.
    pub fn files(self) -> (usize, usize) {
        match self {
            Self::Agcn => (2, 2),
            Self::StGcn | Self::ShiftGcn | Self::StGcnPp | Self::CtrGcn => (1, Stream::ALL.len()),
            Self::AgcnJoint | Self::AgcnBone | Self::EfficientGcn => (1, 1),
        }
    }

    /// Can the trainer train it?
    pub fn is_trainable(self) -> bool {
        matches!(self, Self::StGcn | Self::AgcnJoint | Self::AgcnBone)
    }
}

/// What happens to a clip before a network reads it. The first three are this project's, the others those of published
/// networks. All of them resample a clip that has more frames than the network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Preprocessing {
    /// Coordinates unchanged; a short clip is resampled.
    Raw,
    /// The pelvis is subtracted in each frame, which removes position and travel; a short clip is resampled.
    Centred,
    /// The pelvis's mean position over the clip is subtracted, which removes position and keeps travel; a short clip is
    /// resampled.
    Anchored,
    /// ST-GCN on NTU RGB+D: coordinates unchanged; a short clip is padded with empty frames.
    Padded,
    /// ST-GCN on Kinetics-skeleton: x and y from the picture's centre, unseen joints at zero; a short clip is padded
    /// with empty frames.
    Kinetics,
    /// The same with y upwards, for 2s-AGCN.
    KineticsUp,
    /// 2s-AGCN and Shift-GCN on NTU RGB+D: the spine is subtracted, the body is rotated to face the camera in its first
    /// frame, a short clip is repeated.
    #[serde(rename = "2s-agcn")]
    Agcn,
    /// pyskl and MMAction2 1.x: frames without the first person are dropped, the body is moved and turned as a whole (a
    /// picture's x and y become -1 to 1), frames are taken at equal distances, a short clip is repeated.
    Pyskl,
    /// CTR-GCN on NTU RGB+D: the body is moved as a whole, the middle 95 % of the clip are resampled.
    CtrGcn,
}

/// Accuracy on the test side of a split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Accuracy {
    /// Share of clips whose class comes first, 0 to 1, measured with the weights that ship.
    pub top1: f64,
    /// Number of test clips; 0 if the accuracy is unknown.
    pub clips: usize,
}

impl Manifest {
    /// Reads the manifest.
    ///
    /// # Errors
    /// Names the line and column of the first fault, or a version that this build does not read.
    pub fn parse(json: &str) -> Result<Self> {
        let manifest: Self = serde_json::from_str(json).map_err(|e| Error::weights(e.to_string()).at("manifest"))?;
        match manifest.version {
            VERSION => Ok(manifest),
            other => Err(Error::weights(format!("version {other}; this build reads version {VERSION}")).at("manifest")),
        }
    }

    /// The entry with this id.
    pub fn get(&self, id: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|m| m.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_refused() {
        assert_eq!(Manifest::parse(r#"{"version":1,"models":[]}"#).map(|m| m.models.len()), Ok(0));
        let error = Manifest::parse(r#"{"version":2,"models":[]}"#).map_err(|e| e.to_string());
        assert_eq!(error, Err("manifest: version 2; this build reads version 1".into()));
    }
}
