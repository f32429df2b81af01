//! TASAR's direction (Diao et al., "TASAR: Transfer-based Attack on Skeletal Action Recognition", 2025).
//!
//! The gradient that is averaged over noisy networks keeps what many networks share. Beside it stands a motion gradient
//! of the plain network: the gradient, the sum of the earlier ones, and what a frame adds to the next two if the clip
//! moves on by an autoregression of second order. Each of both is divided by its mean size, and they are added with the
//! shares of [`Transfer`](crate::contract::Transfer).
//!
//! **What differs from the publication.** The noisy networks differ in the last layer alone, with Gaussian noise on its
//! weights; the published ones have small heads, trained with a Bayesian objective, in its place. The autoregression
//! has one pair of numbers for each coordinate of a joint, by least squares over the clip; the published one changes
//! over time.

use crate::skeleton::Sequence;

/// Added to the squares in the least squares, as a share of them: a joint at rest determines nothing.
const RIDGE: f64 = 1e-3;

/// The motion of one clip, and the memory of its gradients.
#[derive(Clone, Debug)]
pub struct Tasar {
    /// What a coordinate's value adds to its value in the next frame and in the one after, (M V C).
    motion: Vec<[f32; 2]>,
    /// The sum of the motion gradients so far, (T, M, V, C).
    memory: Vec<f32>,
    /// The share of the motion gradient.
    share: f32,
}

impl Tasar {
    /// For a clip, with this share of the motion gradient.
    pub fn new(clean: &Sequence, share: f32) -> Self {
        let frame = clean.data().len() / clean.frames();
        let series = |i: usize| clean.data().iter().skip(i).step_by(frame).map(|x| f64::from(*x)).collect::<Vec<_>>();
        let motion = (0..frame).map(|i| autoregression(&series(i))).collect();
        Self { motion, memory: vec![0.0; clean.data().len()], share }
    }

    /// Moves `x` one step against the direction, `alpha` for a component of mean size. `gradient` is that of the plain
    /// network, `spread` that of the noisy ones. All slices are (T, M, V, C); both gradients are 0 where a value must
    /// stay.
    pub fn step(&mut self, x: &mut [f32], gradient: &[f32], spread: &[f32], alpha: f32) {
        let frame = self.motion.len();
        for i in 0..gradient.len() {
            let later = |frames: usize| gradient.get(i + frames * frame).copied().unwrap_or(0.0);
            let [one, two] = self.motion[i % frame];
            let own = if gradient[i] == 0.0 { 0.0 } else { one * later(1) + two * later(2) };
            self.memory[i] += gradient[i] + own;
        }
        let (by_spread, by_memory) = (mean_size(spread), mean_size(&self.memory));
        for ((x, spread), memory) in x.iter_mut().zip(spread).zip(&self.memory) {
            let direction = (1.0 - self.share) * spread * by_spread + self.share * memory * by_memory;
            *x -= alpha * direction;
        }
    }
}

/// The factor that makes the mean size of the values that are not 0 one; 0 if all are 0.
fn mean_size(values: &[f32]) -> f32 {
    let moving = values.iter().filter(|v| **v != 0.0);
    let (sum, n) = moving.fold((0.0, 0), |(sum, n), v| (sum + f64::from(v.abs()), n + 1));
    if sum > 0.0 { (f64::from(n) / sum) as f32 } else { 0.0 }
}

/// The numbers a and b for which a series is nearest to x(t) = a x(t-1) + b x(t-2), around its mean.
fn autoregression(series: &[f64]) -> [f32; 2] {
    let mean = series.iter().sum::<f64>() / series.len().max(1) as f64;
    let x: Vec<f64> = series.iter().map(|x| x - mean).collect();
    let (mut aa, mut ab, mut bb, mut ax, mut bx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for w in x.windows(3) {
        let [b, a, now] = [w[0], w[1], w[2]];
        (aa, ab, bb, ax, bx) = (aa + a * a, ab + a * b, bb + b * b, ax + a * now, bx + b * now);
    }
    let ridge = RIDGE * (aa + bb);
    let (aa, bb) = (aa + ridge, bb + ridge);
    let det = aa * bb - ab * ab;
    match det > 0.0 {
        true => [(ax * bb - bx * ab) / det, (bx * aa - ax * ab) / det].map(|v| v as f32),
        false => [0.0; 2],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn the_autoregression_of_a_known_series() {
        // A damped swing: x(t) = 1.6 x(t-1) - 0.8 x(t-2), which decays to its mean of about 0.
        let mut series = vec![1.0, 1.5];
        for t in 2..300 {
            series.push(1.6 * series[t - 1] - 0.8 * series[t - 2]);
        }
        let [a, b] = autoregression(&series);
        assert!((a - 1.6).abs() < 0.05 && (b + 0.8).abs() < 0.05, "{a} {b}");
        assert_eq!(autoregression(&[2.0; 9]), [0.0; 2]);
        assert_eq!(autoregression(&[2.0]), [0.0; 2]);
    }

    #[test]
    fn both_gradients_are_scaled_and_added_by_hand() {
        // One joint's x in three frames moves; its autoregression is set by hand.
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 3, 1, vec![1.0; 180]).unwrap();
        let mut tasar = Tasar::new(&clean, 0.25);
        tasar.motion[0] = [0.5, 0.25];
        let values = |v: [f32; 3]| (0..180).map(|i| if i % 60 == 0 { v[i / 60] } else { 0.0 }).collect::<Vec<f32>>();
        let (gradient, spread) = (values([1.0, 2.0, 4.0]), values([3.0, -6.0, 9.0]));
        let mut x = vec![0.0; 180];
        tasar.step(&mut x, &gradient, &spread, 1.0);
        // Memory: 1 + 1 + 1, 2 + 2, 4, of mean size 11/3; spread of mean size 6.
        for (t, (spread, memory)) in [(3.0, 3.0), (-6.0, 4.0), (9.0, 4.0)].into_iter().enumerate() {
            let want = -(0.75 * spread / 6.0 + 0.25 * memory * 3.0 / 11.0);
            assert!((x[t * 60] - want).abs() < 1e-6, "{} is not {want}", x[t * 60]);
        }
        assert!(x.iter().enumerate().all(|(i, x)| i % 60 == 0 || *x == 0.0));
        tasar.step(&mut x, &gradient, &spread, 1.0);
        assert_eq!(tasar.memory[120], 8.0);
    }
}
