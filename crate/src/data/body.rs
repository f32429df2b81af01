//! A body of the Kinect v1 layout: bone lengths, and legs that reach the ground.

use crate::geometry::{Vec3, add, direction, dot, length, reject, scale, sub};
use crate::skeleton::{LayoutId, Sequence};

/// Joints of the layout, V.
pub const JOINTS: usize = 20;
/// The joint at the pelvis.
pub const HIP_CENTRE: usize = 0;
/// Hip, knee, ankle and foot, left before right.
pub const LEGS: [[usize; 4]; 2] = [[12, 13, 14, 15], [16, 17, 18, 19]];

/// The lengths of a body's bones.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Length of the bone from each joint to its parent, metres, (V); 0 for the centre.
    pub lengths: [f32; JOINTS],
}

impl Body {
    /// The median length of each bone over all frames of a person's clips, equal on both sides. A sensor's bone lengths
    /// vary by centimetres while a body moves; the median does not.
    pub fn measure(clips: &[&Sequence]) -> Self {
        let layout = LayoutId::KinectV1.layout();
        let mut lengths = [0.0; JOINTS];
        for (parent, joint) in layout.bones() {
            let mut all: Vec<f32> =
                clips.iter().flat_map(|c| (0..c.frames()).map(move |t| c.distance(t, 0, parent, joint))).collect();
            all.sort_by(f32::total_cmp);
            lengths[joint] = all.get(all.len() / 2).copied().unwrap_or(0.0);
        }
        Self { lengths }.symmetric()
    }

    fn symmetric(self) -> Self {
        let mirror = LayoutId::KinectV1.layout().mirror;
        let mut lengths = self.lengths;
        for (j, length) in lengths.iter_mut().enumerate() {
            *length = 0.5 * (self.lengths[j] + self.lengths[mirror[j]]);
        }
        Self { lengths }
    }

    /// The weighted sum of bodies, scaled by `size`.
    pub fn mix<'a>(parts: impl Iterator<Item = (f32, &'a Self)>, size: f32) -> Self {
        let mut lengths = [0.0; JOINTS];
        for (weight, body) in parts {
            for (sum, length) in lengths.iter_mut().zip(body.lengths) {
                *sum += weight * size * length;
            }
        }
        Self { lengths }
    }

    /// Length of thigh and shin together: the unit in which places on the ground move from body to body.
    pub fn leg(&self) -> f32 {
        self.lengths[LEGS[0][1]] + self.lengths[LEGS[0][2]]
    }

    /// Knee and ankle of a leg from `hip` to `target`, with its knee bent towards `pole`. If the target is out of
    /// reach, the leg is stretched towards it.
    pub fn bend_leg(&self, leg: [usize; 4], hip: Vec3, target: Vec3, pole: Vec3) -> (Vec3, Vec3) {
        let (thigh, shin) = (self.lengths[leg[1]], self.lengths[leg[2]]);
        let reach = sub(target, hip);
        let axis = direction(reach, [0.0, -1.0, 0.0]);
        // Never quite straight: a knee that locks and opens again would flicker.
        let d = length(reach).clamp((thigh - shin).abs() + 0.01, 0.9995 * (thigh + shin));
        let along = (thigh * thigh - shin * shin + d * d) / (2.0 * d);
        let aside = (thigh * thigh - along * along).max(0.0).sqrt();
        let bend = direction(reject(pole, axis), direction(reject([0.0, 0.0, -1.0], axis), [1.0, 0.0, 0.0]));
        let knee = add(hip, add(scale(axis, along), scale(bend, aside)));
        (knee, add(hip, scale(axis, d)))
    }

    /// How far a hip must sink for its leg to reach `target`, in metres.
    pub fn sink(&self, hip: Vec3, target: Vec3) -> f32 {
        let reach = 0.9985 * self.leg();
        let across = sub([hip[0], target[1], hip[2]], target);
        let highest = target[1] + (reach * reach - dot(across, across)).max(0.0).sqrt();
        (hip[1] - highest).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Body {
        let mut lengths = [0.1; JOINTS];
        lengths[13] = 0.4;
        lengths[14] = 0.3;
        Body { lengths }
    }

    #[test]
    fn a_leg_of_three_four_five_bends_forwards() {
        let (knee, ankle) = body().bend_leg(LEGS[0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.3, -1.0]);
        // Hip to ankle 0.5: the knee stands 0.32 below the hip and 0.24 in front.
        let close = |a: Vec3, b: Vec3| length(sub(a, b)) < 1e-6;
        assert!(close(ankle, [0.0; 3]), "{ankle:?}");
        assert!(close(knee, [0.0, 0.18, -0.24]), "{knee:?}");
    }

    #[test]
    fn bones_keep_their_length_when_the_target_is_out_of_reach() {
        let hip = [0.0, 0.9, 0.0];
        let (knee, ankle) = body().bend_leg(LEGS[0], hip, [0.1, -0.2, 0.0], [0.0, 0.0, -1.0]);
        assert!((length(sub(knee, hip)) - 0.4).abs() < 1e-5);
        assert!((length(sub(ankle, knee)) - 0.3).abs() < 1e-5);
        assert!(body().sink(hip, [0.0; 3]) > 0.2 && body().sink([0.0, 0.6, 0.0], [0.0; 3]) == 0.0);
    }
}
