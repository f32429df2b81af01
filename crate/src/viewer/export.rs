//! What TypeScript sees of the viewer. `web/src/viewer/viewer.ts` wraps it and `web/src/viewer/types.ts` names its types.

use super::panel::View;
use super::scene::Scene;
use super::stage::Stage;
use super::views;
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};
use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, WebGl2RenderingContext, WebGlContextAttributes};

/// Runs once when the module is there: a panic becomes a readable message in the console.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// An error as TypeScript gets it: a JavaScript `Error` that also has a `kind`.
pub(super) fn thrown(e: Error) -> JsValue {
    let error = js_sys::Error::new(&e.to_string());
    set(&error, "kind", e.kind());
    error.into()
}

/// Sets a field of an object that we have just made: that cannot fail.
pub(super) fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &key.into(), &value.into());
}

/// A clip from its parts as they stand in TypeScript's `Clip`.
pub(super) fn clip(layout: &str, fps: f32, frames: usize, people: usize, data: &Float32Array) -> Result<Sequence> {
    let id = LayoutId::parse(layout).ok_or_else(|| Error::config(format!("there is no layout {layout:?}")))?;
    Sequence::new(id, fps, frames, people, data.to_vec())
}

/// The stage on a canvas.
#[wasm_bindgen]
pub struct ViewerCore {
    stage: Stage,
    canvas: HtmlCanvasElement,
    /// None while the WebGL context is lost.
    scene: Option<Scene>,
    dpr: f32,
}

#[wasm_bindgen]
impl ViewerCore {
    /// Takes the canvas's WebGL2 context.
    ///
    /// # Errors
    /// Throws where there is no WebGL2.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: HtmlCanvasElement) -> std::result::Result<ViewerCore, JsValue> {
        let scene = context(&canvas).and_then(Scene::new).map_err(thrown)?;
        Ok(Self { stage: Stage::default(), canvas, scene: Some(scene), dpr: 1.0 })
    }

    /// Lets go of everything on the GPU, whose context is lost. To be called while it is: what a context that came back is asked
    /// to delete is not its own.
    pub fn lose(&mut self) {
        self.scene = None;
    }

    /// Makes everything on the GPU again, after its context came back. The stage is as it was left.
    ///
    /// # Errors
    /// Throws where the context is still lost.
    pub fn restore(&mut self) -> std::result::Result<(), JsValue> {
        self.scene = Some(context(&self.canvas).and_then(Scene::new).map_err(thrown)?);
        Ok(())
    }

    /// Shows a clip; its perturbed one goes.
    ///
    /// # Errors
    /// Throws where the values do not make a clip.
    #[wasm_bindgen(js_name = setClip)]
    pub fn set_clip(
        &mut self,
        layout: &str,
        fps: f32,
        frames: usize,
        people: usize,
        data: &Float32Array,
    ) -> std::result::Result<(), JsValue> {
        self.stage.set_clip(Some(clip(layout, fps, frames, people, data).map_err(thrown)?));
        Ok(())
    }

    /// Shows nothing.
    #[wasm_bindgen(js_name = clearClip)]
    pub fn clear_clip(&mut self) {
        self.stage.set_clip(None);
    }

    /// Shows the perturbed values, or none.
    ///
    /// # Errors
    /// Throws where they do not have the clip's shape.
    #[wasm_bindgen(js_name = setPerturbed)]
    pub fn set_perturbed(&mut self, data: Option<Float32Array>) -> std::result::Result<(), JsValue> {
        self.stage.set_perturbed(data.map(|d| d.to_vec())).map_err(thrown)
    }

    /// How the clips stand together: "overlay", "side" or "film".
    ///
    /// # Errors
    /// Throws where there is no such view.
    #[wasm_bindgen(js_name = setView)]
    pub fn set_view(&mut self, view: &str) -> std::result::Result<(), JsValue> {
        self.stage.options.view = match view {
            "overlay" => View::Overlay,
            "side" => View::Side,
            "film" => View::Film,
            other => return Err(thrown(Error::config(format!("there is no view {other:?}")))),
        };
        Ok(())
    }

    /// Factor on the difference, from 0 to 100.
    #[wasm_bindgen(js_name = setMagnify)]
    pub fn set_magnify(&mut self, factor: f32) {
        self.stage.options.magnify = if factor.is_finite() { factor.clamp(0.0, 100.0) } else { 1.0 };
    }

    /// Joints of the attack region, or none for all of them.
    #[wasm_bindgen(js_name = setRegion)]
    pub fn set_region(&mut self, joints: Option<Vec<u32>>) {
        self.stage.options.region = joints.map(|j| j.into_iter().map(|j| j as usize).collect());
    }

    /// Draw the recent paths?
    #[wasm_bindgen(js_name = setTrails)]
    pub fn set_trails(&mut self, on: bool) {
        self.stage.options.trails = on;
    }

    /// Show the clip as it was?
    #[wasm_bindgen(js_name = setShowClean)]
    pub fn set_show_clean(&mut self, on: bool) {
        self.stage.options.show_clean = on;
    }

    /// Show the clip after the attack?
    #[wasm_bindgen(js_name = setShowPerturbed)]
    pub fn set_show_perturbed(&mut self, on: bool) {
        self.stage.options.show_perturbed = on;
    }

    /// Is the background dark?
    #[wasm_bindgen(js_name = setDark)]
    pub fn set_dark(&mut self, on: bool) {
        self.stage.options.dark = on;
    }

    /// Are joints being picked?
    #[wasm_bindgen(js_name = setPicking)]
    pub fn set_picking(&mut self, on: bool) {
        self.stage.options.picking = on;
    }

    /// Goes to a frame, which may be fractional.
    #[wasm_bindgen(js_name = setFrame)]
    pub fn set_frame(&mut self, frame: f32) {
        self.stage.set_frame(frame);
    }

    /// Turns the scene under a drag of so many CSS pixels.
    pub fn orbit(&mut self, dx: f32, dy: f32) {
        self.stage.move_camera(|c| c.orbit(dx, dy));
    }

    /// Shifts the picture by CSS pixels.
    pub fn pan(&mut self, dx: f32, dy: f32) {
        self.stage.pan(dx, dy);
    }

    /// Enlarges the picture by a factor.
    pub fn zoom(&mut self, factor: f32) {
        self.stage.move_camera(|c| c.magnify(factor));
    }

    /// Back to the first view.
    #[wasm_bindgen(js_name = resetCamera)]
    pub fn reset_camera(&mut self) {
        self.stage.reset_camera();
    }

    /// The view in words.
    #[wasm_bindgen(js_name = describeCamera)]
    pub fn describe_camera(&self) -> String {
        self.stage.camera().describe(self.stage.flat())
    }

    /// The joint under a CSS pixel.
    pub fn pick(&self, x: f32, y: f32) -> Option<usize> {
        views::pick(&self.stage, x, y)
    }

    /// The canvas's size in CSS pixels, and how many device pixels there are to one.
    pub fn resize(&mut self, width: f32, height: f32, dpr: f32) {
        self.stage.resize(width, height);
        self.dpr = if dpr.is_finite() { dpr.clamp(0.25, 8.0) } else { 1.0 };
        let device = |css: f32| ((css * self.dpr).round() as u32).max(1);
        self.canvas.set_width(device(width));
        self.canvas.set_height(device(height));
    }

    /// Draws the stage, unless the context is lost.
    ///
    /// # Errors
    /// Throws where WebGL2 fails.
    pub fn draw(&self) -> std::result::Result<(), JsValue> {
        let (width, height) = (self.canvas.width(), self.canvas.height());
        match &self.scene {
            Some(scene) => scene.draw(&self.stage, width, height, self.dpr).map_err(thrown),
            None => Ok(()),
        }
    }
}

/// The canvas's WebGL2 context, transparent and smoothed.
fn context(canvas: &HtmlCanvasElement) -> Result<WebGl2RenderingContext> {
    let attributes = WebGlContextAttributes::new();
    attributes.set_alpha(true);
    attributes.set_antialias(true);
    attributes.set_premultiplied_alpha(true);
    canvas
        .get_context_with_context_options("webgl2", &attributes)
        .ok()
        .flatten()
        .and_then(|c| c.dyn_into::<WebGl2RenderingContext>().ok())
        .ok_or_else(|| Error::device("this browser has no WebGL2, which draws the figure"))
}
