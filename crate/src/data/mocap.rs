//! Reads motion capture from the PyPI package `pybullet` (zlib licence) into the Kinect v1 layout.
//!
//! A file `pybullet_data/data/motions/humanoid3d_*.txt` is a JSON object with `Loop` and `Frames`; a frame is 44
//! numbers: its duration in seconds, the root's position (3) and rotation (4, w first), then the rotations of the
//! joints relative to their parents. The body is defined in `pybullet_data/humanoid/humanoid.urdf`, four times life
//! size. Its x axis is the front, y is up and z is the right-hand side.

use serde::Deserialize;

use super::body::JOINTS;
use super::quaternion::{Quaternion, blend, product, rotate};
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, scale};
use crate::skeleton::{LayoutId, Sequence};

/// Numbers of a frame.
const NUMBERS: usize = 44;
/// Metres per unit of the body's file.
const SIZE: f32 = 0.25;
/// A shorter loop is repeated until it lasts this long, in seconds.
const SHORT: f32 = 1.6;

/// How a frame stores a joint's rotation.
#[derive(Clone, Copy)]
enum Turn {
    /// Four numbers from here, w first.
    Ball(usize),
    /// One angle about z, radians.
    Hinge(usize),
}

/// A part of the body: its parent part, its joint's position in the parent (in units of the body's file), its rotation.
struct Part(usize, Vec3, Turn);

/// Root, chest, neck; right and left hip, knee, ankle; right and left shoulder, elbow. The root is its own parent.
const PARTS: [Part; 13] = [
    Part(0, [0.0; 3], Turn::Ball(4)),
    Part(0, [0.0, 0.944604, 0.0], Turn::Ball(8)),
    Part(1, [0.0, 0.895576, 0.0], Turn::Ball(12)),
    Part(0, [0.0, 0.0, 0.339548], Turn::Ball(16)),
    Part(3, [0.0, -1.686_184, 0.0], Turn::Hinge(20)),
    Part(4, [0.0, -1.639_48, 0.0], Turn::Ball(21)),
    Part(0, [0.0, 0.0, -0.339548], Turn::Ball(30)),
    Part(6, [0.0, -1.686_184, 0.0], Turn::Hinge(34)),
    Part(7, [0.0, -1.639_48, 0.0], Turn::Ball(35)),
    Part(1, [-0.096200, 0.974000, 0.732440], Turn::Ball(25)),
    Part(9, [0.0, -1.099152, 0.0], Turn::Hinge(29)),
    Part(1, [-0.096200, 0.974000, -0.732440], Turn::Ball(39)),
    Part(11, [0.0, -1.099152, 0.0], Turn::Hinge(43)),
];

/// For each joint of the Kinect v1 layout, its part and its position in that part. The body has no hands: ours are 8 cm
/// beyond the wrist. The head joint is the middle of the head; a foot joint is in the front half of the sole.
const KINECT: [(usize, Vec3); JOINTS] = [
    (0, [0.0; 3]),
    (1, [0.0; 3]),
    (2, [0.0; 3]),
    (2, [0.0, 0.7, 0.0]),
    (11, [0.0; 3]),
    (12, [0.0; 3]),
    (12, [0.0, -1.035788, 0.0]),
    (12, [0.0, -1.355788, 0.0]),
    (9, [0.0; 3]),
    (10, [0.0; 3]),
    (10, [0.0, -1.035788, 0.0]),
    (10, [0.0, -1.355788, 0.0]),
    (6, [0.0; 3]),
    (7, [0.0; 3]),
    (8, [0.0; 3]),
    (8, [0.36, -0.09, 0.0]),
    (3, [0.0; 3]),
    (4, [0.0; 3]),
    (5, [0.0; 3]),
    (5, [0.36, -0.09, 0.0]),
];

#[derive(Deserialize)]
struct File {
    #[serde(rename = "Loop")]
    repeats: String,
    #[serde(rename = "Frames")]
    frames: Vec<Vec<f32>>,
}

/// Reads a motion file into a clip of 30 frames per second, in metres, y up. The body faces -z, as a person faces a
/// Kinect, and stands on y = 0. A short loop is repeated.
///
/// # Errors
/// A format error if the JSON has another structure, or if a frame does not have 44 finite numbers and a positive
/// duration.
pub fn read(text: &str) -> Result<Sequence> {
    let file: File = serde_json::from_str(text).map_err(|e| Error::format(e.to_string()).at("motion file"))?;
    for (i, frame) in file.frames.iter().enumerate() {
        if frame.len() != NUMBERS {
            return Err(
                Error::format(format!("{} numbers; a frame has {NUMBERS}", frame.len())).at(format!("frame {i}"))
            );
        }
        // The last frame has no duration: the motion ends there, and some files store a zero.
        let least = if i + 1 < file.frames.len() { 0.001 } else { 0.0 };
        if !frame.iter().all(|v| v.is_finite()) || !(least..=10.0).contains(&frame[0]) {
            return Err(Error::format("invalid duration or value: durations are above 0, all values finite")
                .at(format!("frame {i}")));
        }
    }
    if file.frames.len() < 2 {
        return Err(Error::format("a motion needs at least two frames"));
    }
    let frames = repeated(file);
    let mut starts = vec![0.0f32];
    for frame in &frames[..frames.len() - 1] {
        starts.push(starts[starts.len() - 1] + frame[0]);
    }
    let length = starts[starts.len() - 1];
    let count = (length * 30.0 + 0.01).floor() as usize + 1;
    if count > Sequence::MAX_FRAMES {
        return Err(Error::format(format!("the motion lasts {length} seconds, which is too long")));
    }
    let mut poses: Vec<[Vec3; JOINTS]> = Vec::with_capacity(count);
    for n in 0..count {
        let time = n as f32 / 30.0;
        let after = starts.partition_point(|s| *s <= time).clamp(1, frames.len() - 1);
        let share = ((time - starts[after - 1]) / frames[after - 1][0]).clamp(0.0, 1.0);
        poses.push(pose(&between(&frames[after - 1], &frames[after], share)));
    }
    let range = |c: usize| {
        let of = poses.iter().map(|p| p[0][c]);
        0.5 * (of.clone().fold(f32::INFINITY, f32::min) + of.fold(f32::NEG_INFINITY, f32::max))
    };
    let floor = poses.iter().flatten().map(|p| p[1]).fold(f32::INFINITY, f32::min);
    let (x, z) = (range(0), range(2));
    let data = poses.iter().flatten().flat_map(|p| [p[0] - x, p[1] - floor, p[2] - z]).collect();
    Sequence::new(LayoutId::KinectV1, 30.0, count, 1, data)
}

/// The frames of a file. A short loop is repeated, each round from where the previous one ended.
fn repeated(file: File) -> Vec<Vec<f32>> {
    let mut frames = file.frames;
    let last = frames.len() - 1;
    let round: f32 = frames[..last].iter().map(|f| f[0]).sum();
    if file.repeats != "wrap" || round >= SHORT {
        return frames;
    }
    let (step_x, step_z) = (frames[last][1] - frames[0][1], frames[last][3] - frames[0][3]);
    let first = frames.clone();
    for n in 1..(SHORT / round).ceil().min(20.0) as usize {
        // The last frame of a round is the first of the next.
        frames.pop();
        frames.extend(first.iter().map(|f| {
            let mut moved = f.clone();
            moved[1] += n as f32 * step_x;
            moved[3] += n as f32 * step_z;
            moved
        }));
    }
    frames
}

/// A frame between two others: positions and angles linearly, rotations along the shorter arc.
fn between(a: &[f32], b: &[f32], share: f32) -> Vec<f32> {
    let mut mixed: Vec<f32> = a.iter().zip(b).map(|(a, b)| a + share * (b - a)).collect();
    for part in &PARTS {
        if let Turn::Ball(at) = part.2 {
            mixed[at..at + 4].copy_from_slice(&blend(quaternion(a, at), quaternion(b, at), share));
        }
    }
    mixed
}

fn quaternion(frame: &[f32], at: usize) -> Quaternion {
    [frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]
}

/// The joints of a frame in metres, (V), turned so that the body faces -z, towards the Kinect.
fn pose(frame: &[f32]) -> [Vec3; JOINTS] {
    let mut places = [[0.0; 3]; PARTS.len()];
    let mut turns = [[1.0, 0.0, 0.0, 0.0]; PARTS.len()];
    for (i, Part(parent, offset, turn)) in PARTS.iter().enumerate() {
        let own = match *turn {
            Turn::Ball(at) => blend(quaternion(frame, at), quaternion(frame, at), 0.0),
            Turn::Hinge(at) => [(0.5 * frame[at]).cos(), 0.0, 0.0, (0.5 * frame[at]).sin()],
        };
        (places[i], turns[i]) = if i == 0 {
            ([frame[1], frame[2], frame[3]], own)
        } else {
            (add(places[*parent], rotate(turns[*parent], scale(*offset, SIZE))), product(turns[*parent], own))
        };
    }
    KINECT.map(|(part, offset)| {
        let [x, y, z] = add(places[part], rotate(turns[part], scale(offset, SIZE)));
        [z, y, -x]
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry::{length, sub};

    /// A frame without any rotation except those of `change`.
    fn frame(change: &[(usize, f32)]) -> Vec<f32> {
        let mut f = vec![0.0; NUMBERS];
        (f[0], f[2]) = (0.1, 0.9);
        for part in &PARTS {
            if let Turn::Ball(at) = part.2 {
                f[at] = 1.0;
            }
        }
        change.iter().for_each(|(i, v)| f[*i] = *v);
        f
    }

    fn file(repeats: &str, frames: &[Vec<f32>]) -> String {
        serde_json::json!({ "Loop": repeats, "Frames": frames }).to_string()
    }

    #[track_caller]
    fn close(a: Vec3, b: Vec3) {
        assert!(length(sub(a, b)) < 1e-4, "{a:?} {b:?}");
    }

    #[test]
    fn a_body_that_stands_straight_faces_the_sensor() {
        let p = pose(&frame(&[]));
        let of = |name: &str| p[LayoutId::KinectV1.layout().joint(name).unwrap()];
        close(of("hip centre"), [0.0, 0.9, 0.0]);
        close(of("right hip"), [0.084887, 0.9, 0.0]);
        // 0.9 - 0.25 (1.686184 + 1.639480)
        close(of("left ankle"), [-0.084887, 0.068584, 0.0]);
        close(of("left foot"), [-0.084887, 0.046084, -0.09]);
        close(of("right shoulder"), [0.18311, 0.9 + 0.236151 + 0.2435, 0.02405]);
        close(of("right hand"), [0.18311, 1.379651 - 0.274788 - 0.338947, 0.02405]);
    }

    #[test]
    fn hinges_and_turns_move_what_they_carry() {
        let quarter = std::f32::consts::FRAC_PI_2;
        let p = pose(&frame(&[(29, quarter), (20, -quarter)]));
        // The right forearm points to the front, the right shin to the back.
        close(p[10], add(p[9], [0.0, 0.0, -0.258947]));
        close(p[18], add(p[17], [0.0, 0.0, 0.40987]));
        // The root turned a quarter to the left (about y): the front, -z, becomes -x, the left-hand side.
        let half = (0.5 * quarter).sin();
        let p = pose(&frame(&[(4, half), (6, half)]));
        close(sub(p[15], p[14]), [-0.09, -0.0225, 0.0]);
        // The chest bent forward by a right angle carries neck, head and arms, not the legs.
        let p = pose(&frame(&[(8, half), (11, -half)]));
        close(sub(p[3], p[1]), [0.0, 0.0, -0.398894]);
        close(p[14], [-0.084887, 0.068584, 0.0]);
    }

    #[test]
    fn frames_between_are_on_the_arc_and_bones_keep_their_length() {
        let quarter = std::f32::consts::FRAC_PI_4;
        let turned = frame(&[(25, quarter.cos()), (26, -quarter.sin())]);
        let clip = read(&file("none", &[frame(&[]), turned])).unwrap();
        // A tenth of a second: four frames at 30 a second; the arm is raised sideways by 90 degrees in the last.
        assert_eq!(clip.frames(), 4);
        for (parent, joint) in clip.layout().bones() {
            assert!(
                (1..4).all(|t| (clip.distance(t, 0, parent, joint) - clip.distance(0, 0, parent, joint)).abs() < 1e-5)
            );
        }
        let hand = |t: usize| clip.joint(t, 0, 11)[1];
        assert!((hand(3) - clip.joint(3, 0, 8)[1]).abs() < 1e-3 && hand(1) > hand(0) && hand(2) > hand(1));
    }

    #[test]
    fn a_short_loop_goes_on_from_where_it_ended() {
        let frames: Vec<_> = (0..6).map(|i| frame(&[(1, 0.1 * i as f32)])).collect();
        let clip = read(&file("wrap", &frames)).unwrap();
        // Four rounds of half a second and half a metre, forward all the time.
        assert_eq!(clip.frames(), 61);
        let z: Vec<f32> = (0..61).map(|t| clip.joint(t, 0, 0)[2]).collect();
        assert!(z.windows(2).all(|w| ((w[0] - w[1]) - 1.0 / 30.0).abs() < 1e-3));
    }

    #[test]
    fn broken_files_are_refused_with_their_place() {
        assert!(read("{").is_err_and(|e| e.is_format()));
        let short = read(&file("none", &[frame(&[]), vec![0.1; 43]])).unwrap_err();
        assert_eq!(short.to_string(), "frame 1: 43 numbers; a frame has 44");
        assert!(read(&file("none", &[frame(&[])])).is_err());
        assert!(read(&file("none", &[frame(&[(0, 0.0)]), frame(&[])])).is_err());
    }
}
