//! CIASA: adversarial attacks on action recognition from skeletons.

#[cfg(feature = "engine")]
pub mod attack;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "engine")]
pub mod data;
pub mod error;
pub mod format;
#[cfg(feature = "engine")]
pub mod kernel;
#[cfg(feature = "engine")]
pub mod model;
pub mod skeleton;
#[cfg(feature = "train")]
pub mod train;
#[cfg(any(test, feature = "viewer"))]
pub mod viewer;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;

pub use error::{Error, Result};
