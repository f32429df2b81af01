//! A running GPU, and the first error on it.

use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuSetup, wgpu};

use super::failure;
use crate::error::{Error, Result};
use crate::kernel::Kernels;

/// A running GPU and the first error on it.
pub struct Gpu {
    handle: wgpu::Device,
    fault: Fault,
}

/// The first error, set from the browser's callbacks. The runtime requires `Send + Sync` callbacks even in a module
/// with one thread.
#[derive(Clone, Default)]
struct Fault(Arc<Mutex<FirstError>>);

#[derive(Default)]
struct FirstError {
    message: Option<String>,
    watched: bool,
}

impl Fault {
    fn set(&self, message: String) {
        let Ok(mut first) = self.0.lock() else { return };
        let message = first.message.get_or_insert(message).clone();
        let watched = first.watched;
        drop(first);
        if watched {
            failure::report("device", &message);
        }
    }

    fn watched(&self, watched: bool) {
        if let Ok(mut first) = self.0.lock() {
            first.watched = watched;
        }
    }

    fn get(&self) -> Option<String> {
        self.0.lock().ok().and_then(|first| first.message.clone())
    }
}

impl Gpu {
    /// Starts the browser's fastest adapter and registers it with the tensor runtime. Registering our own handles, and
    /// not the runtime's default device, allows a second start in one module after the first GPU was lost. A GPU that
    /// is emulated in `software` has kernels of its own.
    ///
    /// # Errors
    /// A device error with the browser's reason.
    pub async fn start(software: bool) -> Result<(Device, Self)> {
        if software { Kernels::Emulated } else { Kernels::Hardware }.choose();
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
                // The runtime compiles its shaders for all features of the adapter, so all of them are requested.
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

        // After the registration, which sets a handler of the runtime's: that one panics, which hides the message.
        let fault = Fault::default();
        let errors = fault.clone();
        handle.on_uncaptured_error(Arc::new(move |error: wgpu::Error| errors.set(format!("GPU error: {error}"))));
        let lost = fault.clone();
        handle.set_device_lost_callback(move |reason, message| {
            lost.set(format!("the GPU was lost ({reason:?}): {message}"));
        });
        Ok((device, Self { handle, fault }))
    }

    /// The message of the first error; `None` while the GPU is well.
    pub fn fault(&self) -> Option<String> {
        self.fault.get()
    }

    /// Whether the page hears of an error at once. Not during a check, which may fall back to the CPU.
    pub fn watch(&self, watched: bool) {
        self.fault.watched(watched);
    }

    /// Destroys the device on purpose, as a driver's reset would.
    pub fn lose(&self) {
        self.handle.destroy();
    }
}

impl Drop for Gpu {
    /// Frees the GPU's memory once another device has taken over.
    fn drop(&mut self) {
        self.fault.watched(false);
        self.handle.destroy();
    }
}
