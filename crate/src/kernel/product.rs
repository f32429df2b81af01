//! Products of matrices on every device.

use burn::tensor::Tensor;

use super::ops::matrices;

/// Products of matrices, with gradients to both.
///
/// # Shapes
/// - a: (..., I, K), b: (..., K, J), with at most two dimensions before; where one of the two has size 1 in one of
///   them, it is repeated
/// - result: (..., I, J)
pub fn product<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    #[cfg(all(feature = "gpu", feature = "stock"))]
    if super::gpu::takes_stock(&a.device()) {
        return a.matmul(b);
    }
    matrices::product(a, b)
}
