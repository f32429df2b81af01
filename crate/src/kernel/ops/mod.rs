//! The CPU's maths as operations of Burn: on its CPU backend, and with their gradients in its autodiff.

mod execute;
pub mod first_order;
mod flex;
pub mod matrices;
pub mod norm;
pub mod skeleton;
pub mod spatial;
pub mod window;
