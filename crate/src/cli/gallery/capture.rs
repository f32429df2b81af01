//! Motion capture for the gallery: actions that no shipped network was trained on.

use std::path::Path;

use super::index::New;
use crate::cli::files::text;
use crate::data::mocap;
use crate::error::Result;

/// The files that are shown, and their actions.
const MOTIONS: [(&str, &str); 8] = [
    ("walk", "Walk"),
    ("run", "Run"),
    ("jump", "Jump"),
    ("kick", "Kick"),
    ("punch", "Punch"),
    ("cartwheel", "Cartwheel"),
    ("backflip", "Backflip"),
    ("dance_a", "Dance"),
];

const CREDIT: &str = "humanoid motion from the Python package pybullet 3.2.7 (zlib licence), converted to the Kinect \
                      v1 skeleton; it is not the original";

/// Converts the files `humanoid3d_<name>.txt` of a directory.
pub fn make(dir: &Path) -> Result<Vec<New>> {
    let convert = |(file, name): &(&str, &str)| {
        let path = dir.join(format!("humanoid3d_{file}.txt"));
        let clip = mocap::read(&text(&path)?).map_err(|e| e.at(path.display()))?;
        let id = format!("mocap-{}", super::index::slug(file));
        Ok(New {
            id,
            name: (*name).to_owned(),
            clip,
            credit: CREDIT.to_owned(),
            seed: None,
            foreign: false,
            thumb: None,
        })
    };
    MOTIONS.iter().map(convert).collect()
}
