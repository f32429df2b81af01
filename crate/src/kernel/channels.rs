//! The product over the channels, a 1x1 convolution, with the matrix product that the temporal convolution uses: in WebAssembly
//! it is faster than the stock one.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};

use super::gemm::{Mat, add_product};
use super::op::{Primitive, dense, first_order, tensor, values};

/// x is (N, T, V, C), the weight (C, C'), the result (N, T, V, C').
#[backend_extension(Flex, Autodiff)]
pub(super) trait ChannelOps: Backend {
    fn channels(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self>;
    fn channels_x(dy: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self>;
    fn channels_w(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl ChannelOps for Flex {
    fn channels(x: Primitive, weight: Primitive) -> Primitive {
        let ([n, t, v, c], [_, out]) = (x.shape().dims(), weight.shape().dims());
        let (x, w) = (dense(&x), dense(&weight));
        let mut y = vec![0.0; n * t * v * out];
        add_product(&mut y, Mat::new(values(&x), n * t * v, c), Mat::new(values(&w), c, out), true);
        tensor(y, [n, t, v, out])
    }

    fn channels_x(dy: Primitive, weight: Primitive) -> Primitive {
        let ([n, t, v, out], [c, _]) = (dy.shape().dims(), weight.shape().dims());
        let (dy, w) = (dense(&dy), dense(&weight));
        let mut dx = vec![0.0; n * t * v * c];
        add_product(&mut dx, Mat::new(values(&dy), n * t * v, out), Mat::new(values(&w), c, out).t(), true);
        tensor(dx, [n, t, v, c])
    }

    fn channels_w(x: Primitive, dy: Primitive) -> Primitive {
        let ([n, t, v, c], [.., out]) = (x.shape().dims::<4>(), dy.shape().dims::<4>());
        let (x, dy) = (dense(&x), dense(&dy));
        let mut dw = vec![0.0; c * out];
        add_product(&mut dw, Mat::new(values(&x), n * t * v, c).t(), Mat::new(values(&dy), n * t * v, out), true);
        tensor(dw, [c, out])
    }
}

#[derive(Debug)]
struct Channels;

impl<B: ChannelOps> Backward<B, 2> for Channels {
    /// x, kept only for the weight's gradient, and the weight, kept only for x's.
    type State = (Option<NodeId>, Option<NodeId>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_x, node_w] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (x, w) = ops.state;
        if let (Some(node), Some(w)) = (node_x, w) {
            let w = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(w);
            grads.register::<B>(node.id, B::channels_x(dy.clone(), w));
        }
        if let (Some(node), Some(x)) = (node_w, x) {
            let x = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(x);
            grads.register::<B>(node.id, B::channels_w(x, dy));
        }
    }
}

impl<B: ChannelOps, C: CheckpointStrategy> ChannelOps for Autodiff<B, C> {
    fn channels(x: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        let (x_tracked, w_tracked) = (x.is_tracked(), weight.is_tracked());
        match Channels.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let x_state = w_tracked.then(|| prep.checkpoint(&x));
                let w_state = x_tracked.then(|| prep.checkpoint(&weight));
                prep.finish((x_state, w_state), B::channels(x.into_primitive(), weight.into_primitive()))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::channels(x.into_primitive(), weight.into_primitive())),
        }
    }

    first_order! {
        channels_x(_dy: FloatTensor<Self>, _weight: FloatTensor<Self>);
        channels_w(_x: FloatTensor<Self>, _dy: FloatTensor<Self>);
    }
}
