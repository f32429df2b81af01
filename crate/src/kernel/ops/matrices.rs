//! Products of matrices with gradients to both. Burn has them too; its GPU backend brings a choice of kernels for them
//! that would be a quarter of what a visitor downloads.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::flex::Primitive;

/// Shapes as in [`crate::kernel::product`].
#[cfg_attr(feature = "gpu", backend_extension(Flex, Cube, Autodiff))]
#[cfg_attr(not(feature = "gpu"), backend_extension(Flex, Autodiff))]
pub trait MatrixOps: Backend {
    /// The product of matrices.
    fn product(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl MatrixOps for Flex {
    fn product(a: Primitive, b: Primitive) -> Primitive {
        Flex::float_matmul(a, b)
    }
}

/// See [`MatrixOps::product`].
pub fn product<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::product(a.into_dispatch(), b.into_dispatch()))
}

#[derive(Debug)]
struct Product;

/// A factor: which tensor it is, if the other one's gradient needs it, and its shape.
type Factor = (Option<NodeId>, Shape);

impl<B: MatrixOps> Backward<B, 2> for Product {
    type State = [Factor; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_a, node_b] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let [(a, a_shape), (b, b_shape)] = ops.state;
        let mut turned = |factor| {
            let factor = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(factor);
            B::float_transpose(factor)
        };
        if let (Some(node), Some(b)) = (node_a, b) {
            let da = B::product(dy.clone(), turned(b));
            grads.register::<B>(node.id, summed::<B>(da, &a_shape));
        }
        if let (Some(node), Some(a)) = (node_b, a) {
            let db = B::product(turned(a), dy);
            grads.register::<B>(node.id, summed::<B>(db, &b_shape));
        }
    }
}

/// A matrix that was repeated gets the sum of its gradients.
fn summed<B: Backend>(gradient: FloatTensor<B>, shape: &Shape) -> FloatTensor<B> {
    let repeated = (0..shape.num_dims()).filter(|i| shape[*i] == 1);
    repeated.fold(gradient, |gradient, i| match gradient.shape()[i] {
        1 => gradient,
        _ => B::float_sum_dim(gradient, i),
    })
}

impl<B: MatrixOps, C: CheckpointStrategy> MatrixOps for Autodiff<B, C> {
    fn product(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        let (a_shape, b_shape) = (a.primitive().shape(), b.primitive().shape());
        let (a_tracked, b_tracked) = (a.is_tracked(), b.is_tracked());
        match Product.prepare::<C>([a.node(), b.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let a_state = b_tracked.then(|| prep.checkpoint(&a));
                let b_state = a_tracked.then(|| prep.checkpoint(&b));
                prep.finish(
                    [(a_state, a_shape), (b_state, b_shape)],
                    B::product(a.into_primitive(), b.into_primitive()),
                )
            }
            OpsKind::UnTracked(prep) => prep.finish(B::product(a.into_primitive(), b.into_primitive())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::{Device, Distribution};

    use super::*;

    /// The product of a (..., I, K) by the transpose of b (..., J, K), and both gradients.
    fn answers(a: [usize; 4], b: [usize; 4], f: fn(Tensor<4>, Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 3] {
        let device = Device::flex().autodiff();
        device.seed(9);
        let [a, b] = [a, b].map(|s| Tensor::<4>::random(s, Distribution::Normal(0.0, 1.0), &device).require_grad());
        let y = f(a.clone(), b.clone().transpose());
        let weigh = Tensor::random(y.dims(), Distribution::Normal(0.0, 1.0), &device);
        let grads = (y.clone() * weigh).sum().backward();
        [y.inner(), a.grad(&grads).unwrap(), b.grad(&grads).unwrap()].map(|x| x.into_data().try_to_vec().unwrap())
    }

    #[test]
    fn products_and_their_gradients_agree_with_burns() {
        for [a, b] in [
            [[1, 1, 2, 3], [1, 1, 4, 3]],
            [[2, 1, 5, 7], [2, 3, 4, 7]],
            [[1, 3, 5, 1], [2, 1, 6, 1]],
            [[2, 3, 1, 4], [2, 3, 1, 4]],
        ] {
            assert_eq!(answers(a, b, product), answers(a, b, Tensor::matmul), "{a:?} by {b:?}");
        }
    }
}
