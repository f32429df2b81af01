//! Files of many clips on the command line, with the labels beside them.

use std::path::{Path, PathBuf};

use super::files::{Bytes, bytes};
use super::say::note;
use crate::error::{Error, Result};
use crate::format::many::{self, Labels, Many};

/// A file of many clips.
pub struct SetFile {
    /// Its path.
    pub path: PathBuf,
    bytes: Bytes,
    labels: Option<Labels>,
}

impl SetFile {
    /// Opens a file. `labels` names the labels of a `.npy` file; without it they are looked for beside the file.
    ///
    /// # Errors
    /// Names the file.
    pub fn open(path: &Path, labels: Option<&Path>) -> Result<Self> {
        let given = labels.map(read_labels).transpose()?;
        let mut bytes = Bytes::of(path)?;
        if let Some(unpacked) = many::unpacked(&bytes).map_err(|e| e.at(path.display()))? {
            bytes = Bytes::Read(unpacked);
        }
        let mut set = Self { path: path.to_owned(), bytes, labels: given };
        if labels.is_none()
            && let Some((beside, found)) = beside(path)
        {
            match found.and_then(|labels| Many::read(&set.bytes, Some(&labels)).map(drop).map(|()| labels)) {
                Ok(labels) => {
                    note!("{}: labels from {}", path.display(), beside.display());
                    set.labels = Some(labels);
                }
                Err(e) => note!("{}: labels of {} left out: {e}", path.display(), beside.display()),
            }
        }
        Ok(set)
    }

    /// The clips.
    ///
    /// # Errors
    /// The file cannot be read, or the labels do not fit it.
    pub fn many(&self) -> Result<Many<'_>> {
        Many::read(&self.bytes, self.labels.as_ref())
    }

    /// The places of the chosen clips, each with the name that chooses it alone. A file of one clip needs no choice,
    /// and its clip no name.
    ///
    /// # Errors
    /// Names the file: nothing is chosen of several clips, or what is not there.
    pub fn chosen(&self, wanted: Option<&str>) -> Result<Vec<(usize, Option<String>)>> {
        let place = |e: Error| e.at(self.path.display());
        let many = self.many().map_err(place)?;
        let Some(wanted) = wanted else {
            return many.only().map(|index| vec![(index, None)]).map_err(place);
        };
        let entries = many.entries();
        let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        ids.sort_unstable();
        let named = |i: usize| {
            let id = &entries[i].id;
            let at = ids.partition_point(|other| *other < id.as_str());
            let alone = ids.get(at + 1).is_none_or(|next| next != id);
            let chooses = alone && !id.is_empty() && !id.bytes().all(|b| b.is_ascii_digit());
            if chooses { id.clone() } else { (i + 1).to_string() }
        };
        let chosen = many.choose(wanted).map_err(place)?;
        Ok(chosen.into_iter().map(|i| (i, Some(named(i)))).collect())
    }
}

fn read_labels(path: &Path) -> Result<Labels> {
    Labels::read(&bytes(path)?).map_err(|e| e.at(path.display()))
}

/// The labels beside a `.npy` file: `train_label.pkl` for `train_data.npy` and `train_data_joint.npy`.
fn beside(path: &Path) -> Option<(PathBuf, Result<Labels>)> {
    if path.extension()? != "npy" {
        return None;
    }
    let stem = path.file_stem()?.to_str()?;
    let set = stem.split_once("_data").map_or(stem, |(set, _)| set);
    let found =
        [set, stem].map(|name| path.with_file_name(format!("{name}_label.pkl"))).into_iter().find(|p| p.is_file());
    found.map(|labels| (labels.clone(), read_labels(&labels)))
}
