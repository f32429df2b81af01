//! The engine's running attacks: one, or several that take their steps together.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::adapter::get;
use super::handle::{Engine, Thrown};
use super::messages::{self, from_js, thrown, to_js};
use crate::attack::{Attack, AttackConfig, batch};
use crate::error::{Error, Result};

#[wasm_bindgen]
impl Engine {
    /// Prepares an attack on each clip (`Clip`) with the settings (`AttackConfig`) at its index. They replace the
    /// attacks before. In the calls below, `which` names an attack by its index here.
    ///
    /// # Errors
    /// A config error that names the setting, a format error for a bad clip.
    #[wasm_bindgen(js_name = beginAttacks)]
    pub fn begin_attacks(&self, clips: Vec<JsValue>, configs: Vec<JsValue>) -> Thrown<()> {
        self.begin(&clips, &configs).map_err(|e| thrown(&e))
    }

    /// Lets an attack that has taken no step begin at `data`, (T, M, V, C), projected onto its constraints.
    ///
    /// # Errors
    /// A config error if there is no such attack, or the values do not fit its clip.
    #[wasm_bindgen(js_name = startAttackAt)]
    pub fn start_attack_at(&self, which: usize, data: Vec<f32>) -> Thrown<()> {
        let mut attacks = self.attacks.list.borrow_mut();
        let none = || Error::config(format!("attack {} is not there", which + 1));
        let started = attacks.get_mut(which).ok_or_else(none).and_then(|attack| attack.start_at(data));
        started.map_err(|e| thrown(&e))
    }

    /// Up to `count` steps of the attacks `which`, together; a CPU takes one ([`batch::steps`]). Returns an array with
    /// the `StepReport`s of each attack, empty for attacks that are not in `which`.
    ///
    /// # Errors
    /// A device error; a config error if there is no attack, one has no step left, or their clips differ in shape.
    #[wasm_bindgen(js_name = stepAttacks)]
    pub async fn step_attacks(&self, which: Vec<usize>, count: usize) -> Thrown<JsValue> {
        let steps = async |attacks: &mut [Attack]| {
            let mut reports = vec![Vec::new(); attacks.len()];
            let chosen = attacks.iter_mut().zip(&mut reports).enumerate().filter(|(i, _)| which.contains(i));
            let (mut chosen, slots): (Vec<_>, Vec<_>) = chosen.map(|(_, pair)| pair).unzip();
            let taken = batch::steps(&mut chosen, count).await?;
            slots.into_iter().zip(taken).for_each(|(slot, taken)| *slot = taken);
            Ok(reports)
        };
        to_js(&self.with_attacks(steps).await.map_err(|e| thrown(&e))?)
    }

    /// V' of an attack, (T, M, V, C), in the layout's unit; empty if there is no such attack.
    #[wasm_bindgen(js_name = perturbedOf)]
    pub fn perturbed_of(&self, which: usize) -> Float32Array {
        let attacks = self.attacks.list.borrow();
        attacks.get(which).map_or_else(|| Float32Array::new_with_length(0), |attack| attack.perturbed().into())
    }

    /// The iterate that an attack would return if it ended now, (T, M, V, C); empty where that is the last one.
    #[wasm_bindgen(js_name = bestOf)]
    pub fn best_of(&self, which: usize) -> Float32Array {
        let attacks = self.attacks.list.borrow();
        let best = attacks.get(which).and_then(Attack::best);
        best.map_or_else(|| Float32Array::new_with_length(0), |(_, x)| x.into())
    }

    /// The updates that led to the iterate of `bestOf`; none where that is empty.
    #[wasm_bindgen(js_name = bestUpdates)]
    pub fn best_updates(&self, which: usize) -> Option<usize> {
        let attacks = self.attacks.list.borrow();
        attacks.get(which).and_then(Attack::best).map(|(updates, _)| updates)
    }

    /// The model's answer to each attack's V', an array of `Recognition`s.
    ///
    /// # Errors
    /// A device error; a config error if there is no attack, or their clips differ in shape.
    #[wasm_bindgen(js_name = recogniseAttacks)]
    pub async fn recognise_attacks(&self) -> Thrown<Vec<JsValue>> {
        let recognise = async |attacks: &mut [Attack]| batch::recognise(&attacks.iter().collect::<Vec<_>>()).await;
        let answers = self.with_attacks(recognise).await.map_err(|e| thrown(&e))?;
        answers.iter().map(|probabilities| messages::recognition(probabilities)).collect()
    }

    /// Changes the settings of an attack from the next step on.
    ///
    /// # Errors
    /// A config error that names the setting, or if there is no such attack; the old settings then stay.
    #[wasm_bindgen(js_name = configureAttack)]
    pub fn configure_attack(&self, which: usize, config: JsValue) -> Thrown<()> {
        self.configure(which, &config).map_err(|e| thrown(&e))
    }

    /// Drops all attacks.
    #[wasm_bindgen(js_name = endAttacks)]
    pub fn end_attacks(&self) {
        self.attacks.clear();
        // A lost GPU has no memory to clean up.
        if self.active.borrow().check().is_ok() {
            self.active.borrow().device.memory_cleanup();
        }
    }
}

impl Engine {
    fn begin(&self, clips: &[JsValue], configs: &[JsValue]) -> Result<()> {
        if clips.is_empty() || clips.len() != configs.len() {
            let cause = format!("{} clips and {} settings; give one of each per attack", clips.len(), configs.len());
            return Err(Error::config(cause).at("attacks"));
        }
        let attacks = clips.iter().zip(configs).map(|(clip, config)| self.attack(clip, config));
        let attacks = attacks.collect::<Result<_>>()?;
        self.attacks.clear();
        self.attacks.list.replace(attacks);
        Ok(())
    }

    pub(super) fn attack(&self, clip: &JsValue, config: &JsValue) -> Result<Attack> {
        let config = settings(config)?;
        let id = get(clip, "id").as_string();
        let clip = messages::clip(clip)?;
        let natural = self.natural.borrow();
        let usable =
            natural.iter().filter(|(other, c)| Some(other) != id.as_ref() && c.layout().id == clip.layout().id);
        let usable: Vec<_> = usable.map(|(_, c)| c.clone()).collect();
        Attack::new(self.model()?, &clip, &usable, config)
    }

    /// Takes the attacks out during a computation, so that no cell is borrowed while its promise is pending.
    async fn with_attacks<T>(&self, compute: impl AsyncFnOnce(&mut [Attack]) -> Result<T>) -> Result<T> {
        let mut attacks = self.attacks.list.take();
        if attacks.is_empty() {
            return Err(Error::config("no attack is running; begin one first"));
        }
        self.attacks.computing.set(attacks.len());
        let result = compute(&mut attacks).await;
        let pending = self.attacks.pending.take();
        let configured = pending.into_iter().try_for_each(|(which, config)| match attacks.get_mut(which) {
            Some(attack) => attack.configure(config),
            None => Ok(()),
        });
        // 0 if they were ended or replaced meanwhile.
        if self.attacks.computing.take() > 0 {
            self.attacks.list.replace(attacks);
        }
        let value = self.with_device_error(result).await?;
        configured.map(|()| value)
    }

    fn configure(&self, which: usize, config: &JsValue) -> Result<()> {
        let config = settings(config)?;
        if let Some(attack) = self.attacks.list.borrow_mut().get_mut(which) {
            return attack.configure(config);
        }
        if which >= self.attacks.computing.get() {
            return Err(Error::config(format!("attack {} is not running", which + 1)));
        }
        let model = self.model()?;
        config.validate(model.entry.layout.layout(), model.entry.classes.len())?;
        self.attacks.pending.borrow_mut().push((which, config));
        Ok(())
    }
}

fn settings(config: &JsValue) -> Result<AttackConfig> {
    from_js(config).map_err(|e| Error::config(e).at("settings"))
}
