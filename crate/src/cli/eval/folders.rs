//! Clips of files and folders, by name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::files::{bytes, listed};
use crate::cli::inputs::{Inputs, Options, is_set, reference};
use crate::error::{Error, Result};
use crate::format::{Unit, openpose_frames};
use crate::skeleton::Sequence;

/// A clip with the name of its file.
pub struct Found {
    /// The file's path below the folder that was named; of a file that was named, its name. A clip of a file of many
    /// has its id or number behind a `#`.
    pub name: String,
    /// The clip.
    pub clip: Sequence,
}

/// What is in files and folders.
#[derive(Default)]
pub struct Clips {
    /// The clips, in the order of their names.
    pub clips: Vec<Found>,
    /// The files that are no clip, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Reads files, and all files of folders. Of a file of many clips all are read, or those behind its `#`.
///
/// # Errors
/// If a path does not exist, or a folder cannot be read.
pub fn files(paths: &[PathBuf], unit: Option<Unit>) -> Result<Clips> {
    let mut named = Vec::new();
    for path in paths {
        let (file, wanted) = reference(path);
        match file.is_dir() && !holds_frames(&file) {
            true => below(&file, "", &mut named)?,
            false if file.exists() => named.push((name(&file), file, wanted)),
            false => return Err(Error::config("there is no such file or folder").at(path.display())),
        }
    }
    // Results must not depend on the order in which a folder lists its files.
    named.sort();
    named.dedup();
    let (mut clips, mut seen) = (Clips::default(), HashSet::new());
    for (name, path, wanted) in named {
        for (name, clip) in read(&name, &path, wanted, unit) {
            let clip = match seen.insert(name.clone()) {
                true => clip.map_err(|e| e.to_string()),
                false => Err(format!("another file has this name; this one is {}", path.display())),
            };
            match clip {
                Ok(clip) => clips.clips.push(Found { name, clip }),
                Err(why) => clips.skipped.push((name, why)),
            }
        }
    }
    Ok(clips)
}

/// The clip of a file, or those of a file of many.
fn read(name: &str, path: &Path, wanted: Option<String>, unit: Option<Unit>) -> Vec<(String, Result<Sequence>)> {
    let wanted = wanted.or_else(|| is_set(path).then(|| "all".to_owned()));
    let whole = wanted.map_or_else(|| path.to_owned(), |wanted| PathBuf::from(format!("{}#{wanted}", path.display())));
    let inputs = Inputs::of(&[whole], Options { unit, ..Options::default() });
    let many = inputs.sets.first().and_then(|set| set.many().ok());
    let prefix = format!("{}#", path.display());
    let one = |input| {
        let clip = inputs.read(input, many.as_ref());
        (input.name.strip_prefix(&prefix).map_or_else(|| name.to_owned(), |part| format!("{name}#{part}")), clip)
    };
    inputs.list.iter().map(one).collect()
}

/// Is the folder one clip: OpenPose's files, one for each frame?
fn holds_frames(folder: &Path) -> bool {
    let first = listed(folder, "json").ok().and_then(|paths| bytes(paths.first()?).ok());
    first.is_some_and(|bytes| openpose_frames::is_frame(&bytes))
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let last = if whole.is_dir() { whole.as_path() } else { path };
    last.file_name().map_or_else(|| "clips".into(), |name| name.to_string_lossy().into_owned())
}

/// The files below a folder, hidden ones left out, with their names below it.
fn below(folder: &Path, prefix: &str, named: &mut Vec<(String, PathBuf, Option<String>)>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
        let entry = entry.map_err(|e| Error::io(folder, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link to a folder could lead in a circle.
        let kind = entry.file_type().map_err(|e| Error::io(&entry.path(), &e))?;
        if name.starts_with('.') {
            continue;
        }
        match kind.is_dir() && !holds_frames(&entry.path()) {
            true => below(&entry.path(), &format!("{prefix}{name}/"), named)?,
            false => named.push((format!("{prefix}{name}"), entry.path(), None)),
        }
    }
    Ok(())
}
