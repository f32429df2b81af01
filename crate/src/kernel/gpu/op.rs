//! The kernels as operations of Burn.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::ActivationOps;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, Backend, Cube, ExtensionType, backend_extension};

use super::super::op::first_order;
use super::super::window::{Added, Window, WindowOps};
use super::launch::{self, Primitive};

impl WindowOps for Cube {
    fn window(x: Primitive, weight: Primitive, added: Added<Self>, over: Window, relu: bool) -> Primitive {
        launch::forward(x, weight, added, over, relu)
    }

    fn window_x(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
        launch::backward(dy, weight, frames, over)
    }

    fn passed(y: Primitive, dy: Primitive) -> Primitive {
        Cube::relu_backward(y, dy)
    }
}

/// The graph product on a GPU; shapes as in the parent module.
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

/// Where a value may go.
#[derive(Clone, Debug, ExtensionType)]
pub enum Within<B: Backend> {
    /// Anywhere.
    Anything,
    /// Into its range: (2, n), from and to.
    Range(FloatTensor<B>),
}

/// What moves a clip on a GPU, without gradients of its own; shapes as in the parent module.
#[backend_extension(Cube)]
pub trait StepOps: Backend {
    /// Adam's step: the values and the moments after it.
    fn descend(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        #[extension_type] within: Within<Self>,
        steps: FloatTensor<Self>,
        step: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The original's bone lengths.
    fn realign(
        x: FloatTensor<Self>,
        clean: FloatTensor<Self>,
        placing: IntTensor<Self>,
        dims: usize,
    ) -> FloatTensor<Self>;
}

impl StepOps for Cube {
    fn descend(
        x: Primitive,
        gradient: Primitive,
        moments: Primitive,
        within: Within<Self>,
        steps: Primitive,
        step: usize,
    ) -> (Primitive, Primitive) {
        let range = match within {
            Within::Anything => None,
            Within::Range(range) => Some(range),
        };
        launch::descend(x, gradient, moments, range, steps, step)
    }

    fn realign(x: Primitive, clean: Primitive, placing: Primitive, dims: usize) -> Primitive {
        launch::realign(x, clean, placing, dims)
    }
}
