//! The first half of a frozen block on the CPU: graph product, product over the channels, bias and ReLU in one pass.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};

use super::super::cpu::shape::ConvShape;
use super::super::cpu::temporal;
use super::super::cpu::weight::Epilogue;
use super::execute::execute;
use super::first_order::first_order;
use super::flex::{Primitive, constant, dense, tensor, values};

/// Shapes as in [`crate::kernel::spatial_block`].
#[backend_extension(Flex, Autodiff)]
pub trait SpatialOps: Backend {
    /// ReLU of graph product, product over the channels and bias.
    fn spatial(
        x: FloatTensor<Self>,
        a: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
    /// The gradient to x, from y and its gradient.
    fn spatial_x(
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        a: FloatTensor<Self>,
        weight: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl SpatialOps for Flex {
    fn spatial(x: Primitive, a: Primitive, weight: Primitive, bias: Primitive) -> Primitive {
        let ([n, t, v, c], [_, out]) = (x.shape().dims(), weight.shape().dims());
        let s = ConvShape { n, t, v, c, out, stride: 1, taps: 1 };
        let (x, a, w, bias) = (dense(&x), dense(&a), dense(&weight), dense(&bias));
        let epilogue = Epilogue { bias: values(&bias), residual: &[], relu: true };
        tensor(execute(temporal::spatial(s, values(&x), values(&a), constant(&weight, &w), epilogue)), [n, t, v, out])
    }

    fn spatial_x(y: Primitive, dy: Primitive, a: Primitive, weight: Primitive) -> Primitive {
        let ([k, ..], [n, t, v, out], [kc, _]): ([usize; 3], _, _) =
            (a.shape().dims(), dy.shape().dims(), weight.shape().dims());
        let s = ConvShape { n, t, v, c: kc / k, out, stride: 1, taps: 1 };
        let dy = temporal::relu_backward(values(&dense(&y)), values(&dense(&dy)));
        let (a, w) = (dense(&a), dense(&weight));
        tensor(execute(temporal::spatial_x(s, &dy, values(&a), constant(&weight, &w))), [n, t, v, kc / k])
    }
}

#[derive(Debug)]
struct Spatial;

impl<B: SpatialOps> Backward<B, 1> for Spatial {
    /// y, the adjacency and the weight.
    type State = [B::FloatTensorPrimitive; 3];

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let [y, a, weight] = ops.state;
        if let Some(node) = node {
            grads.register::<B>(node.id, B::spatial_x(y, dy, a, weight));
        }
    }
}

impl<B: SpatialOps, C: CheckpointStrategy> SpatialOps for Autodiff<B, C> {
    fn spatial(
        x: FloatTensor<Self>,
        a: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [a, weight, bias] = [a, weight, bias].map(|constant| constant.into_primitive());
        match Spatial.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::spatial(x.into_primitive(), a.clone(), weight.clone(), bias);
                prep.finish([y.clone(), a, weight], y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::spatial(x.into_primitive(), a, weight, bias)),
        }
    }

    first_order! {
        spatial_x(_y: FloatTensor<Self>, _dy: FloatTensor<Self>, _a: FloatTensor<Self>, _weight: FloatTensor<Self>);
    }
}
