//! What each joint contributed to the change of the network's answer.

use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::thrown;
use crate::attack::attribution::{Attribution, POINTS, attribute};
use crate::error::Result;

#[wasm_bindgen]
impl Engine {
    /// Attributes the change of the logits of two classes between a clip (`Clip`) and its attacked values,
    /// (T, M, V, C). Returns `{ values: Float32Array (T, M, V), change }`, in logits.
    ///
    /// # Errors
    /// A format error for a bad clip or values of another shape, a config error for the classes, a device error.
    pub async fn attribute(&self, clip: JsValue, attacked: Float32Array, from: usize, to: usize) -> Thrown<Object> {
        let found = self.attributed(&clip, &attacked, [from, to]).await.map_err(|e| thrown(&e))?;
        let object = Object::new();
        Reflect::set(&object, &"values".into(), &Float32Array::from(found.values.as_slice()))?;
        Reflect::set(&object, &"change".into(), &found.change.into())?;
        Ok(object)
    }
}

impl Engine {
    async fn attributed(&self, clip: &JsValue, attacked: &Float32Array, classes: [usize; 2]) -> Result<Attribution> {
        let (model, clip) = self.model_and_clip(clip)?;
        let found = attribute(model.as_ref(), &clip, &attacked.to_vec(), classes, POINTS).await;
        self.with_device_error(found).await
    }
}
