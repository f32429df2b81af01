//! What a list of clips shows.

use serde::Serialize;

/// A clip of a file, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ClipEntry"))]
pub struct Entry {
    /// The clip's name in the file, or its number from 1 if it has none.
    pub id: String,
    /// The action's name, or `class N` counted from 1.
    pub label: Option<String>,
    /// The parts of the set that it belongs to, such as `train`.
    pub splits: Vec<String>,
    /// Frames that the file keeps for it, the empty ones that fill it up included.
    pub frames: usize,
    /// People that the file keeps for it, absent ones included.
    pub people: usize,
}
