//! Clips of files and folders, by name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::inputs::{Inputs, Options, holds_frames, is_set, reference};
use crate::error::{Error, Result};
use crate::eval::split::Names;
use crate::format::Unit;
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

/// A part of the clips.
pub enum Part {
    /// Those that a list names. The others are not read.
    Listed(Names),
    /// Those of a split that files of many clips hold.
    Split(String),
}

/// Reads files, and all files of folders. Of a file of many clips all are read, or those behind its `#`; of all of them
/// those of a part.
///
/// # Errors
/// If a path does not exist, a folder cannot be read, or a split is named twice.
pub fn files(paths: &[PathBuf], part: Option<&Part>, unit: Option<Unit>) -> Result<Clips> {
    let mut named = Vec::new();
    for path in paths {
        let (file, wanted) = reference(path);
        if let (Some(Part::Split(name)), Some(wanted)) = (part, &wanted) {
            let cause = format!("#{wanted} chooses already; leave it out, or leave out --split {name}");
            return Err(Error::config(cause).at(path.display()));
        }
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
        for (name, clip) in read(&name, &path, wanted, part, unit) {
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

/// The clip of a file, or those of a file of many, as far as they are of the part.
fn read(
    name: &str,
    path: &Path,
    wanted: Option<String>,
    part: Option<&Part>,
    unit: Option<Unit>,
) -> Vec<(String, Result<Sequence>)> {
    let wanted = match part {
        _ if !is_set(path) => wanted,
        Some(Part::Split(split)) => Some(split.clone()),
        _ => wanted.or_else(|| Some("all".to_owned())),
    };
    let listed = |name: &str| if let Some(Part::Listed(names)) = part { names.has(name) } else { true };
    if wanted.is_none() {
        if let Some(Part::Split(split)) = part {
            let cause = format!("is one clip, without splits; --split {split} takes clips of files of many");
            return vec![(name.to_owned(), Err(Error::data(cause)))];
        }
        if !listed(name) {
            return Vec::new();
        }
    }
    let whole = wanted.map_or_else(|| path.to_owned(), |wanted| PathBuf::from(format!("{}#{wanted}", path.display())));
    let inputs = Inputs::of(&[whole], Options { unit, ..Options::default() });
    let many = inputs.sets.first().and_then(|set| set.many().ok());
    let prefix = format!("{}#", path.display());
    let named = |of: &str| of.strip_prefix(&prefix).map_or_else(|| name.to_owned(), |part| format!("{name}#{part}"));
    let all = inputs.list.iter().map(|input| (named(&input.name), input));
    // A set that cannot be opened is one input with the reason, whatever the list names.
    let of_part = all.filter(|(name, input)| input.set().is_none() || listed(name));
    of_part.map(|(name, input)| (name, inputs.read(input, many.as_ref()))).collect()
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
