//! The kernels as operations of Burn, with their gradients to the input.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Cube, backend_extension};

use super::super::ops::first_order::first_order;
use super::super::ops::matrices::MatrixOps;
use super::super::ops::window::{Added, Window, WindowOps};
use super::buffers::Primitive;
use super::{launch, matrices};

impl WindowOps for Cube {
    fn window(x: Primitive, weight: Primitive, added: Added<Self>, over: Window, relu: bool) -> Primitive {
        launch::forward(x, weight, added, over, relu)
    }

    fn window_x(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
        launch::backward(dy, weight, frames, over)
    }

    fn relu_gradient(y: Primitive, dy: Primitive) -> Primitive {
        Cube::relu_backward(y, dy)
    }
}

impl MatrixOps for Cube {
    fn product(a: Primitive, b: Primitive) -> Primitive {
        matrices::run(a, b)
    }
}

/// Shapes as in [`crate::kernel::graph_product`].
#[backend_extension(Cube, Autodiff)]
pub trait GpuOps: Backend {
    /// The graph product.
    fn graph(x: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Its gradient to x.
    fn graph_x(dy: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl GpuOps for Cube {
    fn graph(x: Primitive, a: Primitive) -> Primitive {
        launch::graph_forward(x, a)
    }

    fn graph_x(dy: Primitive, a: Primitive) -> Primitive {
        launch::graph_backward(dy, a)
    }
}

#[derive(Debug)]
struct Graphed;

impl<B: GpuOps> Backward<B, 1> for Graphed {
    /// The adjacency.
    type State = B::FloatTensorPrimitive;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        if let Some(node) = node {
            grads.register::<B>(node.id, B::graph_x(dy, ops.state));
        }
    }
}

impl<B: GpuOps, C: CheckpointStrategy> GpuOps for Autodiff<B, C> {
    fn graph(x: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self> {
        let a = a.into_primitive();
        match Graphed.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::graph(x.into_primitive(), a.clone());
                prep.finish(a, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::graph(x.into_primitive(), a)),
        }
    }

    first_order! {
        graph_x(_dy: FloatTensor<Self>, _a: FloatTensor<Self>);
    }
}
