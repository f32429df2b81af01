//! The networks' kernels for GPUs, as operations of Burn: on its CubeCL backend, and with their gradients to the input
//! in its autodiff. The attack's own kernels are in `attack/gpu`; they use [`buffers`] and [`launched`] too.

mod added;
pub(crate) mod buffers;
mod choice;
mod count;
mod graph;
mod launch;
mod matrices;
mod minimal;
mod ops;
mod tile;
mod window;

use burn::backend::Dispatch;
use burn::tensor::Tensor;
pub use choice::Kernels;
pub(crate) use choice::takes;
#[cfg(feature = "stock")]
pub(crate) use choice::takes_stock;
pub(crate) use count::launched;
pub use count::launches;
use ops::GpuOps;

/// See [`GpuOps::graph`].
pub(super) fn graph(x: Tensor<4>, a: Tensor<3>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::graph(x.into_dispatch(), a.into_dispatch()))
}
