//! Clips of the command line: read one by one, brought to what a network takes, and the natural ones for a
//! discriminator.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::files::listed;
use super::inputs::{Inputs, Options};
use super::places::{self, CLIPS};
use super::resample::resampled;
use super::say::note;
use crate::error::{Error, Result};
use crate::format::{Picture, Unit};
use crate::model::{MOST_SEEN, Recogniser};
use crate::skeleton::{LayoutId, Sequence};

/// Clips, and how they are read.
#[derive(Args, Clone, Debug)]
pub struct ClipArgs {
    /// Clips; `ciasa convert --help` lists the formats. Of a file of many clips: FILE#3 (numbers from 1), FILE#NAME (an
    /// id or a split) or FILE#all; `ciasa clips FILE` lists them. A folder: OpenPose's JSON, one file a frame
    #[arg(required = true, value_name = "CLIP")]
    paths: Vec<PathBuf>,
    /// Unit of the clips' numbers, if it is not their layout's: lengths in m, cm or mm, or confidences in percent
    #[arg(long, value_name = "UNIT", value_parser = unit_parser())]
    unit: Option<Unit>,
    /// Layout to convert the clips to; which joints are copied, averaged, invented and dropped is printed
    #[arg(long, value_name = "LAYOUT", value_parser = layout_parser())]
    layout: Option<LayoutId>,
    /// Size of the picture, for coordinates in pixels whose file does not hold it (OpenPose), such as 1920x1080
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Picture>,
    /// Names and labels of a .npy file: a pickle. Without it, the _label.pkl beside the file is taken
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

fn layout_parser() -> impl TypedValueParser<Value = LayoutId> {
    PossibleValuesParser::new(LayoutId::ALL.map(LayoutId::as_str)).try_map(|id| LayoutId::parse(&id).ok_or("no layout"))
}

/// Takes the name of a unit.
pub fn unit_parser() -> impl TypedValueParser<Value = Unit> {
    PossibleValuesParser::new(Unit::ALL.map(Unit::as_str)).try_map(|name| Unit::parse(&name).ok_or("no unit"))
}

fn size(text: &str) -> std::result::Result<Picture, &'static str> {
    Picture::parse(text).ok_or("a size is width and height in pixels, such as 1920x1080")
}

impl ClipArgs {
    /// The clips and, as the last path, what is written. One list of paths, so that options may stand between them.
    ///
    /// # Errors
    /// If there is one path only.
    pub fn and_out(&self) -> Result<(Self, PathBuf)> {
        match self.paths.split_last() {
            Some((out, paths)) if !paths.is_empty() => {
                Ok((Self { paths: paths.to_vec(), ..self.clone() }, out.clone()))
            }
            _ => Err(Error::config("one path only; name the clips and then the file or folder to write")),
        }
    }

    /// The clips that the paths name. One that cannot be found is reported when it is read.
    pub fn inputs(&self) -> Inputs {
        let labels = self.labels.clone();
        let options = Options { unit: self.unit, layout: self.layout, picture: self.size, labels };
        Inputs::of(&self.paths, options)
    }
}

/// Reads a clip of any format, and prints the reader's warnings. `FILE#NAME` is one of a file of many.
///
/// # Errors
/// Names the file and the place in it; or the path names several clips.
pub fn clip(path: &Path) -> Result<Sequence> {
    let inputs = Inputs::of(&[path.to_owned()], Options::default());
    match inputs.list.as_slice() {
        [one] => inputs.read(one, None),
        several => Err(Error::config(format!("names {} clips; one is read here", several.len())).at(path.display())),
    }
}

/// Reads each clip and does `work` with its place in the list and itself. A clip that fails is reported, and the others
/// are done.
///
/// # Errors
/// If one failed.
pub fn each(inputs: &Inputs, mut work: impl FnMut(usize, Sequence) -> Result<()>) -> Result<()> {
    let (count, mut failed, mut i) = (inputs.list.len(), 0, 0);
    for group in inputs.list.chunk_by(|a, b| a.set().is_some() && a.set() == b.set()) {
        // The list of a file is read once for all its clips. If it cannot be, each clip's error says so.
        let many = group[0].set().and_then(|set| inputs.sets[set].many().ok());
        for input in group {
            let result = inputs.read(input, many.as_ref());
            match result.and_then(|clip| work(i, clip).map_err(|e| e.at(&input.name))) {
                Err(e) if count == 1 => return Err(e),
                Err(e) => {
                    note!("{e}");
                    failed += 1;
                }
                Ok(()) => {}
            }
            i += 1;
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::data(format!("{failed} of {count} clips failed, for the reasons above"))),
    }
}

/// The clip as a network takes it: with more frames than fit into memory it is resampled.
///
/// # Errors
/// If the network takes every frame as it is, and these are too many.
pub fn fitted(clip: Sequence, model: &Recogniser) -> Result<Sequence> {
    if clip.frames() <= MOST_SEEN || model.accepts(&clip).is_ok() {
        return Ok(clip);
    }
    if model.entry.frames == 0 {
        let cause = format!("{} frames; with --frames 0 at most {MOST_SEEN} fit; try --frames 300", clip.frames());
        return Err(Error::config(cause));
    }
    note!("{} frames, resampled to {MOST_SEEN}; the network takes {}", clip.frames(), model.entry.frames);
    resampled(&clip, MOST_SEEN)
}

/// Natural clips, from which an attack's discriminator learns.
pub struct Natural {
    folder: PathBuf,
    clips: Vec<Sequence>,
}

impl Natural {
    /// Reads the clips of a folder, or of the gallery that ships. A file that is no clip is reported and left out.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn read(folder: Option<&PathBuf>) -> Result<Self> {
        let folder = gallery(folder).map_err(|e| e.at("--natural"))?;
        let mut clips = Vec::new();
        for path in listed(&folder, "json")?.iter().filter(|p| !p.ends_with(CLIPS.holds)) {
            match clip(path) {
                Ok(clip) => clips.push(clip),
                Err(e) => note!("{e}; left out of the natural clips"),
            }
        }
        Ok(Self { folder, clips })
    }

    /// Those of the attacked clip's layout, without the attacked clip itself.
    ///
    /// # Errors
    /// If there is none.
    pub fn beside(&self, attacked: &Sequence) -> Result<Vec<Sequence>> {
        let fits = |c: &&Sequence| c.layout().id == attacked.layout().id && c.data() != attacked.data();
        let clips: Vec<Sequence> = self.clips.iter().filter(fits).cloned().collect();
        if clips.is_empty() {
            let cause = format!(
                "no other clip of the layout {} in {}; name a folder with some, or use --without plausible",
                attacked.layout().id.as_str(),
                self.folder.display()
            );
            return Err(Error::config(cause).at("--natural"));
        }
        Ok(clips)
    }
}

/// A folder of clips: the given one, or the gallery that ships.
///
/// # Errors
/// If none is given and the gallery is not found.
pub fn gallery(folder: Option<&PathBuf>) -> Result<PathBuf> {
    match folder {
        Some(folder) => Ok(folder.clone()),
        None => CLIPS.find().map_err(|tried| {
            Error::config(format!("the gallery's clips are not in {}; name their folder", places::listed(&tried)))
        }),
    }
}
