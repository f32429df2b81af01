//! What cameras and a pose estimator see of an attacked clip, as far as an attack can know it: the clean clip with the
//! estimator's noise, and of the perturbation what comes through. In the picture's plane that is most of it, in depth
//! little. An attack made for a camera ([`Camera`]) minimises its mean loss over such views (expectation over
//! transformation: Athalye et al., "Synthesizing Robust Adversarial Examples", 2018), and spends its steps where they
//! come through.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::losses::prediction::prediction_of;
use super::noise::{Filter, Noise};
use crate::contract::{Camera, Goal, Prediction};
use crate::kernel::product;
use crate::skeleton::Sequence;
use crate::skeleton::facing::{axes, facing};

/// The share of a perturbation that comes through: in the picture's plane, and in depth. `npm run crossmodal` prints
/// it, and the three figures below; docs/CROSSMODAL.md has them with intervals.
pub const GAIN: [f32; 2] = [0.7, 0.15];
/// Standard deviation of a joint's place around the pelvis, as the network gets it from clean films: in the picture's
/// plane and in depth, in metres.
pub const DEVIATION: [f32; 2] = [0.03, 0.08];
/// It is slow: its variance is half at this frequency, in hertz.
pub const CUTOFF: f32 = 0.6;

/// Smallest probability whose logarithm is taken.
const LEAST: f64 = 1e-12;

/// The views of one attack.
#[derive(Clone)]
pub(super) struct Views {
    clean: Arc<Sequence>,
    camera: Camera,
    filter: Filter,
    seed: u64,
    /// Those that judge the iterates, the same for all of them.
    judges: Vec<View>,
}

/// One view.
#[derive(Clone)]
struct View {
    /// From the scene to the eye, a unit vector.
    back: [f32; 3],
    /// The clean clip with the estimator's noise, (T, M, V, C).
    base: Vec<f32>,
}

impl Views {
    /// For attacks on a clip in metres, with this seed.
    pub fn new(clean: &Arc<Sequence>, camera: Camera, seed: u64) -> Self {
        let noise = Noise { deviation: DEVIATION[0], cutoff: Some(CUTOFF) };
        let filter = Filter::new(noise, clean);
        let mut views = Self { clean: clean.clone(), camera, filter, seed, judges: Vec::new() };
        views.judges = views.draw(0);
        views
    }

    /// What the views of a step, from 1, show of a clip, (T, M, V, C): (K, C, T, V, M).
    pub fn of_step(&self, x: Tensor<4>, step: usize) -> Tensor<5> {
        self.look(x, &self.draw(step as u64))
    }

    /// The same of the views that judge.
    pub fn judging(&self, x: Tensor<4>) -> Tensor<5> {
        self.look(x, &self.judges)
    }

    /// Weighs a step from `before` to `x`, both (T, M, V, C), by what comes through on the average: update rules that
    /// give every coordinate a step of one size would spend as much in depth as in the picture's plane.
    pub fn weigh(&self, x: &mut [f32], before: &[f32]) {
        let lost = 1.0 - GAIN[1] / GAIN[0];
        let share = lost / self.judges.len() as f32;
        for (x, before) in self.joints(x).zip(before.chunks(self.clean.layout().channels())) {
            let step: [f32; 3] = std::array::from_fn(|c| x[c] - before[c]);
            for View { back, .. } in &self.judges {
                let depth: f32 = step.iter().zip(back).map(|(s, b)| s * b).sum();
                x.iter_mut().zip(back).for_each(|(x, b)| *x -= share * depth * b);
            }
        }
    }

    /// As many views as the camera has, by the seed and a number.
    fn draw(&self, number: u64) -> Vec<View> {
        let Camera { angle, spread, views } = self.camera;
        let seed = self.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let facing = facing(&self.clean);
        let mut view = |k: usize| {
            // One angle from each of equal parts of the spread: few views cover it, and their mean is the angle's.
            let within = 2.0 * (k as f32 + rng.random_range(0.0..1.0)) / views as f32 - 1.0;
            let [_, _, back] = axes(facing, (angle + spread * within).to_radians());
            let mut base = self.filter.draw(&self.clean, &mut rng);
            let deeper = DEVIATION[1] / DEVIATION[0] - 1.0;
            for joint in self.joints(&mut base) {
                let depth: f32 = joint.iter().zip(back).map(|(n, b)| *n * b).sum();
                joint.iter_mut().zip(back).for_each(|(n, b)| *n += deeper * depth * b);
            }
            base.iter_mut().zip(self.clean.data()).for_each(|(n, clean)| *n += clean);
            View { back, base }
        };
        (0..views).map(&mut view).collect()
    }

    /// The coordinates of each joint of (T, M, V, C).
    fn joints<'a>(&self, values: &'a mut [f32]) -> impl Iterator<Item = &'a mut [f32]> + use<'a> {
        values.chunks_mut(self.clean.layout().channels()).map(|joint| &mut joint[..3])
    }

    fn look(&self, x: Tensor<4>, views: &[View]) -> Tensor<5> {
        let ([t, m, v, c], n) = (x.dims(), views.len());
        let constant = |values: Vec<f32>, shape: &[usize]| Upload { values, shape: shape.to_vec() };
        let clean = constant(self.clean.data().to_vec(), &[t * m * v, c]).beside::<2>(&x);
        let base = constant(views.iter().flat_map(|view| view.base.clone()).collect(), &[n, t, m, v, c]);
        let gains = constant(through(views, c), &[c, n * c]).beside::<2>(&x);
        let base = base.beside::<5>(&x);
        let change = product(x.reshape([t * m * v, c]) - clean, gains).reshape([t, m, v, n, c]);
        // (K, T, M, V, C), then as networks take it.
        (change.permute([3, 0, 1, 2, 4]) + base).permute([0, 4, 1, 3, 2])
    }
}

/// Values on their way to a device.
struct Upload {
    values: Vec<f32>,
    shape: Vec<usize>,
}

impl Upload {
    /// On the device of `x`, tracked or not as it is.
    fn beside<const D: usize>(self, x: &Tensor<4>) -> Tensor<D> {
        let device: Device = x.device();
        Tensor::from_data(TensorData::new(self.values, self.shape), &device)
    }
}

/// What comes through of a change, for each view: a symmetric matrix of (C, C), side by side, (C, K C). A confidence
/// stays.
fn through(views: &[View], c: usize) -> Vec<f32> {
    let [plane, depth] = GAIN;
    let entry = |i: usize, view: &View, j: usize| match (view.back.get(i), view.back.get(j)) {
        (Some(a), Some(b)) => f32::from(i == j) * plane + (depth - plane) * a * b,
        _ => f32::from(i == j),
    };
    let row = |i: usize| views.iter().flat_map(move |view| (0..c).map(move |j| entry(i, view, j)));
    (0..c).flat_map(row).collect()
}

/// What the logits of several views, (K classes), come to: logits with the mean probabilities, (classes), and the mean
/// prediction loss.
pub(super) fn together(rows: &[f32], classes: usize, goal: Goal, kind: Prediction) -> (Vec<f32>, f32) {
    let n = (rows.len() / classes) as f64;
    let (mut mean, mut loss) = (vec![0.0; classes], 0.0);
    for row in rows.chunks(classes) {
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f64> = row.iter().map(|z| f64::from(z - most).exp()).collect();
        let sum: f64 = weights.iter().sum();
        mean.iter_mut().zip(&weights).for_each(|(mean, w)| *mean += w / sum / n);
        loss += f64::from(prediction_of(row, goal, kind)) / n;
    }
    (mean.into_iter().map(|p: f64| p.max(LEAST).ln() as f32).collect(), loss as f32)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::losses::check;
    use crate::skeleton::LayoutId;

    /// A person with the left at -x, so facing -z.
    fn clip() -> Arc<Sequence> {
        let layout = LayoutId::KinectV1.layout();
        let side =
            |name: &str| if name.starts_with("left") { -0.2 } else { 0.2 * f32::from(name.starts_with("right")) };
        let joint = |t: usize, j: usize| [side(layout.joints[j]), 1.0 + 0.05 * j as f32, 2.0 + 0.01 * t as f32];
        let data = (0..6).flat_map(|t| (0..20).flat_map(move |j| joint(t, j))).collect();
        Arc::new(Sequence::new(LayoutId::KinectV1, 30.0, 6, 1, data).unwrap())
    }

    fn tensor(values: &[f32]) -> Tensor<4> {
        Tensor::from_data(TensorData::new(values.to_vec(), [6, 1, 20, 3]), &Device::flex())
    }

    fn seen(views: &Views, x: &[f32]) -> Vec<f32> {
        views.judging(tensor(x)).into_data().try_to_vec().unwrap()
    }

    /// A joint's coordinates in a view, from (K, C, T, V, M).
    fn at(seen: &[f32], k: usize, t: usize, j: usize) -> [f32; 3] {
        std::array::from_fn(|c| seen[((k * 3 + c) * 6 + t) * 20 + j])
    }

    #[test]
    fn a_change_in_the_plane_comes_through_and_one_in_depth_does_not() {
        let clean = clip();
        let camera = |angle| Camera { angle, spread: 0.0, views: 2 };
        // Of a camera in front, depth is z; of one at 90 degrees, x.
        let [plane, depth] = GAIN;
        for (angle, gains) in [(0.0, [plane, plane, depth]), (90.0, [depth, plane, plane])] {
            let views = Views::new(&clean, camera(angle), 7);
            let before = seen(&views, clean.data());
            for (c, gain) in gains.into_iter().enumerate() {
                let mut moved = clean.data().to_vec();
                moved[60 + 3 * 5 + c] += 0.1;
                let after = seen(&views, &moved);
                for k in 0..2 {
                    let (a, b) = (at(&before, k, 1, 5), at(&after, k, 1, 5));
                    for i in 0..3 {
                        let want = if i == c { 0.1 * gain } else { 0.0 };
                        assert!((b[i] - a[i] - want).abs() < 1e-5, "{angle} {c}: {a:?} {b:?}");
                    }
                    assert_eq!(at(&before, k, 1, 6), at(&after, k, 1, 6));
                }
            }
        }
    }

    #[test]
    fn the_noise_is_deeper_than_wide_and_the_angles_cover_the_spread() {
        let clean = clip();
        let views = Views::new(&clean, Camera { angle: 0.0, spread: 60.0, views: 8 }, 3);
        let azimuths: Vec<f32> =
            views.judges.iter().map(|view| view.back[0].atan2(-view.back[2]).to_degrees()).collect();
        for (k, azimuth) in azimuths.iter().enumerate() {
            // Facing -z, the person's left is at -x.
            let low = -60.0 + 15.0 * k as f32;
            assert!((low..=low + 15.0).contains(&-azimuth), "{azimuths:?}");
        }
        let (mut squares, mut n) = ([0.0_f64; 2], 0.0);
        for step in 0..40 {
            for View { back, base } in views.draw(step) {
                for (joint, clean) in base.chunks(3).zip(clean.data().chunks(3)) {
                    let noise: [f32; 3] = std::array::from_fn(|c| joint[c] - clean[c]);
                    let depth: f32 = noise.iter().zip(back).map(|(n, b)| n * b).sum();
                    squares[0] += f64::from(noise[1]).powi(2);
                    squares[1] += f64::from(depth).powi(2);
                    n += 1.0;
                }
            }
        }
        for (sum, deviation) in squares.into_iter().zip(DEVIATION) {
            let measured = (sum / n).sqrt() as f32;
            assert!((measured / deviation - 1.0).abs() < 0.05, "{measured} {deviation}");
        }
    }

    #[test]
    fn views_are_the_same_for_a_seed_and_step_and_others_in_another() {
        let clean = clip();
        let of = |seed, step| {
            let views = Views::new(&clean, Camera::default(), seed);
            let all: Vec<f32> = views.of_step(tensor(clean.data()), step).into_data().try_to_vec().unwrap();
            all
        };
        assert_eq!(of(1, 4), of(1, 4));
        assert!(of(1, 4) != of(1, 5) && of(1, 4) != of(2, 4));
        let views = Views::new(&clean, Camera::default(), 1);
        assert_eq!(seen(&views, clean.data()), seen(&views, clean.data()));
    }

    #[test]
    fn the_gradient_goes_through_the_views() {
        let clean = clip();
        let views = Views::new(&clean, Camera::default(), 1);
        check::gradient(clean.data(), 1e-2, |x| {
            let seen = views.of_step(x.reshape([6, 1, 20, 3]), 1);
            let [k, c, t, v, m] = seen.dims();
            let weights: Vec<f32> = (0..k * c * t * v * m).map(|i| (i as f32 * 0.7).sin()).collect();
            let weights = Tensor::<1>::from_floats(weights.as_slice(), &seen.device());
            (seen.reshape([-1]).square() * weights).sum().reshape([1])
        });
    }

    #[test]
    fn a_step_is_weighed_in_depth() {
        let clean = clip();
        let views = Views::new(&clean, Camera { angle: 0.0, spread: 0.0, views: 3 }, 1);
        let mut x: Vec<f32> = clean.data().iter().map(|x| x + 0.1).collect();
        views.weigh(&mut x, clean.data());
        for (x, clean) in x.chunks(3).zip(clean.data().chunks(3)) {
            for (c, want) in [0.1, 0.1, 0.1 * GAIN[1] / GAIN[0]].into_iter().enumerate() {
                assert!((x[c] - clean[c] - want).abs() < 1e-5, "{c}: {}", x[c] - clean[c]);
            }
        }
    }

    #[test]
    fn probabilities_and_losses_of_views_are_averaged() {
        let goal = Goal { original: 0, target: Some(1) };
        let rows = [(0.2_f32).ln(), (0.8_f32).ln(), (0.6_f32).ln(), (0.4_f32).ln()];
        let (logits, loss) = together(&rows, 2, goal, Prediction::CrossEntropy);
        assert!((logits[0].exp() - 0.4).abs() < 1e-6 && (logits[1].exp() - 0.6).abs() < 1e-6);
        assert!((loss + ((0.8_f32).ln() + (0.4_f32).ln()) / 2.0).abs() < 1e-6);
        let (one, same) = together(&rows[..2], 2, goal, Prediction::Margin { kappa: 0.0 });
        assert!((one[1] - rows[1]).abs() < 1e-6 && same == 0.0);
    }
}
