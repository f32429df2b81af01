//! The parts of the attack's loss: functions from tensors to one number, (1).

pub mod adversarial;
pub mod perceptual;
pub mod prediction;
pub mod smooth;

#[cfg(test)]
pub(crate) mod check {
    //! Gradients, checked by finite differences.
    #![allow(clippy::unwrap_used)]

    use burn::tensor::{Device, Tensor};

    /// Checks the gradient of `loss` at `x` by central differences of length `h` along the gradient itself and along
    /// three fixed directions. float32 leaves about three digits; a wrong term or factor is off by far more.
    pub fn gradient(x: &[f32], h: f32, loss: impl Fn(Tensor<1>) -> Tensor<1>) {
        let leaf = Tensor::<1>::from_floats(x, &Device::flex().autodiff()).require_grad();
        let gradient: Vec<f32> = leaf.grad(&loss(leaf.clone()).backward()).unwrap().into_data().try_to_vec().unwrap();
        let size = norm(&gradient);
        assert!(size > 1e-5, "there is no gradient to check");
        let waves = [0.37_f32, 1.1, 2.9].map(|f| (0..x.len()).map(|i| (i as f32 * f + 1.0).sin()).collect());
        for direction in [vec![gradient.clone()], waves.to_vec()].concat() {
            let n = norm(&direction);
            let at = |s: f32| -> f32 {
                let moved: Vec<f32> = x.iter().zip(&direction).map(|(x, d)| x + s * d / n).collect();
                loss(Tensor::from_floats(moved.as_slice(), &Device::flex().autodiff())).into_scalar()
            };
            let difference = (at(h) - at(-h)) / (2.0 * h);
            let slope: f32 = gradient.iter().zip(&direction).map(|(g, d)| g * d / n).sum();
            assert!((difference - slope).abs() < 0.02 * size, "{difference} by differences, {slope} by gradient");
        }
    }

    fn norm(v: &[f32]) -> f32 {
        v.iter().map(|v| v * v).sum::<f32>().sqrt()
    }
}
