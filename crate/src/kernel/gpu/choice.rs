//! Which kernels GPUs compute with.

use std::sync::atomic::{AtomicU8, Ordering};

use burn::backend::DispatchDevice;
use burn::tensor::Device;

/// How GPUs compute the heavy operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kernels {
    /// Our own kernels in small tiles, for a GPU with thousands of units.
    Hardware,
    /// Our own kernels in large tiles, for a GPU that is emulated on the CPU.
    Emulated,
    /// Burn's own operations, which tests and benchmarks compare with.
    Stock,
}

static KERNELS: AtomicU8 = AtomicU8::new(Kernels::Hardware as u8);

impl Kernels {
    /// Chooses for all GPUs of this process. Results differ by rounding only.
    pub fn choose(self) {
        KERNELS.store(self as u8, Ordering::Relaxed);
    }

    /// The kernels of this name: "hardware", "emulated" or "stock".
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "hardware" => Some(Self::Hardware),
            "emulated" => Some(Self::Emulated),
            "stock" => Some(Self::Stock),
            _ => None,
        }
    }

    /// The kernels chosen last.
    pub fn chosen() -> Self {
        match KERNELS.load(Ordering::Relaxed) {
            k if k == Self::Emulated as u8 => Self::Emulated,
            k if k == Self::Stock as u8 => Self::Stock,
            _ => Self::Hardware,
        }
    }
}

/// Whether there is a GPU kernel for an input on `x` and untracked constants on the other devices.
pub(crate) fn takes<const N: usize>(x: &Device, constants: [&Device; N]) -> bool {
    let untracked = |d: &Device| matches!(d.as_dispatch(), DispatchDevice::Cube(_));
    let on_gpu = match x.as_dispatch() {
        DispatchDevice::Autodiff(_) => untracked(&x.clone().inner()),
        _ => untracked(x),
    };
    on_gpu && Kernels::chosen() != Kernels::Stock && constants.into_iter().all(untracked)
}
