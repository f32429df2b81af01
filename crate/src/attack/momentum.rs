//! Sign steps with a memory: MI-FGSM.

use super::sign;

/// The share of the memory that each step keeps, as published.
const DECAY: f32 = 1.0;

/// MI-FGSM (Dong et al., "Boosting Adversarial Attacks with Momentum", 2018): `g = mu g + grad / |grad|_1`, then a step
/// of alpha against the sign of g, with mu = 1. A gradient of zero leaves g as it is.
#[derive(Clone, Debug)]
pub struct Momentum(Vec<f32>);

impl Momentum {
    /// A memory of zeros, for a clip of `values` numbers.
    pub fn new(values: usize) -> Self {
        Self(vec![0.0; values])
    }

    /// Moves `x` one step of `alpha` against the sign of the memory. All slices are (T, M, V, C); a value whose bound
    /// is 0 stays.
    pub fn step(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32, bounds: &[f32]) {
        let size = gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>();
        let scale = if size > 0.0 { 1.0 / size } else { 0.0 };
        for (memory, g) in self.0.iter_mut().zip(gradient) {
            *memory = DECAY * *memory + (f64::from(*g) * scale) as f32;
        }
        sign::alpha_step(x, &self.0, alpha, bounds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_outvotes_a_smaller_gradient_by_hand() {
        let (mut momentum, mut x, bounds) = (Momentum::new(3), [0.0; 3], [1.0; 3]);
        // g = (0.75, -0.25, 0).
        momentum.step(&mut x, &[3.0, -1.0, 0.0], 0.5, &bounds);
        assert_eq!(x, [-0.5, 0.5, 0.0]);
        // g = (0.75 - 0.5, -0.25 + 0.5, 0): the first keeps its sign, the second turns.
        momentum.step(&mut x, &[-8.0, 8.0, 0.0], 0.5, &bounds);
        assert_eq!(x, [-1.0, 0.0, 0.0]);
        // A gradient of zero: g stays.
        momentum.step(&mut x, &[0.0; 3], 0.25, &bounds);
        assert_eq!(x, [-1.25, -0.25, 0.0]);
    }
}
