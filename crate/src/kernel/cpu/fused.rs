//! Fused multiply-add in WebAssembly. A browser rejects a whole module for one unknown instruction, so the loop that
//! uses it is a module of its own, of about a kilobyte, which works in the engine's memory. A browser without the
//! instruction runs the same loop compiled into the engine.

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

/// Chooses whether products multiply and add in one instruction; at the start they do. For measurements and tests:
/// results differ by rounding.
pub fn fuse(wanted: bool) {
    WANTED.set(wanted);
}

/// Whether products multiply and add in one instruction: the browser has it, and [`fuse`] has not switched it off.
pub fn fused() -> bool {
    WANTED.get() && EXPORTS.with(|exports| exports.get_or_init(instantiate).is_some())
}

/// `out += a b`, with the pointers of `product::add`; false if the instruction is not used and nothing was done.
pub fn add(out: *mut f32, a: *const f32, panels: *const v128, [m, k, n]: [usize; 3]) -> bool {
    fused()
        && EXPORTS.with(|exports| {
            let exports = exports.get().and_then(Option::as_ref);
            exports.inspect(|exports| exports.add(out, a, panels.cast(), m, k, n)).is_some()
        })
}

/// The module's exports; `None` if the browser does not support the instruction.
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
