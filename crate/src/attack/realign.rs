//! Spatial skeleton realignment (SSR): each bone gets back its length in the same frame of the original (Eq. 6).

use super::pose::{Point, Pose};
use super::solve_between;
use crate::skeleton::Sequence;

/// The share of a perturbation that is left differs between frames by this much at most.
const SLOPE: f64 = 0.125;

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
    let pose = |(i, (x, bounds)): (usize, (&[f32], &[f32]))| Pose::new(clean, i, x, bounds, &order);
    let poses: Vec<Pose> = x.chunks(values).zip(bounds.chunks(values)).enumerate().map(pose).collect();
    let mut placed: Vec<Placed> = poses.iter().map(|pose| Placed::new(pose, 1.0)).collect();
    while let Some(limits) = limits(&placed, clean.people()) {
        for ((placed, pose), limit) in placed.iter_mut().zip(&poses).zip(limits) {
            if placed.share.is_some_and(|share| share > limit) {
                *placed = Placed::new(pose, limit);
            }
        }
    }
    for ((x, pose), placed) in x.chunks_mut(values).zip(&poses).zip(placed) {
        for (j, point) in placed.at.into_iter().enumerate().filter(|(j, _)| pose.free[*j]) {
            (0..layout.dims).for_each(|c| x[j * channels + c] = point[c] as f32);
        }
    }
}

/// A pose whose joints have their places.
struct Placed {
    /// (V)
    at: Vec<Point>,
    /// The share of their perturbation that is left to the joints between joints that stay, if there are any.
    share: Option<f64>,
}

impl Placed {
    /// With at most this share.
    fn new(pose: &Pose, most: f64) -> Self {
        let mut at = pose.perturbed.clone();
        let between = pose.between();
        let share = between.contains(&true).then(|| solve_between::place(pose, &between, most, &mut at));
        for (from, to) in pose.placing(&between) {
            let bone = pose.bone(from, to);
            at[to] = [0, 1, 2].map(|c| at[from][c] + bone[c]);
        }
        Self { at, share }
    }
}

/// The share that each pose may keep so that the motion does not jump where a frame keeps less than the frames around
/// it. None if all do already.
fn limits(placed: &[Placed], people: usize) -> Option<Vec<f64>> {
    let shares: Vec<f64> = placed.iter().map(|placed| placed.share.unwrap_or(1.0)).collect();
    let mut limits = shares.clone();
    let mut pass = |from: usize, to: usize| {
        if placed[from].share.is_some() && placed[to].share.is_some() {
            limits[to] = limits[to].min(limits[from] + SLOPE);
        }
    };
    (people..shares.len()).for_each(|i| pass(i - people, i));
    (people..shares.len()).rev().for_each(|i| pass(i, i - people));
    shares.iter().zip(&limits).any(|(share, limit)| share > limit).then_some(limits)
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
    fn a_frame_that_keeps_less_takes_its_neighbours_along() {
        // A knee between hip and ankle, alone, 20 frames: wanted 0.05 to the side, and in frame 10 on the line from hip
        // to ankle, from where no move to the side lengthens a bone. Half of the way it does.
        let mut data = clip().data().to_vec();
        for (j, at) in [(12, [0.0, 0.9]), (13, [0.3, 0.5]), (14, [0.0, 0.1])] {
            data[j * 3..j * 3 + 2].copy_from_slice(&at);
        }
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 20, 1, data.repeat(20)).unwrap();
        let mut x = clean.data().to_vec();
        (0..20).filter(|t| *t != 10).for_each(|t| x[t * 60 + 41] = 0.05);
        x[10 * 60 + 39] = 0.0;
        realign(&mut x, &clean, &bounds(&[13]).repeat(20));
        assert!(crate::contract::metrics::bone_deviation(&clean, &x) < 1e-5);
        // On a circle of radius 0.3, 0.05 becomes 0.04932 of it, and a share s of it 0.05 s to 1 %.
        for (t, share) in [(5, 1.0), (6, 1.0), (7, 0.875), (8, 0.75), (9, 0.625), (11, 0.625), (14, 1.0)] {
            assert!((x[t * 60 + 41] / 0.05 - share).abs() < 0.015, "frame {t}: {}", x[t * 60 + 41]);
        }
    }

    #[test]
    fn a_frame_without_joints_between_others_does_not_wait_for_its_neighbours() {
        // The knee alone, wanted on the line from hip to ankle in frame 0; in frame 1 its ankle is lost, so that
        // nothing ties it.
        let mut data = clip().data().to_vec();
        for (j, at) in [(12, [0.0, 0.9]), (13, [0.3, 0.5]), (14, [0.0, 0.1])] {
            data[j * 3..j * 3 + 2].copy_from_slice(&at);
        }
        data.iter_mut().skip(2).step_by(3).for_each(|z| *z = 12.0);
        let mut data = data.repeat(2);
        data[60 + 42..60 + 45].fill(0.0);
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, data).unwrap();
        let mut x = clean.data().to_vec();
        (x[39], x[60 + 41]) = (0.0, 12.3);
        realign(&mut x, &clean, &bounds(&[13]).repeat(2));
        assert!(crate::contract::metrics::bone_deviation(&clean, &x) < 1e-5);
        assert!(x[60 + 41] > 12.2, "{:?}", &x[99..102]);
    }

    #[test]
    fn joints_of_a_bone_without_length_move_as_one_between_joints_that_stay() {
        // Hip and foot stay; knee and ankle are at one place, 0.5 from both, and are pushed to the side by 0.1 and 0.3.
        let mut data = clip().data().to_vec();
        for (j, at) in [(12, [0.0, 0.9]), (13, [0.3, 0.5]), (14, [0.3, 0.5]), (15, [0.0, 0.1])] {
            data[j * 3..j * 3 + 2].copy_from_slice(&at);
        }
        let clean = clip().with_data(data).unwrap();
        let mut x = clean.data().to_vec();
        x[41] += 0.1;
        x[44] += 0.3;
        realign(&mut x, &clean, &bounds(&[13, 14]));
        assert!(crate::contract::metrics::bone_deviation(&clean, &x) < 1e-5);
        assert!(x[39..42] == x[42..45] && x[41] > 0.05, "{:?}", &x[39..45]);
        // Where the foot has the ankle's place, too, all of them stay there.
        let mut data = clean.data().to_vec();
        data.copy_within(42..45, 45);
        let clean = clean.with_data(data).unwrap();
        let mut x = clean.data().to_vec();
        x[41] += 0.1;
        realign(&mut x, &clean, &bounds(&[13, 14]));
        assert_eq!(x, clean.data());
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
