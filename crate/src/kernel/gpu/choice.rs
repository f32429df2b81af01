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
    #[cfg(feature = "stock")]
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
            #[cfg(feature = "stock")]
            "stock" => Some(Self::Stock),
            _ => None,
        }
    }

    /// The kernels chosen last.
    pub fn chosen() -> Self {
        match KERNELS.load(Ordering::Relaxed) {
            k if k == Self::Emulated as u8 => Self::Emulated,
            #[cfg(feature = "stock")]
            k if k == Self::Stock as u8 => Self::Stock,
            _ => Self::Hardware,
        }
    }
}

/// Whether there is a GPU kernel for an input on `x` and untracked constants on the other devices.
pub(crate) fn takes<const N: usize>(x: &Device, constants: [&Device; N]) -> bool {
    is_gpu(x) && !is_stock() && constants.into_iter().all(|d| matches!(d.as_dispatch(), DispatchDevice::Cube(_)))
}

/// Whether GPUs compute products on this device with Burn's own operations.
#[cfg(feature = "stock")]
pub(crate) fn takes_stock(device: &Device) -> bool {
    is_gpu(device) && is_stock()
}

fn is_gpu(device: &Device) -> bool {
    match device.as_dispatch() {
        DispatchDevice::Autodiff(_) => matches!(device.clone().inner().as_dispatch(), DispatchDevice::Cube(_)),
        device => matches!(device, DispatchDevice::Cube(_)),
    }
}

fn is_stock() -> bool {
    #[cfg(feature = "stock")]
    return Kernels::chosen() == Kernels::Stock;
    #[cfg(not(feature = "stock"))]
    false
}
