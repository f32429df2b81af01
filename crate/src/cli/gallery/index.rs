//! The gallery's index, which the page shows before it loads a clip.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::files::{replace, text};
use crate::data::thumb;
use crate::error::{Error, Result};
use crate::format::{self, Format};
use crate::skeleton::{LayoutId, Sequence};

const FILE: &str = "index.json";

/// Origin of a clip of the gallery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Drawn from the motion prior.
    Synthetic,
    /// Recorded, under a free licence.
    MotionCapture,
    /// A synthetic clip in another skeleton.
    Converted,
}

/// A clip of the gallery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Stable id, used in addresses.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Its class, if it shows one that a network knows.
    pub label: Option<String>,
    /// Its layout.
    pub layout: LayoutId,
    /// The file beside the index.
    pub file: String,
    /// Its origin.
    pub origin: Origin,
    /// Frames per second.
    pub fps: f32,
    /// Number of frames, T.
    pub frames: usize,
    /// Whether it is unlike everything that a network was trained on. Its label, if it has one, may not be recognised.
    pub out_of_distribution: bool,
    /// Who is credited.
    pub credit: String,
    /// The seed of a synthetic clip.
    pub seed: Option<u64>,
    /// Stick figure of its widest frame (SVG).
    pub thumb: String,
}

/// A clip that is added to the gallery.
pub struct New {
    pub id: String,
    pub name: String,
    pub clip: Sequence,
    pub credit: String,
    pub seed: Option<u64>,
    /// Whether it is out of distribution despite a label. Without a label it always is.
    pub foreign: bool,
    /// Its drawing; none for a clip of Kinect v1, which is drawn here.
    pub thumb: Option<String>,
}

/// The index, in the page's order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Index(pub Vec<Entry>);

impl Index {
    /// Reads a folder's index; an empty one if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or names a file outside the folder.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let index: Self =
            serde_json::from_str(&text(&path)?).map_err(|e| Error::data(e.to_string()).at(path.display()))?;
        // Replaced clips are removed, so a name must not lead out of the folder.
        match index.0.iter().find(|e| Path::new(&e.file).file_name().is_none_or(|name| name != e.file.as_str())) {
            Some(entry) => {
                Err(Error::data(format!("the file name {:?} leads out of its folder", entry.file)).at(path.display()))
            }
            None => Ok(index),
        }
    }

    /// Replaces all clips of an origin by new ones, files included.
    ///
    /// # Errors
    /// If a file cannot be removed or written.
    pub fn replace(&mut self, origin: Origin, clips: Vec<New>, dir: &Path) -> Result<()> {
        for old in self.0.iter().filter(|e| e.origin == origin) {
            let path = dir.join(&old.file);
            if path.exists() {
                std::fs::remove_file(&path).map_err(|e| Error::io(&path, &e))?;
            }
        }
        self.0.retain(|e| e.origin != origin);
        for new in clips {
            let file = format!("{}.json", new.id);
            replace(&dir.join(&file), &format::write(&new.clip, Format::Clip)?)?;
            self.0.push(Entry {
                id: new.id,
                name: new.name,
                label: new.clip.label.clone(),
                layout: new.clip.layout().id,
                file,
                origin,
                fps: new.clip.fps,
                frames: new.clip.frames(),
                out_of_distribution: new.foreign || new.clip.label.is_none(),
                credit: new.credit,
                seed: new.seed,
                thumb: new.thumb.unwrap_or_else(|| thumb::svg(&new.clip, thumb::widest_frame(&new.clip))),
            });
        }
        self.0.sort_by_key(|e| e.origin);
        Ok(())
    }

    /// Writes the index.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<()> {
        // One entry a line, so that a changed clip is one line of a diff.
        let lines: std::result::Result<Vec<_>, _> = self.0.iter().map(serde_json::to_string).collect();
        let lines = lines.map_err(|e| Error::data(e.to_string()).at(FILE))?;
        replace(&dir.join(FILE), format!("[\n{}\n]\n", lines.join(",\n")).as_bytes())
    }
}

/// A class's name for file names and addresses.
pub fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// A name with a capital letter.
pub fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs_and_titles() {
        assert_eq!(slug("draw circle (counter-clockwise)"), "draw-circle-counter-clockwise");
        assert_eq!(slug("draw X"), "draw-x");
        assert_eq!((capitalised("wave"), capitalised("")), ("Wave".to_owned(), String::new()));
    }
}
