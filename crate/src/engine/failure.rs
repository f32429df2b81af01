//! Failures outside of any call: a panic, or a GPU that is lost between two calls.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static LISTENER: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// Calls `listener(kind, message)` once, with the kind "engine" after a panic and "device" after a lost GPU. A promise
/// that is pending during a panic never settles, so this call is the page's only notice. The module must be thrown away
/// afterwards.
#[wasm_bindgen(js_name = onFailure)]
pub fn on_failure(listener: js_sys::Function) {
    LISTENER.with(|slot| *slot.borrow_mut() = Some(listener));
}

/// Calls the listener, if it has not been called yet.
pub(super) fn report(kind: &str, message: &str) {
    // Taken out first: a second failure inside the listener must not call it again.
    let listener = LISTENER.with(|slot| slot.try_borrow_mut().ok().and_then(|mut slot| slot.take()));
    if let Some(listener) = listener {
        // A failing listener has nobody to report to.
        let _ = listener.call2(&JsValue::NULL, &kind.into(), &message.into());
    }
}

/// Sets the panic hook: the console gets the stack, the listener the message.
pub(super) fn watch_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        report("engine", &info.to_string());
    }));
}
