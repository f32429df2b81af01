//! JavaScript's calls into `kernel::worker_pool`: the engine shares its work with helpers, and helpers run.

use js_sys::SharedArrayBuffer;
use wasm_bindgen::prelude::*;

use crate::kernel::worker_pool;

/// Helpers at most.
#[wasm_bindgen(js_name = mostHelpers)]
pub fn most_helpers() -> u32 {
    worker_pool::MAX_HELPERS
}

/// Shares the CPU's work with helpers that wait at the buffer.
#[wasm_bindgen(js_name = joinHelpers)]
pub fn join_helpers(buffer: &SharedArrayBuffer, helpers: u32) {
    worker_pool::join(buffer, helpers);
}

/// How many threads compute on the CPU; a helper that has failed leaves the engine alone.
#[wasm_bindgen]
pub fn threads() -> usize {
    worker_pool::threads()
}

/// A helper's life; it does not return.
///
/// # Errors
/// Where the buffer is none to wait at.
#[wasm_bindgen]
pub fn help(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    worker_pool::help(buffer, helper)
}

/// The last word of a helper that has failed.
///
/// # Errors
/// As [`help`].
#[wasm_bindgen(js_name = giveUp)]
pub fn give_up(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    worker_pool::give_up(buffer, helper)
}
