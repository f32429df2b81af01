//! Dynamic time warping of one motion to another.

use super::motion::Motion;
use super::series;

/// Alignment of a motion to a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// For each frame of the reference, the matching fractional frame of the motion. It never decreases.
    pub times: Vec<f32>,
    /// Mean distance between matched frames.
    pub cost: f32,
}

/// Steps on the grid, in frames of the reference and of the other motion. Neither may run more than twice as fast as
/// the other, so that the warp freezes neither.
const STEPS: [(usize, usize); 3] = [(1, 1), (1, 2), (2, 1)];

/// The alignment of `other` to `reference` with the least mean distance, from the first frames to the last.
pub fn align(reference: &Motion, other: &Motion) -> Alignment {
    let (n, m) = (reference.frames(), other.frames());
    let mut best = vec![f32::INFINITY; n * m];
    let mut from = vec![(0, 0); n * m];
    best[0] = reference.gap(0, other, 0);
    for i in 0..n {
        for j in 0..m {
            let here = reference.gap(i, other, j);
            for (di, dj) in STEPS {
                if i < di || j < dj {
                    continue;
                }
                // A long step also costs the frame that it skips; each frame of the reference counts once.
                let skipped = || reference.gap(i + 1 - di, other, j + 1 - dj);
                let step = match (di, dj) {
                    (1, 1) => here,
                    (1, _) => 0.5 * (here + skipped()),
                    _ => here + skipped(),
                };
                let cost = best[(i - di) * m + j - dj] + step;
                if cost < best[i * m + j] {
                    best[i * m + j] = cost;
                    from[i * m + j] = (di, dj);
                }
            }
        }
    }
    let total = best[n * m - 1];
    if !total.is_finite() {
        return linear(reference, other);
    }
    let mut knots = vec![(n - 1, m - 1)];
    let (mut i, mut j) = (n - 1, m - 1);
    while (i, j) != (0, 0) {
        let (di, dj) = from[i * m + j];
        (i, j) = (i - di, j - dj);
        knots.push((i, j));
    }
    knots.reverse();
    let mut times = Vec::with_capacity(n);
    for pair in knots.windows(2) {
        let ((a, u), (b, v)) = (pair[0], pair[1]);
        let share = |t: usize| (t - a) as f32 / (b - a) as f32;
        times.extend((a..b).map(|t| u as f32 + share(t) * (v - u) as f32));
    }
    times.push((m - 1) as f32);
    Alignment { times: smooth(&times), cost: total / n as f32 }
}

/// Stretches evenly, for lengths more than a factor of two apart.
fn linear(reference: &Motion, other: &Motion) -> Alignment {
    let times: Vec<f32> = series::spread(other.frames(), reference.frames()).collect();
    let gaps = times.iter().enumerate().map(|(t, u)| reference.gap(t, other, u.round() as usize));
    let cost = gaps.sum::<f32>() / times.len() as f32;
    Alignment { times, cost }
}

/// Smooths the steps of the grid, which would look like stutter. The ends stay where they are.
fn smooth(times: &[f32]) -> Vec<f32> {
    let rate = (times[times.len() - 1] - times[0]) / (times.len() - 1).max(1) as f32;
    let even: Vec<_> = times.iter().enumerate().map(|(t, u)| [u - rate * t as f32, 0.0, 0.0]).collect();
    let smoothed = series::smooth(&even, 2.0);
    let last = times.len() - 1;
    // Undoes the shift of the ends by the smoothing, faded over the clip.
    let (start, end) = (smoothed[0][0] - even[0][0], smoothed[last][0] - even[last][0]);
    let fade = |t: usize| start + (end - start) * t as f32 / last.max(1) as f32;
    (0..times.len()).map(|t| smoothed[t][0] - fade(t) + rate * t as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::motion::TRACKS;

    /// An arm that is raised between `start` and `end`.
    fn raise(frames: usize, start: f32, end: f32) -> Motion {
        let mut tracks = vec![vec![[0.0, -1.0, 0.0]; frames]; TRACKS];
        for (t, v) in tracks[5].iter_mut().enumerate() {
            let angle = ((t as f32 - start) / (end - start)).clamp(0.0, 1.0) * 3.0;
            *v = [angle.sin(), -angle.cos(), 0.0];
        }
        Motion { tracks }
    }

    #[test]
    fn the_raise_of_one_meets_the_raise_of_the_other() {
        let (a, b) = (raise(60, 10.0, 30.0), raise(70, 25.0, 50.0));
        let found = align(&a, &b);
        assert_eq!((found.times.len(), found.times[0]), (60, 0.0));
        assert!((found.times[59] - 69.0).abs() < 1e-3);
        assert!(found.times.windows(2).all(|w| w[1] > w[0]));
        assert!((found.times[20] - 37.5).abs() < 1.5, "{}", found.times[20]);
        assert!(found.cost < 0.25 * linear(&a, &b).cost);
    }

    #[test]
    fn a_motion_meets_itself() {
        let a = raise(40, 5.0, 30.0);
        let found = align(&a, &a);
        assert!(found.times.iter().enumerate().all(|(t, u)| (t as f32 - u).abs() < 1e-3) && found.cost < 1e-9);
        assert!(align(&a, &raise(100, 5.0, 90.0)).times.len() == 40);
    }
}
