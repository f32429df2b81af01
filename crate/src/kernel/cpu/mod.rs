//! The CPU's maths: slices in, vectors out, no Burn.

#[cfg(feature = "cli")]
pub mod awake;
pub mod conv_task;
#[cfg(target_arch = "wasm32")]
pub mod fused;
pub mod gemm;
pub mod graph;
pub mod minimal;
pub mod norm;
#[cfg(target_arch = "wasm32")]
pub mod packed_weights;
pub mod plan;
#[cfg(target_arch = "wasm32")]
mod product;
pub mod shape;
pub mod shift;
pub mod temporal;
pub mod threads;
#[cfg(target_arch = "wasm32")]
mod tile;
pub mod weight;
