//! Adam (Kingma and Ba 2014), for the clip and for the discriminator's weights.

#[cfg(feature = "gpu")]
use burn::tensor::Device;

#[cfg(feature = "gpu")]
use super::gpu::{AdamConstants, AdamSteps};

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const TINY: f32 = 1e-8;

/// Adam's moments for a flat list of parameters, with the usual constants (0.9, 0.999, 1e-8).
#[derive(Clone, Debug)]
pub struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Adam {
    /// Moments of zero.
    pub fn new(parameters: usize) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters], steps: 0 }
    }

    /// One step: `x -= alpha m' / (sqrt(v') + 1e-8)`, where m' and v' are the bias-corrected moments. Both slices are
    /// (parameters). A parameter that has never had a gradient does not move, not even by rounding.
    pub fn step(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32) {
        self.steps = self.steps.saturating_add(1);
        let (rate, scale) = corrected(alpha, self.steps);
        for (((x, g), m), v) in x.iter_mut().zip(gradient).zip(&mut self.first).zip(&mut self.second) {
            *m = BETA1 * *m + (1.0 - BETA1) * g;
            *v = BETA2 * *v + (1.0 - BETA2) * g * g;
            *x -= rate * *m / (v.sqrt() / scale + TINY);
        }
    }
}

/// Of step number `step`, from 1: alpha over the first moment's bias correction, and the root of the second moment's.
fn corrected(alpha: f32, step: i32) -> (f32, f32) {
    let rate = (f64::from(alpha) / (1.0 - f64::from(BETA1).powi(step))) as f32;
    (rate, (1.0 - f64::from(BETA2).powi(step)).sqrt() as f32)
}

/// For steps on a GPU: the state goes there, and comes back after them.
#[cfg(feature = "gpu")]
impl Adam {
    /// The constants of the next `count` steps, on a device, with the step size of each, from 0.
    pub(super) fn gpu_steps(&self, alpha: impl Fn(usize) -> f32, count: usize, device: &Device) -> AdamSteps {
        let step = |ahead: i32| {
            let (rate, scale) = corrected(alpha(ahead as usize - 1), self.steps.saturating_add(ahead));
            AdamConstants { decay: [BETA1, BETA2], rate, scale, tiny: TINY }
        };
        AdamSteps::new(&(1..=count as i32).map(step).collect::<Vec<_>>(), device)
    }

    /// Both moments, (2, parameters).
    pub(super) fn moments(&self) -> Vec<f32> {
        [self.first.as_slice(), &self.second].concat()
    }

    /// Takes over the moments, (2, parameters), after `steps` more steps.
    pub(super) fn advance(&mut self, steps: usize, moments: &[f32]) {
        let (first, second) = moments.split_at(self.first.len());
        self.first.copy_from_slice(first);
        self.second.copy_from_slice(second);
        self.steps = self.steps.saturating_add(steps as i32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_by_hand() {
        let (mut adam, mut x) = (Adam::new(2), [1.0, 5.0]);
        // First step: m' = g, v' = g^2, so it is alpha sign(g).
        adam.step(&mut x, &[0.5, 0.0], 0.01);
        assert!((x[0] - 0.99).abs() < 1e-7);
        // Second, g = -1: m = 0.9 * 0.05 - 0.1 = -0.055, m' = -0.055 / 0.19; v = 0.999 * 0.00025 + 0.001 = 0.00124975,
        // v' = 0.00124975 / 0.001999 = 0.62518759.
        adam.step(&mut x, &[-1.0, 0.0], 0.01);
        assert!((x[0] - (0.99 + 0.01 * (0.055 / 0.19) / 0.625_187_6_f32.sqrt())).abs() < 1e-6);
        assert_eq!(x[1], 5.0);
    }
}
