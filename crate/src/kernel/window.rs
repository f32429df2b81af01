//! Products over the channels and a window of frames, with all that a frozen network does around them in one pass: bias, what
//! goes past, positive part. Weights are constants here: gradients to them are left to the other operations.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::TAPS;
use super::op::{Primitive, dense, first_order, tensor, values};
use super::temporal::{self, Shape};
use super::work::{Around, Weight};

/// The frames that a product reads for each frame that it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Frames read, each with its own weight: an odd number.
    pub taps: usize,
    /// Frames of the input for one of the result.
    pub stride: usize,
}

impl Window {
    /// That of the temporal convolution.
    pub fn taps(stride: usize) -> Self {
        Self { taps: TAPS, stride }
    }

    /// Each frame by itself.
    pub fn rows(stride: usize) -> Self {
        Self { taps: 1, stride }
    }

    /// How many of the frames read come before the first one.
    #[cfg(feature = "gpu")]
    pub fn pad(self) -> usize {
        self.taps / 2
    }
}

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

/// Shapes as in the parent module.
#[cfg_attr(feature = "gpu", backend_extension(Flex, Cube, Autodiff))]
#[cfg_attr(not(feature = "gpu"), backend_extension(Flex, Autodiff))]
pub trait WindowOps: Backend {
    /// The product over the channels and a window of frames, plus what is added, and the positive part of it with `relu`.
    fn window(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] added: Added<Self>,
        over: Window,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// The gradient of [`WindowOps::window`] to x, which has so many frames.
    fn window_x(dy: FloatTensor<Self>, weight: FloatTensor<Self>, frames: usize, over: Window) -> FloatTensor<Self>;
    /// `dy` where `y` is positive, else zero.
    fn passed(y: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// A weight that stays, which WebAssembly lays out only once.
pub(super) fn constant(weight: &Primitive) -> Weight<'_> {
    #[cfg(target_arch = "wasm32")]
    let name = super::panels::name(weight);
    #[cfg(not(target_arch = "wasm32"))]
    let name = None;
    Weight { values: values(weight), name }
}

impl WindowOps for Flex {
    fn window(x: Primitive, weight: Primitive, added: Added<Self>, over: Window, relu: bool) -> Primitive {
        let ([n, t, v, c], [_, _, out]) = (x.shape().dims(), weight.shape().dims());
        let s = Shape { n, t, v, c, out, stride: over.stride, taps: over.taps };
        let (x, w) = (dense(&x), dense(&weight));
        let (bias, past) = match added {
            Added::Nothing => (None, None),
            Added::Bias(bias) => (Some(dense(&bias)), None),
            Added::BiasAnd(bias, past) => (Some(dense(&bias)), Some(dense(&past))),
        };
        let around = Around {
            bias: bias.as_ref().map(values).unwrap_or_default(),
            past: past.as_ref().map(values).unwrap_or_default(),
            relu,
        };
        tensor(temporal::forward(s, values(&x), constant(&w), around), [n, s.frames_out(), v, out])
    }

    fn window_x(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
        let ([n, _, v, out], [_, c, _]) = (dy.shape().dims::<4>(), weight.shape().dims());
        let s = Shape { n, t: frames, v, c, out, stride: over.stride, taps: over.taps };
        let (dy, w) = (dense(&dy), dense(&weight));
        tensor(temporal::backward_x(s, values(&dy), constant(&w)), [n, frames, v, c])
    }

    fn passed(y: Primitive, dy: Primitive) -> Primitive {
        let shape: [usize; 4] = y.shape().dims();
        tensor(temporal::passed(values(&dense(&y)), values(&dense(&dy))), shape)
    }
}

/// See [`WindowOps::window`].
pub(super) fn window(
    x: Tensor<4>,
    weight: Tensor<3>,
    added: Option<(Tensor<2>, Option<Tensor<4>>)>,
    over: Window,
    relu: bool,
) -> Tensor<4> {
    let added = match added {
        None => Added::Nothing,
        Some((bias, None)) => Added::Bias(bias.into_dispatch()),
        Some((bias, Some(past))) => Added::BiasAnd(bias.into_dispatch(), past.into_dispatch()),
    };
    Tensor::from_dispatch(Dispatch::window(x.into_dispatch(), weight.into_dispatch(), added, over, relu))
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

impl<B: WindowOps> Backward<B, 2> for Windowed {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node_x, node_add] = ops.parents;
        let kept = ops.state;
        let dy = grads.consume::<B>(&ops.node);
        let dy = match kept.y {
            Some(y) => B::passed(y, dy),
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

impl<B: WindowOps, C: CheckpointStrategy> WindowOps for Autodiff<B, C> {
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

    first_order! {
        window_x(_dy: FloatTensor<Self>, _weight: FloatTensor<Self>, _frames: usize, _over: Window);
        passed(_y: FloatTensor<Self>, _dy: FloatTensor<Self>);
    }
}
