//! 2s-AGCN's ensemble: two streams, trained before, as one model.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::manifest::{Accuracy, Architecture, ModelEntry};
use crate::error::{Error, Result};

/// A model whose weight files are those of the two streams, trained before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ensemble {
    /// Id of the model that comes out.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Config files beside this one: of the joint stream, then of the bone stream.
    pub members: Vec<String>,
}

impl Ensemble {
    /// Reads a config file. None where it is not an ensemble's: that has the key "members".
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

    /// The ensemble's entry, from those of its members.
    ///
    /// # Errors
    /// Where the members are not a joint and a bone stream for the same clips.
    pub fn entry(&self, members: &[ModelEntry]) -> Result<ModelEntry> {
        let [joint, bone] = members else {
            return Err(Error::config(format!("{} where 2 are needed", members.len())).at("members"));
        };
        if [joint.architecture, bone.architecture] != [Architecture::AgcnJoint, Architecture::AgcnBone] {
            return Err(Error::config("must be a joint stream, then a bone stream").at("members"));
        }
        let reads =
            |e: &ModelEntry| (e.layout, e.classes.clone(), e.people, e.frames, e.preprocessing, e.split.clone());
        if reads(joint) != reads(bone) {
            return Err(Error::config("do not read the same clips, or have different splits").at("members"));
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

/// A file's SHA-256 in hexadecimal digits, as the manifest has it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
