//! The exact projection: epsilon (Eq. 5), bone lengths (Eq. 6) and the attack region hold together.
//!
//! Clipping and then realigning, as Algorithm 1 does, leaves the clip beyond epsilon by about its size. Here each pose
//! is moved to a place near by where every coordinate lies within its bound and every bone has its original length.
//! Such a place always exists: the original pose is one.
//!
//! 1. [`retract`] moves the joints of a pose together, by the smallest move for the lengths, within the bounds.
//! 2. [`finish`] puts the joints down from the root outwards, each at the nearest place on its parent's sphere within
//!    its own bounds, in the clip's own 32-bit numbers.
//! 3. A part of a pose for which this fails is pulled towards the original, see [`pull`]. That is the frame's yield: it
//!    can be necessary where an epsilon is smaller than that of the joint before, or where a region is held at several
//!    ends.
//!
//! **What holds afterwards**, in 32-bit numbers: no coordinate is beyond its bound; a bone's length differs from the
//! original's in the same frame by at most 1e-5 of it, or by one [`spacing`](point::spacing) of the numbers where its
//! joints are if that is more (a bone below 24 mm at 2 to 4 m from the origin); values whose bound is 0 keep their
//! bits. A pose for which all of this holds already is left as it is, so projecting twice is projecting once.

mod finish;
mod plan;
mod point;
mod pose;
mod pull;
mod retract;
mod sphere;
pub mod surface;
#[cfg(feature = "gpu")]
pub(super) mod tables;
mod tree;

use crate::skeleton::Sequence;
use plan::Plan;
use pose::Pose;

/// Moves `x` to a place near by where its bounds and the bone lengths of `clean` hold, see the module. Values that are
/// no numbers become the original's.
///
/// Returns how many frames had to yield: those in which somebody was pulled towards the original.
///
/// # Shapes
/// - x, bounds: (T, M, V, C), in the layout's unit; a bound is 0 where the value must stay, and may be infinite
pub fn project(x: &mut [f32], clean: &Sequence, bounds: &[f32]) -> usize {
    let layout = clean.layout();
    let values = layout.len() * layout.channels();
    let mut plan: Option<Plan> = None;
    let mut yields = vec![false; clean.frames()];
    for person in 0..clean.people() {
        let mut track = Vec::with_capacity(clean.frames());
        for frame in 0..clean.frames() {
            let at = (frame * clean.people() + person) * values;
            let pose = Pose::new(clean, frame, person, &bounds[at..at + values]);
            // Most frames are like the one before: the same joints are seen and may move.
            let plan = match plan.take() {
                Some(known) if known.fits(&pose) => plan.insert(known),
                _ => plan.insert(Plan::new(layout, &pose)),
            };
            track.push(pull::Moment::new(pose, plan.clone(), &x[at..at + values]));
            x[at..at + values].copy_from_slice(clean.person(frame, person));
        }
        pull::settle(&mut track);
        for (frame, moment) in track.iter().enumerate() {
            let at = (frame * clean.people() + person) * values;
            moment.write(&mut x[at..at + values], layout.channels());
            yields[frame] |= moment.yields();
        }
    }
    yields.into_iter().filter(|y| *y).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    /// A Kinect v1 frame with every joint at its index along x, but for the left arm, which hangs from (0, 1, 0) down.
    fn clip() -> Sequence {
        let mut data: Vec<f32> = (0..20).flat_map(|j| [1.0 + j as f32, 0.0, 0.0]).collect();
        for (j, y) in [(2, 1.0), (4, 0.8), (5, 0.5), (6, 0.2), (7, 0.1)] {
            data[j * 3..j * 3 + 3].copy_from_slice(&[0.0, y, 0.0]);
        }
        Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data).unwrap()
    }

    /// The clip after one joint was put somewhere, and the frames that yielded.
    fn moved(bounds: &[(usize, f32)], joint: usize, to: [f32; 3]) -> (Vec<f32>, usize) {
        let clean = clip();
        let mut all = vec![0.0; 60];
        bounds.iter().for_each(|&(j, bound)| all[j * 3..j * 3 + 3].fill(bound));
        let mut x = clean.data().to_vec();
        x[joint * 3..joint * 3 + 3].copy_from_slice(&to);
        let yields = project(&mut x, &clean, &all);
        (x, yields)
    }

    fn assert_at(x: &[f32], joint: usize, want: [f32; 3]) {
        let got = &x[joint * 3..joint * 3 + 3];
        assert!((0..3).all(|c| (got[c] - want[c]).abs() < 2e-6), "joint {joint}: {got:?} is not {want:?}");
    }

    #[test]
    fn a_hand_stays_on_its_sphere_and_in_its_box() {
        // The bone of 0.1 hangs from the wrist at (0, 0.2, 0). At the bound of 0.05 along x it ends at 0.2 - sqrt(0.01
        // - 0.0025).
        let (x, yields) = moved(&[(7, 0.05)], 7, [0.1, 0.2, 0.0]);
        assert_at(&x, 7, [0.05, 0.2 - 0.0075_f32.sqrt(), 0.0]);
        assert_eq!((x[21], yields), (0.05, 0));
    }

    #[test]
    fn a_joint_beside_the_region_stays_bit_for_bit() {
        let (x, _) = moved(&[(7, 0.05)], 6, [9.0, 9.0, 9.0]);
        assert_eq!(x, clip().data());
    }

    #[test]
    fn what_is_no_number_becomes_the_originals() {
        let (x, yields) = moved(&[(6, 0.05), (7, 0.05)], 7, [f32::NAN, f32::INFINITY, 0.0]);
        assert_eq!((x.as_slice(), yields), (clip().data(), 0));
    }

    #[test]
    fn a_straight_arm_between_shoulder_and_wrist_cannot_bend() {
        let (x, _) = moved(&[(5, 0.05)], 5, [0.05, 0.5, 0.03]);
        let off = (0..60).map(|i| (x[i] - clip().data()[i]).abs()).fold(0.0, f32::max);
        // Sideways by d lengthens the two bones of 0.3 by d^2 / 0.6 each, which 1e-5 of them allows up to d = 1.4e-3.
        assert!(off < 1.4e-3, "{off}");
    }

    #[test]
    fn two_joints_share_what_a_bone_lacks() {
        // Hand and wrist alone on a loose end: 0.04 too long, so that each moves by 0.02 where nothing else holds the
        // wrist.
        let clean = clip();
        let mut data = clean.data().to_vec();
        data.iter_mut().skip(2).step_by(3).for_each(|z| *z = 12.0);
        data[15..18].fill(0.0);
        let clean = clean.with_data(data).unwrap();
        assert!(!clean.seen(0, 0, 5));
        let mut x = clean.data().to_vec();
        x[22] = 0.06;
        let bounds: Vec<f32> = (0..60).map(|i| if (18..24).contains(&i) { 0.1 } else { 0.0 }).collect();
        project(&mut x, &clean, &bounds);
        assert_at(&x, 6, [0.0, 0.18, 12.0]);
        assert_at(&x, 7, [0.0, 0.08, 12.0]);
    }
}
