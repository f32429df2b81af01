//! All joints of a part move together until the bones have their lengths: the smallest move that is right to first
//! order, repeated, within the bounds. That is Newton's method for fewer equations than unknowns.

use super::plan::Part;
use super::point::Point;
use super::pose::Pose;
use super::tree::Tree;

/// Moves at most. Each about doubles the correct digits; a stretched limb gains one bit with each.
const MOVES: usize = 24;
/// How often a move is taken back for coordinates that it would push beyond their bounds.
const PINS: usize = 3;
/// A coordinate is at its bound if it is this share of its room away, so that rounding does not decide.
const NEAR: f64 = 1e-4;
/// The lengths are right if they are off by this share of 1e-5 of them.
const ACCURACY: f64 = 1e-2;
/// How much a bone gives way in the first move, as a compliance; it halves with each move. It keeps stretched limbs
/// from leaping.
const GIVE: f64 = 0.1;
/// The least that it gives way, which keeps bones that cannot follow from dividing by 0.
const LEAST: f64 = 1e-12;

/// Moves the part's joints of the pose `x`, (V). False where the lengths are not reached; `x` is within the bounds
/// either way.
pub(super) fn retract(pose: &Pose, part: &Part, x: &mut [Point]) -> bool {
    let mut tree = Tree::new(pose, part);
    for j in part.joints() {
        x[j] = pose.clip(j, x[j]);
    }
    for round in 0..MOVES as i32 {
        tree.look(x);
        if tree.bones.iter().all(|bone| bone.lacks.abs() <= ACCURACY * 1e-5 * bone.length.max(1e-4)) {
            return true;
        }
        // Every eighth is exact, for what would converge too slowly.
        let give = if round % 8 == 7 { LEAST } else { (GIVE * 0.5_f64.powi(round)).max(LEAST) };
        tree.free();
        for pins in 0.. {
            tree.smallest(give);
            if pins == PINS || !pin(&mut tree, x) {
                break;
            }
        }
        for j in part.joints() {
            let moves = tree.joints[j].moves;
            x[j] = pose.clip(j, [0, 1, 2].map(|c| x[j][c] + moves[c]));
        }
    }
    false
}

/// Holds the coordinates at their bounds that would move beyond them. False if there are none.
fn pin(tree: &mut Tree, x: &[Point]) -> bool {
    let mut pinned = false;
    for j in tree.part.joints() {
        let joint = &mut tree.joints[j];
        for (c, &at) in x[j].iter().enumerate() {
            let (low, high) = (f64::from(tree.pose.low[j][c]), f64::from(tree.pose.high[j][c]));
            let near = NEAR * (high - low);
            let out = at <= low + near && joint.moves[c] < 0.0 || at >= high - near && joint.moves[c] > 0.0;
            pinned |= joint.free[c] && out;
            joint.free[c] &= !out;
        }
    }
    pinned
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::projection::plan::Plan;
    use crate::skeleton::{LayoutId, Sequence};

    /// A Kinect v1 frame with every joint at its index plus 1 along x, and bounds for some of them.
    fn pose(bounds: &[(usize, f32)]) -> (Pose, Plan) {
        let data = (0..20).flat_map(|j| [1.0 + j as f32, 0.0, 0.0]).collect();
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data).unwrap();
        let mut values = vec![0.0; 60];
        bounds.iter().for_each(|&(j, bound)| values[j * 3..j * 3 + 3].fill(bound));
        let pose = Pose::new(&clean, 0, 0, &values);
        let plan = Plan::new(clean.layout(), &pose);
        (pose, plan)
    }

    fn run((pose, plan): &(Pose, Plan), change: &[(usize, Point)]) -> (bool, Vec<Point>) {
        let mut x: Vec<Point> = pose.clean.iter().map(|at| at.map(f64::from)).collect();
        change.iter().for_each(|&(j, at)| x[j] = at);
        (retract(pose, &plan.parts()[0], &mut x), x)
    }

    fn assert_near(is: Point, want: Point) {
        assert!((0..3).all(|c| (is[c] - want[c]).abs() < 1e-6), "{is:?} is not {want:?}");
    }

    #[test]
    fn a_bone_that_is_too_long_moves_the_joints_that_may_by_the_same() {
        // The wrist (6) at 7 stays; the hand (7) at 8 was pulled to 8.2. Alone it goes back.
        let (right, x) = run(&pose(&[(7, 0.5)]), &[(7, [8.2, 0.0, 0.0])]);
        assert!(right);
        assert_near(x[7], [8.0, 0.0, 0.0]);
        // With the wrist free as well, it shares the 0.2 at first, and its own bone to the elbow (5), which stays,
        // brings both back.
        let (right, x) = run(&pose(&[(6, 0.5), (7, 0.5)]), &[(7, [8.2, 0.0, 0.0])]);
        assert!(right);
        assert_near(x[6], [7.0, 0.0, 0.0]);
        assert_near(x[7], [8.0, 0.0, 0.0]);
    }

    #[test]
    fn a_coordinate_at_its_bound_leaves_the_rest_to_the_others() {
        // The hand is wanted 0.6 up, which is as far as it may go, and 0.5 along; there its bone of 1 reaches 0.8
        // along.
        let (right, x) = run(&pose(&[(7, 0.6)]), &[(7, [7.5, 0.6, 0.0])]);
        assert!(right);
        assert_near(x[7], [7.8, 0.6, 0.0]);
    }

    #[test]
    fn a_part_held_at_both_ends_meets_both_bones() {
        // Shoulder and wrist stay at 0 and 1.6 along x, and the elbow's bones of 1 leave it a circle of radius 0.6 at
        // 0.8.
        let mut data: Vec<f32> = (0..60).map(|i| 3.0 + i as f32).collect();
        data[12..21].copy_from_slice(&[0.0, 0.0, 1.0, 0.8, 0.6, 1.0, 1.6, 0.0, 1.0]);
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data).unwrap();
        let bounds: Vec<f32> = (0..60).map(|i| if (15..18).contains(&i) { 0.7 } else { 0.0 }).collect();
        let pose = Pose::new(&clean, 0, 0, &bounds);
        let plan = Plan::new(clean.layout(), &pose);
        let (right, x) = run(&(pose, plan), &[(5, [0.9, 0.4, 1.3])]);
        assert!(right);
        assert_near(x[5], [0.8, 0.48, 1.36]);
    }
}
