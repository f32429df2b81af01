//! What crosses between the engine module and the worker. `web/src/engine/protocol.ts` mirrors these types one to one.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::contract::ModelEntry;
use crate::contract::report::{Ranked, top};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};

/// Which device the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The GPU where it is right and faster; the CPU otherwise.
    Auto,
    /// WebGPU, whatever it is.
    Webgpu,
    /// The CPU backend.
    Cpu,
}

/// Where the engine computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// WebGPU.
    Webgpu,
    /// The CPU backend in WebAssembly.
    Cpu,
}

/// The device in use, and why this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backend {
    /// GPU or CPU.
    pub kind: BackendKind,
    /// The GPU's name, or the CPU backend's.
    pub name: String,
    /// Why it was chosen, a sentence for the user.
    pub reason: String,
    /// Is it a GPU that is emulated on the CPU?
    pub software: bool,
    /// The latest comparison of GPU and CPU; none where only the CPU is used.
    pub parity: Option<Parity>,
}

/// The GPU's answers beside the CPU's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parity {
    /// Relative L2 distance of the logits.
    pub logits: f32,
    /// Relative L2 distance of the gradient to the input.
    pub gradient: f32,
    /// Both must stay below it.
    pub tolerance: f32,
    /// Do they?
    pub ok: bool,
    /// Milliseconds of one forward and one gradient on the GPU, its shaders compiled before.
    pub gpu_ms: f64,
    /// The same on the CPU.
    pub cpu_ms: f64,
}

/// An error as the page sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// [`Error::kind`]; "engine" for a crash of the module itself.
    pub kind: String,
    /// For a person.
    pub message: String,
}

/// What a model makes of a clip; all probabilities travel as a `Float32Array` beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct RecognitionHead {
    top: Vec<Ranked>,
}

/// A network from a visitor's files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadedWeights {
    /// What it is, every question answered.
    pub entry: ModelEntry,
    /// The device may have changed.
    pub backend: Backend,
}

/// Memory held, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// WebAssembly's linear memory (it never shrinks).
    pub wasm: f64,
    /// Reserved on the GPU; none on the CPU backend.
    pub gpu: Option<f64>,
    /// Live allocations on the GPU.
    pub gpu_allocations: Option<f64>,
}

/// The head of a clip; its numbers travel as a `Float32Array` beside it.
#[derive(Deserialize)]
struct ClipHead {
    layout: LayoutId,
    fps: f32,
    frames: usize,
    people: usize,
    label: Option<String>,
}

/// Reads the page's `Clip` object: `{ layout, fps, frames, people, label, data: Float32Array (T,M,V,C) }`.
///
/// # Errors
/// A format error where a field is missing or the numbers are no clip.
pub fn clip(value: &JsValue) -> Result<Sequence> {
    let head: ClipHead = from_js(value).map_err(|e| Error::format(e).at("clip"))?;
    let data = super::adapter::get(value, "data");
    let data =
        data.dyn_ref::<js_sys::Float32Array>().ok_or_else(|| Error::format("no Float32Array").at("clip.data"))?;
    let mut clip = Sequence::new(head.layout, head.fps, head.frames, head.people, data.to_vec())?;
    clip.label = head.label;
    Ok(clip)
}

/// A plain object to a serde value; the message names the field.
///
/// # Errors
/// What does not fit.
pub fn from_js<T: serde::de::DeserializeOwned>(value: &JsValue) -> std::result::Result<T, String> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|e| e.to_string())
}

/// A serde value to a plain object: none becomes null, maps become objects.
///
/// # Errors
/// The serializer's own.
pub fn to_js<T: Serialize>(value: &T) -> std::result::Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(Into::into)
}

/// An error as the page catches it: a plain `{ kind, message }`.
pub fn thrown(error: &Error) -> JsValue {
    let message = ErrorMessage { kind: error.kind().into(), message: error.to_string() };
    to_js(&message).unwrap_or_else(|_| JsValue::from_str(&message.message))
}

/// Probabilities, (classes), as the page's `Recognition`: `{ probabilities: Float32Array, top }`.
///
/// # Errors
/// The serializer's own.
pub fn recognition(probabilities: &[f32]) -> std::result::Result<JsValue, JsValue> {
    let value = to_js(&RecognitionHead { top: top(probabilities, 5) })?;
    js_sys::Reflect::set(&value, &"probabilities".into(), &js_sys::Float32Array::from(probabilities))?;
    Ok(value)
}
