//! A panic ends the module: say why before it does.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static LISTENER: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// Calls `listener(message)` on a panic. The promise that was under way never settles then, so this call is the only
/// word that the page gets; the module must be thrown away.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: js_sys::Function) {
    LISTENER.with(|slot| *slot.borrow_mut() = Some(listener));
}

/// Sets the hook: the console gets the stack, the listener the message.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        LISTENER.with(|slot| {
            // A second panic while the listener runs must not become a third.
            if let Ok(mut slot) = slot.try_borrow_mut()
                && let Some(listener) = slot.take()
            {
                // Nobody is left to tell that the listener failed.
                let _ = listener.call1(&JsValue::NULL, &info.to_string().into());
            }
        });
    }));
}
