//! The distance between a perturbed clip and its original. Every metric compares the original with perturbed values of
//! its shape, (T, M, V, C), counts only joints seen in the original, and ignores the confidence channel. Lengths are in
//! the layout's unit.

use serde::{Deserialize, Serialize};

use crate::skeleton::Sequence;

/// The relative change of a bone shorter than this, in the layout's unit, is taken relative to this length: a bone
/// without length has no relative change.
pub const SHORTEST_BONE: f64 = 1e-3;

/// The metrics of one perturbed clip. Lengths are in the layout's unit.
///
/// ```
/// use ciasa::contract::Metrics;
/// use ciasa::skeleton::{LayoutId, Sequence};
///
/// // One frame, one person, 20 joints in a line of 0.1 m steps.
/// let data: Vec<f32> = (0..20).flat_map(|j| [j as f32 / 10.0, 0.0, 2.0]).collect();
/// let clip = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data)?;
/// let mut moved = clip.data().to_vec();
/// moved[1] += 0.5;
/// let epsilon = vec![0.4; moved.len()];
/// let metrics = Metrics::of(&clip, &moved, &epsilon, None);
/// assert_eq!(metrics.linf, 0.5);
/// assert!((metrics.epsilon_excess - 0.1).abs() < 1e-6);
/// # Ok::<(), ciasa::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// The largest change of a coordinate.
    pub linf: f32,
    /// Mean distance between a joint and its original position, over all seen joints and frames.
    pub mean_displacement: f32,
    /// Largest distance between a joint and its original position.
    pub max_displacement: f32,
    /// Largest change of a bone's length, relative to its length in the same frame of the original.
    pub bone_deviation: f32,
    /// Mean squared change of a joint's acceleration `v[t+1] + v[t-1] - 2 v[t]`, over joints and inner frames, in (unit
    /// per frame squared) squared.
    pub acceleration_change: f32,
    /// Mean score of the discriminator, 1 for natural; none if the attack has no discriminator.
    pub plausibility: Option<f32>,
    /// Largest excess of a coordinate's change over its epsilon, caused by the realignment.
    pub epsilon_excess: f32,
}

impl Metrics {
    /// All metrics. `perturbed` and `bounds`, the epsilon of each value, are (T, M, V, C).
    pub fn of(clean: &Sequence, perturbed: &[f32], bounds: &[f32], plausibility: Option<f32>) -> Self {
        Self {
            linf: linf(clean, perturbed),
            mean_displacement: mean_displacement(clean, perturbed),
            max_displacement: max_displacement(clean, perturbed),
            bone_deviation: bone_deviation(clean, perturbed),
            acceleration_change: acceleration_change(clean, perturbed),
            plausibility,
            epsilon_excess: epsilon_excess(clean, perturbed, bounds),
        }
    }
}

/// The largest change of a coordinate.
pub fn linf(clean: &Sequence, perturbed: &[f32]) -> f32 {
    moves(clean, perturbed).flatten().map(f64::abs).fold(0.0, f64::max) as f32
}

/// Mean distance between a joint and its original position, over all seen joints and frames.
pub fn mean_displacement(clean: &Sequence, perturbed: &[f32]) -> f32 {
    let (sum, n) = moves(clean, perturbed).fold((0.0, 0), |(sum, n), d| (sum + norm(d), n + 1));
    (sum / f64::from(n.max(1))) as f32
}

/// Largest distance between a joint and its original position.
pub fn max_displacement(clean: &Sequence, perturbed: &[f32]) -> f32 {
    moves(clean, perturbed).map(norm).fold(0.0, f64::max) as f32
}

/// Largest relative change of a bone's length in a frame (Eq. 6). Bones to unseen joints do not count; for bones
/// shorter than [`SHORTEST_BONE`] the change is relative to that.
pub fn bone_deviation(clean: &Sequence, perturbed: &[f32]) -> f32 {
    let layout = clean.layout();
    let mut most: f64 = 0.0;
    for (t, m) in people(clean) {
        for (a, b) in layout.bones() {
            if clean.seen(t, m, a) && clean.seen(t, m, b) {
                let length = |data: &[f32]| {
                    let (a, b) = (coordinates(clean, data, t, m, a), coordinates(clean, data, t, m, b));
                    norm([0, 1, 2].map(|c| b[c] - a[c]))
                };
                let was = length(clean.data());
                most = most.max((length(perturbed) - was).abs() / was.max(SHORTEST_BONE));
            }
        }
    }
    most as f32
}

/// Mean squared change of a joint's acceleration, over joints seen in the frame and in both its neighbours.
pub fn acceleration_change(clean: &Sequence, perturbed: &[f32]) -> f32 {
    let (mut sum, mut n) = (0.0, 0);
    for (t, m) in people(clean).filter(|&(t, _)| t > 0 && t + 1 < clean.frames()) {
        for j in (0..clean.layout().len()).filter(|&j| (t - 1..=t + 1).all(|t| clean.seen(t, m, j))) {
            let acceleration = |data: &[f32]| {
                let [before, now, after] = [t - 1, t, t + 1].map(|t| coordinates(clean, data, t, m, j));
                [0, 1, 2].map(|c| after[c] + before[c] - 2.0 * now[c])
            };
            let (is, was) = (acceleration(perturbed), acceleration(clean.data()));
            sum += (0..3).map(|c| (is[c] - was[c]).powi(2)).sum::<f64>();
            n += 1;
        }
    }
    (sum / f64::from(n.max(1))) as f32
}

/// Largest excess of a coordinate's change over its bound; 0 if all are within bounds.
pub fn epsilon_excess(clean: &Sequence, perturbed: &[f32], bounds: &[f32]) -> f32 {
    let beyond =
        |((x, clean), bound): ((&f32, &f32), &f32)| (f64::from(*x) - f64::from(*clean)).abs() - f64::from(*bound);
    perturbed.iter().zip(clean.data()).zip(bounds).map(beyond).fold(0.0, f64::max) as f32
}

/// Mean distance between the seen joints of each frame and their original positions, (T), in the layout's unit; 0 for a
/// frame without a seen joint.
pub fn displacement(clean: &Sequence, perturbed: &[f32]) -> Vec<f32> {
    let frame = |t: usize| {
        let lengths = (0..clean.people()).flat_map(|m| person_moves(clean, perturbed, t, m)).map(norm);
        let (sum, n) = lengths.fold((0.0, 0), |(sum, n), d| (sum + d, n + 1));
        (sum / f64::from(n.max(1))) as f32
    };
    (0..clean.frames()).map(frame).collect()
}

/// Every frame and person.
fn people(clean: &Sequence) -> impl Iterator<Item = (usize, usize)> + use<> {
    let people = clean.people();
    (0..clean.frames()).flat_map(move |t| (0..people).map(move |m| (t, m)))
}

/// The change of every seen joint.
fn moves<'a>(clean: &'a Sequence, perturbed: &'a [f32]) -> impl Iterator<Item = [f64; 3]> + 'a {
    people(clean).flat_map(move |(t, m)| person_moves(clean, perturbed, t, m))
}

/// The change of every seen joint of one person in one frame.
fn person_moves<'a>(
    clean: &'a Sequence,
    perturbed: &'a [f32],
    t: usize,
    m: usize,
) -> impl Iterator<Item = [f64; 3]> + 'a {
    (0..clean.layout().len()).filter(move |&j| clean.seen(t, m, j)).map(move |j| {
        let (is, was) = (coordinates(clean, perturbed, t, m, j), coordinates(clean, clean.data(), t, m, j));
        [0, 1, 2].map(|c| is[c] - was[c])
    })
}

/// A joint's coordinates in values of the clip's shape; the third is 0 for 2-D layouts.
fn coordinates(clip: &Sequence, data: &[f32], t: usize, m: usize, j: usize) -> [f64; 3] {
    let layout = clip.layout();
    let at = ((t * clip.people() + m) * layout.len() + j) * layout.channels();
    [0, 1, 2].map(|c| if c < layout.dims { f64::from(data[at + c]) } else { 0.0 })
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|c| c * c).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    /// Four 2-D frames; joint j is at (j / 10, 0). Joint 17 is unseen; the second person is absent.
    fn clip() -> Sequence {
        let mut data = Vec::new();
        for _ in 0..4 {
            (0..18).for_each(|j| data.extend(if j < 17 { [j as f32 / 10.0, 0.0, 1.0] } else { [0.0; 3] }));
            data.extend([0.0; 54]);
        }
        Sequence::new(LayoutId::OpenPose18, 30.0, 4, 2, data).unwrap()
    }

    fn close(got: f32, want: f32) {
        assert!((got - want).abs() < 1e-5, "{got} is not {want}");
    }

    #[test]
    fn an_unchanged_clip_has_no_figures() {
        let clip = clip();
        assert_eq!(Metrics::of(&clip, clip.data(), &vec![0.0; clip.data().len()], None), Metrics::default());
    }

    #[test]
    fn one_moved_joint_by_hand() {
        let clip = clip();
        let mut data = clip.data().to_vec();
        // Frame 1, joint 4 (right wrist) from (0.4, 0) to (0.7, 0.4): its bone to the elbow (0.3, 0) grows from 0.1 to
        // sqrt(0.4^2 + 0.4^2).
        let at = 108 + 4 * 3;
        data[at] += 0.3;
        data[at + 1] += 0.4;
        close(linf(&clip, &data), 0.4);
        close(max_displacement(&clip, &data), 0.5);
        close(mean_displacement(&clip, &data), 0.5 / (4.0 * 17.0));
        close(bone_deviation(&clip, &data), (0.32_f32.sqrt() - 0.1) / 0.1);
        // The acceleration changes by -2 d in frame 1 and by d in frame 2.
        close(acceleration_change(&clip, &data), (4.0 + 1.0) * 0.25 / (2.0 * 17.0));
        close(epsilon_excess(&clip, &data, &vec![0.1; data.len()]), 0.3);
        assert_eq!(epsilon_excess(&clip, &data, &vec![0.5; data.len()]), 0.0);
    }

    #[test]
    fn unseen_joints_and_the_confidence_do_not_count() {
        let clip = clip();
        let mut data = clip.data().to_vec();
        data[17 * 3] = 0.9;
        data[2] = 0.1;
        for figure in [linf, mean_displacement, max_displacement, bone_deviation, acceleration_change] {
            assert_eq!(figure(&clip, &data), 0.0);
        }
        assert_eq!(displacement(&clip, &data), [0.0; 4]);
    }

    #[test]
    fn the_displacement_of_each_frame_is_over_its_seen_joints() {
        let clip = clip();
        let mut data = clip.data().to_vec();
        data[108 + 4 * 3] += 0.3;
        data[108 + 4 * 3 + 1] += 0.4;
        data[108 + 17 * 3] = 0.9;
        let by_frame = displacement(&clip, &data);
        assert_eq!((by_frame.len(), by_frame[0], by_frame[3]), (4, 0.0, 0.0));
        close(by_frame[1], 0.5 / 17.0);
        close(by_frame.iter().sum::<f32>() / 4.0, mean_displacement(&clip, &data));
    }
}
