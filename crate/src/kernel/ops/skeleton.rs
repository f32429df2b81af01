//! Operations whose weights may be tracked: temporal convolution, graph product, temporal shift.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};

use super::super::cpu::graph::{self, GraphShape};
use super::super::cpu::shape::{ConvShape, TAPS};
use super::super::cpu::shift::{self, ShiftShape};
use super::super::cpu::temporal;
use super::super::cpu::weight::Epilogue;
use super::execute::execute;
use super::first_order::first_order;
use super::flex::{Primitive, dense, tensor, tracked, values};

/// Shapes as in [`crate::kernel`]. A name that ends in `_x`, `_w`, `_b` or `_a` is the gradient to that argument.
#[backend_extension(Flex, Autodiff)]
pub trait SkeletonOps: Backend {
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

fn conv_shape(x: &Primitive, out: usize, stride: usize) -> ConvShape {
    let [n, t, v, c] = x.shape().dims();
    ConvShape { n, t, v, c, out, stride, taps: TAPS }
}

fn graph_shape(x: &Primitive, k: usize) -> GraphShape {
    let [n, t, v, c] = x.shape().dims();
    GraphShape { frames: n * t, v, c, k }
}

impl SkeletonOps for Flex {
    fn temporal_conv(x: Primitive, weight: Primitive, bias: Primitive, stride: usize) -> Primitive {
        let [_, _, out] = weight.shape().dims();
        let s = conv_shape(&x, out, stride);
        let (x, w, b) = (dense(&x), dense(&weight), dense(&bias));
        let epilogue = Epilogue { bias: values(&b), ..Epilogue::NONE };
        let y = execute(temporal::forward(s, values(&x), tracked(&w), epilogue));
        tensor(y, [s.n, s.frames_out(), s.v, s.out])
    }

    fn temporal_conv_x(dy: Primitive, weight: Primitive, frames: usize, stride: usize) -> Primitive {
        let [_, c, out] = weight.shape().dims();
        let [n, _, v, _] = dy.shape().dims();
        let s = ConvShape { n, t: frames, v, c, out, stride, taps: TAPS };
        let (dy, w) = (dense(&dy), dense(&weight));
        tensor(execute(temporal::backward_x(s, values(&dy), tracked(&w))), [n, frames, v, c])
    }

    fn temporal_conv_w(x: Primitive, dy: Primitive, stride: usize) -> Primitive {
        let [_, _, _, out] = dy.shape().dims();
        let s = conv_shape(&x, out, stride);
        let (x, dy) = (dense(&x), dense(&dy));
        tensor(temporal::backward_w(s, values(&x), values(&dy)), [TAPS, s.c, s.out])
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
        let s = GraphShape { frames: n * t, v, c: kc / k, k };
        tensor(graph::backward_x(s, values(&dense(&dy)), values(&dense(&a))), [n, t, v, kc / k])
    }

    fn graph_product_a(x: Primitive, dy: Primitive, a: Primitive) -> Primitive {
        let [k, v, _]: [usize; 3] = a.shape().dims();
        let da = graph::backward_a(graph_shape(&x, k), values(&dense(&x)), values(&dense(&dy)), values(&dense(&a)));
        tensor(da, [k, v, v])
    }

    fn temporal_shift(x: Primitive, offsets: Primitive, stride: usize) -> Primitive {
        let [n, t, v, c] = x.shape().dims();
        let s = ShiftShape { n, t, v, c, stride };
        tensor(shift::forward(s, values(&dense(&x)), values(&dense(&offsets))), [n, s.frames_out(), v, c])
    }

    fn temporal_shift_x(dy: Primitive, offsets: Primitive, frames: usize, stride: usize) -> Primitive {
        let [n, _, v, c] = dy.shape().dims();
        let s = ShiftShape { n, t: frames, v, c, stride };
        tensor(shift::backward_x(s, values(&dense(&dy)), values(&dense(&offsets))), [n, frames, v, c])
    }
}

#[derive(Debug)]
struct TemporalConv;

impl<B: SkeletonOps> Backward<B, 3> for TemporalConv {
    /// x (kept only for the gradient to the weight), the weight (only for the gradient to x), T and the stride.
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
    /// x (kept only for the gradient to the adjacency) and the adjacency.
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
