//! Compiles the shaders of an attack while nobody waits for them.

use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::thrown;
use crate::attack::{Attack, AttackConfig, Projection};
use crate::error::Result;

#[wasm_bindgen]
impl Engine {
    /// Takes one step of a throw-away attack on a clip (`Clip`) with each projection. A GPU so compiles the shaders of
    /// the first real step ahead of it. Does nothing on the CPU.
    ///
    /// # Errors
    /// As [`Engine::recognise`].
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self, clip: JsValue) -> Thrown<()> {
        if !self.on_gpu() {
            return Ok(());
        }
        let stepped = self.throw_away_steps(&clip).await;
        self.with_device_error(stepped).await.map_err(|e| thrown(&e))
    }
}

impl Engine {
    async fn throw_away_steps(&self, clip: &JsValue) -> Result<()> {
        let (model, clip) = self.model_and_clip(clip)?;
        // The discriminator may learn from any clip here.
        let natural = [clip.clone()];
        for projection in Projection::ALL {
            let config = AttackConfig { projection, ..AttackConfig::default() };
            Attack::new(model.clone(), &clip, &natural, config)?.steps(1).await?;
        }
        Ok(())
    }
}
