//! The GPU of the module without one. It has no values, so the compiler drops all code that would use one.

use burn::tensor::Device;

use crate::error::{Error, Result};

/// A GPU that never runs.
pub enum Gpu {}

impl Gpu {
    /// Never starts.
    ///
    /// # Errors
    /// A device error, always. The page loads this module only where it has found no adapter, so it is seen only if
    /// one appears after that.
    pub async fn start(_software: bool) -> Result<(Device, Self)> {
        Err(Error::device("a GPU adapter appeared after the engine without WebGPU was loaded; restart the engine"))
    }

    /// The message of the first error.
    pub fn fault(&self) -> Option<String> {
        match *self {}
    }

    /// Whether the page hears of an error at once.
    pub fn watch(&self, _: bool) {
        match *self {}
    }

    /// Destroys the device.
    pub fn lose(&self) {
        match *self {}
    }
}
