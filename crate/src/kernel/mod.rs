//! The operations that a skeleton network spends its time in, with hand-written gradients: on Burn's CPU backend, and,
//! for constant weights, on its GPU backend.
//!
//! Everything else is stock Burn. Tensors are (N, T, V, C) with channels innermost. On other backends the same
//! functions are composed of stock operations, which are also the reference that tests compare the kernels with.
//!
//! | room | what it is |
//! | --- | --- |
//! | `cpu` | the CPU's maths: slices in, vectors out |
//! | `weight_ids` | which weight is which, for what is kept of it |
//! | `worker_pool` | threads in WebAssembly, which share the CPU's convolutions |
//! | `ops` | both as operations of Burn, with their gradients |
//! | `gpu` | kernels for GPUs |
//! | `product` | products of matrices, on every device |
//! | `reference` | the same operations composed of Burn's own |

mod cpu;
#[cfg(feature = "gpu")]
pub(crate) mod gpu;
mod ops;
mod product;
mod reference;
mod weight_ids;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod worker_pool;

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::activation::relu as relu_of;
use burn::tensor::{Device, Tensor, TensorData, s};
#[cfg(target_arch = "wasm32")]
pub use cpu::fused::{fuse, fused};
pub use cpu::shape::TAPS;
#[cfg(feature = "gpu")]
pub use gpu::{Kernels, launches};
use ops::norm::NormOps;
use ops::skeleton::SkeletonOps;
use ops::spatial::SpatialOps;
use ops::window::{Window, window};
pub use product::product;
pub use weight_ids::forget as forget_weights;
#[cfg(target_arch = "wasm32")]
pub use weight_ids::kept as kept_weights;

/// Temporal convolution: nine taps over time, padding four, the same for each joint.
///
/// # Shapes
/// - x: (N, T, V, C)
/// - weight: (9, C, C'), bias: (C')
/// - result: (N, ceil(T / stride), V, C')
pub fn temporal_conv(x: Tensor<4>, weight: Tensor<3>, bias: Tensor<1>, stride: usize) -> Tensor<4> {
    if takes(&x.device(), [&weight.device(), &bias.device()]) {
        return window(x, weight, Some((bias.unsqueeze(), None)), Window::taps(stride), false);
    }
    if !on_cpu(&x.device()) {
        return reference::temporal_conv(x, weight, bias, stride);
    }
    Tensor::from_dispatch(Dispatch::temporal_conv(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        stride,
    ))
}

/// The end of a block: ReLU of the temporal convolution plus the block's residual.
///
/// # Shapes
/// - as [`temporal_conv`]; residual and result: (N, ceil(T / stride), V, C')
pub fn temporal_block(
    x: Tensor<4>,
    weight: Tensor<3>,
    bias: Tensor<1>,
    stride: usize,
    residual: Option<Tensor<4>>,
) -> Tensor<4> {
    if takes(&x.device(), [&weight.device(), &bias.device()]) {
        return window(x, weight, Some((bias.unsqueeze(), residual)), Window::taps(stride), true);
    }
    let y = temporal_conv(x, weight, bias, stride);
    relu_of(match residual {
        Some(residual) => y + residual,
        None => y,
    })
}

/// A product over the channels: a 1x1 convolution.
///
/// # Shapes
/// - x: (N, T, V, C)
/// - weight: (C, C')
/// - result: (N, T, V, C')
pub fn rows(x: Tensor<4>, weight: Tensor<2>) -> Tensor<4> {
    if takes(&x.device(), [&weight.device()]) {
        return window(x, weight.unsqueeze(), None, Window::rows(1), false);
    }
    reference::rows(x, weight)
}

/// [`rows`] of every `stride`-th frame, plus a bias, then a ReLU with `relu`.
///
/// # Shapes
/// - bias: (1, 1, 1 or V, C')
/// - result: (N, ceil(T / stride), V, C')
pub fn biased_rows(x: Tensor<4>, weight: Tensor<2>, bias: Tensor<4>, stride: usize, relu: bool) -> Tensor<4> {
    if takes(&x.device(), [&weight.device(), &bias.device()]) {
        let bias = bias.squeeze_dims(&[0, 1]);
        return window(x, weight.unsqueeze(), Some((bias, None)), Window::rows(stride), relu);
    }
    let y = rows(strided(x, stride), weight) + bias;
    if relu { relu_of(y) } else { y }
}

/// The start of a block: [`graph_product`], the product over the channels, a bias and a ReLU.
///
/// # Shapes
/// - x: (N, T, V, C), a: (K, V, V), weight: (K C, C'), bias: (1, 1, 1 or V, C')
/// - result: (N, T, V, C')
pub fn spatial_block(x: Tensor<4>, a: Tensor<3>, weight: Tensor<2>, bias: Tensor<4>) -> Tensor<4> {
    let untracked = |d: &Device| matches!(d.as_dispatch(), DispatchDevice::Flex(_));
    if on_cpu(&x.device()) && [&a.device(), &weight.device(), &bias.device()].into_iter().all(untracked) {
        let y = Dispatch::spatial(x.into_dispatch(), a.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
        return Tensor::from_dispatch(y);
    }
    biased_rows(graph_product(x, a), weight, bias, 1, true)
}

/// Every `stride`-th frame.
pub fn strided(x: Tensor<4>, stride: usize) -> Tensor<4> {
    if stride == 1 { x } else { x.slice(s![.., ..;stride as isize, .., ..]) }
}

/// Graph product: each joint's neighbours summed, once for each of K adjacency matrices.
/// `y[n, t, w, k C + c] = sum over v of a[k, v, w] x[n, t, v, c]`
///
/// A zero in the adjacency means that there is no edge: on the CPU its gradient is zero.
///
/// # Shapes
/// - x: (N, T, V, C)
/// - a: (K, V, V)
/// - result: (N, T, V, K C)
pub fn graph_product(x: Tensor<4>, a: Tensor<3>) -> Tensor<4> {
    #[cfg(feature = "gpu")]
    if gpu::takes(&x.device(), [&a.device()]) {
        return gpu::graph(x, a);
    }
    if !on_cpu(&x.device()) {
        return reference::graph_product(x, a);
    }
    Tensor::from_dispatch(Dispatch::graph_product(x.into_dispatch(), a.into_dispatch()))
}

/// Temporal shift: each channel reads at its own, fractional distance in time, linear between frames and zero outside
/// the clip. `y[n, i, v, c]` is `x[n, i stride + offsets[c], v, c]`.
///
/// # Shapes
/// - x: (N, T, V, C), offsets: (C), in frames
/// - result: (N, ceil(T / stride), V, C)
pub fn temporal_shift(x: Tensor<4>, offsets: &[f32], stride: usize) -> Tensor<4> {
    if !on_cpu(&x.device()) {
        return reference::temporal_shift(x, offsets, stride);
    }
    let offsets = Tensor::<1>::from_data(TensorData::new(offsets.to_vec(), [offsets.len()]), &x.device());
    Tensor::from_dispatch(Dispatch::temporal_shift(x.into_dispatch(), offsets.into_dispatch(), stride))
}

/// Batch normalisation with the batch's own statistics, for training, then a ReLU with `relu`.
///
/// # Shapes
/// - x: (N, T, V, C), gamma and beta: (C)
/// - result: the normalised x, and the statistics (2, C): mean and biased variance over N, T and V, untracked
pub fn norm_train(x: Tensor<4>, gamma: Tensor<1>, beta: Tensor<1>, relu: bool) -> (Tensor<4>, Tensor<2>) {
    if !on_cpu(&x.device()) {
        return reference::norm_train(x, gamma, beta, relu);
    }
    let stats = Dispatch::channel_stats(x.clone().inner().into_dispatch());
    let y = Dispatch::norm(
        x.clone().into_dispatch(),
        Tensor::<2>::from_inner(Tensor::from_dispatch(stats.clone())).into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        relu,
    );
    (Tensor::from_dispatch(y), Tensor::from_dispatch(stats))
}

/// Runs a pass through a network on this device: on a CPU with several threads these stay awake until it is done.
/// Rayon's pool has to run the caller, too.
pub fn pass<R>(device: &Device, work: impl FnOnce() -> R) -> R {
    #[cfg(feature = "cli")]
    if on_cpu(device) {
        return cpu::awake::awake(work);
    }
    let _ = device;
    work()
}

/// Whether there is a kernel for an input on `x` and untracked constants on the other devices.
fn takes<const N: usize>(x: &Device, constants: [&Device; N]) -> bool {
    #[cfg(feature = "gpu")]
    if gpu::takes(x, constants) {
        return true;
    }
    on_cpu(x) && constants.into_iter().all(|d| matches!(d.as_dispatch(), DispatchDevice::Flex(_)))
}

fn on_cpu(device: &Device) -> bool {
    match device.as_dispatch() {
        DispatchDevice::Flex(_) => true,
        DispatchDevice::Autodiff(_) => matches!(device.clone().inner().as_dispatch(), DispatchDevice::Flex(_)),
        #[allow(unreachable_patterns)] // without the GPU feature there is no other device
        _ => false,
    }
}

#[cfg(test)]
mod tests;
