//! Many small sign steps.

use super::update::Update;

/// PGD (Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", 2018) from the original: a step of
/// alpha against the gradient's sign, which the loop projects. Without a random start, because every attack here starts at the
/// original, it is also the basic iterative method (Kurakin et al. 2017).
pub struct Pgd;

impl Update for Pgd {
    fn apply(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32, bounds: &[f32]) {
        step(x, gradient, alpha, bounds);
    }
}

/// `x -= alpha sign(direction)`; a value that may not move, or has no direction, stays.
pub(super) fn step(x: &mut [f32], direction: &[f32], alpha: f32, bounds: &[f32]) {
    for ((x, d), bound) in x.iter_mut().zip(direction).zip(bounds) {
        // f32::signum has no zero.
        *x -= match d {
            _ if *bound == 0.0 => 0.0,
            d if *d > 0.0 => alpha,
            d if *d < 0.0 => -alpha,
            _ => 0.0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_coordinate_that_may_move_goes_alpha_against_the_sign() {
        let mut x = [1.0; 5];
        Pgd.apply(&mut x, &[3.0, -1e-20, 0.0, -0.0, 9.0], 0.25, &[1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(x, [0.75, 1.25, 1.0, 1.0, 1.0]);
    }
}
