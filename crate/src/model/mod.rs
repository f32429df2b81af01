//! The networks that are attacked: frozen, folded for speed, differentiable with respect to the clip.

pub mod agcn;
mod ends;
mod fold;
pub mod input;
mod keys;
mod normalise;
mod recogniser;
pub mod residual;
pub mod shift_gcn;
pub mod stgcn;

pub use recogniser::{Recogniser, clip_tensor};
