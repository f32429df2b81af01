//! Spatial skeleton realignment (SSR): each bone gets back its length in the same frame of the original (Eq. 6).

use super::pose::{Point, Pose};
use super::solve_between;
use crate::skeleton::Sequence;

/// Realigns every person in every frame. `x` and `bounds` are (T, M, V, C); a joint may move if its bound is above 0.
///
/// Outwards from the joints that stay, each joint is put at the end of its perturbed bone's direction, at the
/// original's length, and everything beyond it moves along. For a whole body that is the paper's procedure: only the
/// root keeps its place. For a region it starts at the neighbours of the region, which stay bit for bit. A region's
/// joint with neighbours on several sides, a knee between hip and ankle, has no free direction; `solve_between.rs`
/// finds its place.
///
/// Bones to unseen joints impose nothing. Epsilon is the bound that yields: a joint may end beyond it, and
/// [`epsilon_excess`](crate::contract::metrics::epsilon_excess) measures by how much.
pub fn realign(x: &mut [f32], clean: &Sequence, bounds: &[f32]) {
    let layout = clean.layout();
    let (order, channels, values) = (layout.order(), layout.channels(), layout.len() * layout.channels());
    for (i, (x, bounds)) in x.chunks_mut(values).zip(bounds.chunks(values)).enumerate() {
        let pose = Pose::new(clean, i, x, bounds, &order);
        for (j, point) in places(&pose).into_iter().enumerate().filter(|(j, _)| pose.free[*j]) {
            (0..layout.dims).for_each(|c| x[j * channels + c] = point[c] as f32);
        }
    }
}

/// The place of each joint of a pose, (V).
fn places(pose: &Pose) -> Vec<Point> {
    let mut at = pose.perturbed.clone();
    let between = pose.between();
    if between.contains(&true) {
        solve_between::place(pose, &between, &mut at);
    }
    for (from, to) in pose.placing(&between) {
        let bone = pose.bone(from, to);
        at[to] = [0, 1, 2].map(|c| at[from][c] + bone[c]);
    }
    at
}

/// The order in which [`realign`] places the joints of each pose, for a GPU: (T M, V), `other * V + joint` with the
/// joint at the other end of the bone, then -1. `None` if a joint lies between joints that stay.
#[cfg(feature = "gpu")]
pub(super) fn placing(clean: &Sequence, bounds: &[f32]) -> Option<Vec<i32>> {
    let layout = clean.layout();
    let (order, joints) = (layout.order(), layout.len());
    let values = joints * layout.channels();
    let mut codes = vec![-1; bounds.len() / layout.channels()];
    for (i, (codes, bounds)) in codes.chunks_mut(joints).zip(bounds.chunks(values)).enumerate() {
        let pose = Pose::new(clean, i, &clean.data()[i * values..][..values], bounds, &order);
        let between = pose.between();
        if between.contains(&true) {
            return None;
        }
        for (code, (from, to)) in codes.iter_mut().zip(pose.placing(&between)) {
            *code = (from * joints + to) as i32;
        }
    }
    Some(codes)
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

    fn bounds(free: &[usize]) -> Vec<f32> {
        (0..60).map(|i| if free.contains(&(i / 3)) { 0.1 } else { 0.0 }).collect()
    }

    fn assert_at(x: &[f32], joint: usize, want: [f32; 3]) {
        let got = &x[joint * 3..joint * 3 + 3];
        assert!((0..3).all(|c| (got[c] - want[c]).abs() < 1e-6), "joint {joint}: {got:?} is not {want:?}");
    }

    #[test]
    fn a_bone_keeps_its_perturbed_direction_and_the_arm_beyond_moves_along() {
        let clean = clip();
        let mut x = clean.data().to_vec();
        // Left elbow (5) from (0, 0.5, 0) to (0.3, 0.8, 0): the bone from the shoulder (0, 0.8, 0) now points along x,
        // its length of 0.3 is right. The wrist (6) stays at (0, 0.2, 0): direction (-0.3, -0.6) / sqrt(0.45), length
        // 0.3.
        x[15] = 0.3;
        x[16] = 0.8;
        // The shoulder (4) goes to (0.3, 1, 0): from (0, 1, 0) its bone of 0.2 points along x. So the elbow lies at 0.2
        // + the direction (0, -0.2) / 0.2 times 0.3.
        x[12] = 0.3;
        x[13] = 1.0;
        realign(&mut x, &clean, &bounds(&(0..20).collect::<Vec<_>>()));
        assert_at(&x, 2, [0.0, 1.0, 0.0]);
        assert_at(&x, 4, [0.2, 1.0, 0.0]);
        assert_at(&x, 5, [0.2, 0.7, 0.0]);
        let s = 0.3 / 0.45_f32.sqrt();
        assert_at(&x, 6, [0.2 - 0.3 * s, 0.7 - 0.6 * s, 0.0]);
        // The hand's bone did not turn.
        assert_at(&x, 7, [0.2 - 0.3 * s, 0.6 - 0.6 * s, 0.0]);
    }

    #[test]
    fn a_region_starts_at_the_neighbour_that_stays() {
        let clean = clip();
        let mut x = clean.data().to_vec();
        x[15] = 0.3;
        x[16] = 0.8;
        realign(&mut x, &clean, &bounds(&[5, 6, 7]));
        assert_at(&x, 4, [0.0, 0.8, 0.0]);
        assert_at(&x, 5, [0.3, 0.8, 0.0]);
        // A trunk that hangs on one arm is realigned from the arm: here the shoulder centre (2) from the shoulder (4).
        let mut x = clean.data().to_vec();
        x[6] = 0.1;
        let others: Vec<usize> = (0..20).filter(|j| ![4, 5, 6, 7].contains(j)).collect();
        realign(&mut x, &clean, &bounds(&others));
        let s = 0.2 / 0.05_f32.sqrt();
        assert_at(&x, 2, [0.1 * s, 0.8 + 0.2 * s, 0.0]);
    }

    #[test]
    fn a_leg_perturbed_onto_a_line_is_pulled_halfway_back() {
        // Knee and ankle between hip and foot that stay. Both are driven onto the line between these, where no move to
        // the side is seen to lengthen a bone.
        let mut data = clip().data().to_vec();
        for (j, at) in [(12, [0.0, 0.0]), (13, [0.3, -0.4]), (14, [0.1, -0.8]), (15, [0.0, -1.2])] {
            data[j * 3..j * 3 + 2].copy_from_slice(&at);
        }
        let clean = clip().with_data(data).unwrap();
        let mut x = clean.data().to_vec();
        x[39] = 0.0;
        x[42] = 0.0;
        realign(&mut x, &clean, &bounds(&[13, 14]));
        assert!(crate::contract::metrics::bone_deviation(&clean, &x) < 1e-5);
        assert!((x[39] - 0.3).abs() > 0.01, "the knee is back at the original's {}", x[39]);
    }

    #[test]
    fn a_bone_without_direction_takes_the_originals() {
        let clean = clip();
        let mut x = clean.data().to_vec();
        x[15] = 0.0;
        x[16] = 0.8;
        realign(&mut x, &clean, &bounds(&[5]));
        assert_eq!(x[15..18], clean.data()[15..18]);
    }
}
