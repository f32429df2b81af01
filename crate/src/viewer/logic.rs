//! Functions of the contract for TypeScript; `web/src/core` wraps them.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::export::{clip, thrown};
use super::json::{from_js, to_js};
use crate::contract::crossmodal::{self, FilmedClip};
use crate::contract::hashes;
use crate::contract::stats::{Middle, Rate};
use crate::contract::{AttackConfig, Peer, StepReport, metrics, sample, step_csv};
use crate::error::Error;

/// The default `AttackConfig`.
///
/// # Errors
/// Never: settings can always be written as JSON.
#[wasm_bindgen(js_name = attackDefaults)]
pub fn attack_defaults() -> Result<JsValue, JsValue> {
    to_js(&AttackConfig::default())
}

/// An `AttackConfig` changed to that of a peer ([`Peer::apply`]).
///
/// # Errors
/// Throws if there is no such peer, or the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = applyPeer)]
pub fn apply_peer(peer: &str, config: JsValue) -> Result<JsValue, JsValue> {
    let unknown = || {
        let ids = Peer::ALL.map(Peer::as_str).join(", ");
        thrown(Error::config(format!("there is no attack {peer:?}; the attacks are {ids}")))
    };
    to_js(&Peer::parse(peer).ok_or_else(unknown)?.apply(settings(config)?))
}

/// The peer that an `AttackConfig` describes ([`Peer::of`]).
///
/// # Errors
/// Throws if the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = peerOf)]
pub fn peer_of(config: JsValue) -> Result<String, JsValue> {
    Ok(Peer::of(&settings(config)?).as_str().into())
}

/// Steps of an attack at most, of all starts together ([`AttackConfig::steps`]).
///
/// # Errors
/// Throws if the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = mostSteps)]
pub fn most_steps(config: JsValue) -> Result<usize, JsValue> {
    Ok(settings(config)?.steps())
}

/// Whether an attack needs other clips beside the attacked one ([`AttackConfig::needs_clips`]).
///
/// # Errors
/// Throws if the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = needsClips)]
pub fn needs_clips(config: JsValue) -> Result<bool, JsValue> {
    Ok(settings(config)?.needs_clips())
}

/// The constraints in force as tables write them ([`AttackConfig::constraints_in_words`]).
///
/// # Errors
/// Throws if the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = constraintsInWords)]
pub fn constraints_in_words(config: JsValue) -> Result<String, JsValue> {
    Ok(settings(config)?.constraints_in_words())
}

/// The stop rule as tables write it ([`crate::contract::Stop::in_words`]).
///
/// # Errors
/// Throws if the settings are not an `AttackConfig`.
#[wasm_bindgen(js_name = stopInWords)]
pub fn stop_in_words(config: JsValue) -> Result<String, JsValue> {
    Ok(settings(config)?.stop.in_words())
}

/// Wilson's 95 % interval of a rate, `[low, high]` ([`Rate::interval`]).
#[wasm_bindgen(js_name = wilsonInterval)]
pub fn wilson_interval(hits: usize, of: usize) -> Vec<f64> {
    let (low, high) = Rate { hits, of }.interval();
    vec![low, high]
}

/// The median of values with its 95 % interval, as tables write it ([`Middle::text`]); a dash without values.
#[wasm_bindgen(js_name = medianInWords)]
pub fn median_in_words(values: Vec<f64>, digits: usize) -> String {
    Middle::of(values).map_or("-".into(), |middle| middle.text(digits))
}

/// Draws `n` clips by seed ([`sample::stratified`]). `classes` is each clip's class; the result is indices into it.
#[wasm_bindgen(js_name = drawClips)]
pub fn draw_clips(classes: &[u32], n: usize, seed: u64) -> Vec<usize> {
    let clips: Vec<(usize, usize)> = classes.iter().enumerate().map(|(clip, &class)| (clip, class as usize)).collect();
    sample::stratified(&clips, n, seed)
}

/// Mean displacement of the seen joints of each frame, (T) ([`metrics::displacement`]).
///
/// # Errors
/// Throws if the values do not make a clip, or the perturbed values are not of its shape.
#[wasm_bindgen]
pub fn displacement(
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
    perturbed: &Float32Array,
) -> Result<Vec<f32>, JsValue> {
    let clean = clip(layout, fps, frames, people, data).map_err(thrown)?;
    let perturbed = perturbed.to_vec();
    if perturbed.len() != clean.data().len() {
        let cause = format!("has {} values; the clip has {}", perturbed.len(), clean.data().len());
        return Err(thrown(Error::config(cause).at("perturbed")));
    }
    Ok(metrics::displacement(&clean, &perturbed))
}

/// The bytes of a clip whose SHA-256 is its hash in rows ([`hashes::hashed`]).
///
/// # Errors
/// Throws if the clip is not valid.
#[wasm_bindgen(js_name = hashedBytes)]
pub fn hashed_bytes(
    layout: &str,
    fps: f32,
    frames: usize,
    people: usize,
    data: &Float32Array,
) -> Result<Vec<u8>, JsValue> {
    Ok(hashes::hashed(&clip(layout, fps, frames, people, data).map_err(thrown)?))
}

/// Clips that went through a camera, `FilmedClip[]`, as rows of `ciasa eval` ([`crossmodal::csv`]).
///
/// # Errors
/// Throws if they are not such clips.
#[wasm_bindgen(js_name = filmedCsv)]
pub fn filmed_as_csv(clips: JsValue) -> Result<String, JsValue> {
    let clips: Vec<FilmedClip> = from_js(clips, "clips")?;
    Ok(crossmodal::csv(&clips))
}

/// The table of clips that went through a camera, `string[][]`: columns, then lines ([`crossmodal::table`]).
///
/// # Errors
/// Throws if they are not such clips.
#[wasm_bindgen(js_name = filmedTable)]
pub fn filmed_table(clips: JsValue) -> Result<JsValue, JsValue> {
    let clips: Vec<FilmedClip> = from_js(clips, "clips")?;
    let answers: Vec<_> = clips.iter().flat_map(FilmedClip::answers).collect();
    let columns = [crossmodal::COLUMNS.map(str::to_owned)];
    to_js(&[&columns[..], &crossmodal::table(&answers)].concat())
}

/// The steps of an attack, `StepReport[]`, as CSV ([`step_csv::table`]).
///
/// # Errors
/// Throws if they are not reports.
#[wasm_bindgen(js_name = stepCsv)]
pub fn steps_as_csv(reports: JsValue, classes: Vec<String>) -> Result<String, JsValue> {
    let reports: Vec<StepReport> = from_js(reports, "reports")?;
    Ok(step_csv::table(&reports, &classes))
}

fn settings(config: JsValue) -> Result<AttackConfig, JsValue> {
    from_js(config, "settings")
}
