//! The networks that are attacked: frozen, normalisations folded for speed, differentiable with respect to the clip.

pub mod agcn;
mod centre;
pub mod ctrgcn;
pub mod efficient_gcn;
mod ends;
mod fold;
mod graph_layer;
pub mod heads;
pub mod input;
mod keys;
mod multi_branch;
mod normalise;
mod recogniser;
mod resample;
pub mod residual;
mod sampled;
pub mod shift_gcn;
pub mod stgcn;
pub mod stgcn_pp;
mod stream;

pub use recogniser::{MOST_SEEN, Recogniser, clip_tensor};
