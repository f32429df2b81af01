//! Sign steps with a memory.

use super::pgd::step;
use super::update::Update;

/// Share of the memory that stays at each step, as published.
const DECAY: f32 = 1.0;

/// MI-FGSM (Dong et al., "Boosting Adversarial Attacks with Momentum", 2018): `g = mu g + grad / |grad|_1`, then a step of
/// alpha against the sign of g, mu = 1. A gradient of nothing adds nothing.
pub struct Momentum(Vec<f32>);

impl Momentum {
    /// No memory yet, for a clip of so many values.
    pub fn new(values: usize) -> Self {
        Self(vec![0.0; values])
    }
}

impl Update for Momentum {
    fn apply(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32, bounds: &[f32]) {
        let size = gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>();
        let scale = if size > 0.0 { 1.0 / size } else { 0.0 };
        for (memory, g) in self.0.iter_mut().zip(gradient) {
            *memory = DECAY * *memory + (f64::from(*g) * scale) as f32;
        }
        step(x, &self.0, alpha, bounds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_outvotes_a_smaller_gradient_by_hand() {
        let (mut momentum, mut x, bounds) = (Momentum::new(3), [0.0; 3], [1.0; 3]);
        // g = (0.75, -0.25, 0).
        momentum.apply(&mut x, &[3.0, -1.0, 0.0], 0.5, &bounds);
        assert_eq!(x, [-0.5, 0.5, 0.0]);
        // g = (0.75 - 0.5, -0.25 + 0.5, 0): the first still points as before, the second has turned.
        momentum.apply(&mut x, &[-8.0, 8.0, 0.0], 0.5, &bounds);
        assert_eq!(x, [-1.0, 0.0, 0.0]);
        // Nothing new: g stays.
        momentum.apply(&mut x, &[0.0; 3], 0.25, &bounds);
        assert_eq!(x, [-1.25, -0.25, 0.0]);
    }
}
