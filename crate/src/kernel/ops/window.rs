//! Products over the channels and a window of frames with their epilogue (bias, residual, ReLU) in one pass. Weights
//! are constants here; [`super::skeleton`] has the operations with gradients to the weights.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::super::cpu::shape::{ConvShape, TAPS};
use super::super::cpu::temporal;
use super::super::cpu::weight::Epilogue;
use super::execute::execute;
use super::first_order::first_order;
use super::flex::{Primitive, constant, dense, tensor, values};

/// The frames that a product reads for each frame of its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Frames read, an odd number; each has its own weight.
    pub taps: usize,
    /// The result has every `stride`-th frame.
    pub stride: usize,
}

impl Window {
    /// The window of the temporal convolution: nine frames.
    pub fn taps(stride: usize) -> Self {
        Self { taps: TAPS, stride }
    }

    /// Each frame by itself: a 1x1 convolution.
    pub fn rows(stride: usize) -> Self {
        Self { taps: 1, stride }
    }
}

/// What is added to a product before the ReLU.
#[derive(Clone, Debug, ExtensionType)]
pub enum Added<B: Backend> {
    /// Nothing.
    Nothing,
    /// A bias, (1 or V, C').
    Bias(FloatTensor<B>),
    /// A bias, (1 or V, C'), and a residual of the result's shape, (N, T', V, C').
    BiasAndResidual(FloatTensor<B>, FloatTensor<B>),
}

/// Shapes as in [`crate::kernel::temporal_block`].
#[cfg_attr(feature = "gpu", backend_extension(Flex, Cube, Autodiff))]
#[cfg_attr(not(feature = "gpu"), backend_extension(Flex, Autodiff))]
pub trait WindowOps: Backend {
    /// The product over the channels and a window of frames, plus what is added, then the ReLU with `relu`.
    fn window(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] added: Added<Self>,
        over: Window,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// The gradient of [`WindowOps::window`] to x, (N, `frames`, V, C).
    fn window_x(dy: FloatTensor<Self>, weight: FloatTensor<Self>, frames: usize, over: Window) -> FloatTensor<Self>;
    /// The gradient through a ReLU with the result `y`: `dy` where `y` is positive, else zero.
    fn relu_gradient(y: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl WindowOps for Flex {
    fn window(x: Primitive, weight: Primitive, added: Added<Self>, over: Window, relu: bool) -> Primitive {
        let ([n, t, v, c], [_, _, out]) = (x.shape().dims(), weight.shape().dims());
        let s = ConvShape { n, t, v, c, out, stride: over.stride, taps: over.taps };
        let (x, w) = (dense(&x), dense(&weight));
        let (bias, residual) = match added {
            Added::Nothing => (None, None),
            Added::Bias(bias) => (Some(dense(&bias)), None),
            Added::BiasAndResidual(bias, residual) => (Some(dense(&bias)), Some(dense(&residual))),
        };
        let epilogue = Epilogue {
            bias: bias.as_ref().map(values).unwrap_or_default(),
            residual: residual.as_ref().map(values).unwrap_or_default(),
            relu,
        };
        tensor(execute(temporal::forward(s, values(&x), constant(&weight, &w), epilogue)), [n, s.frames_out(), v, out])
    }

    fn window_x(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
        let ([n, _, v, out], [_, c, _]) = (dy.shape().dims::<4>(), weight.shape().dims());
        let s = ConvShape { n, t: frames, v, c, out, stride: over.stride, taps: over.taps };
        let (dy, w) = (dense(&dy), dense(&weight));
        tensor(execute(temporal::backward_x(s, values(&dy), constant(&weight, &w))), [n, frames, v, c])
    }

    fn relu_gradient(y: Primitive, dy: Primitive) -> Primitive {
        let shape: [usize; 4] = y.shape().dims();
        tensor(temporal::relu_backward(values(&dense(&y)), values(&dense(&dy))), shape)
    }
}

/// See [`WindowOps::window`].
pub fn window(
    x: Tensor<4>,
    weight: Tensor<3>,
    added: Option<(Tensor<2>, Option<Tensor<4>>)>,
    over: Window,
    relu: bool,
) -> Tensor<4> {
    let added = match added {
        None => Added::Nothing,
        Some((bias, None)) => Added::Bias(bias.into_dispatch()),
        Some((bias, Some(residual))) => Added::BiasAndResidual(bias.into_dispatch(), residual.into_dispatch()),
    };
    Tensor::from_dispatch(Dispatch::window(x.into_dispatch(), weight.into_dispatch(), added, over, relu))
}

#[derive(Debug)]
struct Windowed;

/// What the backward pass needs.
#[derive(Clone, Debug)]
struct Saved<B: Backend> {
    weight: B::FloatTensorPrimitive,
    /// The result, if a ReLU follows.
    y: Option<B::FloatTensorPrimitive>,
    frames: usize,
    over: Window,
    /// Whether the second parent is a residual.
    has_residual: bool,
}

impl<B: WindowOps> Backward<B, 2> for Windowed {
    type State = Saved<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node_x, node_residual] = ops.parents;
        let saved = ops.state;
        let dy = grads.consume::<B>(&ops.node);
        let dy = match saved.y {
            Some(y) => B::relu_gradient(y, dy),
            None => dy,
        };
        if let Some(node) = node_residual.filter(|_| saved.has_residual) {
            grads.register::<B>(node.id, dy.clone());
        }
        if let Some(node) = node_x {
            grads.register::<B>(node.id, B::window_x(dy, saved.weight, saved.frames, saved.over));
        }
    }
}

impl<B: WindowOps, C: CheckpointStrategy> WindowOps for Autodiff<B, C> {
    fn window(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        added: Added<Self>,
        over: Window,
        relu: bool,
    ) -> FloatTensor<Self> {
        let frames = x.primitive().shape().dims::<4>()[1];
        // Without a residual, x stands in for the second parent, which then receives no gradient.
        let (second, has_residual) = match &added {
            Added::BiasAndResidual(_, residual) => (residual.node(), true),
            _ => (x.node(), false),
        };
        let added = match added {
            Added::Nothing => Added::Nothing,
            Added::Bias(bias) => Added::Bias(bias.into_primitive()),
            Added::BiasAndResidual(bias, residual) => {
                Added::BiasAndResidual(bias.into_primitive(), residual.into_primitive())
            }
        };
        let prepared = Windowed.prepare::<C>([x.node(), second]).compute_bound().stateful();
        let weight = weight.into_primitive();
        match prepared {
            OpsKind::Tracked(prep) => {
                let y = B::window(x.into_primitive(), weight.clone(), added, over, relu);
                prep.finish(Saved { weight, y: relu.then(|| y.clone()), frames, over, has_residual }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::window(x.into_primitive(), weight, added, over, relu)),
        }
    }

    first_order! {
        window_x(_dy: FloatTensor<Self>, _weight: FloatTensor<Self>, _frames: usize, _over: Window);
        relu_gradient(_y: FloatTensor<Self>, _dy: FloatTensor<Self>);
    }
}
