//! Contract values to and from JavaScript.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::export::thrown;
use crate::error::Error;

/// A plain object. It goes through JSON, which writes a 32-bit 0.05 as 0.05: widened to 64 bits it would be
/// 0.05000000074505806.
///
/// # Errors
/// If the value cannot be written as JSON.
pub(super) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|e| thrown(Error::config(e.to_string())))?;
    js_sys::JSON::parse(&text)
}

/// A value from a plain object.
///
/// # Errors
/// Throws if a field does not fit; the message begins with `place`.
pub(super) fn from_js<T: DeserializeOwned>(value: JsValue, place: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|e| thrown(Error::config(e.to_string()).at(place)))
}
