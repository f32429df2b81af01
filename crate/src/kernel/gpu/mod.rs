//! Kernels for GPUs, as operations of Burn: on its CubeCL backend, and with their gradients to the input in its autodiff.

mod descend;
mod graph;
mod launch;
mod op;
mod realign;
mod window;

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{Device, Int, Tensor};
pub use descend::{Descent, Descents};
use op::{GpuOps, StepOps, Within};

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

/// Can a clip and what moves it stay on this device from step to step? Where a GPU has [`descend`] and [`realign`].
pub fn keeps(device: &Device) -> bool {
    takes(device, [])
}

/// A step of Adam down the gradient, and into the range, value by value: number `step` of those. What a range without extent holds
/// takes no gradient. Only for a device that [`keeps`].
///
/// # Shapes
/// - x, gradient and the first result: any, of n values
/// - moments and the second result: (2, n), the first and the second moment of each value
/// - range: (2, n), from and to
pub fn descend<const D: usize>(
    x: Tensor<D>,
    gradient: Tensor<D>,
    moments: Tensor<2>,
    range: Option<Tensor<2>>,
    steps: &Descents,
    step: usize,
) -> (Tensor<D>, Tensor<2>) {
    let within = match range {
        Some(range) => Within::Range(range.into_dispatch()),
        None => Within::Anything,
    };
    let (x, gradient, moments) = (x.into_dispatch(), gradient.into_dispatch(), moments.into_dispatch());
    let (x, moments) = Dispatch::descend(x, gradient, moments, within, steps.0.clone().into_dispatch(), step);
    (Tensor::from_dispatch(x), Tensor::from_dispatch(moments))
}

/// Puts joints where their bones have the original's lengths: each at the end of its bone's direction in `x`, from where the other
/// end has been put, and the original's bone where there is no direction. Only for a device that [`keeps`].
///
/// # Shapes
/// - x, clean and result: (T, M, V, C), the first `dims` channels coordinates
/// - placing: (T M, V): `other * V + joint` for each joint of that pose that is put, in this order, then -1
pub fn realign(x: Tensor<4>, clean: Tensor<4>, placing: Tensor<2, Int>, dims: usize) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::realign(x.into_dispatch(), clean.into_dispatch(), placing.into_dispatch(), dims))
}
