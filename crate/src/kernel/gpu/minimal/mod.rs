//! The temporal convolution with fewer products, as on the CPU ([`super::super::cpu::minimal`] has the mathematics): a
//! tile of sixteen frames becomes 23 values, each is multiplied by a matrix of its own, and the products become eight
//! frames, or twelve with stride 2.
//!
//! For a GPU that is emulated on the CPU, which is bound by products. The values between take several times the room
//! of a clip, so nobody knows yet whether it pays on a GPU of its own.

mod launch;
mod products;
mod transform;
mod weights;

pub(super) use launch::{backward, forward, takes};
