//! The networks that are attacked: frozen, normalisations folded for speed, differentiable with respect to the clip.

pub mod agcn;
mod centre;
mod ends;
mod fold;
pub mod input;
mod keys;
mod normalise;
mod recogniser;
mod resample;
pub mod residual;
pub mod shift_gcn;
pub mod stgcn;

pub use recogniser::{MOST_SEEN, Recogniser, clip_tensor};
