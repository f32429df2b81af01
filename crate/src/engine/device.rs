//! The device that computes: chosen, started, checked.

use std::rc::Rc;

use burn::tensor::Device;

use super::adapter::AdapterInfo;
use super::gpu::Gpu;
use super::messages::{Backend, BackendKind, DeviceChoice, Parity};
use super::probe::probe;
use crate::error::{Error, Result};
use crate::kernel::fused;

/// Seconds to wait for an adapter: in automatic choice, and if the user asked for WebGPU.
const ADAPTER_SECONDS: [u32; 2] = [5, 60];

/// A device that is ready for tensors.
#[derive(Clone)]
pub struct ActiveDevice {
    /// Plain, without autodiff.
    pub device: Device,
    /// Its description for the page.
    pub backend: Backend,
    /// The GPU's handles; `None` on the CPU.
    pub gpu: Option<Rc<Gpu>>,
}

/// Whether the times of a check count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// No: the checked network was too small.
    Unknown,
    /// Yes: the checked network was the loaded model.
    Measured,
}

impl ActiveDevice {
    /// The CPU backend. The reason is a sentence for the user.
    pub fn cpu(reason: impl Into<String>) -> Self {
        let vectors = if fused() { "relaxed SIMD" } else { "SIMD" };
        let (name, reason) = (format!("CPU (WebAssembly {vectors})"), reason.into());
        let backend = Backend { kind: BackendKind::Cpu, name, reason, software: false, parity: None };
        Self { device: Device::flex(), backend, gpu: None }
    }

    /// Looks for a GPU if the choice allows one, and starts it. In automatic choice the GPU must be faster than the CPU
    /// in a short [`probe`], whatever its name; [`super::parity`] checks its numbers later.
    ///
    /// # Errors
    /// A device error if the user asked for WebGPU and it cannot be had. In automatic choice the CPU's description
    /// gives the reason instead.
    pub async fn choose(choice: DeviceChoice) -> Result<Self> {
        if choice == DeviceChoice::Cpu {
            return Ok(Self::cpu("chosen by you"));
        }
        let adapter = AdapterInfo::ask(ADAPTER_SECONDS[usize::from(choice != DeviceChoice::Auto)]).await;
        match plan(choice, adapter.as_ref()) {
            Plan::Cpu(reason) => return Ok(Self::cpu(reason)),
            Plan::Fail(reason) => return Err(Error::device(reason)),
            Plan::Gpu => {}
        }
        let info = adapter.unwrap_or_default();
        let software = info.is_software();
        let (device, gpu) = match Gpu::start(software).await {
            Ok((device, gpu)) => (device, Rc::new(gpu)),
            Err(e) if choice == DeviceChoice::Auto => return Ok(Self::cpu(format!("the GPU did not start ({e})"))),
            Err(e) => return Err(e),
        };
        let mut reason = "chosen by you".to_string();
        if choice == DeviceChoice::Auto {
            let measured = match probe(&device, &gpu).await {
                Ok(measured) => measured,
                Err(e) => return Ok(Self::cpu(format!("the GPU failed its first computation ({e})"))),
            };
            let emulated = if software { ", emulated in software" } else { "" };
            reason = measured.words(&format!("{}{emulated}", info.name()));
            if !measured.prefers_gpu() {
                return Ok(Self::cpu(reason));
            }
        }
        let backend = Backend { kind: BackendKind::Webgpu, name: info.name(), reason, software, parity: None };
        Ok(Self { device, backend, gpu: Some(gpu) })
    }

    /// Checks that the GPU is neither lost nor has reported an error. The CPU always passes.
    ///
    /// # Errors
    /// A device error with the browser's message.
    pub fn check(&self) -> Result<()> {
        match self.gpu.as_ref().and_then(|gpu| gpu.fault()) {
            Some(message) => Err(Error::device(message)),
            None => Ok(()),
        }
    }

    /// The device to use after a parity check: this one, or the CPU with the reason. A GPU with wrong numbers is never
    /// used; a slow one only if the user asked for it. From here on the page hears of a lost GPU at once.
    ///
    /// # Errors
    /// The check's own if the user asked for WebGPU.
    pub fn judged(&self, checked: Result<Parity>, choice: DeviceChoice, speed: Speed) -> Result<Self> {
        let parity = match self.check().and(checked) {
            Ok(parity) => parity,
            Err(e) if choice == DeviceChoice::Auto => return Ok(Self::cpu(format!("the GPU failed its check ({e})"))),
            Err(e) => return Err(e),
        };
        let Parity { logits, gradient, tolerance, gpu_ms, cpu_ms, .. } = parity;
        let timed = choice == DeviceChoice::Auto && speed == Speed::Measured;
        let measured = format!("measured: {gpu_ms:.0} ms for a gradient on the GPU, {cpu_ms:.0} ms on the CPU");
        let mut judged = if !parity.ok {
            Self::cpu(format!(
                "the GPU computes other numbers than the CPU (scores off by {logits:.1e}, gradient by {gradient:.1e}, \
                 {tolerance:.0e} is allowed)"
            ))
        } else if timed && gpu_ms > cpu_ms {
            Self::cpu(measured)
        } else {
            let mut gpu = self.clone();
            if timed {
                gpu.backend.reason = measured;
            }
            gpu
        };
        judged.backend.parity = Some(parity);
        if let Some(gpu) = &judged.gpu {
            gpu.watch(true);
        }
        Ok(judged)
    }
}

/// What to do about an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Start it; in automatic choice, measure it.
    Gpu,
    /// Use the CPU, for this reason.
    Cpu(String),
    /// Fail: the user asked for a device that is missing, for this reason.
    Fail(String),
}

/// Decides by the user's choice and the adapter, or the reason why there is none.
pub fn plan(choice: DeviceChoice, adapter: std::result::Result<&AdapterInfo, &String>) -> Plan {
    match (choice, adapter) {
        (DeviceChoice::Cpu, _) => Plan::Cpu("chosen by you".into()),
        (DeviceChoice::Auto, Err(why)) => Plan::Cpu(why.clone()),
        (DeviceChoice::Webgpu, Err(why)) => Plan::Fail(why.clone()),
        (_, Ok(_)) => Plan::Gpu,
    }
}
