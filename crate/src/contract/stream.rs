//! What a network of an ensemble reads.

use serde::{Deserialize, Serialize};

/// What a network reads: one of the four streams that ensembles of skeleton networks have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Joint positions.
    Joint,
    /// Bones: each joint minus its parent; one of them is zero.
    Bone,
    /// The way of each joint to the next frame; none in the last one.
    JointMotion,
    /// The change of each bone to the next frame; none in the last one.
    BoneMotion,
}

impl Stream {
    /// All of them, in the order in which files without telling names are taken.
    pub const ALL: [Self; 4] = [Self::Joint, Self::Bone, Self::JointMotion, Self::BoneMotion];

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Joint => "joint",
            Self::Bone => "bone",
            Self::JointMotion => "joint motion",
            Self::BoneMotion => "bone motion",
        }
    }
}
