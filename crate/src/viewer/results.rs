//! Result files for TypeScript.

use super::export::{clip, set, thrown};
use super::files::object;
use super::json::{from_js, to_js};
use crate::container::store;
use crate::contract::ResultHead;
use crate::error::Error;
use crate::format::result_file::{self, ResultFile};
use js_sys::{Float32Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

/// Writes a result file: its head, the clean clip, the attacked clip's values if there are any, and other files.
///
/// # Errors
/// Throws if the head or the clip is not valid, or if a name stands twice.
#[wasm_bindgen(js_name = writeResult)]
#[allow(clippy::too_many_arguments)] // A clip crosses as its fields.
pub fn write_result(
    head: JsValue,
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
    label: Option<String>,
    attacked: Option<Float32Array>,
    names: Vec<String>,
    files: Vec<Uint8Array>,
) -> Result<Vec<u8>, JsValue> {
    let head: ResultHead = from_js(head, "result")?;
    head.check().map_err(thrown)?;
    let head = serde_json::to_string_pretty(&head).map_err(|e| thrown(Error::config(e.to_string())))?;
    let mut clip = clip(layout, fps, frames, people, data).map_err(thrown)?;
    clip.label = label;
    let result = ResultFile { head, clip, attacked: attacked.map(|values| values.to_vec()) };
    let others: Vec<_> = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
    result_file::write(&result, &others).map_err(thrown)
}

/// A zip archive of files, each a name and its bytes.
///
/// # Errors
/// Throws if a name stands twice, or if the archive is too large.
#[wasm_bindgen(js_name = storeFiles)]
pub fn store_files(names: Vec<String>, files: Vec<Uint8Array>) -> Result<Vec<u8>, JsValue> {
    let files: Vec<_> = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
    store(&files).map_err(thrown)
}

/// Reads a result file: `head`, a `ResultHead`; `clip`, a `ClipHead` with its values as `data`; `attacked`, a
/// `Float32Array`, or null.
///
/// # Errors
/// Throws if a part is missing or not valid; the message names it.
#[wasm_bindgen(js_name = readResult)]
pub fn read_result(bytes: &[u8]) -> Result<Object, JsValue> {
    let result = result_file::read(bytes).map_err(thrown)?;
    let head = ResultHead::parse(&result.head).map_err(|e| thrown(e.at("result.json")))?;
    let read = Object::new();
    set(&read, "head", to_js(&head)?);
    set(&read, "clip", object(&result.clip)?);
    set(&read, "attacked", result.attacked.map_or(JsValue::NULL, |v| Float32Array::from(v.as_slice()).into()));
    Ok(read)
}
