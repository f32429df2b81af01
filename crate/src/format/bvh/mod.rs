//! BVH, the format of motion capture: a hierarchy of joints with offsets, and rotations over time.
//!
//! **In.** Joints are placed by forward kinematics, with the channels in the order in which the file has them, and
//! taken as a layout's by their names: HDM05's 31 where the file has all of them, else Kinect v1's 20. Files are in
//! centimetres unless a unit is given. Where the body stands along z, at rest and in motion, z is up and is turned to
//! y. A person who faces +z is turned half round about the vertical, because Kinects look at people who face -z.
//!
//! **Out.** A moved clip is written into the file that it came from: same hierarchy, same offsets. From the root
//! outwards each joint is turned by the smallest rotation that leads its points to their places; twists stay as they
//! were. What rigid bones cannot follow is the residual: the largest distance between a joint of the written file and
//! the clip's. A clip that came from no BVH file gets a new one, with bones of its own lengths.

mod fit;
mod hierarchy;
mod made;
mod motion;
mod polish;
mod pose;
mod recording;
mod rig;
mod rotation;
mod words;
mod write;

use super::reading::{HEIGHTS, Warning};
use super::rules::{room, somebody};
use super::unit::Unit;
use crate::error::Result;
use crate::skeleton::Sequence;
use recording::{Recording, Up};

pub use made::made;
pub use words::is_bvh;
pub use write::{Written, write};

/// Reads a clip; in centimetres, or in the file's own numbers if the unit is applied later.
pub(super) fn read(text: &str, unit: Option<Unit>) -> Result<(Sequence, Vec<Warning>)> {
    let recording = Recording::read(text, unit.map_or(Unit::Centimetres.factor(), |_| 1.0))?;
    let layout = recording.rig.layout.layout();
    let room = room(layout, recording.motion.frames(), 1, text.len())?;
    let clip = recording.clip(room)?;
    somebody(&clip)?;
    let mut warnings: Vec<Warning> = upwards(recording.up).into_iter().collect();
    if unit.is_none() {
        warnings.extend(scale(&clip));
    }
    Ok((clip, warnings))
}

fn upwards(up: Up) -> Option<Warning> {
    match up {
        Up::Y => None,
        Up::Z => Some(Warning::new("The body stands along z in this file; z is read as upwards.")),
        Up::Unsure => Some(Warning::new(
            "The body is along z while it moves, but not at rest; y is read as upwards. If it stands rather than lies, \
             export the file with y upwards.",
        )),
    }
}

/// The unit in which the body would have a person's height, if it has none in centimetres.
fn scale(clip: &Sequence) -> Option<Warning> {
    let height = clip.body_height()?;
    if HEIGHTS.contains(&height) {
        return None;
    }
    let raw = height / Unit::Centimetres.factor();
    let unit =
        [Unit::Metres, Unit::Millimetres, Unit::Cmu].into_iter().find(|u| HEIGHTS.contains(&(raw * u.factor())))?;
    let text = format!("Read in centimetres the body has {height:.3} m. Read the file in {}.", unit.name());
    Some(Warning { text, unit: Some(unit) })
}

#[cfg(test)]
mod tests;
