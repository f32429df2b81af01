//! Clips of poses that an estimator has found, for TypeScript.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::export::{known_layout, thrown};
use super::files::object;
use crate::error::Error;
use crate::format::mediapipe::{Cut, Video};

/// The clip of what an estimator has found in the pictures of a video ([`Video`]), in the layout of that id: a
/// `ClipHead` with its values as `data`. `cut` is beginning and end in seconds, frames per second, and the smoothing's
/// standard deviation in seconds ([`Cut`]).
///
/// # Errors
/// Throws if nobody is found in the span, the values do not fit each other, or the layout cannot be made.
#[wasm_bindgen(js_name = estimatedClip)]
pub fn estimated_clip(
    times: &[f64],
    counts: &[u32],
    picture: &[f32],
    world: &[f32],
    aspect: f64,
    layout: &str,
    cut: &[f64],
) -> Result<Object, JsValue> {
    let &[start, end, fps, smooth] = cut else {
        return Err(thrown(Error::config(format!("{} numbers; there are four", cut.len())).at("cut")));
    };
    let video = Video { times, counts, picture, world, aspect };
    let cut = Cut { span: [start, end], fps: fps as f32, smooth };
    let to = known_layout(layout).map_err(thrown)?;
    object(&video.clip(to, &cut).map_err(thrown)?)
}
