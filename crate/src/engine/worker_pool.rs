//! JavaScript's calls into `kernel::worker_pool`: the engine's thread shares its work with helper threads.

use js_sys::SharedArrayBuffer;
use wasm_bindgen::prelude::*;

use crate::kernel::worker_pool;

/// The most helpers that a pool may have.
#[wasm_bindgen(js_name = mostHelpers)]
pub fn most_helpers() -> u32 {
    worker_pool::MAX_HELPERS
}

/// Shares the CPU's work from now on with helpers that wait at the buffer.
#[wasm_bindgen(js_name = joinHelpers)]
pub fn join_helpers(buffer: &SharedArrayBuffer, helpers: u32) {
    worker_pool::join(buffer, helpers);
}

/// The number of threads that compute on the CPU: 1 after a helper has failed.
#[wasm_bindgen]
pub fn threads() -> usize {
    worker_pool::threads()
}

/// Runs a helper for many jobs after `job`; gives the number of the last one, for the next call.
///
/// # Errors
/// If the buffer is not shared memory of the right size, or the thread may not wait.
#[wasm_bindgen]
pub fn help(buffer: &SharedArrayBuffer, helper: u32, job: i32) -> Result<i32, JsValue> {
    worker_pool::help(buffer, helper, job)
}

/// Marks a helper as failed.
///
/// # Errors
/// As [`help`].
#[wasm_bindgen(js_name = giveUp)]
pub fn give_up(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    worker_pool::give_up(buffer, helper)
}
