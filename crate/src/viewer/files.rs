//! Layouts and clip files for TypeScript.

use super::export::{clip, known_layout, set, thrown};
use super::json::to_js;
use crate::contract::LayoutInfo;
use crate::contract::messages::ClipHead;
use crate::error::Error;
use crate::format::{self, Format, Picture, Reading, Unit};
use crate::skeleton::convert::Conversion;
use crate::skeleton::{LayoutId, Sequence};
use js_sys::{Float32Array, Object};
use wasm_bindgen::prelude::*;

/// All layouts, as `LayoutInfo[]`.
///
/// # Errors
/// Never: every layout can be written as JSON.
#[wasm_bindgen]
pub fn layouts() -> Result<JsValue, JsValue> {
    to_js(&LayoutId::ALL.map(|id| LayoutInfo::from(id.layout())))
}

/// Body height of a clip in the layout's unit.
///
/// # Errors
/// Throws if the values do not make a clip.
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

/// Reads a clip's file: a `ClipHead` with its values as `data`, a `Float32Array`, and `warnings`, `ClipWarning[]`.
/// `unit`, an id of [`Unit`], overrules the layout's unit; `wanted` is the layout that the clip will be converted to.
///
/// # Errors
/// Throws if the bytes are not a clip; the message names the line or the field.
#[wasm_bindgen(js_name = parseClip)]
pub fn parse_clip(
    bytes: &[u8],
    file_name: &str,
    unit: Option<String>,
    wanted: Option<String>,
) -> Result<Object, JsValue> {
    let unit = unit_of(unit)?;
    let wanted = wanted.as_deref().map(known_layout).transpose().map_err(thrown)?;
    reading(&format::open_for(bytes, file_name, unit, wanted).map_err(thrown)?)
}

/// The unit of that id.
pub(super) fn unit_of(id: Option<String>) -> Result<Option<Unit>, JsValue> {
    let known = |id: &String| Unit::parse(id).ok_or_else(|| thrown(Error::config(format!("there is no unit {id:?}"))));
    id.as_ref().map(known).transpose()
}

/// The picture of that size.
pub(super) fn picture_of(size: Option<String>) -> Result<Option<Picture>, JsValue> {
    let cause = |size: &str| format!("{size:?} is no size; give width and height in pixels, such as 1920x1080");
    let known = |size: &String| Picture::parse(size).ok_or_else(|| thrown(Error::config(cause(size)).at("size")));
    size.as_ref().map(known).transpose()
}

/// A clip that was read, as TypeScript has it, with `warnings`.
pub(super) fn reading(read: &Reading) -> Result<Object, JsValue> {
    let object = object(&read.clip)?;
    set(&object, "warnings", to_js(&read.warnings)?);
    Ok(object)
}

/// Converts a clip to the layout of that id: a `ClipHead` with its values as `data`.
///
/// # Errors
/// Throws if there is no such layout or conversion, or the values do not make a clip.
#[wasm_bindgen(js_name = convertClip)]
pub fn convert_clip(
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
    label: Option<String>,
    to: &str,
) -> Result<Object, JsValue> {
    let mut clip = clip(layout, fps, frames, people, data).map_err(thrown)?;
    clip.label = label;
    let conversion = known_layout(to).and_then(|to| Conversion::find(clip.layout().id, to)).map_err(thrown)?;
    object(&conversion.apply(&clip).map_err(thrown)?)
}

/// Writes a moved clip into the BVH file that it came from, read in that unit, or as a new BVH file: `bytes`, and
/// `residual`, the largest distance in metres between a joint of the written file and the clip's.
///
/// # Errors
/// Throws if the original is no BVH file, the clip is not of its layout and number of frames, or a new file cannot hold
/// the clip.
#[wasm_bindgen(js_name = writeBvh)]
pub fn write_bvh(
    original: Option<Vec<u8>>,
    unit: Option<String>,
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
) -> Result<Object, JsValue> {
    let clip = clip(layout, fps, frames, people, data).map_err(thrown)?;
    let written = match original {
        Some(original) => format::bvh::write(&original, &clip, unit_of(unit)?),
        None => format::bvh::made(&clip),
    };
    let written = written.map_err(thrown)?;
    let object = Object::new();
    set(&object, "bytes", js_sys::Uint8Array::from(written.bytes.as_slice()));
    set(&object, "residual", written.residual);
    Ok(object)
}

/// A clip as TypeScript has it.
pub(super) fn object(clip: &Sequence) -> Result<Object, JsValue> {
    let head = ClipHead {
        layout: clip.layout().id,
        fps: clip.fps,
        frames: clip.frames(),
        people: clip.people(),
        label: clip.label.clone(),
    };
    let object: Object = to_js(&head)?.unchecked_into();
    set(&object, "data", Float32Array::from(clip.data()));
    Ok(object)
}

/// Writes a clip in the format of that id (`Format::as_str`).
///
/// # Errors
/// Throws for an unknown format, or if the format cannot hold the clip.
#[wasm_bindgen(js_name = writeClip)]
pub fn write_clip(
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
    label: Option<String>,
    format: &str,
) -> Result<Vec<u8>, JsValue> {
    let known = Format::parse(format).ok_or_else(|| thrown(Error::config(format!("unknown format {format:?}"))))?;
    let mut clip = clip(layout, fps, frames, people, data).map_err(thrown)?;
    clip.label = label;
    format::write(&clip, known).map_err(thrown)
}
