//! The device to compute on: chosen, started, watched.

use std::rc::Rc;
use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuSetup, wgpu};

use super::adapter::AdapterInfo;
use super::failure;
use super::messages::{Backend, BackendKind, DeviceChoice, Parity};
use super::probe::probe;
use crate::error::{Error, Result};
use crate::kernel::{Kernels, fused};

/// A device that is ready for tensors.
#[derive(Clone)]
pub struct ActiveDevice {
    /// Plain, without autodiff.
    pub device: Device,
    /// For the page.
    pub backend: Backend,
    /// The GPU's handles, where it is one.
    pub gpu: Option<Rc<Gpu>>,
}

/// Do a check's times count?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// No: the network was too small to tell.
    Unknown,
    /// Yes: it was the model itself.
    Measured,
}

/// A running GPU and the first thing that went wrong on it.
pub struct Gpu {
    handle: wgpu::Device,
    fault: Fault,
}

/// Set from the browser's callbacks. The runtime below us asks for `Send + Sync` callbacks even in a module with one
/// thread.
#[derive(Clone, Default)]
struct Fault(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    message: Option<String>,
    watched: bool,
}

impl Fault {
    fn set(&self, message: String) {
        let Ok(mut noted) = self.0.lock() else { return };
        let message = noted.message.get_or_insert(message).clone();
        let watched = noted.watched;
        drop(noted);
        if watched {
            failure::tell("device", &message);
        }
    }

    fn watched(&self, watched: bool) {
        if let Ok(mut noted) = self.0.lock() {
            noted.watched = watched;
        }
    }

    fn get(&self) -> Option<String> {
        self.0.lock().ok().and_then(|noted| noted.message.clone())
    }
}

impl ActiveDevice {
    /// The CPU backend, for a reason.
    pub fn cpu(reason: impl Into<String>) -> Self {
        let vectors = if fused() { "relaxed SIMD" } else { "SIMD" };
        let (name, reason) = (format!("CPU (WebAssembly {vectors})"), reason.into());
        let backend = Backend { kind: BackendKind::Cpu, name, reason, software: false, parity: None };
        Self { device: Device::flex(), backend, gpu: None }
    }

    /// Looks for a GPU where the choice allows one and starts it. In automatic choice, it has to be faster than the CPU in
    /// a short [`probe`], whatever it is; whether its numbers are right is asked later (see [`super::parity`]).
    ///
    /// # Errors
    /// A device error where WebGPU was forced and cannot be had. In automatic choice the reason stands in the CPU's
    /// description instead.
    pub async fn choose(choice: DeviceChoice) -> Result<Self> {
        if choice == DeviceChoice::Cpu {
            return Ok(Self::cpu("chosen by you"));
        }
        // Whoever insists on the GPU waits longer for it.
        let adapter = AdapterInfo::ask(if choice == DeviceChoice::Auto { 5 } else { 60 }).await;
        match plan(choice, adapter.as_ref()) {
            Plan::Cpu(reason) => return Ok(Self::cpu(reason)),
            Plan::Fail(reason) => return Err(Error::device(reason)),
            Plan::Gpu => {}
        }
        let info = adapter.unwrap_or_default();
        let software = info.is_software();
        if software { Kernels::Emulated } else { Kernels::Hardware }.choose();
        let (device, gpu) = match Gpu::start().await {
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

    /// Fails once the GPU was lost or reported an error. The CPU does not fail.
    ///
    /// # Errors
    /// A device error with the browser's own words.
    pub fn check(&self) -> Result<()> {
        match self.gpu.as_ref().and_then(|g| g.fault.get()) {
            Some(message) => Err(Error::device(message)),
            None => Ok(()),
        }
    }
}

impl ActiveDevice {
    /// The device to go on with after a check: itself, or the CPU with the reason. A wrong GPU is never used; a slow one
    /// only where the user insists on it. From here on the page hears of a lost GPU at once.
    ///
    /// # Errors
    /// The check's own where WebGPU was forced.
    pub fn judged(&self, checked: Result<Parity>, choice: DeviceChoice, speed: Speed) -> Result<Self> {
        let parity = match self.check().and(checked) {
            Ok(parity) => parity,
            Err(e) if choice == DeviceChoice::Auto => return Ok(Self::cpu(format!("the GPU failed its check ({e})"))),
            Err(e) => return Err(e),
        };
        let Parity { logits, gradient, tolerance, gpu_ms, cpu_ms, .. } = parity;
        let measured = format!("measured: {gpu_ms:.0} ms for a gradient on the GPU, {cpu_ms:.0} ms on the CPU");
        let mut judged = if !parity.ok {
            Self::cpu(format!(
                "the GPU computes other numbers than the CPU (scores off by {logits:.1e}, gradient by {gradient:.1e}, \
                 {tolerance:.0e} is allowed)"
            ))
        } else if choice == DeviceChoice::Auto && speed == Speed::Measured && gpu_ms > cpu_ms {
            Self::cpu(measured)
        } else {
            let mut gpu = self.clone();
            if choice == DeviceChoice::Auto && speed == Speed::Measured {
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
    /// Start it; in automatic choice, see if it is fast.
    Gpu,
    /// Take the CPU, for this reason.
    Cpu(String),
    /// There is nothing to honour the user's choice with.
    Fail(String),
}

/// Decides by the choice and the adapter (or why there is none).
pub fn plan(choice: DeviceChoice, adapter: std::result::Result<&AdapterInfo, &String>) -> Plan {
    match (choice, adapter) {
        (DeviceChoice::Cpu, _) => Plan::Cpu("chosen by you".into()),
        (DeviceChoice::Auto, Err(why)) => Plan::Cpu(why.clone()),
        (DeviceChoice::Webgpu, Err(why)) => Plan::Fail(why.clone()),
        (_, Ok(_)) => Plan::Gpu,
    }
}

impl Gpu {
    /// Starts the browser's fastest adapter and registers it with the tensor runtime. Registering our own handles,
    /// and not the runtime's default device, allows a second start in one module after the first was lost.
    async fn start() -> Result<(Device, Self)> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::BROWSER_WEBGPU,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|e| Error::device(e.to_string()))?;
        let (handle, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                // The runtime compiles its shaders for all that the adapter can do, so all of it must be asked for.
                required_features: adapter.features(),
                required_limits: adapter.limits(),
                memory_hints: wgpu::MemoryHints::MemoryUsage,
                ..Default::default()
            })
            .await
            .map_err(|e| Error::device(e.to_string()))?;
        let setup =
            WgpuSetup { instance, adapter, device: handle.clone(), queue, backend: wgpu::Backend::BrowserWebGpu };
        let device = Device::wgpu_options().setup(setup).init().map_err(|e| Error::device(e.to_string()))?;

        // After the registration: the runtime's own handler panics on an error, which would only say "unreachable".
        let fault = Fault::default();
        let errors = fault.clone();
        handle.on_uncaptured_error(Arc::new(move |error: wgpu::Error| errors.set(format!("GPU error: {error}"))));
        let lost = fault.clone();
        handle.set_device_lost_callback(move |reason, message| {
            lost.set(format!("the GPU was lost ({reason:?}): {message}"));
        });
        Ok((device, Self { handle, fault }))
    }

    /// Does the page hear of a fault at once? Not while a check is under way, which may fall back to the CPU.
    pub fn watch(&self, watched: bool) {
        self.fault.watched(watched);
    }

    /// Destroys the device on purpose, as a driver's reset would.
    pub fn lose(&self) {
        self.handle.destroy();
    }
}

impl Drop for Gpu {
    /// Gives the GPU's memory back when another device took over.
    fn drop(&mut self) {
        self.fault.watched(false);
        self.handle.destroy();
    }
}
