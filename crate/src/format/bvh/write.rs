//! Writes a moved clip into the BVH file that it came from.

use std::fmt::Write as _;

use super::fit::{aims, fitted};
use super::hierarchy::Joint;
use super::pose::Pose;
use super::recording::Recording;
use super::rotation::{Point, angles, length, sub};
use super::words::is_bvh;
use crate::error::{Error, Result};
use crate::format::text;
use crate::format::unit::Unit;
use crate::skeleton::Sequence;

/// A value that differs less from the original's is left as it was.
const SAME: f64 = 1e-9;

/// A written file.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// The largest distance between a joint of the written file and the clip's, in metres.
    pub residual: f32,
}

/// Writes a clip into the BVH file that it came from, read in the same unit. The hierarchy stays; where a joint has
/// moved, the rotations above it change.
///
/// # Errors
/// The original cannot be read, or the clip is not of its layout and number of frames.
pub fn write(original: &[u8], clip: &Sequence, unit: Option<Unit>) -> Result<Written> {
    let text = text::decode(original)?;
    if !is_bvh(text) {
        return Err(Error::config("a BVH file is written only from a clip that was read from a BVH file"));
    }
    let recording = Recording::read(text, unit.unwrap_or(Unit::Centimetres).factor())?;
    let motion = &recording.motion;
    let (layout, frames) = (recording.rig.layout, motion.frames());
    if (clip.layout().id, clip.frames(), clip.people()) != (layout, frames, 1) {
        let cause = format!(
            "the clip has {} frames of {} people in the layout {}; its BVH file has {frames} of one in {}: a clip that \
             was cut, resampled or converted cannot be written back",
            clip.frames(),
            clip.people(),
            clip.layout().id.as_str(),
            layout.as_str()
        );
        return Err(Error::config(cause));
    }
    let clean = recording.clip(vec![0.0; clip.data().len()])?;
    let aims = aims(&motion.joints, &recording.rig);
    let mut out = text[..motion.head].to_owned();
    let mut residual = 0.0_f64;
    for t in 0..frames {
        let values = motion.frame(t);
        let mut targets = recording.points(values);
        for (j, target) in targets.iter_mut().enumerate() {
            let (from, to) = (clean.joint(t, 0, j), clip.joint(t, 0, j));
            // The difference, so that a joint that has not moved stays to the last digit.
            (0..3).for_each(|c| target[recording.axes[c]] += f64::from(to[c] - from[c]) / recording.scale[c]);
        }
        let pose = fitted(&motion.joints, values, &recording.rig, &aims, &targets);
        let written = values_of(&motion.joints, &pose, values);
        let apart = |(a, b): (&Point, Point)| length(sub(*a, b)) * recording.scale[1];
        residual = targets.iter().zip(recording.points(&written)).map(apart).fold(residual, f64::max);
        for (i, value) in written.iter().enumerate() {
            let _ = write!(out, "{}{value}", if i == 0 { "" } else { " " });
        }
        out.push('\n');
    }
    Ok(Written { bytes: out.into_bytes(), residual: residual as f32 })
}

/// The channels of a pose, (channels), to 6 decimals; `before` are those of the file.
fn values_of(joints: &[Joint], pose: &Pose, before: &[f64]) -> Vec<f64> {
    let mut values = before.to_vec();
    let mut put = |at: usize, value: f64| {
        if (value - before[at]).abs() > SAME {
            values[at] = (value * 1e6).round() / 1e6;
        }
    };
    for (j, joint) in joints.iter().enumerate() {
        joint.positions().for_each(|(axis, at)| put(at, pose.shift[j][axis]));
        let channels: Vec<(usize, usize)> = joint.rotations().collect();
        if let [a, b, c] = channels[..] {
            let near = [a, b, c].map(|(_, at)| before[at].to_radians());
            let found = angles(&pose.local[j], [a.0, b.0, c.0], near);
            [a, b, c].iter().zip(found).for_each(|((_, at), angle)| put(*at, angle.to_degrees()));
        }
    }
    values
}
