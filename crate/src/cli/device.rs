//! `--device`: what computes.

use burn::tensor::Device;

use crate::error::{Error, Result};

/// What computes.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
pub enum DeviceArg {
    /// The CPU
    #[default]
    Cpu,
    /// The GPU, through Vulkan, Metal or DX12
    Gpu,
}

impl DeviceArg {
    /// The device.
    ///
    /// # Errors
    /// If this program was built without a GPU backend, or there is no GPU.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Gpu => gpu(),
        }
    }
}

#[cfg(feature = "gpu")]
fn gpu() -> Result<Device> {
    use std::sync::OnceLock;
    // A program may start the backend only once.
    static DEVICE: OnceLock<std::result::Result<Device, String>> = OnceLock::new();
    let device = DEVICE.get_or_init(|| Device::wgpu_options().init().map_err(|e| e.to_string()));
    device.clone().map_err(|cause| Error::device(cause).at("--device gpu"))
}

#[cfg(not(feature = "gpu"))]
fn gpu() -> Result<Device> {
    let cause = "this program has no GPU backend; build it with cargo build --release -p ciasa --features cli,gpu";
    Err(Error::config(cause).at("--device gpu"))
}
