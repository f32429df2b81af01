//! 2s-AGCN's ensemble: two trained streams as one model.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::manifest::{Accuracy, Architecture, ModelEntry};
use crate::error::{Error, Result};

/// A model that adds the scores of a trained joint stream and a trained bone stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ensemble {
    /// Id of the ensemble.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Config files in the same folder: the joint stream's, then the bone stream's.
    pub members: Vec<String>,
}

impl Ensemble {
    /// Reads a config file; `None` if it has no key "members" and so is not an ensemble's.
    ///
    /// # Errors
    /// Names the line and column.
    pub fn parse(json: &str) -> Result<Option<Self>> {
        let value: serde_json::Value = serde_json::from_str(json).map_err(|e| Error::config(e.to_string()))?;
        if value.get("members").is_none() {
            return Ok(None);
        }
        serde_json::from_str(json).map(Some).map_err(|e| Error::config(e.to_string()))
    }

    /// The ensemble's manifest entry, made from its members' entries.
    ///
    /// # Errors
    /// A config error if the members are not a joint stream and a bone stream with the same input and split.
    pub fn entry(&self, members: &[ModelEntry]) -> Result<ModelEntry> {
        let [joint, bone] = members else {
            return Err(Error::config(format!(
                "has {} entries; list the joint stream, then the bone stream",
                members.len()
            ))
            .at("members"));
        };
        if [joint.architecture, bone.architecture] != [Architecture::AgcnJoint, Architecture::AgcnBone] {
            return Err(Error::config("must be a joint stream, then a bone stream").at("members"));
        }
        let reads =
            |e: &ModelEntry| (e.layout, e.classes.clone(), e.people, e.frames, e.preprocessing, e.split.clone());
        if reads(joint) != reads(bone) {
            return Err(Error::config("must have the same layout, classes, people, frames, preprocessing and split")
                .at("members"));
        }
        Ok(ModelEntry {
            id: self.id.clone(),
            name: self.name.clone(),
            architecture: Architecture::Agcn,
            weights: members.iter().flat_map(|m| m.weights.clone()).collect(),
            accuracy: Accuracy { top1: 0.0, clips: 0 },
            retrain: String::new(),
            ..joint.clone()
        })
    }
}

/// SHA-256 of a file in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
