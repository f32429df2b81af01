//! Bounds of files of many clips.

/// Clips of a file, at most: ten times as many as NTU RGB+D 120 has.
pub const MOST: usize = 1 << 20;
/// Bytes of a clip's name, at most.
pub(super) const NAME: usize = 256;
