//! Lets browsers compile what the first answer and the first attack need, while nobody waits for it.

use burn::tensor::{Device, Tensor};
use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::thrown;
use super::parity::{made_weights, read};
use crate::attack::{Attack, AttackConfig, Projection};
use crate::error::Result;
use crate::model::stgcn::{StGcn, StGcnConfig};
use crate::skeleton::LayoutId;

/// Frames of a rehearsal: enough for a share for each thread.
const FRAMES: usize = 32;

#[wasm_bindgen]
impl Engine {
    /// A forward pass of a small made network on the CPU, for a moment in which the weights of the real one are still
    /// on their way. Browsers compile a function of a module when it is first called, and optimise it when it has run
    /// for a while. Does nothing where a GPU computes, nor once a model is loaded.
    ///
    /// # Errors
    /// None that can happen: the network is made for this.
    pub async fn rehearse(&self) -> Thrown<()> {
        if self.on_gpu() || self.model().is_ok() {
            return Ok(());
        }
        rehearsed(&self.device()).await.map_err(|e| thrown(&e))
    }

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

/// Passes a clip of zeros through blocks of each kind that an ST-GCN has: equal channels, and twice as many.
async fn rehearsed(device: &Device) -> Result<()> {
    let layout = LayoutId::KinectV1;
    let config = StGcnConfig { layout, classes: 4, blocks: vec![(64, 1), (64, 1), (128, 2)] };
    let network = StGcn::new(&config, &made_weights(&config), device)?;
    let (channels, joints) = (layout.layout().channels(), layout.layout().len());
    read(network.forward(Tensor::zeros([1, channels, FRAMES, joints, 1], device))).await.map(drop)
}
