//! The attacks of a session: one, or several that take their steps together.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::adapter::get;
use super::handle::Engine;
use super::messages::{self, from_js, thrown, to_js};
use crate::attack::{Attack, AttackConfig, batch};
use crate::error::{Error, Result};

type Thrown<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Engine {
    /// Prepares an attack on a clip (`Clip`) with settings (`AttackConfig`). It replaces the one before.
    ///
    /// # Errors
    /// A config error that names the setting, a format error for a bad clip, a device error.
    #[wasm_bindgen(js_name = beginAttack)]
    pub async fn begin_attack(&self, clip: JsValue, config: JsValue) -> Thrown<()> {
        self.begin(&[clip], &[config]).map_err(|e| thrown(&e))
    }

    /// Prepares an attack on each clip with the settings at its place. They replace those before. [`Engine::steps_of`] takes
    /// their steps.
    ///
    /// # Errors
    /// As [`Engine::begin_attack`].
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
    /// As [`Engine::step`].
    pub async fn steps(&self, count: usize) -> Thrown<JsValue> {
        let reports = self.with_attack(async |attack| attack.steps(count).await).await.map_err(|e| thrown(&e))?;
        to_js(&reports)
    }

    /// Up to `count` steps of the attacks at the places `which`, together ([`batch::steps`]). Gives an array for each of all
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
            let taken = batch::steps(&mut chosen, count).await?;
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
    /// As [`Engine::step`].
    #[wasm_bindgen(js_name = recognisePerturbed)]
    pub async fn recognise_perturbed(&self) -> Thrown<JsValue> {
        let said = self.with_attack(async |attack| attack.recognise().await).await.map_err(|e| thrown(&e))?;
        messages::recognition(&said)
    }

    /// The same of all attacks at once, in an array.
    ///
    /// # Errors
    /// As [`Engine::steps_of`].
    #[wasm_bindgen(js_name = recogniseAll)]
    pub async fn recognise_all(&self) -> Thrown<Vec<JsValue>> {
        let recognise = async |attacks: &mut [Attack]| batch::recognise(&attacks.iter().collect::<Vec<_>>()).await;
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
}

impl Engine {
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
        let value = self.with_device_error(result).await?;
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
