//! Files of many clips: lists to choose from, and the clip at a place in the list.
//!
//! | file | made by | labels |
//! | --- | --- | --- |
//! | `.npy`, (N, C, T, V, M), (C, T, V, M), (M, T, V, C) or (T, V, C) | ST-GCN, 2s-AGCN, Shift-GCN | a pickle beside it |
//! | `.npz`, `x_*` of (N, T, M V C) with `y_*` | CTR-GCN | in the file |
//! | `.pkl`, annotations with `keypoint` (M, T, V, C) | pyskl, MMAction2 | in the file |
//!
//! A file stays as it is in memory: a clip is cut out when it is opened. Pickles are read as data, so nothing in a file
//! is run. Lists take memory in proportion to the number of clips, at most [`MOST`].

mod arrays;
mod choice;
mod entry;
mod labels;
mod limits;
mod npy;
mod npz;
mod pyskl;
mod set;

use super::picture::Picture;
use super::reading::Reading;
use super::unit::Unit;
use crate::container::{Archive, Array, pickle, unpack};
use crate::error::{Error, Result};

pub use entry::Entry;
pub use labels::Labels;
pub use limits::MOST;

/// Do these bytes begin one of these files? A zip archive has at least 22 bytes.
pub fn is_many(bytes: &[u8]) -> bool {
    Array::is_npy(bytes) || (Archive::is_zip(bytes) && bytes.len() >= 22) || pickle::is_pickle(bytes)
}

/// The file without compression, if it is an `.npz` with compressed arrays: [`Many`] borrows its arrays. At most 100
/// times the file.
///
/// # Errors
/// An array does not unpack to what the file says, or there is no memory for it.
pub fn unpacked(bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    if Archive::is_zip(bytes) { unpack(bytes).map_err(Error::of_format) } else { Ok(None) }
}

/// A file of clips.
pub struct Many<'a>(Box<dyn set::Set + 'a>);

impl<'a> Many<'a> {
    /// Reads what is needed for the list; clips are read one by one. Compressed arrays have to be [`unpacked`] before.
    ///
    /// # Errors
    /// The file is cut short, holds no clips or more than [`MOST`]; or `labels` are given for a file that has its own,
    /// or for another number of clips.
    pub fn read(bytes: &'a [u8], labels: Option<&'a Labels>) -> Result<Self> {
        if labels.is_some() && !Array::is_npy(bytes) {
            return Err(
                Error::config("only .npy files take labels from beside them; this file has its own").at("labels")
            );
        }
        let set: Result<Box<dyn set::Set + 'a>> = if Array::is_npy(bytes) {
            npy::Npy::read(bytes, labels).map(|set| Box::new(set) as _)
        } else if Archive::is_zip(bytes) {
            npz::Npz::read(bytes).map(|set| Box::new(set) as _)
        } else {
            pyskl::Pyskl::read(bytes).map(|set| Box::new(set) as _)
        };
        let many = Self(set.map_err(Error::of_format)?);
        match many.len() {
            0 => Err(Error::format("the file holds no clip")),
            count if count > MOST => Err(Error::format(format!("{count} clips; at most {MOST} are read"))),
            _ => Ok(many),
        }
    }

    /// How many clips there are, at least 1.
    #[allow(clippy::len_without_is_empty)] // A file without clips is an error.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The clips in the file's order.
    pub fn entries(&self) -> Vec<Entry> {
        (0..self.len()).map(|i| self.0.entry(i)).collect()
    }

    /// The places of the clips that `wanted` names: `all`, a number from 1, an id, or the name of a split. A text of
    /// digits is always a number.
    ///
    /// # Errors
    /// It names no clip, or the id is that of several.
    pub fn choose(&self, wanted: &str) -> Result<Vec<usize>> {
        choice::choose(&self.entries(), wanted)
    }

    /// The place of the only clip.
    ///
    /// # Errors
    /// There are several; the message says how to choose.
    pub fn only(&self) -> Result<usize> {
        match self.len() {
            1 => Ok(0),
            count => Err(Error::format(choice::ask(count))),
        }
    }

    /// The clip at a place in the list, from 0, with its label. `unit` overrules the layout's; `picture` is the size of
    /// the picture for pixels, where the file does not hold it.
    ///
    /// # Errors
    /// There is no such place, the joints are of no known layout, a value is outside its range, or an option has no
    /// effect.
    pub fn open(&self, index: usize, unit: Option<Unit>, picture: Option<Picture>) -> Result<Reading> {
        let entry = self.at(index)?;
        let (mut clip, warnings) = self.0.clip(index, picture).map_err(|e| self.place(e, index, &entry))?;
        clip.label.clone_from(&entry.label);
        Reading::of(clip, warnings, unit)
    }

    /// The farthest pixel to the right and downwards of the clip at a place in the list, if its coordinates are pixels
    /// and the file does not hold the size of the picture: then [`Self::open`] needs it.
    ///
    /// # Errors
    /// There is no such place, or the joints are no array.
    pub fn pixels(&self, index: usize) -> Result<Option<Picture>> {
        let entry = self.at(index)?;
        self.0.pixels(index).map_err(|e| self.place(e, index, &entry))
    }

    fn at(&self, index: usize) -> Result<Entry> {
        let count = self.len();
        let missing = || Error::format(format!("there is no clip {}; the file has {count}", index.saturating_add(1)));
        if index < count { Ok(self.0.entry(index)) } else { Err(missing()) }
    }

    fn place(&self, e: Error, index: usize, entry: &Entry) -> Error {
        match self.len() {
            1 => e.of_format(),
            _ => e.of_format().at(format!("clip {} ({})", index + 1, entry.id)),
        }
    }
}

/// The only clip of a file.
pub(super) fn single(bytes: &[u8], unit: Option<Unit>) -> Result<Reading> {
    let unpacked = unpacked(bytes)?;
    let many = Many::read(unpacked.as_deref().unwrap_or(bytes), None)?;
    many.open(many.only()?, unit, None)
}
