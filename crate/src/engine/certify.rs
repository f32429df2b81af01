//! The certified radius of a clip: a vote of the network over noise, taken step by step.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::{from_js, thrown, to_js};
use super::running::RunningVote;
use crate::attack::noise::{Filter, Noise};
use crate::contract::certificate::{CertificateOrder, CertificateStep, CertifiedAnswer};
use crate::defence::certificate::{Sampling, Vote, offset};
use crate::error::{Error, Result};

/// Clips with noise that a GPU recognises in one pass. A CPU takes one after the other.
const TOGETHER: usize = 16;

#[wasm_bindgen]
impl Engine {
    /// Prepares the vote on a clip (`Clip`) by a `CertificateOrder`; `attacked` are its attacked values, (T, M, V, C),
    /// or empty. It replaces a vote before; attacks stay.
    ///
    /// # Errors
    /// A config error that names the setting, a format error for a bad clip or values of another shape.
    #[wasm_bindgen(js_name = beginCertificate)]
    pub fn begin_certificate(&self, clip: &JsValue, attacked: &Float32Array, order: &JsValue) -> Thrown<()> {
        let order = from_js(order).map_err(|e| thrown(&Error::config(e).at("certificate")))?;
        let vote = self.vote_on(clip, &attacked.to_vec(), order).map_err(|e| thrown(&e))?;
        self.vote.replace(Some(vote));
        Ok(())
    }

    /// Counts some draws more, a `CertificateStep`.
    ///
    /// # Errors
    /// A device error; a config error if no vote runs or it is over.
    #[wasm_bindgen(js_name = stepCertificate)]
    pub async fn step_certificate(&self) -> Thrown<JsValue> {
        let step = self.vote_further().await.map_err(|e| thrown(&e))?;
        to_js(&step)
    }

    /// Drops the vote.
    #[wasm_bindgen(js_name = endCertificate)]
    pub fn end_certificate(&self) {
        self.vote.take();
    }
}

impl Engine {
    fn vote_on(&self, clip: &JsValue, attacked: &[f32], order: CertificateOrder) -> Result<RunningVote> {
        let (model, clip) = self.model_and_clip(clip)?;
        model.accepts(&clip)?;
        let noise = Noise { deviation: order.deviation, cutoff: Some(order.cutoff) };
        noise.validate()?;
        let filter = Filter::new(noise, &clip);
        let reached = match attacked.len() {
            0 => None,
            n if n == clip.data().len() => {
                let change: Vec<f32> = attacked.iter().zip(clip.data()).map(|(a, b)| a - b).collect();
                Some(filter.length(&clip, &change)).filter(|length| length.is_finite())
            }
            n => return Err(Error::format(format!("has {n} values, not {}", clip.data().len())).at("attacked")),
        };
        let CertificateOrder { select, draws: estimate, alpha, seed, .. } = order;
        let vote = Vote::new(model.entry.classes.len(), &clip, filter, Sampling { select, estimate, alpha, seed })?;
        Ok(RunningVote { vote, of: select + estimate, reached })
    }

    /// Takes the vote out during a step, so that no cell is borrowed while its promise is pending.
    async fn vote_further(&self) -> Result<CertificateStep> {
        let (running, model) = (self.vote.take(), self.model()?);
        let running = running.filter(|running| !running.vote.done());
        let mut running = running.ok_or_else(|| Error::config("no vote is running; begin one first"))?;
        let step = running.vote.step(&*model, if self.on_gpu() { TOGETHER } else { 1 }).await;
        let step = self.with_device_error(step).await;
        let vote = &running.vote;
        let certificate = vote.certificate().map(|c| CertifiedAnswer {
            class: c.class,
            probability: c.probability,
            radius: c.radius,
            offset: offset(vote.clip(), vote.filter(), c.radius),
        });
        let report = CertificateStep { drawn: vote.drawn(), of: running.of, certificate, reached: running.reached };
        self.vote.replace(Some(running));
        step.map(|()| report)
    }
}
