//! Threads in WebAssembly. The engine's memory is its own, so the threads are engines too: helpers in workers of their
//! own. A convolution's tasks are shared out over a `SharedArrayBuffer`, values in, values out. The tasks are those of
//! one thread, so the result does not depend on how many there are.
//!
//! A page has such a buffer only where it is cross-origin isolated; `web/src/engine/worker-pool.ts` starts the helpers.

#[cfg(target_arch = "wasm32")]
mod buffer;
mod header;
#[cfg(target_arch = "wasm32")]
mod helper;
#[cfg(target_arch = "wasm32")]
mod layout;
#[cfg(target_arch = "wasm32")]
mod pool;

#[cfg(target_arch = "wasm32")]
pub use super::cpu::threads::threads;
#[cfg(target_arch = "wasm32")]
pub use helper::{give_up, help};
#[cfg(target_arch = "wasm32")]
pub(super) use pool::compute;
#[cfg(target_arch = "wasm32")]
pub use pool::{MAX_HELPERS, join};
