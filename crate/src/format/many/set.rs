//! What the readers of files of many clips have in common.

use super::super::picture::Picture;
use super::super::reading::Warning;
use super::entry::Entry;
use crate::error::Result;
use crate::skeleton::Sequence;

/// A clip with its reader's warnings.
pub(super) type Clip = (Sequence, Vec<Warning>);

/// The clips of a file. All indices are below `len`.
pub(super) trait Set {
    /// How many clips there are.
    fn len(&self) -> usize;

    /// The clip's line in the list.
    fn entry(&self, index: usize) -> Entry;

    /// The farthest pixel of a clip whose pixels come without the picture's size.
    fn pixels(&self, _: usize) -> Result<Option<Picture>> {
        Ok(None)
    }

    /// The clip, cut out of the file. `picture` is the size that a person has given for pixels.
    fn clip(&self, index: usize, picture: Option<Picture>) -> Result<Clip>;
}
