//! The engine as its worker holds it: a device, a model, the running attacks.

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::adapter::after;
use super::device::{ActiveDevice, Speed};
use super::messages::{self, DeviceChoice, LoadedWeights, Memory, from_js, thrown, to_js};
use super::parity;
use super::running::{Attacks, RunningVote};
use crate::attack::smallest::Smallest;
use crate::checkpoint::{Answers, Opened};
use crate::contract::ModelEntry;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::skeleton::Sequence;
use crate::{format, kernel};

/// The result of a call from JavaScript; an error is thrown as `{ kind, message }`.
pub(super) type Thrown<T> = std::result::Result<T, JsValue>;

/// One engine. Calls that compute return promises; the worker waits for one before it makes the next. Errors are thrown
/// as `{ kind, message }`. No cell is borrowed while a promise is pending.
#[wasm_bindgen]
pub struct Engine {
    choice: DeviceChoice,
    pub(super) active: RefCell<ActiveDevice>,
    model: RefCell<Option<Arc<Recogniser>>>,
    /// Clips that discriminators learn from, with their ids.
    pub(super) natural: RefCell<Vec<(String, Sequence)>>,
    pub(super) attacks: Attacks,
    pub(super) search: RefCell<Option<Smallest>>,
    pub(super) vote: RefCell<Option<RunningVote>>,
}

#[wasm_bindgen]
impl Engine {
    /// Starts a device: "auto", "webgpu" or "cpu". A GPU is checked against the CPU before it is used.
    ///
    /// # Errors
    /// A device error if "webgpu" cannot be had, a config error for any other word.
    pub async fn start(choice: JsValue) -> Thrown<Engine> {
        let choice = from_js(&choice).map_err(|e| thrown(&Error::config(e).at("device")))?;
        let active = started(choice).await.map_err(|e| thrown(&e))?;
        Ok(Self {
            choice,
            active: RefCell::new(active),
            model: RefCell::default(),
            natural: RefCell::default(),
            attacks: Attacks::default(),
            search: RefCell::default(),
            vote: RefCell::default(),
        })
    }

    /// The device in use, a `Backend`.
    ///
    /// # Errors
    /// If the value cannot be converted.
    pub fn backend(&self) -> Thrown<JsValue> {
        to_js(&self.active.borrow().backend)
    }

    /// Loads a model from its entry in the manifest and its weight files (an array of `Uint8Array`), and returns the
    /// `Backend`. A GPU is compared with the CPU on this model, unless the user asked for an emulated one. The CPU
    /// takes over if the GPU is wrong or, in automatic choice, slower.
    ///
    /// # Errors
    /// A weights error that names the key, a device error.
    #[wasm_bindgen(js_name = loadModel)]
    pub async fn load_model(&self, entry: JsValue, files: Vec<Uint8Array>) -> Thrown<JsValue> {
        let entry: ModelEntry = from_js(&entry).map_err(|e| thrown(&Error::weights(e).at("manifest")))?;
        let make = |device: &Device| Recogniser::load(entry.clone(), files.iter().map(Uint8Array::to_vec), device);
        self.load(make).await.map_err(|e| thrown(&e))?;
        self.backend()
    }

    /// Identifies the contents of weight files without loading them. Returns an `Identified`.
    ///
    /// # Errors
    /// A weights error that names the file and the key.
    #[wasm_bindgen(js_name = inspectWeights)]
    pub fn inspect_weights(&self, names: Vec<String>, files: Vec<Uint8Array>) -> Thrown<JsValue> {
        let opened = opened(names, &files).map_err(|e| thrown(&e))?;
        to_js(opened.identified())
    }

    /// Loads weight files, with `Answers` to the questions that they leave open. Returns `LoadedWeights`: the network's
    /// entry and the `Backend`. If it fails, the model before stays.
    ///
    /// # Errors
    /// A weights error that names the file and the key, a config error for an answer, a device error.
    #[wasm_bindgen(js_name = loadWeights)]
    pub async fn load_weights(&self, names: Vec<String>, files: Vec<Uint8Array>, answers: JsValue) -> Thrown<JsValue> {
        let answers: Answers = from_js(&answers).map_err(|e| thrown(&Error::config(e).at("answers")))?;
        let opened = opened(names, &files).map_err(|e| thrown(&e))?;
        self.load(|device| opened.load(&answers, device)).await.map_err(|e| thrown(&e))?;
        let entry = self.model().map_err(|e| thrown(&e))?.entry.clone();
        to_js(&LoadedWeights { entry, backend: self.active.borrow().backend.clone() })
    }

    /// The model's answer to a clip (`Clip`), a `Recognition`.
    ///
    /// # Errors
    /// A format error for a bad clip, a config error if the model reads another layout, a device error.
    pub async fn recognise(&self, clip: JsValue) -> Thrown<JsValue> {
        let probabilities = self.recognise_clip(&clip).await.map_err(|e| thrown(&e))?;
        messages::recognition(&probabilities)
    }

    /// Adds a clip file that discriminators may learn from, with the clip's id.
    ///
    /// # Errors
    /// A format error with the file's name.
    #[wasm_bindgen(js_name = addNatural)]
    pub fn add_natural(&self, id: String, file: &str, bytes: &[u8]) -> Thrown<()> {
        let clip = format::read(bytes, file).map_err(|e| thrown(&e.at(file)))?;
        self.natural.borrow_mut().push((id, clip));
        Ok(())
    }

    /// The memory in use, a `Memory`.
    ///
    /// # Errors
    /// If the value cannot be converted.
    pub fn memory(&self) -> Thrown<JsValue> {
        const PAGE: f64 = 65536.0;
        let gpu = self.active.borrow().device.memory_pool_usage();
        to_js(&Memory {
            wasm: core::arch::wasm32::memory_size(0) as f64 * PAGE,
            kept: kernel::kept_weights() as f64,
            gpu: gpu.as_ref().map(|usage| usage.bytes_reserved as f64),
            gpu_allocations: gpu.as_ref().map(|usage| usage.number_allocs as f64),
        })
    }

    /// Destroys the GPU device on purpose, for tests. False if there is none.
    #[wasm_bindgen(js_name = loseDevice)]
    pub fn lose_device(&self) -> bool {
        let active = self.active.borrow();
        active.gpu.as_ref().inspect(|gpu| gpu.lose()).is_some()
    }
}

/// Reads and identifies weight files.
fn opened(names: Vec<String>, files: &[Uint8Array]) -> Result<Opened> {
    let files: Vec<(String, Vec<u8>)> = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
    Opened::read(&files)
}

/// A device that has passed the parity check on a small network, whose times say nothing about a model's.
async fn started(choice: DeviceChoice) -> Result<ActiveDevice> {
    let active = ActiveDevice::choose(choice).await?;
    if active.gpu.is_none() {
        return Ok(active);
    }
    let checked = parity::check_small(&active.device).await;
    active.judged(checked, choice, Speed::Unknown)
}

impl Engine {
    /// Loads a model that `make` builds on a device. The model before stays until the new one is built and checked.
    /// What is kept of its weights goes before that, so that less memory is needed at once.
    async fn load(&self, make: impl Fn(&Device) -> Result<Recogniser>) -> Result<()> {
        let active = self.active.borrow().clone();
        kernel::forget_weights();
        let model = make(&active.device)?;
        self.end_attacks();
        self.end_search();
        self.end_certificate();
        // On an emulated GPU a gradient takes seconds, and the check on a small network has already covered its
        // kernels. A user who asked for one does not wait for a second check.
        let skip = active.backend.software && self.choice == DeviceChoice::Webgpu;
        let Some(gpu) = active.gpu.as_ref().filter(|_| !skip) else {
            self.model.replace(Some(Arc::new(model)));
            return Ok(());
        };
        gpu.watch(false);
        let on_cpu = make(&Device::flex())?;
        let shape = clip_shape(&on_cpu.entry);
        let checked = parity::check(&|x| model.logits(x), &active.device, &|x| on_cpu.logits(x), shape).await;
        let judged = active.judged(checked, self.choice, Speed::Measured)?;
        let model = if judged.gpu.is_some() { model } else { on_cpu };
        self.active.replace(judged);
        self.model.replace(Some(Arc::new(model)));
        Ok(())
    }

    pub(super) fn model(&self) -> Result<Arc<Recogniser>> {
        self.model.borrow().clone().ok_or_else(|| Error::config("no model is loaded; load one first"))
    }

    /// The plain device in use.
    pub(super) fn device(&self) -> Device {
        self.active.borrow().device.clone()
    }

    /// Whether that is a GPU.
    pub(super) fn on_gpu(&self) -> bool {
        self.active.borrow().gpu.is_some()
    }

    /// The model, and a `Clip` that it can read.
    pub(super) fn model_and_clip(&self, clip: &JsValue) -> Result<(Arc<Recogniser>, Sequence)> {
        let (model, clip) = (self.model()?, messages::clip(clip)?);
        let layout = clip.layout();
        if layout.id != model.entry.layout {
            let [has, reads] = [layout.name, model.entry.layout.layout().name];
            return Err(Error::config(format!("the clip's skeleton is {has}, but this model reads {reads}")));
        }
        Ok((model, clip))
    }

    async fn recognise_clip(&self, clip: &JsValue) -> Result<Vec<f32>> {
        let (model, clip) = self.model_and_clip(clip)?;
        let probabilities = model.recognise(&clip).await;
        self.with_device_error(probabilities).await
    }

    /// Replaces a result by the GPU's error, if there is one: a failing GPU may return wrong values. The browser
    /// reports the error a moment after the first failed computation.
    pub(super) async fn with_device_error<T>(&self, result: Result<T>) -> Result<T> {
        let active = self.active.borrow().clone();
        if active.gpu.is_some() && result.is_err() {
            // A timer does not fail.
            let _ = JsFuture::from(after(50)).await;
        }
        active.check()?;
        result
    }
}

/// The shape (N, C, T, V, M) of a clip for the model; 64 frames for a model that takes any number.
fn clip_shape(entry: &ModelEntry) -> [usize; 5] {
    let (layout, frames) = (entry.layout.layout(), if entry.frames > 0 { entry.frames } else { 64 });
    [1, layout.channels(), frames, layout.len(), entry.people]
}
