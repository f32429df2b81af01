//! Steps along the gradient's sign: FGSM and PGD.

/// FGSM, the fast gradient sign method: `V' = V - epsilon sign(grad L)` (Eq. 10). L is the loss that the attack lowers:
/// the cross-entropy to the target; untargeted, minus the cross-entropy to the original class, which gives the paper's
/// plus. A value without a gradient stays. All slices are (T, M, V, C).
pub fn epsilon_step(x: &mut [f32], gradient: &[f32], bounds: &[f32]) {
    for ((x, g), bound) in x.iter_mut().zip(gradient).zip(bounds) {
        *x -= bound * sign(*g);
    }
}

/// A step of PGD (Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", 2018): `x -= alpha
/// sign(direction)`. The loop projects afterwards. Attacks start at the original and not at a random point, so this is
/// also the basic iterative method (Kurakin et al. 2017). A value that may not move, or has no direction, stays. All
/// slices are (T, M, V, C).
pub fn alpha_step(x: &mut [f32], direction: &[f32], alpha: f32, bounds: &[f32]) {
    for ((x, d), _) in x.iter_mut().zip(direction).zip(bounds).filter(|(_, bound)| **bound > 0.0) {
        *x -= alpha * sign(*d);
    }
}

/// -1, 0 or 1. `f32::signum` has no zero.
fn sign(v: f32) -> f32 {
    match v {
        v if v > 0.0 => 1.0,
        v if v < 0.0 => -1.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fgsm_moves_each_value_by_its_own_epsilon_against_the_sign() {
        let mut x = [1.0, 1.0, 1.0, 1.0];
        epsilon_step(&mut x, &[3.0, -1e-20, 0.0, -0.0], &[0.25, 0.5, 0.25, 0.25]);
        assert_eq!(x, [0.75, 1.5, 1.0, 1.0]);
    }

    #[test]
    fn pgd_moves_each_value_that_may_move_by_alpha_against_the_sign() {
        let mut x = [1.0; 5];
        alpha_step(&mut x, &[3.0, -1e-20, 0.0, -0.0, 9.0], 0.25, &[1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(x, [0.75, 1.25, 1.0, 1.0, 1.0]);
    }
}
