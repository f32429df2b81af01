//! Batch normalisation in training.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};

use super::super::cpu::norm;
use super::first_order::first_order;
use super::flex::{Primitive, dense, tensor, values};

/// See [`crate::kernel::norm_train`].
#[backend_extension(Flex, Autodiff)]
pub trait NormOps: Backend {
    /// (2, C): mean and biased variance of each channel.
    fn channel_stats(x: FloatTensor<Self>) -> FloatTensor<Self>;
    /// The normalised x, with these statistics.
    fn norm(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// (2, C): gradients to gamma and beta.
    fn norm_sums(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// The gradient to x; `sums` are those of [`NormOps::norm_sums`].
    fn norm_x(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// Row `i` of a matrix, as a vector.
    fn row(x: FloatTensor<Self>, i: usize) -> FloatTensor<Self>;
}

impl NormOps for Flex {
    fn channel_stats(x: Primitive) -> Primitive {
        let [.., c]: [usize; 4] = x.shape().dims();
        tensor(norm::stats(values(&dense(&x)), c), [2, c])
    }

    fn norm(x: Primitive, stats: Primitive, gamma: Primitive, beta: Primitive, relu: bool) -> Primitive {
        let shape: [usize; 4] = x.shape().dims();
        let (x, stats, gamma, beta) = (dense(&x), dense(&stats), dense(&gamma), dense(&beta));
        tensor(norm_of(&x, &stats, &gamma, &beta, relu).forward(), shape)
    }

    fn norm_sums(
        x: Primitive,
        stats: Primitive,
        gamma: Primitive,
        beta: Primitive,
        dy: Primitive,
        relu: bool,
    ) -> Primitive {
        let [.., c]: [usize; 4] = x.shape().dims();
        let (x, stats, gamma, beta) = (dense(&x), dense(&stats), dense(&gamma), dense(&beta));
        tensor(norm_of(&x, &stats, &gamma, &beta, relu).sums(values(&dense(&dy))), [2, c])
    }

    fn norm_x(
        x: Primitive,
        stats: Primitive,
        gamma: Primitive,
        beta: Primitive,
        sums: Primitive,
        dy: Primitive,
        relu: bool,
    ) -> Primitive {
        let shape: [usize; 4] = x.shape().dims();
        let (x, stats, gamma, beta) = (dense(&x), dense(&stats), dense(&gamma), dense(&beta));
        let dx = norm_of(&x, &stats, &gamma, &beta, relu).backward_x(values(&dense(&sums)), values(&dense(&dy)));
        tensor(dx, shape)
    }

    fn row(x: Primitive, i: usize) -> Primitive {
        let [_, c]: [usize; 2] = x.shape().dims();
        tensor(values(&dense(&x))[i * c..(i + 1) * c].to_vec(), [c])
    }
}

fn norm_of<'a>(
    x: &'a Primitive,
    stats: &'a Primitive,
    gamma: &'a Primitive,
    beta: &'a Primitive,
    relu: bool,
) -> norm::Norm<'a> {
    norm::Norm { x: values(x), stats: values(stats), gamma: values(gamma), beta: values(beta), relu }
}

#[derive(Debug)]
struct NormTrain;

impl<B: NormOps> Backward<B, 3> for NormTrain {
    /// x, gamma, beta, the statistics, and whether a ReLU follows.
    type State = (NodeId, NodeId, NodeId, B::FloatTensorPrimitive, bool);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_x, node_gamma, node_beta] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (x, gamma, beta, stats, relu) = ops.state;
        let x = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(x);
        let gamma = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(gamma);
        let beta = checkpointer.retrieve_node_output::<B::FloatTensorPrimitive>(beta);
        let sums = B::norm_sums(x.clone(), stats.clone(), gamma.clone(), beta.clone(), dy.clone(), relu);
        if let Some(node) = node_gamma {
            grads.register::<B>(node.id, B::row(sums.clone(), 0));
        }
        if let Some(node) = node_beta {
            grads.register::<B>(node.id, B::row(sums.clone(), 1));
        }
        if let Some(node) = node_x {
            grads.register::<B>(node.id, B::norm_x(x, stats, gamma, beta, sums, dy, relu));
        }
    }
}

impl<B: NormOps, C: CheckpointStrategy> NormOps for Autodiff<B, C> {
    fn norm(
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let stats = stats.into_primitive();
        match NormTrain.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&x), prep.checkpoint(&gamma), prep.checkpoint(&beta), stats.clone(), relu);
                let y = B::norm(x.into_primitive(), stats, gamma.into_primitive(), beta.into_primitive(), relu);
                prep.finish(state, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::norm(x.into_primitive(), stats, gamma.into_primitive(), beta.into_primitive(), relu))
            }
        }
    }

    first_order! {
        channel_stats(_x: FloatTensor<Self>);
        norm_sums(
            _x: FloatTensor<Self>, _stats: FloatTensor<Self>, _gamma: FloatTensor<Self>, _beta: FloatTensor<Self>,
            _dy: FloatTensor<Self>, _relu: bool
        );
        norm_x(
            _x: FloatTensor<Self>, _stats: FloatTensor<Self>, _gamma: FloatTensor<Self>, _beta: FloatTensor<Self>,
            _sums: FloatTensor<Self>, _dy: FloatTensor<Self>, _relu: bool
        );
        row(_x: FloatTensor<Self>, _i: usize);
    }
}
