//! The engine module of the page: Burn in a worker, driven by `web/src/engine/worker.ts`.

pub mod adapter;
mod attacks;
mod attribution;
mod bench_exports;
mod certify;
pub mod device;
pub mod failure;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
pub mod gpu;
pub mod handle;
pub mod messages;
pub mod parity;
pub mod probe;
mod running;
mod search;
mod warm;
pub mod worker_pool;

use wasm_bindgen::prelude::*;

unsafe extern "C" {
    /// The linker's list of static constructors.
    fn __wasm_call_ctors();
}

/// Runs when the module is instantiated. Tests call it themselves, because their harness does not; only the first call
/// counts.
#[wasm_bindgen(start)]
pub fn start() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: the linker always defines it, and it runs once, before anything needs what it registers. Calling it
        // also stops the linker from running all constructors again at each exported call, which cost 5 s per step.
        unsafe { __wasm_call_ctors() };
        failure::watch_panics();
    });
}
