//! The networks that are attacked: frozen, folded for speed, differentiable with respect to the clip.

pub mod agcn;
mod fold;
pub mod identify;
pub mod input;
pub mod manifest;
mod normalise;
pub mod opened;
pub mod order;
pub mod pickle;
pub mod pytorch;
mod rebuild;
mod recogniser;
pub mod shift_gcn;
pub mod state;
pub mod stgcn;

pub use manifest::{Manifest, ModelEntry};
pub use opened::{Answers, Opened};
pub use recogniser::{Recogniser, clip_tensor};
pub use state::State;
