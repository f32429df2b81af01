//! Random perturbations as baselines: noise, and a rotation of the whole body. They see neither gradients nor labels.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::skeleton::Sequence;

/// Halvings of the angle's interval; 40 leave less than rounding.
const HALVINGS: usize = 40;

/// Draws in the order of a seed.
#[derive(Clone, Debug)]
pub struct Draw(Pcg32);

impl Draw {
    /// The first draw of a seed is next.
    pub fn new(seed: u64) -> Self {
        Self(Pcg32::seed_from_u64(seed))
    }

    /// Puts each value of `x` at one end of its bound around the original, each end with probability 1/2, independently
    /// in each frame. `x` and `bounds` are (T, M, V, C), in the layout's unit.
    pub fn noise(&mut self, x: &mut [f32], clean: &Sequence, bounds: &[f32]) {
        for ((x, clean), bound) in x.iter_mut().zip(clean.data()).zip(bounds) {
            let up = self.0.random_range(0..2_u32) == 1;
            *x = if up { clean + bound } else { clean - bound };
        }
    }

    /// Turns the original about a random axis through the middle of all joints that may move: all frames by the same
    /// angle, the largest for which no value leaves its bound. In the picture plane the axis is the line of sight, and
    /// the direction is random. `x` and `bounds` are (T, M, V, C), in the layout's unit.
    pub fn rotation(&mut self, x: &mut [f32], clean: &Sequence, bounds: &[f32]) {
        let layout = clean.layout();
        let (dims, channels) = (layout.dims, layout.channels());
        let axis = self.axis(dims);
        let free = |joint: &usize| bounds[joint * channels] > 0.0;
        let joints: Vec<usize> = (0..bounds.len() / channels).filter(free).collect();
        let at = |joint: usize| -> [f64; 3] {
            std::array::from_fn(|c| if c < dims { f64::from(clean.data()[joint * channels + c]) } else { 0.0 })
        };
        let sum = joints.iter().map(|j| at(*j)).fold([0.0; 3], |sum, at| [0, 1, 2].map(|c| sum[c] + at[c]));
        let middle = sum.map(|s| s / joints.len().max(1) as f64);
        let turned = |joint: usize, angle: f64| turn(at(joint), middle, axis, angle);
        let within = |angle: f64| {
            joints.iter().all(|&joint| {
                let (to, from) = (turned(joint, angle), at(joint));
                (0..dims).all(|c| (to[c] - from[c]).abs() <= f64::from(bounds[joint * channels + c]))
            })
        };
        let (mut angle, mut beyond) = (0.0, std::f64::consts::PI);
        for _ in 0..HALVINGS {
            let half = 0.5 * (angle + beyond);
            if within(half) { angle = half } else { beyond = half }
        }
        x.copy_from_slice(clean.data());
        for joint in joints {
            let to = turned(joint, angle);
            (0..dims).for_each(|c| x[joint * channels + c] = to[c] as f32);
        }
    }

    /// A random direction of length 1, each as likely as another; in the picture plane one of the two along z.
    fn axis(&mut self, dims: usize) -> [f64; 3] {
        if dims < 3 {
            return [0.0, 0.0, if self.0.random_range(0..2_u32) == 1 { 1.0 } else { -1.0 }];
        }
        loop {
            let v: [f64; 3] = std::array::from_fn(|_| self.0.random_range(-1.0..1.0));
            let length = v.iter().map(|v| v * v).sum::<f64>().sqrt();
            if (0.1..=1.0).contains(&length) {
                return v.map(|v| v / length);
            }
        }
    }
}

/// Rodrigues' formula about `middle`.
fn turn(at: [f64; 3], middle: [f64; 3], axis: [f64; 3], angle: f64) -> [f64; 3] {
    let from = [0, 1, 2].map(|c| at[c] - middle[c]);
    let along: f64 = (0..3).map(|c| from[c] * axis[c]).sum();
    let cross = [0, 1, 2].map(|c| {
        let (i, j) = ((c + 1) % 3, (c + 2) % 3);
        axis[i] * from[j] - axis[j] * from[i]
    });
    let (sin, cos) = angle.sin_cos();
    [0, 1, 2].map(|c| middle[c] + from[c] * cos + cross[c] * sin + axis[c] * along * (1.0 - cos))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::metrics;
    use crate::skeleton::LayoutId;

    fn clip() -> Sequence {
        let data = (0..2 * 60).map(|i| 2.0 + (i as f32 * 0.7).sin()).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, data).unwrap()
    }

    #[test]
    fn noise_is_at_either_end_of_each_bound() {
        let clean = clip();
        let bounds: Vec<f32> = (0..120).map(|i| if i % 3 == 0 { 0.0 } else { 0.25 }).collect();
        let (mut draw, mut x) = (Draw::new(3), clean.data().to_vec());
        let mut ends = [0_usize; 3];
        for _ in 0..50 {
            draw.noise(&mut x, &clean, &bounds);
            for ((x, was), bound) in x.iter().zip(clean.data()).zip(&bounds) {
                assert!(((x - was).abs() - bound).abs() < 1e-6);
                ends[if *bound == 0.0 { 2 } else { usize::from(x > was) }] += 1;
            }
        }
        // 4000 signs: 2000 of each but for 200, which is more than six standard deviations.
        assert!(ends[0].abs_diff(2000) < 200 && ends[0] + ends[1] == 4000, "{ends:?}");
    }

    #[test]
    fn a_rotation_fills_its_bound_and_keeps_all_distances() {
        let clean = clip();
        let bounds = vec![0.05; 120];
        let (mut draw, mut x) = (Draw::new(1), clean.data().to_vec());
        for _ in 0..20 {
            let before = x.clone();
            draw.rotation(&mut x, &clean, &bounds);
            let most = metrics::linf(&clean, &x);
            assert!((0.049..=0.05 + 1e-6).contains(&most), "{most}");
            assert!(metrics::bone_deviation(&clean, &x) < 1e-5);
            assert_ne!(x, before);
        }
    }

    #[test]
    fn in_the_picture_plane_the_rotation_leaves_confidences_alone() {
        let clean = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, (0..54).map(|i| 0.01 * i as f32 + 0.1).collect());
        let clean = clean.unwrap();
        let bounds: Vec<f32> = (0..54).map(|i| if i % 3 < 2 { 0.02 } else { 0.0 }).collect();
        let mut x = clean.data().to_vec();
        Draw::new(1).rotation(&mut x, &clean, &bounds);
        assert!(x.iter().zip(clean.data()).skip(2).step_by(3).all(|(x, was)| x == was));
        assert!((metrics::linf(&clean, &x) - 0.02).abs() < 1e-5);
    }
}
