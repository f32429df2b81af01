//! JavaScript values of the messages between the engine module and its worker.

use serde::Serialize;
use wasm_bindgen::prelude::*;

pub use crate::contract::messages::{
    Backend, BackendKind, ClipHead, DeviceChoice, ErrorMessage, LoadedWeights, Memory, Parity, RecognitionHead,
};
use crate::contract::report::top;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Reads the page's `Clip` object: `{ layout, fps, frames, people, label, data: Float32Array (T,M,V,C) }`.
///
/// # Errors
/// A format error if a field is missing or the values do not make a clip.
pub fn clip(value: &JsValue) -> Result<Sequence> {
    let head: ClipHead = from_js(value).map_err(|e| Error::format(e).at("clip"))?;
    let data = super::adapter::get(value, "data");
    let data = data
        .dyn_ref::<js_sys::Float32Array>()
        .ok_or_else(|| Error::format("must be a Float32Array").at("clip.data"))?;
    let mut clip = Sequence::new(head.layout, head.fps, head.frames, head.people, data.to_vec())?;
    clip.label = head.label;
    Ok(clip)
}

/// A serde value from a plain object.
///
/// # Errors
/// Names the field that does not fit.
pub fn from_js<T: serde::de::DeserializeOwned>(value: &JsValue) -> std::result::Result<T, String> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|e| e.to_string())
}

/// A plain object from a serde value: none becomes null, maps become objects.
///
/// # Errors
/// If the value cannot be converted.
pub fn to_js<T: Serialize>(value: &T) -> std::result::Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(Into::into)
}

/// The `ErrorMessage` that the page catches.
pub fn thrown(error: &Error) -> JsValue {
    let message = ErrorMessage { kind: error.kind().into(), message: error.to_string() };
    to_js(&message).unwrap_or_else(|_| JsValue::from_str(&message.message))
}

/// The page's `Recognition`, `{ probabilities: Float32Array, top }`, from probabilities, (classes).
///
/// # Errors
/// If the value cannot be converted.
pub fn recognition(probabilities: &[f32]) -> std::result::Result<JsValue, JsValue> {
    let value = to_js(&RecognitionHead { top: top(probabilities, 5) })?;
    js_sys::Reflect::set(&value, &"probabilities".into(), &js_sys::Float32Array::from(probabilities))?;
    Ok(value)
}
