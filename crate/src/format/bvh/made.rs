//! A BVH file for a clip that did not come from one.

use std::fmt::Write as _;

use super::rotation::{Point, length, sub};
use super::write::{Written, write};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};

/// Names of Kinect v1's joints, as motion capture has them, and the joint above each.
const JOINTS: [(&str, usize); 20] = [
    ("Hips", 0),
    ("Spine", 0),
    ("Neck", 1),
    ("Head", 2),
    ("LeftArm", 2),
    ("LeftForeArm", 4),
    ("LeftHand", 5),
    ("LeftFingerBase", 6),
    ("RightArm", 2),
    ("RightForeArm", 8),
    ("RightHand", 9),
    ("RightFingerBase", 10),
    ("LeftUpLeg", 0),
    ("LeftLeg", 12),
    ("LeftFoot", 13),
    ("LeftToeBase", 14),
    ("RightUpLeg", 0),
    ("RightLeg", 16),
    ("RightFoot", 17),
    ("RightToeBase", 18),
];
/// Joints that get a joint without length above them. Otherwise both shoulders would turn with the head, and both hips
/// with the spine.
const APART: [usize; 4] = [4, 8, 12, 16];
const CHANNELS: &str = "Zrotation Xrotation Yrotation";
/// Centimetres of a metre.
const SCALE: f64 = 100.0;

/// Writes a clip of one person in Kinect v1's layout as a new BVH file, in centimetres. Bones have their median lengths
/// over the clip, and their directions in the first frame at rest.
///
/// # Errors
/// A config error for another layout, for several people, or if a joint is not seen in a frame.
pub fn made(clip: &Sequence) -> Result<Written> {
    let layout = clip.layout();
    if (layout.id, clip.people()) != (LayoutId::KinectV1, 1) {
        let (name, people) = (layout.name, clip.people());
        let cause = format!("BVH is written for one person in Kinect v1's layout; the clip has {people} in {name}");
        return Err(Error::config(cause));
    }
    let unseen = (0..clip.frames()).find(|&t| (0..layout.len()).any(|j| !clip.seen(t, 0, j)));
    if let Some(frame) = unseen {
        let cause = "a joint is not seen; BVH needs all joints in all frames, so cut the clip there";
        return Err(Error::config(cause).at(format!("frame {frame}")));
    }
    write(file(clip).as_bytes(), clip, None)
}

/// The body at rest, which moves with the clip's hips.
fn file(clip: &Sequence) -> String {
    let mut out = String::from("HIERARCHY\n");
    joint(&mut out, clip, 0);
    let _ = write!(out, "MOTION\nFrames: {}\nFrame Time: {}\n", clip.frames(), 1.0 / clip.fps);
    let rotations = JOINTS.len() + APART.len();
    for t in 0..clip.frames() {
        let [x, y, z] = place(clip, t, 0);
        let _ = writeln!(out, "{x:.6} {y:.6} {z:.6}{}", " 0 0 0".repeat(rotations));
    }
    out
}

fn joint(out: &mut String, clip: &Sequence, j: usize) {
    let (name, parent) = JOINTS[j];
    let [x, y, z] = if j == 0 { [0.0; 3] } else { bone(clip, parent, j) };
    let apart = APART.contains(&j);
    if apart {
        let _ = writeln!(out, "JOINT {name}Root\n{{\nOFFSET 0 0 0\nCHANNELS 3 {CHANNELS}");
    }
    let (word, channels) = match j {
        0 => ("ROOT", format!("6 Xposition Yposition Zposition {CHANNELS}")),
        _ => ("JOINT", format!("3 {CHANNELS}")),
    };
    let _ = writeln!(out, "{word} {name}\n{{\nOFFSET {x:.6} {y:.6} {z:.6}\nCHANNELS {channels}");
    let mut below = (1..JOINTS.len()).filter(|&child| JOINTS[child].1 == j).peekable();
    if below.peek().is_none() {
        out.push_str("End Site\n{\nOFFSET 0 0 0\n}\n");
    }
    below.for_each(|child| joint(out, clip, child));
    out.push_str(if apart { "}\n}\n" } else { "}\n" });
}

/// A joint in the file: people face +z there, and -z in a clip.
fn place(clip: &Sequence, t: usize, j: usize) -> Point {
    let joint = clip.joint(t, 0, j);
    [(0, -SCALE), (1, SCALE), (2, -SCALE)].map(|(axis, scale)| scale * f64::from(joint[axis]))
}

/// From a joint to the one below it.
fn bone(clip: &Sequence, from: usize, to: usize) -> Point {
    let at = |t: usize| sub(place(clip, t, to), place(clip, t, from));
    let mut lengths: Vec<f64> = (0..clip.frames()).map(|t| length(at(t))).collect();
    lengths.sort_by(f64::total_cmp);
    let median = lengths[lengths.len() / 2];
    let first = at(0);
    let long = length(first);
    if long < 1e-9 { [0.0, median, 0.0] } else { first.map(|v| v * median / long) }
}
