//! The viewer's calls for TypeScript. `web/src/viewer/viewer.ts` wraps them.

use super::camera::Camera;
use super::panel::View;
use super::scene::Scene;
use super::stage::Stage;
use super::{svg, views};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};
use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, WebGl2RenderingContext, WebGlContextAttributes};

/// Runs once when the module starts: panics become readable messages in the console.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// An error as a JavaScript `Error` with the field `kind`.
pub(super) fn thrown(e: Error) -> JsValue {
    let error = js_sys::Error::new(&e.to_string());
    set(&error, "kind", e.kind());
    error.into()
}

/// Sets a field of a plain object, which cannot fail.
pub(super) fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &key.into(), &value.into());
}

/// The layout of an id.
pub(super) fn known_layout(id: &str) -> Result<LayoutId> {
    LayoutId::parse(id).ok_or_else(|| {
        let ids = LayoutId::ALL.map(LayoutId::as_str).join(", ");
        Error::config(format!("unknown skeleton layout {id:?}; the layouts are {ids}"))
    })
}

/// A clip from the fields of TypeScript's `Clip`.
pub(super) fn clip(layout: &str, fps: f32, frames: usize, people: usize, data: &Float32Array) -> Result<Sequence> {
    Sequence::new(known_layout(layout)?, fps, frames, people, data.to_vec())
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
    /// Throws if the browser has no WebGL2.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: HtmlCanvasElement) -> std::result::Result<ViewerCore, JsValue> {
        let scene = context(&canvas).and_then(Scene::new).map_err(thrown)?;
        Ok(Self { stage: Stage::default(), canvas, scene: Some(scene), dpr: 1.0 })
    }

    /// Drops everything on the GPU after its context was lost. Call it before the context is restored: a restored
    /// context must not delete objects of the lost one.
    pub fn lose(&mut self) {
        self.scene = None;
    }

    /// Creates everything on the GPU again after its context was restored. The stage keeps its state.
    ///
    /// # Errors
    /// Throws if the context is still lost.
    pub fn restore(&mut self) -> std::result::Result<(), JsValue> {
        self.scene = Some(context(&self.canvas).and_then(Scene::new).map_err(thrown)?);
        Ok(())
    }

    /// Shows a clip and drops the perturbed one.
    ///
    /// # Errors
    /// Throws if the values do not make a clip.
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
    /// Throws if there is no clip, or the values do not have its shape.
    #[wasm_bindgen(js_name = setPerturbed)]
    pub fn set_perturbed(&mut self, data: Option<Float32Array>) -> std::result::Result<(), JsValue> {
        self.stage.set_perturbed(data.map(|d| d.to_vec())).map_err(thrown)
    }

    /// Colours the perturbed figure by what each joint contributed, (T, M, V), 0 to 1, or not.
    ///
    /// # Errors
    /// Throws if the values do not have the clip's shape, or are not within 0 and 1.
    #[wasm_bindgen(js_name = setHeat)]
    pub fn set_heat(&mut self, heat: Option<Float32Array>) -> std::result::Result<(), JsValue> {
        self.stage.set_heat(heat.map(|h| h.to_vec())).map_err(thrown)
    }

    /// Chooses how the clips are arranged: "overlay", "side" or "film".
    ///
    /// # Errors
    /// Throws for another name.
    #[wasm_bindgen(js_name = setView)]
    pub fn set_view(&mut self, view: &str) -> std::result::Result<(), JsValue> {
        self.stage.options.view = match view {
            "overlay" => View::Overlay,
            "side" => View::Side,
            "film" => View::Film,
            other => {
                return Err(thrown(Error::config(format!(
                    "unknown view {other:?}: use \"overlay\", \"side\" or \"film\""
                ))));
            }
        };
        Ok(())
    }

    /// Sets the factor on the difference between the clips, 0 to 100.
    #[wasm_bindgen(js_name = setMagnify)]
    pub fn set_magnify(&mut self, factor: f32) {
        self.stage.options.magnify = if factor.is_finite() { factor.clamp(0.0, 100.0) } else { 1.0 };
    }

    /// Sets the joints of the attack region; none for all joints.
    #[wasm_bindgen(js_name = setRegion)]
    pub fn set_region(&mut self, joints: Option<Vec<u32>>) {
        self.stage.options.region = joints.map(|j| j.into_iter().map(|j| j as usize).collect());
    }

    /// Whether recent paths are drawn.
    #[wasm_bindgen(js_name = setTrails)]
    pub fn set_trails(&mut self, on: bool) {
        self.stage.options.trails = on;
    }

    /// Whether the clean clip is shown.
    #[wasm_bindgen(js_name = setShowClean)]
    pub fn set_show_clean(&mut self, on: bool) {
        self.stage.options.show_clean = on;
    }

    /// Whether the perturbed clip is shown.
    #[wasm_bindgen(js_name = setShowPerturbed)]
    pub fn set_show_perturbed(&mut self, on: bool) {
        self.stage.options.show_perturbed = on;
    }

    /// Whether the background is dark.
    #[wasm_bindgen(js_name = setDark)]
    pub fn set_dark(&mut self, on: bool) {
        self.stage.options.dark = on;
    }

    /// Whether joints are being picked.
    #[wasm_bindgen(js_name = setPicking)]
    pub fn set_picking(&mut self, on: bool) {
        self.stage.options.picking = on;
    }

    /// Goes to a frame, which may be fractional.
    #[wasm_bindgen(js_name = setFrame)]
    pub fn set_frame(&mut self, frame: f32) {
        self.stage.set_frame(frame);
    }

    /// Turns the scene for a drag of so many CSS pixels to the right and down.
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

    /// Returns to the first view.
    #[wasm_bindgen(js_name = resetCamera)]
    pub fn reset_camera(&mut self) {
        self.stage.reset_camera();
    }

    /// The camera, for a link: azimuth from the front and elevation in degrees, zoom, shift right and up in heights of
    /// the window. Nothing at the first view.
    pub fn viewpoint(&self) -> Option<Vec<f32>> {
        self.stage.camera.map(|c| c.numbers().to_vec())
    }

    /// Moves the camera to such numbers, within its bounds; nothing: to the first view.
    ///
    /// # Errors
    /// Throws if there are not five numbers, or one is not finite.
    #[wasm_bindgen(js_name = setViewpoint)]
    pub fn set_viewpoint(&mut self, numbers: Option<Vec<f32>>) -> std::result::Result<(), JsValue> {
        let camera = numbers.map(|n| {
            let five = <[f32; 5]>::try_from(n.as_slice()).ok().and_then(Camera::of);
            five.ok_or_else(|| thrown(Error::config(format!("a camera has 5 finite numbers, not {n:?}"))))
        });
        self.stage.camera = camera.transpose()?;
        Ok(())
    }

    /// The view in words.
    #[wasm_bindgen(js_name = describeCamera)]
    pub fn describe_camera(&self) -> String {
        self.stage.camera().describe(self.stage.flat())
    }

    /// The joint under a CSS pixel, by index.
    pub fn pick(&self, x: f32, y: f32) -> Option<usize> {
        views::pick(&self.stage, x, y)
    }

    /// The stage as an SVG of the canvas's size.
    pub fn svg(&self) -> String {
        svg::svg(&self.stage)
    }

    /// Sets the canvas's size in CSS pixels, and the device pixels per CSS pixel.
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
    /// Throws if WebGL2 fails.
    pub fn draw(&self) -> std::result::Result<(), JsValue> {
        let (width, height) = (self.canvas.width(), self.canvas.height());
        match &self.scene {
            Some(scene) => scene.draw(&self.stage, width, height, self.dpr).map_err(thrown),
            None => Ok(()),
        }
    }
}

/// The canvas's WebGL2 context, transparent and antialiased.
pub(super) fn context(canvas: &HtmlCanvasElement) -> Result<WebGl2RenderingContext> {
    let attributes = WebGlContextAttributes::new();
    attributes.set_alpha(true);
    attributes.set_antialias(true);
    attributes.set_premultiplied_alpha(true);
    canvas
        .get_context_with_context_options("webgl2", &attributes)
        .ok()
        .flatten()
        .and_then(|c| c.dyn_into::<WebGl2RenderingContext>().ok())
        .ok_or_else(|| Error::device("no WebGL2: use a current browser with hardware acceleration"))
}
