//! The questions that the user's weight files leave open, and the answers.

use serde::{Deserialize, Serialize};

use super::manifest::{ModelEntry, Preprocessing};
pub use super::stream::Stream;

/// The largest weight file that is read, in bytes: the largest published networks have 14 MB, with optimiser state 42
/// MB.
pub const MAX_WEIGHT_BYTES: usize = 64 << 20;

/// The largest list of class names that is read, in bytes.
pub const MAX_NAMES_BYTES: usize = 1_000_000;

/// What weight files hold, and what they leave open.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Identified {
    /// The network with every question answered by its default. Its accuracy is unknown: of 0 clips.
    pub entry: ModelEntry,
    /// A sentence: which network, its classes, its joints.
    pub summary: String,
    /// What the files leave open.
    pub questions: Vec<Question>,
}

/// A question with its possible answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The field of [`Answers`] that answers it.
    #[cfg_attr(feature = "ts", ts(type = "keyof Answers"))]
    pub id: &'static str,
    /// Text for people.
    pub text: String,
    /// The possible answers.
    pub choices: Vec<Choice>,
    /// Value of the default answer.
    pub default: String,
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Choice {
    /// The value in [`Answers`].
    pub value: String,
    /// Text for people.
    pub label: String,
}

/// What the user knows about weight files. A field that is left out is answered by its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Answers {
    /// The stream of a single file, or of the first of two of 2s-AGCN.
    pub stream: Option<Stream>,
    /// The order of the joints.
    pub order: Option<JointOrder>,
    /// Number of people in the network's input, M.
    pub people: Option<usize>,
    /// What happens to a clip before the network reads it.
    pub preprocessing: Option<Preprocessing>,
    /// Number of frames in the network's input, T; 0 if it takes any number.
    pub frames: Option<usize>,
    /// The names of the classes: a text with one in each line, or a JSON array of strings.
    pub class_names: Option<String>,
}

/// The orders in which data sets of the same sensor number its joints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum JointOrder {
    /// The layout's own, that of the sensor's software kit (Northwestern-UCLA).
    Layout,
    /// UTD-MHAD's: from head to hip, then like the layout.
    UtdMhad,
    /// MSR-Action3D's.
    MsrAction3d,
}
