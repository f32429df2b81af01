//! From what a pose estimator finds in pictures of a person back to a clip of Kinect v1.
//!
//! MediaPipe's world landmarks are metres around the middle of the hips, seen from the camera. The camera's direction
//! is known here, so they are turned into the clip's axes; where the person stands is lost. An estimator places each
//! joint a little differently from a Kinect. That constant difference, and the body's size, are fitted on pictures of
//! clean clips ([`Moments`]) and taken away ([`Fit`]).

use super::studio::Studio;
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, along, dot, scale, sub};
use crate::skeleton::convert::Conversion;
use crate::skeleton::{LayoutId, Sequence};

/// Landmarks of a body.
const LANDMARKS: usize = 33;
/// Joints of Kinect v1.
const JOINTS: usize = 20;

/// The clip of `frames` frames that landmarks at some instants make; between them, joints move in straight lines.
///
/// `at` holds the instants in frames of the clip, (F), ascending. `landmarks` is (F, 33, 3): x to the picture's right,
/// y down, z away from the camera, in metres.
///
/// # Errors
/// A data error if there is no landmark, or sizes and order do not fit; the errors of [`Sequence::new`].
pub fn clip(studio: &Studio, fps: f32, frames: usize, at: &[f32], landmarks: &[f32]) -> Result<Sequence> {
    let size = LANDMARKS * 3;
    if at.is_empty() {
        return Err(Error::data("the pose estimator found nobody in any picture; choose another camera angle"));
    }
    if landmarks.len() != at.len() * size || !at.is_sorted_by(|a, b| a < b) {
        return Err(Error::data(format!("{} numbers for {} ascending instants", landmarks.len(), at.len())));
    }
    let world = |i: usize, j: usize| -> Vec3 {
        let l = &landmarks[i * size + 3 * j..][..3];
        studio.world([l[0], -l[1], -l[2]])
    };
    let mut data = Vec::with_capacity(frames * LANDMARKS * 4);
    for t in 0..frames {
        let after = at.partition_point(|a| *a < t as f32).min(at.len() - 1);
        let before = if at[after] <= t as f32 { after } else { after.saturating_sub(1) };
        let gap = at[after] - at[before];
        let share = if gap > 0.0 { ((t as f32 - at[before]) / gap).clamp(0.0, 1.0) } else { 0.0 };
        for j in 0..LANDMARKS {
            let (a, b) = (world(before, j), world(after, j));
            data.extend(along(scale(a, 1.0 - share), b, share));
            data.push(1.0);
        }
    }
    let found = Sequence::new(LayoutId::MediaPipe33, fps, frames, 1, data)?;
    Conversion::find(LayoutId::MediaPipe33, LayoutId::KinectV1)?.apply(&found)
}

/// Sums over frames of recovered and true joints around the pelvis, in axes that turn with the person: x to the left,
/// y up, z to the front. Sums of several clips add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments(Vec<f64>);

impl Moments {
    /// Numbers that these sums take: the frames, then (20, 3) recovered and (20, 3) true.
    pub const LENGTH: usize = 1 + 6 * JOINTS;

    /// The sums of a recovered clip and the one that was filmed.
    ///
    /// # Errors
    /// A config error if one of the clips is not of Kinect v1 or their frames differ.
    pub fn of(recovered: &Sequence, truth: &Sequence, facing: Vec3) -> Result<Self> {
        let kinect = |c: &Sequence| c.layout().id == LayoutId::KinectV1;
        if !kinect(recovered) || !kinect(truth) || recovered.frames() != truth.frames() {
            return Err(Error::config("two clips of Kinect v1 with equal frames are needed"));
        }
        let mut sums = vec![0.0; Self::LENGTH];
        for t in (0..truth.frames()).filter(|t| truth.present(*t, 0) && recovered.present(*t, 0)) {
            sums[0] += 1.0;
            for (clip, start) in [(recovered, 1), (truth, 1 + 3 * JOINTS)] {
                for j in 0..JOINTS {
                    let p = turned(around_pelvis(clip, t, j), facing);
                    (0..3).for_each(|k| sums[start + 3 * j + k] += f64::from(p[k]));
                }
            }
        }
        Ok(Self(sums))
    }

    /// Sums from their numbers.
    ///
    /// # Errors
    /// A config error if their number is not [`Self::LENGTH`].
    pub fn from_numbers(numbers: Vec<f64>) -> Result<Self> {
        match numbers.len() {
            Self::LENGTH => Ok(Self(numbers)),
            n => Err(Error::config(format!("{n} numbers; {} are expected", Self::LENGTH)).at("moments")),
        }
    }

    /// The numbers.
    pub fn numbers(&self) -> &[f64] {
        &self.0
    }
}

/// What is constant in how an estimator sees bodies: a factor, and a shift of each joint.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    size: f32,
    shift: [Vec3; JOINTS],
}

impl Fit {
    /// The fit to some clips: the factor brings the mean poses to one size, the shifts then make them equal. No change
    /// without a frame.
    pub fn of(moments: &Moments) -> Self {
        let n = moments.0[0].max(1.0);
        let mean = |start: usize, j: usize| -> Vec3 { [0, 1, 2].map(|k| (moments.0[start + 3 * j + k] / n) as f32) };
        let pairs: Vec<(Vec3, Vec3)> = (0..JOINTS).map(|j| (mean(1, j), mean(1 + 3 * JOINTS, j))).collect();
        let (both, own) = pairs.iter().fold((0.0, 0.0), |(b, o), (x, y)| (b + dot(*x, *y), o + dot(*x, *x)));
        let size = if own > 1e-6 && both > 0.0 { both / own } else { 1.0 };
        Self { size, shift: std::array::from_fn(|j| sub(pairs[j].1, scale(pairs[j].0, size))) }
    }

    /// A recovered clip without what is constant in the estimator, around the pelvis.
    ///
    /// # Errors
    /// The errors of [`Sequence::new`].
    pub fn apply(&self, recovered: &Sequence, facing: Vec3) -> Result<Sequence> {
        let back = [-facing[0], 0.0, facing[2]];
        let mut data = Vec::with_capacity(recovered.data().len());
        for t in 0..recovered.frames() {
            for j in 0..JOINTS.min(recovered.layout().len()) {
                let p = turned(around_pelvis(recovered, t, j), facing);
                data.extend(turned(add(scale(p, self.size), self.shift[j]), back));
            }
        }
        Sequence::new(LayoutId::KinectV1, recovered.fps, recovered.frames(), 1, data)
    }
}

pub(super) fn around_pelvis(clip: &Sequence, frame: usize, joint: usize) -> Vec3 {
    let at = |j: usize| -> Vec3 { std::array::from_fn(|k| clip.joint(frame, 0, j)[k]) };
    sub(at(joint), at(clip.layout().pelvis))
}

/// Into axes whose z is the horizontal unit vector `facing`.
fn turned(p: Vec3, facing: Vec3) -> Vec3 {
    [p[0] * facing[2] - p[2] * facing[0], p[1], p[0] * facing[0] + p[2] * facing[2]]
}
