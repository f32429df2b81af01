//! The kernels as operations of Burn: on its CPU backend, and with their gradients in its autodiff.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension, ops::FloatTensorOps};
use burn::tensor::TensorData;

use super::work::{Around, Weight};
use super::{graph, shift, temporal};

/// What the networks need beyond Burn's own operations; shapes as in the parent module.
#[backend_extension(Flex, Autodiff)]
pub(super) trait SkeletonOps: Backend {
    fn temporal_conv(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: usize,
    ) -> FloatTensor<Self>;
    fn temporal_conv_x(
        dy: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        frames: usize,
        stride: usize,
    ) -> FloatTensor<Self>;
    fn temporal_conv_w(x: FloatTensor<Self>, dy: FloatTensor<Self>, stride: usize) -> FloatTensor<Self>;
    fn temporal_conv_b(dy: FloatTensor<Self>) -> FloatTensor<Self>;
    fn graph_product(x: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
    fn graph_product_x(dy: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
    fn graph_product_a(x: FloatTensor<Self>, dy: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self>;
    fn temporal_shift(x: FloatTensor<Self>, offsets: FloatTensor<Self>, stride: usize) -> FloatTensor<Self>;
    fn temporal_shift_x(
        dy: FloatTensor<Self>,
        offsets: FloatTensor<Self>,
        frames: usize,
        stride: usize,
    ) -> FloatTensor<Self>;
}

pub(super) type Primitive = FloatTensor<Flex>;

/// A dense view of the values; the copy is only made where the tensor is a strided view.
pub(super) fn dense(x: &Primitive) -> Primitive {
    x.to_contiguous()
}

pub(super) fn values(x: &Primitive) -> &[f32] {
    x.as_slice::<f32>().unwrap_or_default()
}

pub(super) fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D]) -> Primitive {
    Flex::float_from_data(TensorData::new(data, shape), &Default::default())
}

fn conv_shape(x: &Primitive, out: usize, stride: usize) -> temporal::Shape {
    let [n, t, v, c] = x.shape().dims();
    temporal::Shape { n, t, v, c, out, stride, taps: temporal::TAPS }
}

fn graph_shape(x: &Primitive, k: usize) -> graph::Shape {
    let [n, t, v, c] = x.shape().dims();
    graph::Shape { frames: n * t, v, c, k }
}

impl SkeletonOps for Flex {
    fn temporal_conv(x: Primitive, weight: Primitive, bias: Primitive, stride: usize) -> Primitive {
        let [_, _, out] = weight.shape().dims();
        let s = conv_shape(&x, out, stride);
        let (x, w, b) = (dense(&x), dense(&weight), dense(&bias));
        let around = Around { bias: values(&b), past: &[], relu: false };
        tensor(
            temporal::forward(s, values(&x), Weight { values: values(&w), name: None }, around),
            [s.n, s.frames_out(), s.v, s.out],
        )
    }

    fn temporal_conv_x(dy: Primitive, weight: Primitive, frames: usize, stride: usize) -> Primitive {
        let [_, c, out] = weight.shape().dims();
        let [n, _, v, _] = dy.shape().dims();
        let s = temporal::Shape { n, t: frames, v, c, out, stride, taps: temporal::TAPS };
        let (dy, w) = (dense(&dy), dense(&weight));
        tensor(temporal::backward_x(s, values(&dy), Weight { values: values(&w), name: None }), [n, frames, v, c])
    }

    fn temporal_conv_w(x: Primitive, dy: Primitive, stride: usize) -> Primitive {
        let [_, _, _, out] = dy.shape().dims();
        let s = conv_shape(&x, out, stride);
        let (x, dy) = (dense(&x), dense(&dy));
        tensor(temporal::backward_w(s, values(&x), values(&dy)), [temporal::TAPS, s.c, s.out])
    }

    fn temporal_conv_b(dy: Primitive) -> Primitive {
        let [_, _, _, out] = dy.shape().dims();
        tensor(temporal::backward_b(out, values(&dense(&dy))), [out])
    }

    fn graph_product(x: Primitive, a: Primitive) -> Primitive {
        let [k, ..]: [usize; 3] = a.shape().dims();
        let [n, t, v, c] = x.shape().dims();
        let y = graph::forward(graph_shape(&x, k), values(&dense(&x)), values(&dense(&a)));
        tensor(y, [n, t, v, k * c])
    }

    fn graph_product_x(dy: Primitive, a: Primitive) -> Primitive {
        let [k, ..]: [usize; 3] = a.shape().dims();
        let [n, t, v, kc] = dy.shape().dims();
        let s = graph::Shape { frames: n * t, v, c: kc / k, k };
        tensor(graph::backward_x(s, values(&dense(&dy)), values(&dense(&a))), [n, t, v, kc / k])
    }

    fn graph_product_a(x: Primitive, dy: Primitive, a: Primitive) -> Primitive {
        let [k, v, _]: [usize; 3] = a.shape().dims();
        let da = graph::backward_a(graph_shape(&x, k), values(&dense(&x)), values(&dense(&dy)), values(&dense(&a)));
        tensor(da, [k, v, v])
    }

    fn temporal_shift(x: Primitive, offsets: Primitive, stride: usize) -> Primitive {
        let [n, t, v, c] = x.shape().dims();
        let s = shift::Shape { n, t, v, c, stride };
        tensor(shift::forward(s, values(&dense(&x)), values(&dense(&offsets))), [n, s.frames_out(), v, c])
    }

    fn temporal_shift_x(dy: Primitive, offsets: Primitive, frames: usize, stride: usize) -> Primitive {
        let [n, _, v, c] = dy.shape().dims();
        let s = shift::Shape { n, t: frames, v, c, stride };
        tensor(shift::backward_x(s, values(&dense(&dy)), values(&dense(&offsets))), [n, frames, v, c])
    }
}

#[derive(Debug)]
struct TemporalConv;

impl<B: SkeletonOps> Backward<B, 3> for TemporalConv {
    /// x, the weight, T and the stride. x is kept only for the weight's gradient, the weight only for x's.
    type State = (Option<NodeId>, Option<NodeId>, usize, usize);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_x, node_w, node_b] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (x, w, frames, stride) = ops.state;
        if let (Some(node), Some(w)) = (node_x, w) {
            let w = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(w);
            grads.register::<B>(node.id, B::temporal_conv_x(dy.clone(), w, frames, stride));
        }
        if let (Some(node), Some(x)) = (node_w, x) {
            let x = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(x);
            grads.register::<B>(node.id, B::temporal_conv_w(x, dy.clone(), stride));
        }
        if let Some(node) = node_b {
            grads.register::<B>(node.id, B::temporal_conv_b(dy));
        }
    }
}

#[derive(Debug)]
struct GraphProduct;

impl<B: SkeletonOps> Backward<B, 2> for GraphProduct {
    /// x (only for the adjacency's gradient) and the adjacency.
    type State = (Option<NodeId>, NodeId);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_x, node_a] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (x, a) = ops.state;
        let a = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(a);
        if let (Some(node), Some(x)) = (node_a, x) {
            let x = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(x);
            grads.register::<B>(node.id, B::graph_product_a(x, dy.clone(), a.clone()));
        }
        if let Some(node) = node_x {
            grads.register::<B>(node.id, B::graph_product_x(dy, a));
        }
    }
}

#[derive(Debug)]
struct TemporalShift;

impl<B: SkeletonOps> Backward<B, 1> for TemporalShift {
    /// The offsets, T and the stride.
    type State = (B::FloatTensorPrimitive, usize, usize);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node_x] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (offsets, frames, stride) = ops.state;
        if let Some(node) = node_x {
            grads.register::<B>(node.id, B::temporal_shift_x(dy, offsets, frames, stride));
        }
    }
}

/// Autodiff is first order: a gradient's own gradient does not exist here, as nowhere in Burn.
macro_rules! first_order {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        #[allow(clippy::panic)]
        fn $name($($arg: $type),*) -> FloatTensor<Self> {
            panic!(concat!(stringify!($name), " has no gradient of its own"))
        }
    )*};
}
pub(super) use first_order;

impl<B: SkeletonOps, C: CheckpointStrategy> SkeletonOps for Autodiff<B, C> {
    fn temporal_conv(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: usize,
    ) -> FloatTensor<Self> {
        let frames = x.primitive().shape().dims::<4>()[1];
        let (x_tracked, w_tracked) = (x.is_tracked(), weight.is_tracked());
        match TemporalConv.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let x_state = w_tracked.then(|| prep.checkpoint(&x));
                let w_state = x_tracked.then(|| prep.checkpoint(&weight));
                let y = B::temporal_conv(x.into_primitive(), weight.into_primitive(), bias.into_primitive(), stride);
                prep.finish((x_state, w_state, frames, stride), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::temporal_conv(
                x.into_primitive(),
                weight.into_primitive(),
                bias.into_primitive(),
                stride,
            )),
        }
    }

    fn graph_product(x: FloatTensor<Self>, a: FloatTensor<Self>) -> FloatTensor<Self> {
        let a_tracked = a.is_tracked();
        match GraphProduct.prepare::<C>([x.node(), a.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let x_state = a_tracked.then(|| prep.checkpoint(&x));
                let a_state = prep.checkpoint(&a);
                prep.finish((x_state, a_state), B::graph_product(x.into_primitive(), a.into_primitive()))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::graph_product(x.into_primitive(), a.into_primitive())),
        }
    }

    fn temporal_shift(x: FloatTensor<Self>, offsets: FloatTensor<Self>, stride: usize) -> FloatTensor<Self> {
        let frames = x.primitive().shape().dims::<4>()[1];
        let offsets = offsets.into_primitive();
        match TemporalShift.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::temporal_shift(x.into_primitive(), offsets.clone(), stride);
                prep.finish((offsets, frames, stride), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::temporal_shift(x.into_primitive(), offsets, stride)),
        }
    }

    first_order! {
        temporal_conv_x(_dy: FloatTensor<Self>, _weight: FloatTensor<Self>, _frames: usize, _stride: usize);
        temporal_conv_w(_x: FloatTensor<Self>, _dy: FloatTensor<Self>, _stride: usize);
        temporal_conv_b(_dy: FloatTensor<Self>);
        graph_product_x(_dy: FloatTensor<Self>, _a: FloatTensor<Self>);
        graph_product_a(_x: FloatTensor<Self>, _dy: FloatTensor<Self>, _a: FloatTensor<Self>);
        temporal_shift_x(_dy: FloatTensor<Self>, _offsets: FloatTensor<Self>, _frames: usize, _stride: usize);
    }
}
