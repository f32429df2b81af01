//! Fused multiply-add in WebAssembly. A browser refuses a whole module for one instruction that it does not know, so the loop that
//! gains by it is a module of its own, of about a kilobyte, which works in the engine's memory. A browser that does not take it
//! goes on with the same loop compiled into the engine.

use core::arch::wasm32::v128;
use std::cell::{Cell, OnceCell};

use js_sys::{Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::prelude::*;

/// Made by `build.rs` from `fused/module.rs`.
static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fused.wasm"));

#[wasm_bindgen]
extern "C" {
    type Exports;
    #[wasm_bindgen(method)]
    fn add(this: &Exports, out: *mut f32, a: *const f32, panels: *const u8, m: usize, k: usize, n: usize);
}

thread_local! {
    static EXPORTS: OnceCell<Option<Exports>> = const { OnceCell::new() };
    static WANTED: Cell<bool> = const { Cell::new(true) };
}

/// Multiply and add in one instruction from now on, or not; at the start they do. For measurements and tests: results differ by
/// rounding.
pub fn fuse(wanted: bool) {
    WANTED.set(wanted);
}

/// Do products multiply and add in one instruction? Where the browser cannot, or [`fuse`] said no, they do not.
pub fn fused() -> bool {
    WANTED.get() && EXPORTS.with(|exports| exports.get_or_init(instantiate).is_some())
}

/// `out += a b` as `product::add` has it, which says what the pointers are; false where nothing was done.
pub fn add(out: *mut f32, a: *const f32, panels: *const v128, [m, k, n]: [usize; 3]) -> bool {
    fused()
        && EXPORTS.with(|exports| {
            let exports = exports.get().and_then(Option::as_ref);
            exports.inspect(|exports| exports.add(out, a, panels.cast(), m, k, n)).is_some()
        })
}

/// None where the browser does not know the instruction.
fn instantiate() -> Option<Exports> {
    let bytes = Uint8Array::from(MODULE);
    if !WebAssembly::validate(&bytes).ok()? {
        return None;
    }
    let (imports, env) = (Object::new(), Object::new());
    Reflect::set(&env, &"memory".into(), &wasm_bindgen::memory()).ok()?;
    Reflect::set(&imports, &"env".into(), &env).ok()?;
    let module = WebAssembly::Module::new(&bytes).ok()?;
    Some(WebAssembly::Instance::new(&module, &imports).ok()?.exports().unchecked_into())
}
