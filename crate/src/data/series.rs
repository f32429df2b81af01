//! Values over time: reading between frames and smoothing.

use crate::geometry::{Vec3, add, lerp, scale};

/// The value at the fractional index `at`, held at both ends. The series must not be empty.
pub fn read(series: &[Vec3], at: f32) -> Vec3 {
    let last = series.len() - 1;
    let at = at.clamp(0.0, last as f32);
    let i = at as usize;
    lerp(series[i], series[(i + 1).min(last)], at - i as f32)
}

/// Gaussian smoothing with the standard deviation `sigma`, in frames. At the ends the window is cut and its weights
/// normalised again, so that a clip that starts at rest stays at rest.
pub fn smooth(series: &[Vec3], sigma: f32) -> Vec<Vec3> {
    let reach = (3.0 * sigma).ceil() as usize;
    let weight = |k: usize| (-0.5 * (k as f32 / sigma).powi(2)).exp();
    (0..series.len())
        .map(|t| {
            let (from, to) = (t.saturating_sub(reach), (t + reach).min(series.len() - 1));
            let (mut sum, mut total) = ([0.0; 3], 0.0);
            for (i, value) in series.iter().enumerate().take(to + 1).skip(from) {
                sum = add(sum, scale(*value, weight(i.abs_diff(t))));
                total += weight(i.abs_diff(t));
            }
            scale(sum, 1.0 / total)
        })
        .collect()
}

/// Replaces `lost` values by linear interpolation between their good neighbours; at the ends the nearest good value is
/// held. If all are lost, the series stays as it is.
pub fn bridge(series: &[Vec3], lost: &[bool]) -> Vec<Vec3> {
    let good = |t: &usize| !lost[*t];
    let across = |t: usize| match ((0..=t).rev().find(good), (t..series.len()).find(good)) {
        (Some(a), Some(b)) if a < b => lerp(series[a], series[b], (t - a) as f32 / (b - a) as f32),
        (Some(only), _) | (None, Some(only)) => series[only],
        (None, None) => series[t],
    };
    (0..series.len()).map(across).collect()
}

/// `n` indices spread evenly over a series of `len` values, both ends included.
pub fn spread(len: usize, n: usize) -> impl Iterator<Item = f32> {
    let step = (len - 1) as f32 / (n.max(2) - 1) as f32;
    (0..n).map(move |i| i as f32 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_frames_it_reads_the_middle_and_beyond_the_ends_it_holds() {
        let s = [[0.0; 3], [1.0, 2.0, 4.0]];
        assert_eq!(read(&s, 0.5), [0.5, 1.0, 2.0]);
        assert_eq!(read(&s, 7.0), s[1]);
        assert_eq!(spread(5, 3).collect::<Vec<_>>(), [0.0, 2.0, 4.0]);
    }

    #[test]
    fn what_is_lost_is_bridged() {
        let s: Vec<Vec3> = [9.0, 1.0, 9.0, 9.0, 4.0, 9.0].map(|v| [v, 0.0, 0.0]).to_vec();
        let filled = bridge(&s, &[true, false, true, true, false, true]);
        assert_eq!(filled.iter().map(|v| v[0]).collect::<Vec<_>>(), [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(bridge(&s, &[true; 6]), s);
    }

    #[test]
    fn smoothing_keeps_a_constant_and_shrinks_a_spike() {
        let flat = vec![[1.0, -2.0, 3.0]; 9];
        for v in smooth(&flat, 2.0) {
            assert!((0..3).all(|c| (v[c] - flat[0][c]).abs() < 1e-5));
        }
        let mut spike = vec![[0.0; 3]; 9];
        spike[4][1] = 1.0;
        let s = smooth(&spike, 1.0);
        assert!(s[4][1] < 0.5 && s[3][1] > 0.2 && s[3][1] < s[4][1]);
    }
}
