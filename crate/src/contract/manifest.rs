//! `models/manifest.json`: what is shipped, how well it does, and how anybody makes it again.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::skeleton::LayoutId;

/// The manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// 1.
    pub version: u32,
    /// The models, the default first.
    pub models: Vec<ModelEntry>,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelEntry {
    /// Stable id, used in addresses.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Which network.
    pub architecture: Architecture,
    /// The skeleton that it takes.
    pub layout: LayoutId,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// People that it takes.
    pub people: usize,
    /// Frames that a clip is brought to, in the way of its preprocessing; 0 for a network that takes as many as there are.
    pub frames: usize,
    /// What happens to a clip's coordinates before the network sees them.
    pub preprocessing: Preprocessing,
    /// The weight files beside the manifest: one, or for 2s-AGCN's ensemble those of the joint and of the bone stream.
    pub weights: Vec<WeightFile>,
    /// How well it does.
    pub accuracy: Accuracy,
    /// On what it was trained and tested.
    pub split: String,
    /// Whom to cite for the data.
    pub data: String,
    /// Terms of the weights.
    pub licence: String,
    /// The command that makes it again.
    pub retrain: String,
}

/// One weight file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WeightFile {
    /// Its name beside the manifest.
    pub file: String,
    /// Its size.
    pub bytes: usize,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// The networks that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    /// ST-GCN as published by yysijie.
    #[serde(rename = "st-gcn")]
    StGcn,
    /// The joint stream of 2s-AGCN as published by lshiwjx.
    #[serde(rename = "2s-agcn-joint")]
    AgcnJoint,
    /// Its bone stream.
    #[serde(rename = "2s-agcn-bone")]
    AgcnBone,
    /// Both streams of 2s-AGCN: the ensemble adds their scores.
    #[serde(rename = "2s-agcn")]
    Agcn,
    /// Shift-GCN as published by kchengiva.
    #[serde(rename = "shift-gcn")]
    ShiftGcn,
}

impl Architecture {
    /// How many weight files there are.
    pub fn files(self) -> usize {
        if self == Self::Agcn { 2 } else { 1 }
    }
}

/// What happens to a clip before a network sees it. The first three are ours; the others are those of published networks.
/// A clip that has more frames than the network takes is resampled in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preprocessing {
    /// Coordinates as they are; a short clip is resampled.
    Raw,
    /// The pelvis is subtracted in each frame, so that where a person stands does not decide; a short clip is resampled.
    Centred,
    /// The pelvis's mean position over the clip is subtracted: where a person acts does not decide, but how they travel may; a
    /// short clip is resampled.
    Anchored,
    /// ST-GCN's on NTU RGB+D: coordinates as they are; empty frames follow a short clip.
    Padded,
    /// ST-GCN's on Kinetics-skeleton: x and y from the picture's middle, unseen joints at zero; empty frames follow.
    Kinetics,
    /// The same with y upwards, as 2s-AGCN has it.
    KineticsUp,
    /// 2s-AGCN's and Shift-GCN's on NTU RGB+D: the spine is subtracted, the body turned by its first frame, a short clip
    /// repeated.
    #[serde(rename = "2s-agcn")]
    Agcn,
}

/// Accuracy on the test side of a split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Share of clips whose class comes first, 0 to 1, as the shipped 16-bit weights have it.
    pub top1: f64,
    /// Number of test clips; 0 where nobody has measured it.
    pub clips: usize,
}

impl Manifest {
    /// Reads the manifest.
    ///
    /// # Errors
    /// Names the line and column where it is not what it should be.
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| Error::weights(e.to_string()).at("manifest"))
    }

    /// The entry of that id.
    pub fn get(&self, id: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|m| m.id == id)
    }
}
