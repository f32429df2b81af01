//! L_pred: the recogniser shall predict the target.

use burn::tensor::{Tensor, activation};

use crate::contract::config::Prediction;
use crate::contract::goal::Goal;

/// The loss of logits (1, classes): one number, (1).
pub fn prediction(logits: Tensor<2>, goal: Goal, kind: Prediction) -> Tensor<1> {
    match kind {
        Prediction::CrossEntropy => cross_entropy(logits, goal),
        Prediction::Margin { kappa } => margin(logits, goal, kappa),
    }
}

/// The same of logits on the host, (classes).
pub fn prediction_of(logits: &[f32], goal: Goal, kind: Prediction) -> f32 {
    let highest = |skip: Option<usize>| {
        logits
            .iter()
            .enumerate()
            .filter(|(class, _)| Some(*class) != skip)
            .map(|(_, z)| *z)
            .fold(f32::NEG_INFINITY, f32::max)
    };
    let class = goal.target.unwrap_or(goal.original);
    let sign = if goal.target.is_some() { 1.0 } else { -1.0 };
    match kind {
        Prediction::CrossEntropy => {
            let most = highest(None);
            let sum: f64 = logits.iter().map(|z| f64::from(z - most).exp()).sum();
            sign * (sum.ln() - f64::from(logits[class] - most)) as f32
        }
        Prediction::Margin { kappa } => (sign * (highest(Some(class)) - logits[class])).max(-kappa),
    }
}

/// `-log p(target)`, the cross-entropy to the target. Untargeted, `+log p(original)`: minus the cross-entropy to the
/// original class (Eq. 10).
fn cross_entropy(logits: Tensor<2>, goal: Goal) -> Tensor<1> {
    let log_p = |class: usize| activation::log_softmax(logits, 1).slice([0..1, class..class + 1]).reshape([1]);
    match goal.target {
        Some(target) => log_p(target).neg(),
        None => log_p(goal.original),
    }
}

/// `max(z_other - z_target, -kappa)`, the loss f6 of "Towards Evaluating the Robustness of Neural Networks" (Carlini
/// and Wagner 2017), with the logits z, and z_other the highest of all other classes. Untargeted, `max(z_original -
/// z_other, -kappa)`. At -kappa the loss is constant, and its gradient 0.
fn margin(logits: Tensor<2>, goal: Goal, kappa: f32) -> Tensor<1> {
    let class = goal.target.unwrap_or(goal.original);
    let classes = logits.dims()[1];
    let its = logits.clone().narrow(1, class, 1);
    let sides = [(0, class), (class + 1, classes - class - 1)];
    let others = sides.into_iter().filter(|(_, n)| *n > 0).map(|(from, n)| logits.clone().narrow(1, from, n));
    let other = Tensor::cat(others.collect(), 1).max_dim(1);
    let margin = if goal.target.is_some() { other - its } else { its - other };
    margin.clamp_min(-kappa).reshape([1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::losses::check;
    use burn::tensor::Device;

    const TO_1: Goal = Goal { original: 2, target: Some(1) };
    const FROM_2: Goal = Goal { original: 2, target: None };

    fn value(logits: [f32; 3], goal: Goal, kind: Prediction) -> f32 {
        let host = prediction_of(&logits, goal, kind);
        let value: f32 = prediction(Tensor::<2>::from_floats([logits], &Device::flex()), goal, kind).into_scalar();
        assert!((host - value).abs() < 1e-6, "on the host {host}, in a tensor {value}");
        value
    }

    #[test]
    fn both_signs_of_the_cross_entropy_by_hand() {
        // Probabilities 1/8, 2/8, 5/8.
        let of = |goal| value([0.0, 2_f32.ln(), 5_f32.ln()], goal, Prediction::CrossEntropy);
        assert!((of(TO_1) - 4_f32.ln()).abs() < 1e-6);
        assert!((of(FROM_2) - 0.625_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn both_signs_of_the_margin_by_hand() {
        let of = |logits, goal, kappa| value(logits, goal, Prediction::Margin { kappa });
        assert_eq!(of([1.0, -2.0, 4.0], TO_1, 0.0), 6.0);
        assert_eq!(of([1.0, -2.0, 4.0], FROM_2, 0.0), 3.0);
        // The target leads by 3, of which at most kappa counts.
        assert_eq!(of([1.0, 4.0, -2.0], TO_1, 1.5), -1.5);
        assert_eq!(of([1.0, 4.0, -2.0], TO_1, 5.0), -3.0);
        assert_eq!(of([1.0, 4.0, -2.0], FROM_2, 0.0), 0.0);
        // The first and the last class have other classes on one side only.
        assert_eq!(of([1.0, 4.0, 2.0], Goal { original: 0, target: None }, 9.0), -3.0);
        assert_eq!(of([1.0, 4.0, 2.0], Goal { original: 0, target: Some(2) }, 9.0), 2.0);
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let x: Vec<f32> = (0..12).map(|i| (i as f32 * 0.9).sin()).collect();
        for kind in [Prediction::CrossEntropy, Prediction::Margin { kappa: 5.0 }] {
            for target in [Some(2), None] {
                check::gradient(&x, 1e-2, |x| {
                    let mix = Tensor::<1>::from_floats(
                        core::array::from_fn::<f32, 36, _>(|i| (i as f32 * 1.3).cos()),
                        &Device::flex(),
                    );
                    let logits = x.reshape([1, 12]).matmul(mix.reshape([12, 3])).tanh();
                    prediction(logits, Goal { original: 0, target }, kind)
                });
            }
        }
    }
}
