//! The kernels of an attack, compiled while nobody waits for them.

use wasm_bindgen::prelude::*;

use super::handle::Engine;
use super::messages::thrown;
use crate::attack::{Attack, AttackConfig};
use crate::error::Result;

#[wasm_bindgen]
impl Engine {
    /// Takes a step of an attack on a clip (`Clip`) that nobody sees, so that a GPU has compiled what the first step of a real
    /// one asks for. Nothing is done on the CPU, which has nothing to compile.
    ///
    /// # Errors
    /// As [`Engine::recognise`].
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self, clip: JsValue) -> std::result::Result<(), JsValue> {
        if !self.on_gpu() {
            return Ok(());
        }
        let stepped = self.unseen_step(&clip).await;
        self.with_device_error(stepped).await.map_err(|e| thrown(&e))
    }
}

impl Engine {
    async fn unseen_step(&self, clip: &JsValue) -> Result<()> {
        let (model, clip) = self.model_and_clip(clip)?;
        // Any clip will do for the discriminator to learn from.
        let natural = [clip.clone()];
        Attack::new(model, &clip, &natural, AttackConfig::default())?.steps(1).await.map(drop)
    }
}
