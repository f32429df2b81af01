//! Bodies of an NTU clip by their ids, and one person from several ids.
//!
//! A Kinect that loses a person gives them a new id when it finds them again. The set's published reader does not
//! notice, because it keys bodies by their place in the frame. Here an id that begins within a second after another
//! ended, and close to it, is the same person. Nearest pairs come first, so that two people whose ids change together
//! stay two people.

use std::collections::BTreeMap;

/// Frames between the end of an id and the begin of the next, at most: one second.
const GAP: usize = 30;
/// How far a body may be from where it was lost, in spreads of the body.
const NEAR: f64 = 1.5;
/// Frames in which that distance doubles.
const DOUBLES: f64 = 15.0;
/// Spreads of distance that one frame between the two counts as much as.
const FRAME: f64 = 0.05;

/// A body's frames and, for each of them, its joints (V, 3).
#[derive(Default)]
pub(super) struct Track {
    /// The frames, ascending.
    pub frames: Vec<usize>,
    /// The joints of each frame, one after the other.
    pub values: Vec<f32>,
}

impl Track {
    /// The joints of the first or last frame.
    fn ends(&self) -> Option<[&[f32]; 2]> {
        let size = self.values.len() / self.frames.len().max(1);
        Some([self.values.get(..size)?, self.values.get(self.values.len() - size..)?])
    }

    /// Motion energy: the variances of x, y and z over all joints and frames, added.
    pub fn energy(&self) -> f64 {
        let n = (self.values.len() / 3) as f64;
        let variance = |axis: usize| {
            let values = || self.values.iter().skip(axis).step_by(3).map(|v| f64::from(*v));
            let mean = values().sum::<f64>() / n;
            values().map(|v| (v - mean).powi(2)).sum::<f64>() / n
        };
        (0..3).map(variance).sum()
    }
}

/// The centre of a body, and the root mean square of its joints' distances from there.
fn centre_and_spread(joints: &[f32]) -> ([f64; 3], f64) {
    let n = (joints.len() / 3).max(1) as f64;
    let centre = [0, 1, 2].map(|axis| joints.iter().skip(axis).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / n);
    let squares = joints.iter().enumerate().map(|(i, v)| (f64::from(*v) - centre[i % 3]).powi(2)).sum::<f64>();
    (centre, (squares / n).sqrt())
}

/// How far the second body begins from where the first ended, in space and time; None if it is too far.
fn distance(before: &[f32], after: &[f32], gap: usize) -> Option<f64> {
    let ((a, spread_a), (b, spread_b)) = (centre_and_spread(before), centre_and_spread(after));
    let distance = (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt();
    let (spread, gap) = (spread_a.max(spread_b).max(f64::MIN_POSITIVE), gap as f64);
    let spreads = distance / spread;
    (spreads <= NEAR * (1.0 + gap / DOUBLES)).then_some(spreads + FRAME * gap)
}

/// Joins the tracks that are one person. The order of first appearance stays.
pub(super) fn stitched(tracks: Vec<Track>) -> Vec<Track> {
    let mut ended: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, track) in tracks.iter().enumerate() {
        if let Some(last) = track.frames.last() {
            ended.entry(*last).or_default().push(i);
        }
    }
    let mut pairs = Vec::new();
    for (after, track) in tracks.iter().enumerate() {
        let (Some(&begin), Some([first, _])) = (track.frames.first(), track.ends()) else { continue };
        for (end, before) in ended.range(begin.saturating_sub(GAP)..begin) {
            for &before in before {
                let Some([_, last]) = tracks[before].ends() else { continue };
                if let Some(apart) = distance(last, first, begin - end - 1) {
                    pairs.push((apart, before, after));
                }
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut next: Vec<Option<usize>> = vec![None; tracks.len()];
    let mut continued = vec![false; tracks.len()];
    for (_, before, after) in pairs {
        if next[before].is_none() && !continued[after] {
            next[before] = Some(after);
            continued[after] = true;
        }
    }
    let mut tracks: Vec<Option<Track>> = tracks.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for i in 0..tracks.len() {
        if continued[i] {
            continue;
        }
        let Some(mut track) = tracks[i].take() else { continue };
        let mut at = i;
        while let Some(after) = next[at] {
            if let Some(rest) = tracks[after].take() {
                track.frames.extend(rest.frames);
                track.values.extend(rest.values);
            }
            at = after;
        }
        joined.push(track);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A track of two joints, 1 apart, that starts at `x` and moves by 0.1 a frame.
    fn track(frames: std::ops::Range<usize>, x: f32) -> Track {
        let at = |t: usize| [x + 0.1 * t as f32, 0.0, 0.0, x + 0.1 * t as f32, 1.0, 0.0];
        Track { frames: frames.clone().collect(), values: frames.flat_map(at).collect() }
    }

    fn spans(tracks: Vec<Track>) -> Vec<(usize, usize)> {
        stitched(tracks).iter().map(|t| (t.frames[0], t.frames.len())).collect()
    }

    #[test]
    fn an_id_that_ends_near_where_another_begins_is_one_person() {
        assert_eq!(spans(vec![track(0..5, 0.0), track(5..20, 0.0)]), [(0, 20)]);
        assert_eq!(spans(vec![track(0..5, 0.0), track(8..20, 0.0), track(21..25, 0.0)]), [(0, 21)]);
    }

    #[test]
    fn others_stay_apart() {
        // At the same time, too far, too late.
        assert_eq!(spans(vec![track(0..5, 0.0), track(4..20, 0.0)]), [(0, 5), (4, 16)]);
        assert_eq!(spans(vec![track(0..5, 0.0), track(5..20, 4.0)]), [(0, 5), (5, 15)]);
        assert_eq!(spans(vec![track(0..5, 0.0), track(50..60, 0.0)]), [(0, 5), (50, 10)]);
    }

    #[test]
    fn two_people_whose_ids_change_together_stay_two_people() {
        let joined = stitched(vec![track(0..5, 0.0), track(0..5, 0.6), track(5..9, 0.6), track(5..9, 0.0)]);
        assert_eq!(joined.len(), 2);
        for (person, x) in joined.iter().zip([0.0, 0.6]) {
            assert_eq!(person.frames, (0..9).collect::<Vec<_>>());
            assert_eq!(person.values, track(0..9, x).values);
        }
    }
}
