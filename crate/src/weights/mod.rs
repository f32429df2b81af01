//! Weight files as named arrays: safetensors and PyTorch's `.pt`, read without running anything that is in them.

pub mod joint_order;
pub mod pickle;
pub mod pytorch;
mod rebuild;
pub mod state;

pub use state::State;
