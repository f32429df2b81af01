//! How far a perturbed clip is from its original. All of them compare the clip with values of its shape, (T, M, V, C), look
//! at joints that were seen in the original only, and leave the confidence channel out. Lengths are in the layout's unit.

use serde::{Deserialize, Serialize};

use crate::skeleton::Sequence;

/// Bones that are shorter than this in the original are held against this length: the relative change of a bone without
/// length means nothing.
pub const SHORTEST_BONE: f64 = 1e-3;

/// The figures of one perturbed clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// The largest change of a coordinate.
    pub linf: f32,
    /// How far a joint is from where it was, meaned over all seen joints and frames.
    pub mean_displacement: f32,
    /// How far a joint is at most from where it was.
    pub max_displacement: f32,
    /// The largest change of a bone's length, relative to its length in that frame of the original.
    pub bone_deviation: f32,
    /// The squared change of a joint's acceleration `v[t+1] + v[t-1] - 2 v[t]`, meaned over joints and inner frames, in
    /// (unit per frame squared) squared.
    pub acceleration_change: f32,
    /// The discriminator's mean score, 1 for natural; none where it does not take part.
    pub plausibility: Option<f32>,
    /// By how much the largest excess of a coordinate goes beyond its epsilon: what the realignment costs.
    pub epsilon_excess: f32,
}

impl Metrics {
    /// All figures. `bounds` is each value's epsilon, (T, M, V, C).
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

/// How far a joint has moved, meaned over all seen joints and frames.
pub fn mean_displacement(clean: &Sequence, perturbed: &[f32]) -> f32 {
    let (sum, n) = moves(clean, perturbed).fold((0.0, 0), |(sum, n), d| (sum + norm(d), n + 1));
    (sum / f64::from(n.max(1))) as f32
}

/// How far a joint has moved at most.
pub fn max_displacement(clean: &Sequence, perturbed: &[f32]) -> f32 {
    moves(clean, perturbed).map(norm).fold(0.0, f64::max) as f32
}

/// The largest change of a bone's length relative to the original's in that frame (Eq. 6). A bone to a joint that was not
/// seen does not count; one that is shorter than [`SHORTEST_BONE`] is held against that.
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

/// The mean squared change of a joint's acceleration, over joints that were seen in the frame and in both its neighbours.
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

/// By how much a coordinate is beyond its bound at most; 0 if none is.
pub fn epsilon_excess(clean: &Sequence, perturbed: &[f32], bounds: &[f32]) -> f32 {
    let beyond =
        |((x, clean), bound): ((&f32, &f32), &f32)| (f64::from(*x) - f64::from(*clean)).abs() - f64::from(*bound);
    perturbed.iter().zip(clean.data()).zip(bounds).map(beyond).fold(0.0, f64::max) as f32
}

/// Every frame and person.
fn people(clean: &Sequence) -> impl Iterator<Item = (usize, usize)> + use<> {
    let people = clean.people();
    (0..clean.frames()).flat_map(move |t| (0..people).map(move |m| (t, m)))
}

/// The change of every seen joint.
fn moves<'a>(clean: &'a Sequence, perturbed: &'a [f32]) -> impl Iterator<Item = [f64; 3]> + 'a {
    people(clean).flat_map(move |(t, m)| {
        (0..clean.layout().len()).filter(move |&j| clean.seen(t, m, j)).map(move |j| {
            let (is, was) = (coordinates(clean, perturbed, t, m, j), coordinates(clean, clean.data(), t, m, j));
            [0, 1, 2].map(|c| is[c] - was[c])
        })
    })
}

/// A joint's coordinates in data of the clip's shape; the third is 0 in the picture plane.
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

    /// Four frames in the picture plane; joint j stands at (j / 10, 0). Joint 17 was not seen; a second person is absent.
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
    }
}
