//! The joints of a body in a clip's pose.
//!
//! Kinects place hips, spine and shoulder centre by their own habit. What a camera sees, and what a pose estimator
//! looks for, are anatomical joints; the rows of [`crate::skeleton::convert`] say how Kinect's follow from them, and
//! this module goes the other way.

use crate::error::{Error, Result};
use crate::geometry::{Vec3, lerp, sub};
use crate::skeleton::{Layout, LayoutId};
use crate::viewer::pose::Pose;

/// Where a body's joints are, in metres; of a pair, the left one comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joints {
    /// Between the ears.
    pub head: Vec3,
    /// Shoulders.
    pub shoulders: [Vec3; 2],
    /// Elbows.
    pub elbows: [Vec3; 2],
    /// Wrists.
    pub wrists: [Vec3; 2],
    /// Middles of the hands.
    pub hands: [Vec3; 2],
    /// Hips, where thighs turn.
    pub hips: [Vec3; 2],
    /// Knees.
    pub knees: [Vec3; 2],
    /// Ankles.
    pub ankles: [Vec3; 2],
    /// Tips of the feet.
    pub feet: [Vec3; 2],
}

/// Whether a body can be drawn on clips of this layout.
///
/// # Errors
/// A config error that names the layouts if not.
pub fn check(layout: &Layout) -> Result<()> {
    match layout.id {
        LayoutId::KinectV1 | LayoutId::Ntu => Ok(()),
        _ => Err(Error::config(format!(
            "no body can be drawn on {}; convert the clip to Kinect v1, or choose one of kinect-v1 or ntu",
            layout.name
        ))),
    }
}

impl Joints {
    /// The joints of a pose; `None` if one of them is unseen, or the layout is not one that [`check`] takes.
    pub fn of(layout: &Layout, pose: &Pose) -> Option<Self> {
        check(layout).ok()?;
        let at = |name: &str| layout.joint(name).and_then(|j| pose.get(j).copied().flatten());
        let pair = |name: &str| Some([at(&format!("left {name}"))?, at(&format!("right {name}"))?]);
        let shoulders = pair("shoulder")?;
        let mut hips = pair("hip")?;
        if layout.id == LayoutId::KinectV1 {
            // Kinect v1's hip is a fifth of the way from the anatomical hip to the shoulder.
            hips = [0, 1].map(|i| lerp(shoulders[i], hips[i], 1.0 / 0.8));
        }
        Some(Self {
            head: at("head")?,
            shoulders,
            elbows: pair("elbow")?,
            wrists: pair("wrist")?,
            hands: pair("hand")?,
            hips,
            knees: pair("knee")?,
            ankles: pair("ankle")?,
            feet: pair("foot")?,
        })
    }

    /// The middle of two joints.
    pub fn middle(pair: [Vec3; 2]) -> Vec3 {
        lerp(pair[0], pair[1], 0.5)
    }

    /// From the right joint of a pair to the left one.
    pub fn across(pair: [Vec3; 2]) -> Vec3 {
        sub(pair[0], pair[1])
    }

    /// From the middle of the hips to the middle of the shoulders.
    pub fn trunk(&self) -> Vec3 {
        sub(Self::middle(self.shoulders), Self::middle(self.hips))
    }

    /// Every joint once.
    pub fn all(&self) -> impl Iterator<Item = Vec3> {
        let pairs =
            [self.shoulders, self.elbows, self.wrists, self.hands, self.hips, self.knees, self.ankles, self.feet];
        std::iter::once(self.head).chain(pairs.into_iter().flatten())
    }
}
