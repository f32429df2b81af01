//! Draws the stage with WebGL2.

use super::body::Solids;
use super::camera::Lens;
use super::gl::{FloorProgram, Meshes, SolidProgram};
use super::marks::Shadow;
use super::panel::Panel;
use super::stage::Stage;
use super::views;
use crate::error::{Error, Result};
use three_d::{
    Blend, BlendEquationType, BlendMultiplierType, ClearState, Context, CoreError, DepthTest, Mat4, Program,
    RenderStates, RenderTarget, ScissorBox, Viewport, WriteMask,
};

/// Blending of colours that the shaders have multiplied with their opacity, as a transparent canvas expects.
const PREMULTIPLIED: Blend = Blend::Enabled {
    source_rgb_multiplier: BlendMultiplierType::One,
    source_alpha_multiplier: BlendMultiplierType::One,
    destination_rgb_multiplier: BlendMultiplierType::OneMinusSrcAlpha,
    destination_alpha_multiplier: BlendMultiplierType::OneMinusSrcAlpha,
    rgb_equation: BlendEquationType::Add,
    alpha_equation: BlendEquationType::Add,
};

/// Everything on the GPU. It is lost with its context, and then made again.
pub struct Scene {
    context: Context,
    meshes: Meshes,
    solid: SolidProgram,
    grid: FloorProgram,
    shadow: FloorProgram,
}

impl Scene {
    /// Compiles the programs and uploads the meshes.
    ///
    /// # Errors
    /// A device error if the context is lost or a program does not compile.
    pub fn new(webgl: web_sys::WebGl2RenderingContext) -> Result<Self> {
        let device = |e: CoreError| Error::device(e.to_string()).at("WebGL2");
        let gl = three_d::context::Context::from_webgl2_context(webgl);
        // three-d needs an Arc, although the browser's main thread is the only one.
        #[allow(clippy::arc_with_non_send_sync)]
        let context = Context::from_gl_context(std::sync::Arc::new(gl)).map_err(device)?;
        Ok(Self {
            meshes: Meshes::new(&context),
            solid: SolidProgram::new(&context).map_err(device)?,
            grid: FloorProgram::new(&context, include_str!("shaders/grid.frag")).map_err(device)?,
            shadow: FloorProgram::new(&context, include_str!("shaders/shadow.frag")).map_err(device)?,
            context,
        })
    }

    /// Draws the stage into a canvas of so many device pixels; `dpr` is device pixels per CSS pixel.
    ///
    /// # Errors
    /// A device error.
    pub fn draw(&self, stage: &Stage, width: u32, height: u32, dpr: f32) -> Result<()> {
        let target = RenderTarget::screen(&self.context, width, height);
        target.clear(ClearState::color_and_depth(0.0, 0.0, 0.0, 0.0, 1.0));
        views::panels(stage).iter().try_for_each(|p| self.panel(stage, p, &target, dpr))
    }

    fn panel(&self, stage: &Stage, panel: &Panel, target: &RenderTarget, dpr: f32) -> Result<()> {
        let [left, top, width, height] = panel.window.map(|v| (v * dpr).round());
        let viewport = Viewport {
            x: left as i32,
            y: (target.height() as f32 - top - height) as i32,
            width: width as u32,
            height: height as u32,
        };
        let window = ScissorBox::from(viewport);
        let write = |draw: &dyn Fn()| -> Result<()> {
            let drawn = target.write_partially(window, || {
                draw();
                Ok::<(), CoreError>(())
            });
            drawn.map(|_| ()).map_err(|e| Error::device(e.to_string()).at("WebGL2"))
        };
        use_matrix(&self.solid.program, &panel.lens);
        for (name, v) in [("right", panel.lens.right), ("up", panel.lens.up), ("back", panel.lens.back)] {
            self.solid.program.use_uniform(name, three_d::vec3(v[0], v[1], v[2]));
        }
        // The clean figure is drawn below the perturbed one whatever their depth: seen through blue, orange would look
        // brown.
        write(&|| {
            self.floor(stage, panel, viewport);
            self.glass(panel, viewport);
        })?;
        target.clear_partially(window, ClearState::depth(1.0));
        write(&|| {
            self.solids(
                &panel.solid,
                panel.lens.unit,
                RenderStates { blend: PREMULTIPLIED, ..Default::default() },
                viewport,
            );
        })
    }

    fn floor(&self, stage: &Stage, panel: &Panel, viewport: Viewport) {
        let palette = stage.palette();
        let on_floor = RenderStates {
            write_mask: WriteMask::COLOR,
            depth_test: DepthTest::Always,
            blend: PREMULTIPLIED,
            ..Default::default()
        };
        if let Some((at, radius)) = panel.floor {
            use_matrix(&self.grid.program, &panel.lens);
            self.grid.program.use_uniform("line", vec4(palette.line));
            self.grid.program.use_uniform("cell", cell(stage));
            self.grid.draw(&[Shadow { at, radius, strength: 1.0 }], on_floor, viewport);
        }
        if !panel.shadows.is_empty() {
            use_matrix(&self.shadow.program, &panel.lens);
            self.shadow.program.use_uniform("shade", vec4(palette.shadow));
            self.shadow.draw(&panel.shadows, on_floor, viewport);
        }
    }

    /// Draws the glass: first only its depth, so that only the outermost surface is blended and no inner joint shows.
    fn glass(&self, panel: &Panel, viewport: Viewport) {
        let depth = RenderStates { write_mask: WriteMask::DEPTH, ..Default::default() };
        let surface = RenderStates {
            write_mask: WriteMask::COLOR,
            depth_test: DepthTest::LessOrEqual,
            blend: PREMULTIPLIED,
            ..Default::default()
        };
        self.solids(&panel.glass, panel.lens.unit, depth, viewport);
        self.solids(&panel.glass, panel.lens.unit, surface, viewport);
    }

    fn solids(&self, solids: &Solids, unit: f32, state: RenderStates, viewport: Viewport) {
        for (mesh, list) in self.meshes.round(&solids.round, unit * viewport.height as f32) {
            self.solid.draw(mesh, &list, state, viewport);
        }
        self.solid.draw(&self.meshes.prism, &solids.square, state, viewport);
        self.solid.draw(&self.meshes.ring, &solids.rings, state, viewport);
    }
}

fn use_matrix(program: &Program, lens: &Lens) {
    program.use_uniform("matrix", Mat4::from(lens.matrix.0));
}

fn vec4(c: [f32; 4]) -> three_d::Vec4 {
    three_d::vec4(c[0], c[1], c[2], c[3])
}

/// Width of the floor's squares: half a metre, times a power of ten for clips in another unit.
fn cell(stage: &Stage) -> f32 {
    let size = stage.body_size();
    0.5 * 10f32.powf(size.log10().round())
}
