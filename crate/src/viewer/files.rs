//! Layouts and clip files for TypeScript.

use super::export::{clip, thrown};
use crate::skeleton::{Layout, LayoutId};
use js_sys::Float32Array;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

/// All layouts, as `LayoutInfo[]`.
///
/// # Errors
/// Never: the text that is parsed is our own.
#[wasm_bindgen]
pub fn layouts() -> Result<JsValue, JsValue> {
    let all: Vec<Value> = LayoutId::ALL.into_iter().map(|id| info(id.layout())).collect();
    js_sys::JSON::parse(&Value::from(all).to_string())
}

/// `LayoutInfo` of `web/src/viewer/types.ts`.
fn info(l: &Layout) -> Value {
    let regions: Vec<Value> =
        l.regions.iter().map(|r| json!({ "id": r.id, "name": r.name, "joints": r.joints })).collect();
    json!({
        "id": l.id.as_str(),
        "name": l.name,
        "joints": l.joints,
        "parents": l.parents,
        "dims": l.dims,
        "confidence": l.confidence,
        "unit": l.unit,
        "regions": regions,
        // A 32-bit epsilon widened to 64 bits would read 0.05000000074505806.
        "hierarchical": l.hierarchical.iter().map(|e| e.to_string().parse::<f64>().unwrap_or_default()).collect::<Vec<_>>(),
        "mirror": l.mirror,
    })
}

/// Body height of a clip in the layout's unit.
///
/// # Errors
/// Throws where the values do not make a clip.
#[wasm_bindgen(js_name = bodyHeight)]
pub fn body_height(
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
) -> Result<Option<f32>, JsValue> {
    Ok(clip(layout, fps, frames, people, data).map_err(thrown)?.body_height())
}
