//! CIASA: adversarial attacks on action recognition from skeletons.

pub mod error;
pub mod skeleton;

pub use error::{Error, Result};
