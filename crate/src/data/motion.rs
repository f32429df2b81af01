//! A clip without its body: the direction of each bone, and the positions of pelvis and ankles in leg lengths.
//!
//! Motions of different people can be aligned, mixed and performed by another body, whose bone lengths are then the
//! same in every frame.

use super::body::{Body, HIP_CENTRE, JOINTS, LEGS};
use super::ground::{self, Ground, hold, point};
use super::series;
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, cross, direction, dot, length, reject, scale, sub};
use crate::skeleton::{LayoutId, Sequence};

/// Tracks of a motion: a bone direction for each joint, then three positions.
pub const TRACKS: usize = JOINTS + 3;
const PELVIS: usize = JOINTS;
const ANKLES: [usize; 2] = [JOINTS + 1, JOINTS + 2];

/// A motion as tracks over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// (TRACKS, T). Track j < V is the unit vector from the parent of joint j to it (zero for the centre); the last
    /// three are the pelvis and both ankles on level ground, in leg lengths, from the middle between the feet at the
    /// start.
    pub tracks: Vec<Vec<Vec3>>,
}

/// Width of the smoothing of each track, in frames. Hands and feet are short bones that a depth sensor measures badly;
/// arms are fast and measured well.
fn sigma(track: usize) -> f32 {
    match track {
        5 | 6 | 9 | 10 => 0.9,
        7 | 11 => 2.5,
        15 | 19 => 3.0,
        _ if ANKLES.contains(&track) => 1.2,
        _ => 1.8,
    }
}

/// The frames in which the sensor has lost a leg: behind the other one it shrinks to half its length or less.
/// Neighbouring frames count too.
fn lost(clip: &Sequence, body: &Body, leg: [usize; 4]) -> Vec<bool> {
    let length = |t: usize| clip.distance(t, 0, leg[0], leg[1]) + clip.distance(t, 0, leg[1], leg[2]);
    let short: Vec<bool> = (0..clip.frames()).map(|t| length(t) < 0.8 * body.leg()).collect();
    (0..short.len()).map(|t| (t.saturating_sub(2)..short.len().min(t + 3)).any(|u| short[u])).collect()
}

/// Height of a standing ankle above the foot, in lengths of the bone between them. The Kinect places a foot below the
/// ankle rather than in front of it.
const SOLE: f32 = 0.75;

fn ankle_height(body: &Body) -> f32 {
    SOLE * body.lengths[LEGS[0][3]]
}

/// The bone from an ankle to the foot, turned up where it would pass through the floor.
fn sole(towards: Vec3, height: f32, length: f32) -> Vec3 {
    let d = direction(towards, [0.0, -SOLE, -0.6]);
    scale(tilted(d, d[1].max(-height / length)), length)
}

/// The unit vector with this height and the same horizontal direction.
fn tilted(d: Vec3, height: f32) -> Vec3 {
    let flat = direction([d[0], 0.0, d[2]], [0.0, 0.0, -1.0]);
    let height = height.clamp(-1.0, 1.0);
    add(scale(flat, (1.0 - height * height).sqrt()), [0.0, height, 0.0])
}

impl Motion {
    /// The motion of a clip's first person, whose body is `body`.
    pub fn of(clip: &Sequence, body: &Body, ground: &Ground) -> Self {
        let layout = LayoutId::KinectV1.layout();
        let frames = clip.frames();
        let mut tracks = vec![vec![[0.0; 3]; frames]; TRACKS];
        for (parent, joint) in layout.bones() {
            for (t, value) in tracks[joint].iter_mut().enumerate() {
                *value = direction(sub(point(clip, t, joint), point(clip, t, parent)), [0.0, -1.0, 0.0]);
            }
        }
        let level = |t: usize, joint: usize| ground.level(point(clip, t, joint));
        let mut start = scale(add(level(0, LEGS[0][2]), level(0, LEGS[1][2])), 0.5);
        start[1] = 0.0;
        for (track, joint) in [(PELVIS, HIP_CENTRE), (ANKLES[0], LEGS[0][2]), (ANKLES[1], LEGS[1][2])] {
            for (t, value) in tracks[track].iter_mut().enumerate() {
                *value = scale(sub(level(t, joint), start), 1.0 / body.leg());
            }
        }
        for (side, leg) in LEGS.into_iter().enumerate() {
            let lost = lost(clip, body, leg);
            for track in [leg[1], leg[2], leg[3], ANKLES[side]] {
                tracks[track] = series::bridge(&tracks[track], &lost);
            }
        }
        let tracks = tracks.iter().enumerate().map(|(i, track)| series::smooth(track, sigma(i))).collect();
        Self { tracks }
    }

    /// T.
    pub fn frames(&self) -> usize {
        self.tracks[0].len()
    }

    /// The motion at other times, given in fractional frames.
    pub fn at(&self, times: &[f32]) -> Self {
        let read = |track: &Vec<Vec3>| times.iter().map(|t| series::read(track, *t)).collect();
        Self { tracks: self.tracks.iter().map(read).collect() }
    }

    /// The weighted sum of motions of the same length.
    pub fn mix(parts: &[(f32, Self)]) -> Self {
        let frames = parts.first().map_or(0, |(_, m)| m.frames());
        let mut tracks = vec![vec![[0.0; 3]; frames]; TRACKS];
        for (weight, motion) in parts {
            for (sum, track) in tracks.iter_mut().zip(&motion.tracks) {
                for (s, v) in sum.iter_mut().zip(track) {
                    *s = add(*s, scale(*v, *weight));
                }
            }
        }
        Self { tracks }
    }

    /// The motion as `body` performs it: a clip of 30 frames per second on the floor y = 0.
    ///
    /// Bones of trunk and arms follow their directions. Standing feet are held in place, and the legs bend to reach
    /// them.
    ///
    /// # Errors
    /// A data error if the motion has no frame.
    pub fn perform(&self, body: &Body) -> Result<Sequence> {
        let frames = self.frames();
        if frames == 0 {
            return Err(Error::data("the motion has no frame"));
        }
        let mut poses: Vec<[Vec3; JOINTS]> = (0..frames).map(|t| self.upper(body, t)).collect();
        let ankles = [0, 1].map(|side| self.feet(body, side));

        let sink: Vec<Vec3> = poses
            .iter()
            .enumerate()
            .map(|(t, pose)| {
                let of = |side: usize| body.sink(pose[LEGS[side][0]], ankles[side].0[t]);
                [0.0, of(0).max(of(1)), 0.0]
            })
            .collect();
        let sink = series::smooth(&sink, 1.5);
        for (pose, sink) in poses.iter_mut().zip(&sink) {
            pose.iter_mut().for_each(|p| *p = sub(*p, *sink));
        }
        for (side, joints) in LEGS.into_iter().enumerate() {
            let poles = series::smooth(&self.poles(&poses, side), 2.0);
            for (t, pose) in poses.iter_mut().enumerate() {
                let (targets, feet) = &ankles[side];
                let (knee, ankle) = body.bend_leg(joints, pose[joints[0]], targets[t], poles[t]);
                pose[joints[1]] = knee;
                pose[joints[2]] = ankle;
                pose[joints[3]] = add(ankle, sole(feet[t], ankle[1], body.lengths[joints[3]]));
            }
        }
        let data = poses.iter().flatten().flatten().copied().collect();
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data)
    }

    /// The position of an ankle and the direction of its foot, over time. Standing feet keep still, with their toes on
    /// the floor.
    fn feet(&self, body: &Body, side: usize) -> (Vec<Vec3>, Vec<Vec3>) {
        let foot = LEGS[side][3];
        let mut raw: Vec<Vec3> = self.tracks[ANKLES[side]].iter().map(|p| scale(*p, body.leg())).collect();
        // The floor was fitted to all clips together; this foot's own floor is where it stays longest.
        let mut heights: Vec<f32> = raw.iter().map(|p| p[1]).collect();
        heights.sort_by(f32::total_cmp);
        let floor = heights[heights.len() / 5];
        raw.iter_mut().for_each(|p| p[1] -= floor);
        let stands = ground::stands(&raw);
        let feet = hold(&self.tracks[foot], &stands, |d| tilted(d, -SOLE));
        let places = hold(&raw, &stands, |p| [p[0], if p[1] < 0.03 { 0.0 } else { p[1] }, p[2]]);
        let rest = ankle_height(body);
        (places.iter().map(|p| [p[0], p[1].max(0.0) + rest, p[2]]).collect(), feet)
    }

    /// All joints except those of the legs, with the pelvis in its place.
    fn upper(&self, body: &Body, t: usize) -> [Vec3; JOINTS] {
        let layout = LayoutId::KinectV1.layout();
        let mut pose = [[0.0; 3]; JOINTS];
        for (parent, joint) in layout.bones() {
            let bone = direction(self.tracks[joint][t], [0.0, -1.0, 0.0]);
            pose[joint] = add(pose[parent], scale(bone, body.lengths[joint]));
        }
        let place = add(scale(self.tracks[PELVIS][t], body.leg()), [0.0, ankle_height(body), 0.0]);
        let shift = sub(place, pose[HIP_CENTRE]);
        pose.map(|p| add(p, shift))
    }

    /// The direction of a knee: that of the thigh away from the line between hip and ankle, plus a little to the front,
    /// which decides for an almost straight leg. Its sideways part counts less, so that straight legs which the sensor
    /// sees as bowed do not stay bowed.
    fn poles(&self, poses: &[[Vec3; JOINTS]], side: usize) -> Vec<Vec3> {
        let [_, knee, ankle, _] = LEGS[side];
        poses
            .iter()
            .enumerate()
            .map(|(t, pose)| {
                let (thigh, shin) = (self.tracks[knee][t], self.tracks[ankle][t]);
                let line = direction(add(thigh, shin), [0.0, -1.0, 0.0]);
                let across = sub(pose[LEGS[1][0]], pose[LEGS[0][0]]);
                let across = direction(across, [1.0, 0.0, 0.0]);
                let front = direction(cross([0.0, 1.0, 0.0], across), [0.0, 0.0, -1.0]);
                let bend = add(reject(thigh, line), scale(front, 0.12));
                sub(bend, scale(across, 0.7 * dot(bend, across)))
            })
            .collect()
    }

    /// Distance between two frames of two motions: squared differences of the tracks. Positions weigh more than
    /// directions, hands and feet less.
    pub fn gap(&self, t: usize, other: &Self, u: usize) -> f32 {
        let weight = |track: usize| match track {
            7 | 11 | 15 | 19 => 0.2,
            PELVIS => 3.0,
            // A step lifts an ankle by only a tenth of a leg, and must not be outweighed by the arms.
            _ if track > PELVIS => 20.0,
            _ => 1.0,
        };
        (0..TRACKS).map(|i| weight(i) * length(sub(self.tracks[i][t], other.tracks[i][u])).powi(2)).sum()
    }
}
