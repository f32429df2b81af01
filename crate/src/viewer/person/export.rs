//! The person's calls for TypeScript. `web/src/body/studio.ts` wraps them.

use super::asset::Body;
use super::channel::{Channel, Filmed};
use super::closeness;
use super::film::{Film, Take};
use super::look::Look;
use super::recover::{self, Fit, Moments};
use super::scene::{PersonScene, Picture};
use super::skin::Corners;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;
use crate::viewer::export::{clip, context, thrown};
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

/// A person on a canvas.
#[wasm_bindgen]
pub struct PersonCore {
    canvas: HtmlCanvasElement,
    body: Body,
    corners: Corners,
    /// None while the WebGL context is lost.
    scene: Option<PersonScene>,
    film: Option<Film>,
}

#[wasm_bindgen]
impl PersonCore {
    /// Takes the canvas's WebGL2 context and the bytes of the body.
    ///
    /// # Errors
    /// Throws if the browser has no WebGL2, or the bytes are no body.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: HtmlCanvasElement, bytes: &[u8]) -> std::result::Result<PersonCore, JsValue> {
        let body = Body::read(bytes).map_err(thrown)?;
        let corners = Corners::of(&body);
        let scene = context(&canvas).and_then(|c| PersonScene::new(c, &corners)).map_err(thrown)?;
        Ok(Self { canvas, body, corners, scene: Some(scene), film: None })
    }

    /// Drops everything on the GPU after its context was lost, before the context is restored.
    pub fn lose(&mut self) {
        self.scene = None;
    }

    /// Creates everything on the GPU again after its context was restored.
    ///
    /// # Errors
    /// Throws if the context is still lost.
    pub fn restore(&mut self) -> std::result::Result<(), JsValue> {
        let scene = context(&self.canvas).and_then(|c| PersonScene::new(c, &self.corners));
        self.scene = Some(scene.map_err(thrown)?);
        Ok(())
    }

    /// Films a clip and, if given, its perturbed values, (T, M, V, C). `seed` draws body, clothes, light and room;
    /// `yaw` is the camera's angle from the front in degrees, positive towards the person's left.
    ///
    /// # Errors
    /// Throws if the values do not make a clip, or no body can follow it.
    #[allow(clippy::too_many_arguments)]
    pub fn film(
        &mut self,
        layout: &str,
        fps: f32,
        frames: usize,
        people: usize,
        data: &Float32Array,
        perturbed: Option<Float32Array>,
        seed: u32,
        yaw: f32,
    ) -> std::result::Result<(), JsValue> {
        let make = || {
            let clean = clip(layout, fps, frames, people, data)?;
            let perturbed = perturbed.map(|p| clean.with_data(p.to_vec())).transpose()?;
            let yaw = if yaw.is_finite() { yaw.to_radians() } else { 0.0 };
            Film::new(&self.body, clean, perturbed, Look::of(u64::from(seed)), yaw)
        };
        self.film = Some(make().map_err(thrown)?);
        Ok(())
    }

    /// Draws a frame, which may be fractional, of the "clean" clip, of the "perturbed" one, or of "both" side by side.
    /// Each picture is a square of the canvas's height.
    ///
    /// # Errors
    /// Throws for another word, before `film`, or if WebGL2 fails.
    pub fn draw(&self, frame: f32, takes: &str) -> std::result::Result<(), JsValue> {
        let takes: &[Take] = match takes {
            "clean" => &[Take::Clean],
            "perturbed" => &[Take::Perturbed],
            "both" => &[Take::Clean, Take::Perturbed],
            other => {
                let cause = format!("unknown {other:?}: use \"clean\", \"perturbed\" or \"both\"");
                return Err(thrown(Error::config(cause)));
            }
        };
        let film = self.filmed().map_err(thrown)?;
        let Some(scene) = &self.scene else { return Ok(()) };
        let (width, height) = (self.canvas.width(), self.canvas.height());
        let people: Vec<_> = takes.iter().map(|take| film.person(*take, frame)).collect();
        let pictures: Vec<Picture> = people
            .iter()
            .enumerate()
            .map(|(i, person)| Picture {
                left: i as i32 * height as i32,
                studio: &film.studio,
                look: &film.look,
                person: person.as_ref().map(|(surface, spots)| (surface, *spots)),
            })
            .collect();
        scene.draw(&film.body, &self.corners, &pictures, (width, height)).map_err(thrown)
    }

    /// The values (T, 1, 20, 3), Kinect v1, of the clip that landmarks of the filmed person make ([`recover::clip`]).
    ///
    /// # Errors
    /// Throws before `film`, and if instants and landmarks do not fit.
    pub fn recover(&self, at: &[f32], landmarks: &[f32]) -> std::result::Result<Vec<f32>, JsValue> {
        let film = self.filmed().map_err(thrown)?;
        let (fps, frames) = (film.clean().fps, film.clean().frames());
        let found = recover::clip(&film.studio, fps, frames, at, landmarks).map_err(thrown)?;
        Ok(found.data().to_vec())
    }

    /// The sums of recovered values, (T, 1, 20, 3), and of the clean clip ([`Moments`]).
    ///
    /// # Errors
    /// Throws before `film`, and if the clip is not of Kinect v1 or has other frames.
    pub fn moments(&self, recovered: &[f32]) -> std::result::Result<Vec<f64>, JsValue> {
        let film = self.filmed().map_err(thrown)?;
        let recovered = self.recovered(recovered).map_err(thrown)?;
        let moments = Moments::of(&recovered, film.clean(), film.facing).map_err(thrown)?;
        Ok(moments.numbers().to_vec())
    }

    /// Recovered values without what is constant in the estimator ([`Fit`]), given sums of clean clips.
    ///
    /// # Errors
    /// Throws before `film`, and if the numbers do not fit.
    pub fn fitted(&self, recovered: &[f32], moments: Vec<f64>) -> std::result::Result<Vec<f32>, JsValue> {
        let film = self.filmed().map_err(thrown)?;
        let fit = Moments::from_numbers(moments).map(|m| Fit::of(&m)).map_err(thrown)?;
        let fitted = self.recovered(recovered).and_then(|r| fit.apply(&r, film.facing)).map_err(thrown)?;
        Ok(fitted.data().to_vec())
    }

    /// Mean distance of 13 main joints in metres after the best similarity of each frame, between recovered values and
    /// a clip of Kinect v1 with these values, (T, 1, 20, 3); undefined if no frame shows both.
    ///
    /// # Errors
    /// Throws before `film`, and if the clip is not of Kinect v1 or has other frames.
    #[wasm_bindgen(js_name = jointError)]
    pub fn joint_error(&self, recovered: &[f32], truth: &[f32]) -> std::result::Result<Option<f32>, JsValue> {
        let film = self.filmed().map_err(thrown)?;
        let truth = film.clean().with_data(truth.to_vec()).map_err(thrown)?;
        let recovered = self.recovered(recovered).map_err(thrown)?;
        closeness::mean_error(&truth, &recovered).map_err(thrown)
    }

    /// What comes through of a perturbation, and the noise beside it ([`Channel::numbers`]), from recovered values of
    /// the clean and the attacked film, the attacked values, (T, 1, 20, 3) each, and sums of clean clips; empty if
    /// nothing was perturbed.
    ///
    /// # Errors
    /// Throws before `film`, and if the values do not fit.
    pub fn channel(
        &self,
        recovered: &[f32],
        attacked_recovered: &[f32],
        attacked: &[f32],
        moments: Vec<f64>,
    ) -> std::result::Result<Vec<f64>, JsValue> {
        let film = self.filmed().map_err(thrown)?;
        let fit = Moments::from_numbers(moments).map(|m| Fit::of(&m)).map_err(thrown)?;
        let fitted = |values: &[f32]| self.recovered(values).and_then(|r| fit.apply(&r, film.facing)).map_err(thrown);
        let (seen_clean, seen_attacked) = (fitted(recovered)?, fitted(attacked_recovered)?);
        let attacked = film.clean().with_data(attacked.to_vec()).map_err(thrown)?;
        let filmed =
            Filmed { clean: film.clean(), attacked: &attacked, seen_clean: &seen_clean, seen_attacked: &seen_attacked };
        let channel = Channel::of(&film.studio, filmed).map_err(thrown)?;
        Ok(channel.map_or_else(Vec::new, |channel| channel.numbers().to_vec()))
    }
}

impl PersonCore {
    fn filmed(&self) -> Result<&Film> {
        self.film.as_ref().ok_or_else(|| Error::config("no clip is filmed; call film first"))
    }

    fn recovered(&self, values: &[f32]) -> Result<Sequence> {
        let clean = self.filmed()?.clean();
        Sequence::new(crate::skeleton::LayoutId::KinectV1, clean.fps, clean.frames(), 1, values.to_vec())
    }
}
