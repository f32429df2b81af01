//! What ends the engine from below: a panic, or a GPU that is lost while nobody waits for it.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static LISTENER: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// Calls `listener(kind, message)` once, with the kind "engine" on a panic and "device" on a lost GPU. A promise that is
/// under way in a panic never settles, so this call is the only word that the page gets; the module must be thrown away.
#[wasm_bindgen(js_name = onFailure)]
pub fn on_failure(listener: js_sys::Function) {
    LISTENER.with(|slot| *slot.borrow_mut() = Some(listener));
}

/// Tells the listener.
pub(super) fn tell(kind: &str, message: &str) {
    // Taken out first: a second failure while the listener runs must not call it again.
    let listener = LISTENER.with(|slot| slot.try_borrow_mut().ok().and_then(|mut slot| slot.take()));
    if let Some(listener) = listener {
        // Nobody is left to hear that the listener itself failed.
        let _ = listener.call2(&JsValue::NULL, &kind.into(), &message.into());
    }
}

/// Sets the panic hook: the console gets the stack, the listener the message.
pub(super) fn watch_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        tell("engine", &info.to_string());
    }));
}
