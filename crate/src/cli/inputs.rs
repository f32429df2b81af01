//! What the paths of the command line name: clips, folders of frames, and clips of files of many (`FILE#3`).

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::files::{bytes, listed};
use super::say::note;
use super::sets::SetFile;
use crate::error::{Error, Result};
use crate::format::many::{self, Many};
use crate::format::{self, Format, Picture, Reading, Unit, openpose_frames, ucla_frames};
use crate::skeleton::convert::Conversion;
use crate::skeleton::{LayoutId, Sequence};

/// How clips are read.
#[derive(Default)]
pub struct Options {
    /// Overrules the layout's unit.
    pub unit: Option<Unit>,
    /// What clips are converted to.
    pub layout: Option<LayoutId>,
    /// The size of the picture for pixels.
    pub picture: Option<Picture>,
    /// Names and labels of `.npy` files.
    pub labels: Option<PathBuf>,
}

/// The clips to read, and the files of many that they are in.
pub struct Inputs {
    /// The clips in the order of the command line.
    pub list: Vec<Input>,
    /// The files of many clips.
    pub sets: Vec<SetFile>,
    options: Options,
}

/// A clip to read.
pub struct Input {
    /// What is printed: a path, or `FILE#ID`.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The name for files made from it, without folder and ending; None for the file's own.
    pub stem: Option<String>,
    pick: Pick,
}

enum Pick {
    /// The file, or the folder of frames, is the clip.
    Whole,
    /// A clip of a file of many, by their places.
    Clip { set: usize, index: usize },
    /// There is no such clip.
    Failed(Error),
}

impl Input {
    /// The place of the file of many that it is in.
    pub fn set(&self) -> Option<usize> {
        match self.pick {
            Pick::Clip { set, .. } => Some(set),
            _ => None,
        }
    }
}

impl Inputs {
    /// The clips that the paths name. One that cannot be found is in the list, and fails when it is read.
    pub fn of(paths: &[PathBuf], options: Options) -> Self {
        let mut inputs = Self { list: Vec::new(), sets: Vec::new(), options };
        for path in paths {
            if let Err(e) = inputs.add(path) {
                let (name, path) = (path.display().to_string(), path.clone());
                inputs.list.push(Input { name, path, stem: None, pick: Pick::Failed(e) });
            }
        }
        inputs
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let (file, wanted) = reference(path);
        if !is_set(&file) {
            if let Some(wanted) = wanted {
                let cause = format!("is no file of many clips; leave #{wanted} out");
                return Err(Error::config(cause).at(file.display()));
            }
            let name = path.display().to_string();
            self.list.push(Input { name, path: file, stem: None, pick: Pick::Whole });
            return Ok(());
        }
        let set = match self.sets.iter().position(|set| set.path == file) {
            Some(known) => known,
            None => {
                self.sets.push(SetFile::open(&file, self.options.labels.as_deref())?);
                self.sets.len() - 1
            }
        };
        let chosen = self.sets[set].chosen(wanted.as_deref())?;
        self.list.extend(chosen.into_iter().map(|(index, part)| Input {
            name: part.as_ref().map_or_else(|| path.display().to_string(), |part| format!("{}#{part}", file.display())),
            path: file.clone(),
            stem: part.map(|part| format!("{}-{}", stem(&file), plain(&part))),
            pick: Pick::Clip { set, index },
        }));
        Ok(())
    }

    /// Reads a clip and prints its warnings. `many` is the opened file that it is in, if it is opened already.
    ///
    /// # Errors
    /// Names the file and the place in it.
    pub fn read(&self, input: &Input, many: Option<&Many<'_>>) -> Result<Sequence> {
        let Options { unit, layout, picture, .. } = self.options;
        let reading = match &input.pick {
            // The error names the file already.
            Pick::Failed(e) => return Err(e.clone()),
            Pick::Whole => self.whole(&input.path),
            Pick::Clip { set, index } => match many {
                Some(many) => many.open(*index, unit, picture),
                None => self.sets[*set].many().and_then(|many| many.open(*index, unit, picture)),
            },
        }
        .map_err(|e| e.at(&input.name))?;
        for warning in &reading.warnings {
            let option = warning.unit.map_or(String::new(), |unit| format!(" (--unit {})", unit.as_str()));
            note!("{}: warning: {warning}{option}", input.name);
        }
        match layout {
            Some(to) if to != reading.clip.layout().id => converted(&reading.clip, to).map_err(|e| e.at(&input.name)),
            _ => Ok(reading.clip),
        }
    }

    /// The `i`-th clip, moved, as a file of a format; of a BVH file also the largest distance, in metres, between its
    /// joints and the clip's. A BVH file is written into the one that the clip came from.
    ///
    /// # Errors
    /// The format cannot hold the clip; the clip did not come from a BVH file.
    pub fn written(&self, i: usize, clip: &Sequence, format: Format) -> Result<(Vec<u8>, Option<f32>)> {
        let source = &self.list[i];
        if format != Format::Bvh || !matches!(source.pick, Pick::Whole) || source.path.is_dir() {
            return Ok((format::write(clip, format)?, None));
        }
        let file = format::bvh::write(&bytes(&source.path)?, clip, self.options.unit)?;
        Ok((file.bytes, Some(file.residual)))
    }

    fn whole(&self, path: &Path) -> Result<Reading> {
        let Options { unit, picture, labels, layout } = &self.options;
        if labels.is_some() {
            return Err(Error::config("has no effect: only .npy files take labels from beside them").at("--labels"));
        }
        if path.is_dir() {
            return format::open_frames(&frames(path)?, *unit, *picture);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = bytes(path)?;
        match picture {
            None => format::open_for(&bytes, &name, *unit, *layout),
            Some(_) if openpose_frames::is_frame(&bytes) => format::open_frames(&[(name, bytes)], *unit, *picture),
            Some(_) => Err(Error::config("has no effect: the file's coordinates are not pixels").at("--size")),
        }
    }
}

/// The clip in another layout. What becomes of the joints is printed.
fn converted(clip: &Sequence, to: LayoutId) -> Result<Sequence> {
    let conversion = Conversion::find(clip.layout().id, to).map_err(|e| e.at("--layout"))?;
    note!("{}", conversion.sentence());
    conversion.apply(clip)
}

/// The files of a folder that are one frame each, by name and bytes.
fn frames(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let paths = frame_files(folder)?;
    let within = folder.canonicalize().ok().and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The folder of Northwestern-UCLA's frames names their action.
        let name = match (&within, ucla_frames::is_name(&name)) {
            (Some(folder), true) => format!("{folder}/{name}"),
            _ => name,
        };
        bytes(path).map(|bytes| (name, bytes))
    };
    let first = paths.first().map(read).transpose()?;
    match first {
        None => {
            let cause = "a folder without .json files or ..._skeletons.txt; a folder is read as OpenPose's or \
                         Northwestern-UCLA's frames";
            Err(Error::format(cause))
        }
        Some((name, bytes)) if !is_frame(&name, &bytes) => {
            let cause =
                format!("a folder is read as OpenPose's frames, but {name:?} is none; name the clips themselves");
            Err(Error::format(cause))
        }
        Some(_) => paths.iter().map(read).collect(),
    }
}

fn is_frame(name: &str, bytes: &[u8]) -> bool {
    ucla_frames::is_name(name) || format::is_frame(bytes)
}

/// The files of a folder that may be one frame each.
fn frame_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let json = listed(folder, "json")?;
    if !json.is_empty() {
        return Ok(json);
    }
    let mut texts = listed(folder, "txt")?;
    texts.retain(|path| path.to_str().is_some_and(ucla_frames::is_name));
    Ok(texts)
}

/// Is the folder one clip, with a file for each frame?
pub fn holds_frames(folder: &Path) -> bool {
    let first = frame_files(folder).ok().and_then(|paths| paths.into_iter().next());
    first.is_some_and(|path| bytes(&path).is_ok_and(|bytes| is_frame(&path.to_string_lossy(), &bytes)))
}

/// The file of a path, and what follows its `#`. A file that has the `#` in its name is taken whole.
pub fn reference(path: &Path) -> (PathBuf, Option<String>) {
    let text = path.to_string_lossy();
    let split = || text.match_indices('#').find(|(at, _)| Path::new(&text[..*at]).exists());
    let found = if path.exists() { None } else { split() };
    match found {
        Some((at, _)) => (PathBuf::from(&text[..at]), Some(text[at + 1..].to_owned())),
        None => (path.to_owned(), None),
    }
}

/// Is it a file of many clips? One that cannot be read is none.
pub fn is_set(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    path.is_file() && read.is_ok() && many::is_many(&head)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// An id as a part of a file's name.
fn plain(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}
