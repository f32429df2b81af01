//! The kernels as operations of Burn.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Cube, ExtensionType, TensorMetadata, backend_extension};

use super::launch::{self, Primitive, Window};

/// What is added to a product before it is written.
#[derive(Clone, Debug, ExtensionType)]
pub enum Added<B: Backend> {
    /// Nothing.
    Nothing,
    /// A bias, (1 or V, C').
    Bias(FloatTensor<B>),
    /// A bias, and a tensor of the result's shape.
    BiasAnd(FloatTensor<B>, FloatTensor<B>),
}

/// What a GPU does in a kernel of its own; shapes as in the parent module.
#[backend_extension(Cube, Autodiff)]
pub trait GpuOps: Backend {
    /// The product over the channels and a window of frames, plus what is added, and the positive part of it with `relu`.
    fn window(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] added: Added<Self>,
        over: Window,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// The gradient of [`GpuOps::window`] to x, which has so many frames.
    fn window_x(dy: FloatTensor<Self>, weight: FloatTensor<Self>, frames: usize, over: Window) -> FloatTensor<Self>;
    /// The graph product.
    fn graph(x: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Its gradient to x.
    fn graph_x(dy: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl GpuOps for Cube {
    fn window(x: Primitive, weight: Primitive, added: Added<Self>, over: Window, relu: bool) -> Primitive {
        launch::forward(x, weight, added, over, relu)
    }

    fn window_x(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
        launch::backward(dy, weight, frames, over)
    }

    fn graph(x: Primitive, a: Primitive) -> Primitive {
        launch::graph_forward(x, a)
    }

    fn graph_x(dy: Primitive, a: Primitive) -> Primitive {
        launch::graph_backward(dy, a)
    }
}

#[derive(Debug)]
struct Windowed;

/// What the gradient of a window needs.
#[derive(Clone, Debug)]
struct Kept<B: Backend> {
    weight: B::FloatTensorPrimitive,
    /// The result, where a ReLU decides by its sign what passes.
    y: Option<B::FloatTensorPrimitive>,
    frames: usize,
    over: Window,
    /// Is the second parent real?
    adds: bool,
}

impl<B: GpuOps> Backward<B, 2> for Windowed {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node_x, node_add] = ops.parents;
        let kept = ops.state;
        let dy = grads.consume::<B>(&ops.node);
        let dy = match kept.y {
            Some(y) => B::relu_backward(y, dy),
            None => dy,
        };
        if let Some(node) = node_add.filter(|_| kept.adds) {
            grads.register::<B>(node.id, dy.clone());
        }
        if let Some(node) = node_x {
            grads.register::<B>(node.id, B::window_x(dy, kept.weight, kept.frames, kept.over));
        }
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
    fn window(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        added: Added<Self>,
        over: Window,
        relu: bool,
    ) -> FloatTensor<Self> {
        let frames = x.primitive().shape().dims::<4>()[1];
        // Where no tensor is added, x stands in for the second parent, which then gets nothing.
        let (second, adds) = match &added {
            Added::BiasAnd(_, add) => (add.node(), true),
            _ => (x.node(), false),
        };
        let added = match added {
            Added::Nothing => Added::Nothing,
            Added::Bias(bias) => Added::Bias(bias.into_primitive()),
            Added::BiasAnd(bias, add) => Added::BiasAnd(bias.into_primitive(), add.into_primitive()),
        };
        let prepared = Windowed.prepare::<C>([x.node(), second]).compute_bound().stateful();
        let weight = weight.into_primitive();
        match prepared {
            OpsKind::Tracked(prep) => {
                let y = B::window(x.into_primitive(), weight.clone(), added, over, relu);
                prep.finish(Kept { weight, y: relu.then(|| y.clone()), frames, over, adds }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::window(x.into_primitive(), weight, added, over, relu)),
        }
    }

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

    #[allow(clippy::panic)]
    fn window_x(_: FloatTensor<Self>, _: FloatTensor<Self>, _: usize, _: Window) -> FloatTensor<Self> {
        panic!("a gradient has no gradient of its own")
    }

    #[allow(clippy::panic)]
    fn graph_x(_: FloatTensor<Self>, _: FloatTensor<Self>) -> FloatTensor<Self> {
        panic!("a gradient has no gradient of its own")
    }
}
