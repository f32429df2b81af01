//! How natural poses are, measured by their distance from training poses. No attack minimises this measure, so attacks
//! with and without a discriminator can be compared by it. The field calls it the share of poses on the manifold.

use crate::contract::stats::quantile;
use crate::skeleton::Sequence;

/// One of so many frames of the training clips is kept.
const STRIDE: usize = 8;
/// Share of a held-out person's poses that counts as natural.
pub const QUANTILE: f64 = 0.95;

/// Training poses.
pub struct Manifold {
    /// The cosines between all pairs of major bones (Eq. 13), (poses, pairs).
    poses: Vec<f32>,
    pairs: usize,
    /// Largest distance from a training pose at which a pose is natural: root mean square over the pairs.
    threshold: f32,
}

impl Manifold {
    /// Fits clean clips, each with its performer. The threshold is the distance within which 95 % of the poses lie from
    /// the nearest pose of all *other* performers. None if there are fewer than two performers.
    pub fn fit(clips: &[(&Sequence, &str)]) -> Option<Self> {
        let pairs = clips.first().map(|(clip, _)| cosines(clip, 0, 0).len())?;
        let mut who: Vec<&str> = clips.iter().map(|c| c.1).collect();
        who.sort_unstable();
        who.dedup();
        let group = |name: &str| -> Vec<f32> {
            clips.iter().filter(|c| c.1 == name).flat_map(|(clip, _)| features(clip, STRIDE)).collect()
        };
        let groups: Vec<Vec<f32>> = who.iter().map(|name| group(name)).collect();
        let nearest_other = |(i, own): (usize, &Vec<f32>)| -> Vec<f64> {
            let others: Vec<&Vec<f32>> = groups.iter().enumerate().filter(|(k, _)| *k != i).map(|g| g.1).collect();
            let nearest = |pose: &[f32]| others.iter().map(|poses| nearest(pose, poses)).fold(f32::INFINITY, f32::min);
            own.chunks(pairs).map(|pose| f64::from(nearest(pose))).filter(|d| d.is_finite()).collect()
        };
        let distances = groups.iter().enumerate().flat_map(nearest_other);
        let threshold = quantile(distances, QUANTILE)? as f32;
        Some(Self { poses: groups.concat(), pairs, threshold })
    }

    /// The share of the clip's poses that are natural, 0 to 1. None if nobody is in the clip.
    pub fn share(&self, clip: &Sequence) -> Option<f32> {
        let poses = features(clip, 1);
        let n = poses.len() / self.pairs;
        let natural = poses.chunks(self.pairs).filter(|pose| nearest(pose, &self.poses) <= self.threshold).count();
        (n > 0).then(|| natural as f32 / n as f32)
    }
}

/// The features of the people in every `stride`th frame, (poses, pairs).
fn features(clip: &Sequence, stride: usize) -> Vec<f32> {
    let people = (0..clip.frames()).step_by(stride).flat_map(|t| (0..clip.people()).map(move |m| (t, m)));
    people.filter(|&(t, m)| clip.present(t, m)).flat_map(|(t, m)| cosines(clip, t, m)).collect()
}

/// The cosines between all pairs of major bones; 0 if a bone was not seen or has no length.
fn cosines(clip: &Sequence, t: usize, m: usize) -> Vec<f32> {
    let layout = clip.layout();
    let directions: Vec<[f32; 3]> = layout
        .major
        .iter()
        .map(|&j| {
            let parent = layout.parents[j];
            let length = clip.distance(t, m, parent, j);
            if !(clip.seen(t, m, parent) && clip.seen(t, m, j) && length > 0.0) {
                return [0.0; 3];
            }
            let (a, b) = (clip.joint(t, m, parent), clip.joint(t, m, j));
            [0, 1, 2].map(|c| if c < layout.dims { (b[c] - a[c]) / length } else { 0.0 })
        })
        .collect();
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    (0..directions.len())
        .flat_map(|i| (0..i).map(move |k| (i, k)))
        .map(|(i, k)| dot(directions[i], directions[k]))
        .collect()
}

/// The root mean square distance of a pose from the nearest of these; infinite if there is none.
fn nearest(pose: &[f32], poses: &[f32]) -> f32 {
    let squared = |other: &[f32]| pose.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    let least = poses.chunks(pose.len()).map(squared).fold(f32::INFINITY, f32::min);
    (least / pose.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    /// A frame for each turn of the left forearm about the elbow, in degrees; every other bone points along x.
    fn clip(turns: &[f32]) -> Sequence {
        let layout = LayoutId::KinectV1.layout();
        let mut data = Vec::new();
        for turn in turns {
            let mut pose = vec![[0.0_f32, 1.0, 0.0]; layout.len()];
            for (parent, j) in layout.bones() {
                let angle = if layout.joints[j] == "left wrist" { turn.to_radians() } else { 0.0 };
                let p = pose[parent];
                pose[j] = [p[0] + 0.2 * angle.cos(), p[1] + 0.2 * angle.sin(), p[2]];
            }
            data.extend(pose.concat());
        }
        Sequence::new(LayoutId::KinectV1, 30.0, turns.len(), 1, data).unwrap()
    }

    #[test]
    fn poses_near_those_of_others_are_natural() {
        // Both people turn by 0 to 40 degrees, a degree apart; each is at most that far from the other.
        let turns = |from: f32| (0..40).flat_map(|i| [from + i as f32; 8]).collect::<Vec<f32>>();
        let (a, b) = (clip(&turns(0.0)), clip(&turns(0.5)));
        let manifold = Manifold::fit(&[(&a, "a"), (&b, "b")]).unwrap();
        assert_eq!(manifold.share(&clip(&[0.0, 10.2, 39.0])), Some(1.0));
        assert_eq!(manifold.share(&clip(&[10.0, 90.0, 180.0, 20.0])), Some(0.5));
        assert!(Manifold::fit(&[(&a, "a"), (&b, "a")]).is_none());
        assert!(Manifold::fit(&[]).is_none());
        let nobody = a.with_data(vec![0.0; a.data().len()]).unwrap();
        assert_eq!(manifold.share(&nobody), None);
    }

    #[test]
    fn distances_by_hand() {
        assert_eq!(nearest(&[1.0, 0.0], &[1.0, 2.0, 0.0, 0.0]), 0.5_f32.sqrt());
        assert_eq!(nearest(&[1.0], &[]), f32::INFINITY);
    }
}
