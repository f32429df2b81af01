//! The one-step attack.

use super::update::Update;

/// The fast gradient sign method, `V' = V - eps sign(grad L)` (Eq. 10). L is what the attacker wants low: the cross-entropy
/// to the target, or, untargeted, minus the cross-entropy to the original class, which turns the sign into the paper's
/// plus. A coordinate without a gradient stays.
pub struct Sign;

impl Update for Sign {
    fn apply(&mut self, x: &mut [f32], gradient: &[f32], _alpha: f32, bounds: &[f32]) {
        for ((x, g), bound) in x.iter_mut().zip(gradient).zip(bounds) {
            // f32::signum has no zero.
            *x -= match g {
                g if *g > 0.0 => *bound,
                g if *g < 0.0 => -bound,
                _ => 0.0,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_coordinate_goes_its_own_epsilon_against_the_sign() {
        let mut x = [1.0, 1.0, 1.0, 1.0];
        Sign.apply(&mut x, &[3.0, -1e-20, 0.0, -0.0], 9.0, &[0.25, 0.5, 0.25, 0.25]);
        assert_eq!(x, [0.75, 1.5, 1.0, 1.0]);
    }
}
