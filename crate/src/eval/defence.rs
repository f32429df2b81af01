//! Two simple defences: smoothing a clip before it is recognised, and a detector of implausible bones and
//! accelerations.

use crate::contract::stats::{mean, median, quantile};
use crate::defence::defended::WINDOW;
use crate::error::Result;
use crate::skeleton::Sequence;

/// Share of the clean training clips below each threshold.
pub const QUANTILE: f64 = 0.95;

/// The clip with every coordinate averaged over five frames. Frames in which the joint was not seen do not count.
/// Unseen joints and confidences are unchanged.
///
/// # Errors
/// As [`Sequence::with_data`]; none for a clip in range.
pub fn smoothed(clip: &Sequence) -> Result<Sequence> {
    let layout = clip.layout();
    let mut data = clip.data().to_vec();
    let each = (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m)));
    for (t, m) in each {
        for j in (0..layout.len()).filter(|&j| clip.seen(t, m, j)) {
            let near = WINDOW.iter().enumerate().filter_map(|(i, w)| {
                let t = (t + i).checked_sub(2).filter(|t| *t < clip.frames() && clip.seen(*t, m, j))?;
                Some((clip.joint(t, m, j), *w))
            });
            let near: Vec<_> = near.collect();
            let total: f64 = near.iter().map(|(_, w)| w).sum();
            let at = ((t * clip.people() + m) * layout.len() + j) * layout.channels();
            for c in 0..layout.dims {
                let sum: f64 = near.iter().map(|(joint, w)| f64::from(joint[c]) * w).sum();
                data[at + c] = (sum / total) as f32;
            }
        }
    }
    clip.with_data(data)
}

/// Flags clips whose bones vary in length, or whose joints accelerate, more than those of clean clips. It sees one
/// clip, not the original of an attacked clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// Usual variation of each bone ([`bone_variations`]); sensors measure a shin more precisely than a hip.
    usual: Vec<f64>,
    /// Largest variation of a bone that passes, as a multiple of the usual one.
    bones: f64,
    /// Largest [`acceleration`] that passes.
    acceleration: f64,
}

/// The detector's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// Whether a bone varies too much.
    pub bones: bool,
    /// Whether the joints accelerate too much.
    pub acceleration: bool,
}

impl Detector {
    /// Sets each threshold so that 95 % of these clips pass it. None if there is no clip.
    pub fn fit(clips: &[&Sequence]) -> Option<Self> {
        let variations: Vec<Vec<f64>> = clips.iter().map(|clip| bone_variations(clip)).collect();
        let bones = variations.first()?.len();
        let usual: Vec<f64> = (0..bones).map(|b| median(variations.iter().map(|v| v[b])).unwrap_or(0.0)).collect();
        Some(Self {
            bones: quantile(variations.iter().map(|v| most(v, &usual)), QUANTILE)?,
            acceleration: quantile(clips.iter().map(|clip| acceleration(clip)), QUANTILE)?,
            usual,
        })
    }

    /// The largest [`acceleration`] that passes.
    pub fn acceleration(&self) -> f64 {
        self.acceleration
    }

    /// Checks a clip.
    pub fn flags(&self, clip: &Sequence) -> Flags {
        Flags {
            bones: most(&bone_variations(clip), &self.usual) > self.bones,
            acceleration: acceleration(clip) > self.acceleration,
        }
    }
}

/// The largest multiple of the usual variation. A bone that is usually rigid is compared with a ten-thousandth of its
/// length.
fn most(variations: &[f64], usual: &[f64]) -> f64 {
    variations.iter().zip(usual).map(|(v, usual)| v / usual.max(1e-4)).fold(0.0, f64::max)
}

/// The standard deviation of each bone's length over the frames, relative to its mean length; the larger one of two
/// people.
pub fn bone_variations(clip: &Sequence) -> Vec<f64> {
    let of = |m: usize, (a, b): (usize, usize)| -> Option<f64> {
        let there = (0..clip.frames()).filter(|&t| clip.seen(t, m, a) && clip.seen(t, m, b));
        let lengths: Vec<f64> = there.map(|t| f64::from(clip.distance(t, m, a, b))).collect();
        let middle = mean(lengths.iter().copied()).filter(|middle| *middle > 0.0)?;
        Some(mean(lengths.iter().map(|l| (l - middle).powi(2)))?.sqrt() / middle)
    };
    let bones = clip.layout().bones();
    bones.into_iter().map(|bone| (0..clip.people()).filter_map(|m| of(m, bone)).fold(0.0, f64::max)).collect()
}

/// Root mean square acceleration over joints and inner frames, in units per frame squared.
pub fn acceleration(clip: &Sequence) -> f64 {
    let dims = clip.layout().dims;
    let inner = (1..clip.frames().saturating_sub(1)).flat_map(|t| (0..clip.people()).map(move |m| (t, m)));
    let squares = inner.flat_map(|(t, m)| {
        let seen = move |j: &usize| (t - 1..=t + 1).all(|t| clip.seen(t, m, *j));
        (0..clip.layout().len()).filter(seen).map(move |j| {
            let [before, now, after] = [t - 1, t, t + 1].map(|t| clip.joint(t, m, j));
            (0..dims).map(|c| f64::from(after[c] + before[c] - 2.0 * now[c]).powi(2)).sum::<f64>()
        })
    });
    mean(squares).unwrap_or(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    /// Five frames in the picture plane, joint j at (j / 10, 0); the left ear (17) is never seen, the nose not in frame
    /// 4.
    fn clip() -> Sequence {
        let mut data = Vec::new();
        for t in 0..5 {
            for j in 0..18 {
                let seen = j < 17 && !(t == 4 && j == 0);
                data.extend(if seen { [j as f32 / 10.0, 0.0, 0.8] } else { [0.0; 3] });
            }
        }
        Sequence::new(LayoutId::OpenPose18, 30.0, 5, 1, data).unwrap()
    }

    fn with(t: usize, j: usize, y: f32) -> Sequence {
        let mut data = clip().data().to_vec();
        data[(t * 18 + j) * 3 + 1] = y;
        clip().with_data(data).unwrap()
    }

    #[test]
    fn smoothing_spreads_a_jump_over_five_frames() {
        let clip = with(2, 4, 1.0);
        let smooth = smoothed(&clip).unwrap();
        let y: Vec<f32> = (0..5).map(|t| smooth.joint(t, 0, 4)[1]).collect();
        // At the ends the window holds 0.4026 + 0.2442 + 0.0545 and 0.9455 of its weight.
        let want = [0.0545 / 0.7013, 0.2442 / 0.9455, 0.4026, 0.2442 / 0.9455, 0.0545 / 0.7013];
        assert!(y.iter().zip(want).all(|(y, want)| (y - want).abs() < 1e-4), "{y:?}");
        assert_eq!(smooth.joint(2, 0, 4)[2], 0.8);
        // The unseen nose neither moves nor counts.
        assert_eq!(smooth.joint(4, 0, 0), [0.0; 3]);
        assert_eq!(smooth.joint(3, 0, 0), clip.joint(3, 0, 0));
    }

    #[test]
    fn the_detector_by_hand() {
        assert_eq!(most(&bone_variations(&clip()), &[0.0; 17]), 0.0);
        assert_eq!(acceleration(&clip()), 0.0);
        // The right wrist (0.4, 0) goes to (0.4, 0.3) in one of five frames; its bone grows from 0.1 to sqrt(0.1).
        let moved = with(2, 4, 0.3);
        let (long, mean) = (0.1_f64.sqrt(), (0.4 + 0.1_f64.sqrt()) / 5.0);
        let deviation = ((4.0 * (0.1 - mean).powi(2) + (long - mean).powi(2)) / 5.0).sqrt();
        let usual = [deviation / mean / 2.0; 17];
        assert!((most(&bone_variations(&moved), &usual) - 2.0).abs() < 1e-6);
        // Accelerations 0.3, -0.6, 0.3 of one joint; the three inner frames have 17, 17 and 16 seen joints.
        let squares = 0.09 + 0.36 + 0.09;
        assert!((acceleration(&moved) - (squares / 50.0_f64).sqrt()).abs() < 1e-6);

        let train: Vec<Sequence> = (0..20).map(|i| with(2, 4, i as f32 / 100.0)).collect();
        let detector = Detector::fit(&train.iter().collect::<Vec<_>>()).unwrap();
        // 19 of 20 pass.
        let flagged = |clip: &Sequence| detector.flags(clip);
        assert_eq!(flagged(&train[18]), Flags { bones: false, acceleration: false });
        assert_eq!(flagged(&train[19]), Flags { bones: true, acceleration: true });
        assert!(Detector::fit(&[]).is_none());
        // Another bone that varies as much as that one is flagged.
        assert_eq!(flagged(&with(2, 10, 0.09)), Flags { bones: true, acceleration: false });
    }
}
