//! A line of the matrix: one attack on one clip, judged by one victim behind one defence.

use serde::{Deserialize, Serialize};

/// How the attack knows the defence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// There is no defence.
    Bare,
    /// It does not: it attacked the bare network.
    Blind,
    /// It goes through the defence.
    Adaptive,
}

impl Mode {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Blind => "blind",
            Self::Adaptive => "adaptive",
        }
    }
}

/// What identifies a line: lines with the same cell are the same measurement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// Id of the network.
    pub victim: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// Id of the defence.
    pub defence: String,
    /// How the attack knows it.
    pub mode: Mode,
    /// Id of the attack.
    pub attack: String,
    /// The clip's index in its set.
    pub clip: usize,
    /// The first digits of the clip's hash.
    pub data: String,
    /// Epsilon as a share of the body's height, as it was asked for.
    pub share: String,
    /// Steps at most.
    pub iterations: usize,
    /// Seed of the run.
    pub seed: u64,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// Id of the network.
    pub victim: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// Id of the defence.
    pub defence: String,
    /// How the attack knows the defence.
    pub mode: Mode,
    /// Id of the attack.
    pub attack: String,
    /// The clip's set.
    pub dataset: String,
    /// The clip's index in it.
    pub clip: usize,
    /// The first digits of the clip's hash.
    pub data: String,
    /// Epsilon as a share of the body's height.
    pub share: String,
    /// Epsilon in the layout's unit.
    pub epsilon: f32,
    /// The constraints in force, with "exact" for the exact projection
    /// ([`crate::attack::AttackConfig::constraints_in_words`]).
    pub constraints: String,
    /// Steps at most; of BASAR queries.
    pub iterations: usize,
    /// Seed of the run.
    pub seed: u64,
    /// The clip's class.
    pub label: String,
    /// The defended victim's class for the clean clip; "abstains" where it gives none, "flagged" where a detector does
    /// not pass it.
    pub clean: String,
    /// The attack's target; empty if it has none.
    pub target: String,
    /// The defended victim's answer to the attacked clip.
    pub predicted: String,
    /// Whether the attack reached its goal behind the defence: the target, or any other class than the clean one. An
    /// answer that the defence refuses is none.
    pub success: bool,
    /// Clips that the attack had the network recognise, with and without gradients.
    pub queries: usize,
    /// The smallest epsilon that reached the goal, as a share of the height, if the attack searches for it; of BASAR
    /// the distance of its nearest clip.
    pub smallest: Option<f32>,
    /// Root mean square change of a joint's acceleration, in units per frame squared.
    pub acceleration: f32,
    /// Share of natural poses.
    pub natural: Option<f32>,
    /// Whether the detector flags bones or accelerations of the attacked clip, whatever the defence is.
    pub flagged: Option<bool>,
    /// Duration of the attack on one thread, in seconds.
    pub seconds: f32,
}

/// [`MatrixRow::predicted`] of a smoothed network that gives no answer.
pub const ABSTAINS: &str = "abstains";
/// [`MatrixRow::predicted`] of a clip that the detector does not pass.
pub const FLAGGED: &str = "flagged";

impl MatrixRow {
    /// Its cell.
    pub fn cell(&self) -> Cell {
        Cell {
            victim: self.victim.clone(),
            weights: self.weights.clone(),
            defence: self.defence.clone(),
            mode: self.mode,
            attack: self.attack.clone(),
            clip: self.clip,
            data: self.data.clone(),
            share: self.share.clone(),
            iterations: self.iterations,
            seed: self.seed,
        }
    }

    /// Whether the defended victim is right about the clean clip.
    pub fn clean_correct(&self) -> bool {
        self.clean == self.label
    }

    /// Whether it is right about the attacked clip.
    pub fn holds(&self) -> bool {
        self.predicted == self.label
    }
}
