//! Distance between two clips.

use super::body::{HIP_CENTRE, JOINTS};
use super::ground::point;
use super::series;
use crate::geometry::{Vec3, length, sub};
use crate::skeleton::Sequence;

/// Frames to which clips are resampled for comparison.
const FRAMES: usize = 64;

/// The first person of a clip, with the pelvis at the origin in each frame, resampled to 64 frames: (64 V) points.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared(Vec<Vec3>);

impl Compared {
    /// From a clip of the Kinect v1 layout.
    pub fn of(clip: &Sequence) -> Self {
        let joint = |j: usize| -> Vec<Vec3> {
            (0..clip.frames()).map(|t| sub(point(clip, t, j), point(clip, t, HIP_CENTRE))).collect()
        };
        let tracks: Vec<_> = (0..JOINTS).map(joint).collect();
        let at = series::spread(clip.frames(), FRAMES);
        Self(at.flat_map(|t| tracks.iter().map(move |track| series::read(track, t)).collect::<Vec<_>>()).collect())
    }

    /// Mean distance between the same joints of two clips, in centimetres.
    pub fn distance(&self, other: &Self) -> f32 {
        let sum: f32 = self.0.iter().zip(&other.0).map(|(a, b)| length(sub(*a, *b))).sum();
        100.0 * sum / self.0.len() as f32
    }

    /// The distance to the nearest of the others, and its index.
    pub fn nearest<'a>(&self, others: impl Iterator<Item = &'a Self>) -> Option<(usize, f32)> {
        others.map(|o| self.distance(o)).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Spread of a class's clips: the median distance from a clip to its nearest other, and the median over all pairs.
/// Zeros for fewer than two clips.
pub fn spacing(class: &[&Compared]) -> (f32, f32) {
    let (mut nearest, mut pairs) = (Vec::new(), Vec::new());
    for (i, a) in class.iter().enumerate() {
        let to: Vec<f32> = (0..class.len()).filter(|j| *j != i).map(|j| a.distance(class[j])).collect();
        nearest.extend(to.iter().copied().reduce(f32::min));
        pairs.extend(to);
    }
    (median(nearest).unwrap_or(0.0), median(pairs).unwrap_or(0.0))
}

/// The median; `None` for an empty list.
pub fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn a_shifted_clip_is_no_distance_away_and_one_moved_joint_counts_by_its_share() {
        let clip = |frames: usize, shift: f32, hand: f32| {
            let mut data = vec![shift; frames * 60];
            (0..frames).for_each(|t| data[t * 60 + 11 * 3] += hand);
            Compared::of(&Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap())
        };
        let here = clip(50, 0.0, 0.0);
        assert!(here.distance(&clip(70, 0.5, 0.0)) < 1e-4);
        // One joint of twenty, 40 cm away.
        assert!((here.distance(&clip(50, 0.0, 0.4)) - 2.0).abs() < 1e-4);
        let others = [clip(50, 0.0, 0.4), clip(50, 0.0, 0.1)];
        assert_eq!(here.nearest(others.iter()).map(|n| n.0), Some(1));
        // Three in a row at 0, 0.5 and 2 cm.
        let (nearest, pairs) = spacing(&[&here, &others[1], &others[0]]);
        assert!((nearest - 0.5).abs() < 1e-4 && (pairs - 1.5).abs() < 1e-4);
        assert_eq!(spacing(&[&here]), (0.0, 0.0));
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    }
}
