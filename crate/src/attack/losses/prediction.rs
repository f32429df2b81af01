//! L_pred: what the recogniser is to say.

use burn::tensor::{Tensor, activation};

use crate::attack::target::Goal;

/// `-log p(target)`, the cross-entropy to the target; untargeted `+log p(original)`, so that descending it climbs the
/// cross-entropy to the original class (Eq. 10). `logits` is (1, classes); the result is one number, (1).
pub fn prediction(logits: Tensor<2>, goal: Goal) -> Tensor<1> {
    let log_p = |class: usize| activation::log_softmax(logits, 1).slice([0..1, class..class + 1]).reshape([1]);
    match goal.target {
        Some(target) => log_p(target).neg(),
        None => log_p(goal.original),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::losses::check;
    use burn::tensor::Device;

    #[test]
    fn both_signs_by_hand() {
        // Probabilities 1/8, 2/8, 5/8.
        let logits = Tensor::<2>::from_floats([[0.0, 2_f32.ln(), 5_f32.ln()]], &Device::flex());
        let value = |goal| prediction(logits.clone(), goal).into_scalar::<f32>();
        assert!((value(Goal { original: 2, target: Some(1) }) - 4_f32.ln()).abs() < 1e-6);
        assert!((value(Goal { original: 2, target: None }) - 0.625_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn its_gradient_agrees_with_finite_differences() {
        let x: Vec<f32> = (0..12).map(|i| (i as f32 * 0.9).sin()).collect();
        for target in [Some(2), None] {
            check::gradient(&x, 1e-2, |x| {
                let mix = Tensor::<1>::from_floats(
                    core::array::from_fn::<f32, 36, _>(|i| (i as f32 * 1.3).cos()),
                    &Device::flex(),
                );
                prediction(x.reshape([1, 12]).matmul(mix.reshape([12, 3])).tanh(), Goal { original: 0, target })
            });
        }
    }
}
