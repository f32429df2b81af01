//! Where a person faces, and how a camera stands to that.

use super::Sequence;
use crate::geometry::{Vec3, add, cross, length, sub, unit};

/// Frames that count: about the first second, because people may turn around later.
const FRAMES: usize = 30;

/// The horizontal direction, a unit vector, in which the first person of a clip in metres faces: the vector product of
/// left minus right (hips and shoulders) and up. A clip that does not show it faces -z: a Kinect looks along +z, and
/// people mostly face it.
pub fn facing(clip: &Sequence) -> Vec3 {
    let layout = clip.layout();
    let paired = |j: &usize| {
        let name = layout.joints[*j];
        name.starts_with("left") && (name.contains("hip") || name.contains("shoulder"))
    };
    let pairs: Vec<usize> = (0..layout.len()).filter(paired).collect();
    let mut sum = [0.0; 3];
    for t in 0..clip.frames().min(FRAMES) {
        let Some(m) = (0..clip.people()).find(|m| clip.present(t, *m)) else { continue };
        let at = |j: usize| clip.seen(t, m, j).then(|| clip.joint(t, m, j)).map(|p| [p[0], p[1], p[2]]);
        for &left in &pairs {
            if let (Some(l), Some(r)) = (at(left), at(layout.mirror[left])) {
                sum = add(sum, cross(sub(l, r), [0.0, 1.0, 0.0]));
            }
        }
    }
    if length(sum) > 1e-6 { unit(sum) } else { [0.0, 0.0, -1.0] }
}

/// The axes of a level camera at `yaw` radians around the vertical from where the person faces, positive towards the
/// person's left: to the picture's right, to its top, and from the scene to the eye.
pub fn axes(facing: Vec3, yaw: f32) -> [Vec3; 3] {
    let (sin, cos) = (yaw + facing[0].atan2(facing[2])).sin_cos();
    [[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry::{dot, scale};
    use crate::skeleton::LayoutId;

    /// Two frames of a body whose left hip and shoulder are at `left` from the middle.
    fn body(left: Vec3) -> Sequence {
        let layout = LayoutId::KinectV1.layout();
        let side = |name: &str| if name.starts_with("left") { 1.0 } else { -f32::from(name.starts_with("right")) };
        let joint = |j: usize| add([0.3, 1.0 + 0.01 * j as f32, 2.0], scale(left, side(layout.joints[j])));
        let frame: Vec<f32> = (0..layout.len()).flat_map(joint).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, [frame.clone(), frame].concat()).unwrap()
    }

    #[test]
    fn a_camera_in_front_looks_into_the_face_and_one_at_90_degrees_stands_on_the_left() {
        for left in [[-0.2, 0.0, 0.0], [0.1, 0.0, 0.15]] {
            let facing = facing(&body(left));
            assert!(dot(facing, left).abs() < 1e-6 && (length(facing) - 1.0).abs() < 1e-6, "{facing:?}");
            let close = |a: Vec3, b: Vec3| length(sub(a, b)) < 1e-5;
            let [right, _, back] = axes(facing, 0.0);
            // Seen from the front, the person's left is on the right of the picture.
            assert!(close(back, facing) && close(right, unit(left)), "{right:?} {back:?}");
            let [_, _, back] = axes(facing, std::f32::consts::FRAC_PI_2);
            assert!(close(back, unit(left)), "{back:?}");
        }
        assert_eq!(facing(&body([0.0; 3])), [0.0, 0.0, -1.0]);
    }
}
