//! Clips that are too long for a network are brought to fewer frames.

use crate::error::Result;
use crate::skeleton::Sequence;

/// The clip in `frames` frames over the same time. Each is the mean of the frames around its moment, with triangular
/// weights as wide as the distance of the new frames, so that no frame is skipped.
///
/// A joint is there if it was seen in the nearest frame; frames in which it was not seen do not enter its mean.
///
/// # Errors
/// As [`Sequence::new`].
pub fn resampled(clip: &Sequence, frames: usize) -> Result<Sequence> {
    let (layout, people, last) = (clip.layout(), clip.people(), clip.frames() - 1);
    let scale = clip.frames() as f64 / frames as f64;
    let width = scale.max(1.0);
    let mut data = vec![0.0; frames * people * layout.len() * layout.channels()];
    let places = (0..frames * people * layout.len()).map(|i| {
        let (t, rest) = (i / (people * layout.len()), i % (people * layout.len()));
        (t, rest / layout.len(), rest % layout.len())
    });
    for ((t, m, j), new) in places.zip(data.chunks_exact_mut(layout.channels())) {
        let at = ((t as f64 + 0.5) * scale - 0.5).clamp(0.0, last as f64);
        if !clip.seen(at.round() as usize, m, j) {
            continue;
        }
        let (from, to) = ((at - width).ceil().max(0.0) as usize, ((at + width).floor() as usize).min(last));
        let near = (from..=to).filter(|&s| clip.seen(s, m, j)).map(|s| (s, 1.0 - (s as f64 - at).abs() / width));
        let total: f64 = near.clone().map(|(_, weight)| weight).sum();
        for (c, value) in new.iter_mut().enumerate() {
            let sum: f64 = near.clone().map(|(s, weight)| weight * f64::from(clip.joint(s, m, j)[c])).sum();
            *value = (sum / total) as f32;
        }
    }
    let mut short = Sequence::new(layout.id, (f64::from(clip.fps) / scale) as f32, frames, people, data)?;
    short.label.clone_from(&clip.label);
    Ok(short)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn every_frame_counts_and_what_was_not_seen_does_not() {
        // Nine frames in the picture plane: joint j at (0.1, t / 10); joint 1 is not seen in frames 0 to 3, nobody in
        // 8.
        let mut data = Vec::new();
        for t in 0..9 {
            for j in 0..18 {
                let seen = t < 8 && !(j == 1 && t < 4);
                data.extend(if seen { [0.1, t as f32 / 10.0, 0.8] } else { [0.0; 3] });
            }
        }
        let clip = Sequence::new(LayoutId::OpenPose18, 30.0, 9, 1, data).unwrap();
        let short = resampled(&clip, 3).unwrap();
        assert_eq!((short.frames(), short.fps), (3, 10.0));
        // New frames are at 1, 4 and 7, each with weights 1/3, 2/3, 1, 2/3, 1/3 over up to five frames.
        let close = |t: usize, j: usize, y: f32| assert!((short.joint(t, 0, j)[1] - y).abs() < 1e-6, "{t} {j}");
        close(0, 0, (2.0 / 3.0 * 0.0 + 0.1 + 2.0 / 3.0 * 0.2 + 1.0 / 3.0 * 0.3) / (8.0 / 3.0));
        close(1, 0, 0.4);
        close(2, 0, (1.0 / 3.0 * 0.5 + 2.0 / 3.0 * 0.6 + 0.7) / 2.0);
        assert_eq!(short.joint(0, 0, 1), [0.0; 3]);
        close(1, 1, (0.4 + 2.0 / 3.0 * 0.5 + 1.0 / 3.0 * 0.6) / 2.0);
        assert_eq!(short.joint(1, 0, 1)[2], 0.8);
    }
}
