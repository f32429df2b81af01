//! What follows a convolution's products: terms that are added, as buffers, and the ReLU.

use burn::backend::{Cube, TensorMetadata};

use super::super::ops::window::Added;
use super::buffers::Primitive;

/// What a kernel adds to its products.
pub(super) struct Terms {
    pub bias: Option<Primitive>,
    pub residual: Option<Primitive>,
    /// Rows of the bias: 1, or one for each joint.
    pub biases: usize,
}

/// Lower bound of a result: 0 for a ReLU.
pub(super) fn floor(relu: bool) -> f32 {
    if relu { 0.0 } else { f32::MIN }
}

impl Terms {
    /// Of a result `y`, (N, T, V, C').
    pub fn of(added: Added<Cube>, y: &Primitive) -> Self {
        let (bias, residual) = match added {
            Added::Nothing => (None, None),
            Added::Bias(bias) => (Some(bias), None),
            Added::BiasAndResidual(bias, residual) => (Some(bias), Some(residual)),
        };
        let [_, _, joints, channels] = y.shape().dims();
        let biases = bias.as_ref().map_or(1, |b| b.shape().num_elements() / channels);
        // The kernels do not check their bounds.
        assert!(biases == 1 || biases == joints, "a bias of {biases} rows for {joints} joints");
        assert!(residual.as_ref().is_none_or(|r| r.shape() == y.shape()), "the residual's shape is not the result's");
        Self { bias, residual, biases }
    }
}
