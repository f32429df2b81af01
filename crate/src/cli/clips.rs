//! Clips by path: read one by one, brought to what a network takes, and the natural ones for a discriminator.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::files::{bytes, listed};
use super::places::{self, CLIPS};
use super::resample::resampled;
use super::say::note;
use crate::error::{Error, Result};
use crate::format::{self, Unit};
use crate::model::{MOST_SEEN, Recogniser};
use crate::skeleton::convert::Conversion;
use crate::skeleton::{LayoutId, Sequence};

/// Clips, and how they are read.
#[derive(Args, Debug)]
pub struct ClipArgs {
    /// Clips; `ciasa convert --help` lists the formats that are read
    #[arg(required = true, value_name = "CLIP")]
    pub paths: Vec<PathBuf>,
    /// Unit of the clips' numbers, if it is not their layout's: lengths in m, cm or mm, or confidences in percent
    #[arg(long, value_name = "UNIT", value_parser = unit_parser())]
    unit: Option<Unit>,
    /// Layout to convert the clips to; which joints are copied, averaged, invented and dropped is printed
    #[arg(long, value_name = "LAYOUT", value_parser = layout_parser())]
    layout: Option<LayoutId>,
}

fn layout_parser() -> impl TypedValueParser<Value = LayoutId> {
    PossibleValuesParser::new(LayoutId::ALL.map(LayoutId::as_str)).try_map(|id| LayoutId::parse(&id).ok_or("no layout"))
}

fn unit_parser() -> impl TypedValueParser<Value = Unit> {
    PossibleValuesParser::new(Unit::ALL.map(Unit::as_str)).try_map(|name| Unit::parse(&name).ok_or("no unit"))
}

/// Reads a clip of any format, and prints the reader's warnings.
///
/// # Errors
/// Names the file and the place in it.
pub fn clip(path: &Path) -> Result<Sequence> {
    read(path, None)
}

fn read(path: &Path, unit: Option<Unit>) -> Result<Sequence> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let reading = format::open(&bytes(path)?, &name, unit).map_err(|e| e.at(path.display()))?;
    for warning in &reading.warnings {
        let option = warning.unit.map_or(String::new(), |unit| format!(" (--unit {})", unit.as_str()));
        note!("{}: warning: {warning}{option}", path.display());
    }
    Ok(reading.clip)
}

/// Reads a clip as the options say: in their unit, converted to their layout.
fn read_as(path: &Path, options: &ClipArgs) -> Result<Sequence> {
    let clip = read(path, options.unit)?;
    let from = clip.layout().id;
    let Some(to) = options.layout.filter(|to| *to != from) else { return Ok(clip) };
    let conversion = Conversion::find(from, to).map_err(|e| e.at("--layout").at(path.display()))?;
    note!("{}: {}", path.display(), conversion.sentence());
    conversion.apply(&clip).map_err(|e| e.at(path.display()))
}

/// Reads each clip and does `work` with it. A file that fails is reported, and the others are done.
///
/// # Errors
/// If one failed.
pub fn each(clips: &ClipArgs, mut work: impl FnMut(usize, Sequence) -> Result<()>) -> Result<()> {
    let (paths, mut failed) = (&clips.paths, 0);
    for (i, path) in paths.iter().enumerate() {
        let result = read_as(path, clips).and_then(|clip| work(i, clip).map_err(|e| e.at(path.display())));
        match result {
            Err(e) if paths.len() == 1 => return Err(e),
            Err(e) => {
                note!("{e}");
                failed += 1;
            }
            Ok(()) => {}
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::data(format!("{failed} of {} clips failed, for the reasons above", paths.len()))),
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
