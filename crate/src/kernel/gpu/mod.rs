//! Kernels for GPUs, as operations of Burn: on its CubeCL backend, and with their gradients to the input in its autodiff.

mod graph;
mod launch;
mod op;
mod window;

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{Device, Tensor};
use op::GpuOps;

/// How GPUs compute the heavy operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kernels {
    /// Our own kernels, cut for a GPU with thousands of units.
    Small,
    /// The same, cut for a GPU that is emulated on the CPU.
    Large,
    /// Burn's own operations, which tests and benchmarks compare with.
    Stock,
}

static KERNELS: AtomicU8 = AtomicU8::new(Kernels::Small as u8);

impl Kernels {
    /// Chooses for all GPUs of this process. The numbers are the same but for rounding.
    pub fn choose(self) {
        KERNELS.store(self as u8, Ordering::Relaxed);
    }

    /// By its name in small letters.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "small" => Some(Self::Small),
            "large" => Some(Self::Large),
            "stock" => Some(Self::Stock),
            _ => None,
        }
    }

    /// What was chosen last.
    pub fn chosen() -> Self {
        match KERNELS.load(Ordering::Relaxed) {
            k if k == Self::Large as u8 => Self::Large,
            k if k == Self::Stock as u8 => Self::Stock,
            _ => Self::Small,
        }
    }
}

static LAUNCHES: AtomicU64 = AtomicU64::new(0);

/// How often a kernel of ours was launched in this process: zero means that another path is taken.
pub fn launches() -> u64 {
    LAUNCHES.load(Ordering::Relaxed)
}

fn launched() {
    LAUNCHES.fetch_add(1, Ordering::Relaxed);
}

/// Is there a kernel for an input on `x` and constants on the others? One that may be tracked has none.
pub(super) fn takes<const N: usize>(x: &Device, constants: [&Device; N]) -> bool {
    let plain = |d: &Device| matches!(d.as_dispatch(), DispatchDevice::Cube(_));
    let on_gpu = match x.as_dispatch() {
        DispatchDevice::Autodiff(_) => plain(&x.clone().inner()),
        _ => plain(x),
    };
    on_gpu && Kernels::chosen() != Kernels::Stock && constants.into_iter().all(plain)
}

/// See [`GpuOps::graph`].
pub(super) fn graph(x: Tensor<4>, a: Tensor<3>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::graph(x.into_dispatch(), a.into_dispatch()))
}
