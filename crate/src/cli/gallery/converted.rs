//! Clips of the gallery, converted to the skeletons of other networks.

use std::path::Path;

use super::index::{Index, New};
use crate::cli::clips::clip;
use crate::cli::say::note;
use crate::data::convert::converted;
use crate::error::Result;
use crate::skeleton::LayoutId;

/// Layouts with the names of their clips, and the clips to convert: those whose action the layout's sets have.
const LAYOUTS: [(LayoutId, &str, &str, &[&str]); 3] = [
    (
        LayoutId::Ntu,
        "NTU",
        "ntu",
        &["wave-1", "clap-1", "throw-1", "arm-cross-1", "sit-to-stand-1", "stand-to-sit-1", "pick-up-and-throw-1"],
    ),
    (
        LayoutId::OpenPose18,
        "OpenPose",
        "openpose",
        &["wave-1", "clap-1", "throw-1", "boxing-1", "bowling-1", "tennis-swing-1", "jog-in-place-1", "squat-1"],
    ),
    (
        LayoutId::Hdm05,
        "HDM05",
        "hdm05",
        &["squat-1", "squat-2", "basketball-shoot-1", "basketball-shoot-2", "jog-in-place-1", "jog-in-place-2"],
    ),
];

/// Converts clips that are in the gallery already.
pub fn make(index: &Index, dir: &Path) -> Result<Vec<New>> {
    let mut clips = Vec::new();
    for (layout, name, short, ids) in LAYOUTS {
        for (i, id) in ids.iter().enumerate() {
            let id = format!("synthetic-{id}");
            let Some(entry) = index.0.iter().find(|e| e.id == id) else {
                note!("{id} is not in the gallery, so it is not converted to {name}");
                continue;
            };
            // The seed of the camera and of the detector of layouts in the picture.
            let clip = converted(&clip(&dir.join(&entry.file))?, layout, 1 + i as u64)?;
            clips.push(New {
                id: format!("{short}-{}", id.trim_start_matches("synthetic-")),
                name: format!("{}, {name}", entry.name),
                clip,
                credit: format!("{}; converted from Kinect v1 to the joints of {name}", entry.credit),
                seed: None,
                // HDM05 was recorded with markers on the body; another body's squat is no squat to a network that knows
                // it.
                foreign: layout == LayoutId::Hdm05,
                thumb: Some(entry.thumb.clone()),
            });
        }
    }
    Ok(clips)
}
