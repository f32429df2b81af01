//! The search for the smallest epsilon, which takes the place of a single attack.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::{thrown, to_js};
use crate::attack::smallest::Smallest;
use crate::contract::bisection::SearchStep;
use crate::error::{Error, Result};

#[wasm_bindgen]
impl Engine {
    /// Prepares a search on a clip (`Clip`) with the settings (`AttackConfig`). It replaces a search before; attacks
    /// stay.
    ///
    /// # Errors
    /// A config error that names the setting, a format error for a bad clip.
    #[wasm_bindgen(js_name = beginSearch)]
    pub fn begin_search(&self, clip: &JsValue, config: &JsValue) -> Thrown<()> {
        let search = self.attack(clip, config).and_then(Smallest::new).map_err(|e| thrown(&e))?;
        self.search.replace(Some(search));
        Ok(())
    }

    /// A step of the search, a `SearchStep`.
    ///
    /// # Errors
    /// A device error; a config error if there is no search or it is over.
    #[wasm_bindgen(js_name = stepSearch)]
    pub async fn step_search(&self) -> Thrown<JsValue> {
        let step = self.search_on().await.map_err(|e| thrown(&e))?;
        to_js(&step)
    }

    /// The perturbed clip of the smallest epsilon so far, (T, M, V, C), in the layout's unit; empty if there is none.
    #[wasm_bindgen(js_name = searchFound)]
    pub fn search_found(&self) -> Float32Array {
        let search = self.search.borrow();
        search.as_ref().and_then(Smallest::found).map_or_else(|| Float32Array::new_with_length(0), |(_, x)| x.into())
    }

    /// Drops the search.
    #[wasm_bindgen(js_name = endSearch)]
    pub fn end_search(&self) {
        self.search.take();
    }
}

impl Engine {
    /// Takes the search out during a step, so that no cell is borrowed while its promise is pending.
    async fn search_on(&self) -> Result<SearchStep> {
        let search = self.search.take();
        let mut search = search.ok_or_else(|| Error::config("no search is running; begin one first"))?;
        let step = search.step().await;
        self.search.replace(Some(search));
        self.with_device_error(step).await
    }
}
