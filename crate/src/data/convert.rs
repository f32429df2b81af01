//! Converts clips from Kinect v1's 20 joints to other layouts, for networks that read those.
//!
//! A joint that Kinect v1 does not have is placed on the line between two that it has, at the mean place in the other
//! set's own bodies. The result is not a recording of the other sensor.

use super::openpose;
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, scale, sub};
use crate::skeleton::{LayoutId, Sequence};

/// A point on the line from one joint to another, by a share of their distance; above 1 it lies past the second.
type Place = (usize, usize, f32);

/// A joint that both layouts have.
const fn at(joint: usize) -> Place {
    (joint, joint, 0.0)
}

/// NTU RGB+D's 25 joints (Kinect v2). Fingers continue the line of the hand.
const NTU: [Place; 25] = [
    at(0),
    (1, 2, 0.4),
    (2, 3, 0.35),
    at(3),
    at(4),
    at(5),
    at(6),
    at(7),
    at(8),
    at(9),
    at(10),
    at(11),
    at(12),
    at(13),
    at(14),
    at(15),
    at(16),
    at(17),
    at(18),
    at(19),
    at(2),
    (6, 7, 1.8),
    (6, 7, 1.3),
    (10, 11, 1.8),
    (10, 11, 1.3),
];

/// HDM05's 31 joints. Each is the end of the bone that names it: "femur" is the knee, "radius" is two thirds down the
/// forearm.
const HDM05: [Place; 31] = [
    at(0),
    at(12),
    at(16),
    (1, 2, 0.2),
    at(13),
    at(14),
    (14, 15, 0.7),
    at(15),
    at(17),
    at(18),
    (18, 19, 0.7),
    at(19),
    (1, 2, 0.55),
    (1, 2, 0.9),
    (2, 3, 0.25),
    at(4),
    at(8),
    (2, 3, 0.65),
    at(3),
    at(5),
    (5, 6, 0.67),
    at(6),
    (6, 7, 0.85),
    (6, 7, 0.95),
    (6, 7, 1.5),
    at(9),
    (9, 10, 0.67),
    at(10),
    (10, 11, 0.85),
    (10, 11, 0.95),
    (10, 11, 1.5),
];

/// Converts a clip of the Kinect v1 layout to another one. For OpenPose's, the seed decides camera and detector.
///
/// # Errors
/// A config error for another layout; the errors of [`openpose::project`].
pub fn converted(clip: &Sequence, layout: LayoutId, seed: u64) -> Result<Sequence> {
    if clip.layout().id != LayoutId::KinectV1 {
        let cause = format!("is in the layout {}; only kinect-v1 can be converted", clip.layout().id.as_str());
        return Err(Error::config(cause).at("clip"));
    }
    match layout {
        LayoutId::KinectV1 => Ok(clip.clone()),
        LayoutId::Ntu => placed(clip, layout, &NTU),
        LayoutId::Hdm05 => placed(clip, layout, &HDM05),
        LayoutId::OpenPose18 => openpose::project(clip, seed),
        other => Err(Error::config(format!("kinect-v1 cannot be converted to {}", other.as_str())).at("clip")),
    }
}

fn placed(clip: &Sequence, layout: LayoutId, places: &[Place]) -> Result<Sequence> {
    let mut data = Vec::with_capacity(clip.frames() * clip.people() * places.len() * 3);
    for (t, m) in (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m))) {
        let joint = |j: usize| -> Vec3 {
            let p = clip.joint(t, m, j);
            [p[0], p[1], p[2]]
        };
        // An absent person stays at the origin with all joints.
        data.extend(places.iter().flat_map(|&(a, b, share)| add(joint(a), scale(sub(joint(b), joint(a)), share))));
    }
    let mut out = Sequence::new(layout, clip.fps, clip.frames(), clip.people(), data)?;
    out.label.clone_from(&clip.label);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A body upright with its arms down, metres, facing -z.
    fn body() -> Sequence {
        let half = |x: f32| [[x, 1.25, 0.0], [x, 1.0, 0.0], [x, 0.78, 0.0], [x, 0.7, 0.0]];
        let leg = |x: f32| [[x, 0.86, 0.0], [x, 0.45, 0.0], [x, 0.06, 0.0], [x, 0.0, -0.1]];
        let trunk = [[0.0, 0.93, 0.0], [0.0, 1.0, 0.0], [0.0, 1.33, 0.0], [0.0, 1.51, 0.0]];
        let joints = [trunk, half(-0.2), half(0.2), leg(-0.1), leg(0.1)].concat();
        let mut clip = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, joints.concat()).unwrap();
        clip.label = Some("stand".into());
        clip
    }

    #[test]
    fn joints_are_where_their_names_say() {
        for layout in [LayoutId::Ntu, LayoutId::Hdm05] {
            let clip = converted(&body(), layout, 1).unwrap();
            let l = clip.layout();
            assert_eq!(clip.label.as_deref(), Some("stand"));
            for (j, name) in l.joints.iter().enumerate() {
                let p = clip.joint(0, 0, j);
                let side = if name.starts_with("left") {
                    -1.0
                } else if name.starts_with("right") {
                    1.0
                } else {
                    0.0
                };
                assert!(if side == 0.0 { p[0] == 0.0 } else { p[0] * side > 0.0 }, "{name} at {p:?}");
                // A child of the trunk is above its parent there, one of a limb below.
                let parent = clip.joint(0, 0, l.parents[j]);
                let bone = (0..3).map(|c| (p[c] - parent[c]).powi(2)).sum::<f32>().sqrt();
                assert!(j == l.centre || (0.01..0.5).contains(&bone), "{name}: {bone} m");
            }
            let height = |name: &str| clip.joint(0, 0, l.joint(name).unwrap())[1];
            assert!(height("head") > 1.5);
            let (knee, ankle) =
                if layout == LayoutId::Ntu { ("left knee", "left ankle") } else { ("left femur", "left tibia") };
            assert_eq!((height(knee), height(ankle)), (0.45, 0.06));
        }
        assert_eq!(converted(&body(), LayoutId::OpenPose18, 3).unwrap().layout().id, LayoutId::OpenPose18);
        let ntu = converted(&body(), LayoutId::Ntu, 1).unwrap();
        assert!(converted(&ntu, LayoutId::Hdm05, 1).unwrap_err().to_string().contains("only kinect-v1"));
    }
}
