//! What crosses between the engine module and the page, apart from settings and reports.

use serde::{Deserialize, Serialize};

use super::manifest::ModelEntry;
use super::report::Ranked;
use crate::skeleton::LayoutId;

/// A clip without its values, which cross as a `Float32Array` beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ClipHead {
    /// Skeleton layout.
    pub layout: LayoutId,
    /// Frames per second.
    pub fps: f32,
    /// Number of frames, T.
    pub frames: usize,
    /// Number of people, M.
    pub people: usize,
    /// Name of its class; none if unknown.
    pub label: Option<String>,
}

/// The recogniser's answer without all its probabilities, which cross as a `Float32Array` beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RecognitionHead {
    /// The five likeliest classes, likeliest first.
    pub top: Vec<Ranked>,
}

/// The device that the user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The GPU if it computes correctly and is faster, else the CPU.
    Auto,
    /// WebGPU, even if it is slower.
    Webgpu,
    /// The CPU backend.
    Cpu,
}

/// The device that the engine computes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// WebGPU.
    Webgpu,
    /// The CPU backend in WebAssembly.
    Cpu,
}

/// The device in use and the reason for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Backend {
    /// GPU or CPU.
    pub kind: BackendKind,
    /// Name of the GPU or of the CPU backend.
    pub name: String,
    /// Why this device is used, a sentence for the user.
    pub reason: String,
    /// Whether the GPU is emulated on the CPU.
    pub software: bool,
    /// The latest comparison of GPU and CPU; none if only the CPU is used.
    pub parity: Option<Parity>,
}

/// The GPU's results compared with the CPU's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Parity {
    /// Relative L2 distance of the logits.
    pub logits: f32,
    /// Relative L2 distance of the gradient with respect to the input.
    pub gradient: f32,
    /// The bound on both distances.
    pub tolerance: f32,
    /// Whether both distances are within it.
    pub ok: bool,
    /// Milliseconds of one forward and backward pass on the GPU, its shaders compiled before.
    pub gpu_ms: f64,
    /// Milliseconds of one forward and backward pass on the CPU.
    pub cpu_ms: f64,
}

/// An error, as the page catches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ErrorMessage {
    /// A kind of [`crate::Error`]; "engine" for a crash of the module, "network" for a failed download.
    pub kind: String,
    /// Text for people.
    pub message: String,
}

/// A network loaded from the user's weight files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LoadedWeights {
    /// The network, every question answered.
    pub entry: ModelEntry,
    /// The device in use, which may differ from the one before.
    pub backend: Backend,
}

/// Memory in use, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// WebAssembly's linear memory, which never shrinks.
    pub wasm: f64,
    /// Part of it: what the CPU's kernels keep of the weights of frozen networks, without the helpers' part.
    pub kept: f64,
    /// Reserved on the GPU; none on the CPU backend.
    pub gpu: Option<f64>,
    /// Number of live allocations on the GPU; none on the CPU backend.
    pub gpu_allocations: Option<f64>,
}
