//! The engine as its worker holds it: a device, a model, the attacks under way.

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use js_sys::{Float32Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::adapter::{after, get};
use super::device::{Chosen, Speed};
use super::messages::{self, DeviceChoice, LoadedWeights, Memory, from_js, thrown, to_js};
use super::parity;
use crate::attack::{Attack, AttackConfig, together};
use crate::error::{Error, Result};
use crate::format;
use crate::kernel::Kernels;
use crate::model::{Answers, ModelEntry, Opened, Recogniser};
use crate::skeleton::Sequence;

type Thrown<T> = std::result::Result<T, JsValue>;

/// One engine. Calls that compute return promises; the worker lets one end before it makes the next. Errors are thrown as
/// `{ kind, message }`. No borrow of a cell is held while a promise is pending.
#[wasm_bindgen]
pub struct Session {
    choice: DeviceChoice,
    chosen: RefCell<Chosen>,
    model: RefCell<Option<Arc<Recogniser>>>,
    /// Clips for the discriminator, with their ids.
    natural: RefCell<Vec<(String, Sequence)>>,
    /// One, or several that take their steps together. Absent while a step is under way.
    attacks: RefCell<Vec<Attack>>,
    /// Settings that came while a step was under way.
    pending: RefCell<Option<AttackConfig>>,
}

#[wasm_bindgen]
impl Session {
    /// Starts a device: "auto", "webgpu" or "cpu". A GPU is checked against the CPU before it is used.
    ///
    /// # Errors
    /// A device error where "webgpu" cannot be had, a config error for any other word.
    pub async fn start(choice: JsValue) -> Thrown<Session> {
        let choice = from_js(&choice).map_err(|e| thrown(&Error::config(e).at("device")))?;
        let chosen = started(choice).await.map_err(|e| thrown(&e))?;
        Ok(Self {
            choice,
            chosen: RefCell::new(chosen),
            model: RefCell::default(),
            natural: RefCell::default(),
            attacks: RefCell::default(),
            pending: RefCell::default(),
        })
    }

    /// The device in use, a `Backend`.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn backend(&self) -> Thrown<JsValue> {
        to_js(&self.chosen.borrow().backend)
    }

    /// Loads a model: its entry of the manifest and its weight files (an array of `Uint8Array`). A GPU is compared with the CPU
    /// on this very model, unless it is an emulated one that the user insists on, and the CPU takes over where the GPU is
    /// wrong, or in automatic choice slower. Gives the `Backend`.
    ///
    /// # Errors
    /// A weights error that names the key, a device error.
    #[wasm_bindgen(js_name = loadModel)]
    pub async fn load_model(&self, entry: JsValue, files: Vec<Uint8Array>) -> Thrown<JsValue> {
        let entry: ModelEntry = from_js(&entry).map_err(|e| thrown(&Error::weights(e).at("manifest")))?;
        let files: Vec<Vec<u8>> = files.iter().map(Uint8Array::to_vec).collect();
        let make = |device: &Device| Recogniser::load(entry.clone(), &files, device);
        self.load(make).await.map_err(|e| thrown(&e))?;
        self.backend()
    }

    /// What weight files hold, an `Identified`: nothing is loaded.
    ///
    /// # Errors
    /// A weights error that names the file and the key.
    #[wasm_bindgen(js_name = inspectWeights)]
    pub fn inspect_weights(&self, names: Vec<String>, files: Vec<Uint8Array>) -> Thrown<JsValue> {
        let opened = opened(names, &files).map_err(|e| thrown(&e))?;
        to_js(opened.identified())
    }

    /// Loads weight files with `Answers` to what they leave open. Gives `LoadedWeights`: the network's entry and the
    /// `Backend`. Where it fails, the model before stays.
    ///
    /// # Errors
    /// A weights error that names the file and the key, a config error for an answer, a device error.
    #[wasm_bindgen(js_name = loadWeights)]
    pub async fn load_weights(&self, names: Vec<String>, files: Vec<Uint8Array>, answers: JsValue) -> Thrown<JsValue> {
        let answers: Answers = from_js(&answers).map_err(|e| thrown(&Error::config(e).at("answers")))?;
        let opened = opened(names, &files).map_err(|e| thrown(&e))?;
        self.load(|device| opened.load(&answers, device)).await.map_err(|e| thrown(&e))?;
        let entry = self.model().map_err(|e| thrown(&e))?.entry.clone();
        to_js(&LoadedWeights { entry, backend: self.chosen.borrow().backend.clone() })
    }

    /// What the model makes of a clip, a `Recognition`.
    ///
    /// # Errors
    /// A format error for a bad clip, a config error where model and clip do not fit, a device error.
    pub async fn recognise(&self, clip: JsValue) -> Thrown<JsValue> {
        let probabilities = self.recognise_clip(&clip).await.map_err(|e| thrown(&e))?;
        messages::recognition(&probabilities)
    }

    /// Adds a clip file that the discriminator may learn from.
    ///
    /// # Errors
    /// A format error with the file's name.
    #[wasm_bindgen(js_name = addNatural)]
    pub fn add_natural(&self, id: String, file: &str, bytes: &[u8]) -> Thrown<()> {
        let clip = format::read(bytes, file).map_err(|e| thrown(&e.at(file)))?;
        self.natural.borrow_mut().push((id, clip));
        Ok(())
    }

    /// Prepares an attack on a clip (`Clip`) with settings (`AttackConfig`). It replaces the one before.
    ///
    /// # Errors
    /// A config error that names the setting, a format error for a bad clip, a device error.
    #[wasm_bindgen(js_name = beginAttack)]
    pub async fn begin_attack(&self, clip: JsValue, config: JsValue) -> Thrown<()> {
        self.begin(&[clip], &[config]).map_err(|e| thrown(&e))
    }

    /// Prepares an attack on each clip with the settings at its place. They replace those before. [`Session::steps_of`] takes
    /// their steps.
    ///
    /// # Errors
    /// As [`Session::begin_attack`].
    #[wasm_bindgen(js_name = beginAttacks)]
    pub async fn begin_attacks(&self, clips: Vec<JsValue>, configs: Vec<JsValue>) -> Thrown<()> {
        self.begin(&clips, &configs).map_err(|e| thrown(&e))
    }

    /// One step of the attack. Gives a `StepReport`.
    ///
    /// # Errors
    /// A device error; a config error where there is no attack, or more than one.
    pub async fn step(&self) -> Thrown<JsValue> {
        let report = self.with_attack(async |attack| attack.step().await).await.map_err(|e| thrown(&e))?;
        to_js(&report)
    }

    /// Up to `count` steps of the attack, which a GPU takes in one go ([`Attack::steps`]). Gives their `StepReport`s, in an array.
    ///
    /// # Errors
    /// As [`Session::step`].
    pub async fn steps(&self, count: usize) -> Thrown<JsValue> {
        let reports = self.with_attack(async |attack| attack.steps(count).await).await.map_err(|e| thrown(&e))?;
        to_js(&reports)
    }

    /// Up to `count` steps of the attacks at the places `which`, together ([`together::steps`]). Gives an array for each of all
    /// attacks, with its `StepReport`s.
    ///
    /// # Errors
    /// A device error; a config error where there is no attack, or where their clips differ in shape.
    #[wasm_bindgen(js_name = stepsOf)]
    pub async fn steps_of(&self, which: Vec<usize>, count: usize) -> Thrown<JsValue> {
        let steps = async |attacks: &mut [Attack]| {
            let mut reports = vec![Vec::new(); attacks.len()];
            let chosen = attacks.iter_mut().zip(&mut reports).enumerate().filter(|(i, _)| which.contains(i));
            let (mut chosen, told): (Vec<_>, Vec<_>) = chosen.map(|(_, one)| one).unzip();
            let taken = together::steps(&mut chosen, count).await?;
            told.into_iter().zip(taken).for_each(|(told, taken)| *told = taken);
            Ok(reports)
        };
        to_js(&self.with_attacks(steps).await.map_err(|e| thrown(&e))?)
    }

    /// The last iterate, (T, M, V, C); empty where there is none.
    pub fn perturbed(&self) -> Float32Array {
        self.perturbed_of(0)
    }

    /// The same of the attack at a place.
    #[wasm_bindgen(js_name = perturbedOf)]
    pub fn perturbed_of(&self, which: usize) -> Float32Array {
        let attacks = self.attacks.borrow();
        attacks.get(which).map_or_else(|| Float32Array::new_with_length(0), |a| a.perturbed().into())
    }

    /// What the model makes of the last iterate, a `Recognition`.
    ///
    /// # Errors
    /// As [`Session::step`].
    #[wasm_bindgen(js_name = recognisePerturbed)]
    pub async fn recognise_perturbed(&self) -> Thrown<JsValue> {
        let said = self.with_attack(async |attack| attack.recognise().await).await.map_err(|e| thrown(&e))?;
        messages::recognition(&said)
    }

    /// The same of all attacks at once, in an array.
    ///
    /// # Errors
    /// As [`Session::steps_of`].
    #[wasm_bindgen(js_name = recogniseAll)]
    pub async fn recognise_all(&self) -> Thrown<Vec<JsValue>> {
        let recognise = async |attacks: &mut [Attack]| together::recognise(&attacks.iter().collect::<Vec<_>>()).await;
        let said = self.with_attacks(recognise).await.map_err(|e| thrown(&e))?;
        said.iter().map(|said| messages::recognition(said)).collect()
    }

    /// Other settings of the attack from the next step on.
    ///
    /// # Errors
    /// A config error that names the setting, or where there are several attacks; they go on with those they had.
    pub fn configure(&self, config: JsValue) -> Thrown<()> {
        self.reconfigure(&config).map_err(|e| thrown(&e))
    }

    /// Forgets the attack, or all of them.
    #[wasm_bindgen(js_name = endAttack)]
    pub fn end_attack(&self) {
        self.attacks.take();
        self.pending.take();
        // Not on a GPU that is gone.
        if self.chosen.borrow().check().is_ok() {
            self.chosen.borrow().device.memory_cleanup();
        }
    }

    /// Which kernels GPUs compute with: "small", "large" or "stock". For measurements; a start chooses by the GPU.
    ///
    /// # Errors
    /// A config error for any other word.
    #[wasm_bindgen(js_name = chooseKernels)]
    pub fn choose_kernels(&self, kernels: &str) -> Thrown<()> {
        let kernels =
            Kernels::named(kernels).ok_or_else(|| Error::config("unknown").at(format!("kernels {kernels:?}")));
        kernels.map_err(|e| thrown(&e)).map(Kernels::choose)
    }

    /// Bytes held, a `Memory`.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn memory(&self) -> Thrown<JsValue> {
        const PAGE: f64 = 65536.0;
        let gpu = self.chosen.borrow().device.memory_pool_usage();
        to_js(&Memory {
            wasm: core::arch::wasm32::memory_size(0) as f64 * PAGE,
            gpu: gpu.as_ref().map(|usage| usage.bytes_reserved as f64),
            gpu_allocations: gpu.as_ref().map(|usage| usage.number_allocs as f64),
        })
    }

    /// Destroys the GPU device on purpose; false where there is none.
    #[wasm_bindgen(js_name = loseDevice)]
    pub fn lose_device(&self) -> bool {
        let chosen = self.chosen.borrow();
        chosen.gpu.as_ref().inspect(|gpu| gpu.lose()).is_some()
    }
}

/// Files by name and content, read and understood.
fn opened(names: Vec<String>, files: &[Uint8Array]) -> Result<Opened> {
    let files: Vec<(String, Vec<u8>)> = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
    Opened::read(&files)
}

/// A device that has passed the check that needs no model. Its times say nothing about a model's.
async fn started(choice: DeviceChoice) -> Result<Chosen> {
    let chosen = Chosen::choose(choice).await?;
    if chosen.gpu.is_none() {
        return Ok(chosen);
    }
    let checked = parity::check_small(&chosen.device).await;
    chosen.judged(checked, choice, Speed::Unknown)
}

impl Session {
    /// The model before stays until the new one is there and checked.
    async fn load(&self, make: impl Fn(&Device) -> Result<Recogniser>) -> Result<()> {
        let chosen = self.chosen.borrow().clone();
        let model = make(&chosen.device)?;
        self.end_attack();
        // On an emulated GPU a gradient takes seconds; its kernels are those of the check that it has passed. Whoever insists
        // on one does not wait for more.
        let insisted = chosen.backend.software && self.choice == DeviceChoice::Webgpu;
        let Some(gpu) = chosen.gpu.as_ref().filter(|_| !insisted) else {
            self.model.replace(Some(Arc::new(model)));
            return Ok(());
        };
        gpu.watch(false);
        let on_cpu = make(&Device::flex())?;
        let shape = clip_shape(&on_cpu.entry);
        let checked = parity::check(&|x| model.logits(x), &chosen.device, &|x| on_cpu.logits(x), shape).await;
        let judged = chosen.judged(checked, self.choice, Speed::Measured)?;
        let model = if judged.gpu.is_some() { model } else { on_cpu };
        self.chosen.replace(judged);
        self.model.replace(Some(Arc::new(model)));
        Ok(())
    }

    fn model(&self) -> Result<Arc<Recogniser>> {
        self.model.borrow().clone().ok_or_else(|| Error::config("no model is loaded"))
    }

    /// The plain device in use.
    pub(super) fn device(&self) -> Device {
        self.chosen.borrow().device.clone()
    }

    /// Is it a GPU?
    pub(super) fn on_gpu(&self) -> bool {
        self.chosen.borrow().gpu.is_some()
    }

    /// The model, and a clip of the page that it can read.
    pub(super) fn model_and_clip(&self, clip: &JsValue) -> Result<(Arc<Recogniser>, Sequence)> {
        let (model, clip) = (self.model()?, messages::clip(clip)?);
        let layout = clip.layout();
        if layout.id != model.entry.layout {
            let [has, reads] = [layout.name, model.entry.layout.layout().name];
            return Err(Error::config(format!("the clip's skeleton is {has}; this model reads {reads}")));
        }
        Ok((model, clip))
    }

    async fn recognise_clip(&self, clip: &JsValue) -> Result<Vec<f32>> {
        let (model, clip) = self.model_and_clip(clip)?;
        let probabilities = model.recognise(&clip).await;
        self.honest(probabilities).await
    }

    fn begin(&self, clips: &[JsValue], configs: &[JsValue]) -> Result<()> {
        if clips.is_empty() || clips.len() != configs.len() {
            return Err(Error::config(format!("{} clips and {} settings", clips.len(), configs.len())).at("attacks"));
        }
        let attacks = clips.iter().zip(configs).map(|(clip, config)| self.attack(clip, config));
        let attacks = attacks.collect::<Result<_>>()?;
        self.pending.take();
        self.attacks.replace(attacks);
        Ok(())
    }

    fn attack(&self, clip: &JsValue, config: &JsValue) -> Result<Attack> {
        let config = from_js(config).map_err(|e| Error::config(e).at("settings"))?;
        let id = get(clip, "id").as_string();
        let natural = self.natural.borrow();
        let others = natural.iter().filter(|(other, _)| Some(other) != id.as_ref());
        let clip = messages::clip(clip)?;
        let others: Vec<_> = others.map(|(_, c)| c.clone()).filter(|c| c.layout().id == clip.layout().id).collect();
        Attack::new(self.model()?, &clip, &others, config)
    }

    /// The only attack, for a computation.
    async fn with_attack<T>(&self, compute: impl AsyncFnOnce(&mut Attack) -> Result<T>) -> Result<T> {
        self.with_attacks(async |attacks: &mut [Attack]| compute(only(attacks)?).await).await
    }

    /// Takes the attacks out for the time of a computation, so that no cell is borrowed meanwhile.
    async fn with_attacks<T>(&self, compute: impl AsyncFnOnce(&mut [Attack]) -> Result<T>) -> Result<T> {
        let mut attacks = self.attacks.take();
        if attacks.is_empty() {
            return Err(Error::config("there is no attack under way"));
        }
        let result = compute(&mut attacks).await;
        // The settings have been validated when they came.
        let configured = self.pending.take().map_or(Ok(()), |config| configure(&mut attacks, config));
        self.attacks.replace(attacks);
        let value = self.honest(result).await?;
        configured.map(|()| value)
    }

    fn reconfigure(&self, config: &JsValue) -> Result<()> {
        let config: AttackConfig = from_js(config).map_err(|e| Error::config(e).at("settings"))?;
        let attacks = &mut *self.attacks.borrow_mut();
        if !attacks.is_empty() {
            return configure(attacks, config);
        }
        let model = self.model()?;
        config.validate(model.entry.layout.layout(), model.entry.classes.len())?;
        self.pending.replace(Some(config));
        Ok(())
    }

    /// A failing GPU also lets wrong numbers through, so its own word comes first. The browser says it a moment after
    /// the first computation has failed.
    pub(super) async fn honest<T>(&self, result: Result<T>) -> Result<T> {
        let chosen = self.chosen.borrow().clone();
        if chosen.gpu.is_some() && result.is_err() {
            // A timer does not fail.
            let _ = JsFuture::from(after(50)).await;
        }
        chosen.check()?;
        result
    }
}

/// Other settings of the only attack.
fn configure(attacks: &mut [Attack], config: AttackConfig) -> Result<()> {
    only(attacks)?.configure(config)
}

fn only(attacks: &mut [Attack]) -> Result<&mut Attack> {
    match attacks {
        [attack] => Ok(attack),
        _ => Err(Error::config("several attacks are under way")),
    }
}

/// (N, C, T, V, M) of a clip as the model wants it; a model that takes any length is tried with 64 frames.
fn clip_shape(entry: &ModelEntry) -> [usize; 5] {
    let (layout, frames) = (entry.layout.layout(), if entry.frames > 0 { entry.frames } else { 64 });
    [1, layout.channels(), frames, layout.len(), entry.people]
}
