//! Draws a person in a room with WebGL2.

use super::asset::Body;
use super::look::Look;
use super::skin::{Corners, Surface};
use super::studio::Studio;
use crate::error::{Error, Result};
use crate::geometry::Vec3;
use crate::viewer::camera::Lens;
use three_d::{
    ClearState, Context, CoreError, ElementBuffer, Mat4, Program, RenderStates, RenderTarget, VertexBuffer, Viewport,
    vec3, vec4,
};

/// What one square picture shows.
pub struct Picture<'a> {
    /// Left edge in device pixels; its edge is the canvas's height.
    pub left: i32,
    /// Camera and room.
    pub studio: &'a Studio,
    /// Colours and light.
    pub look: &'a Look,
    /// The person, if one is there, and points on the floor below which it is darker.
    pub person: Option<(&'a Surface, [Vec3; 3])>,
}

/// Everything on the GPU. It is lost with its context, and then made again.
pub struct PersonScene {
    context: Context,
    person: Program,
    room: Program,
    triangles: ElementBuffer<u16>,
}

impl PersonScene {
    /// Compiles the programs and uploads the triangles.
    ///
    /// # Errors
    /// A device error if the context is lost or a program does not compile.
    pub fn new(webgl: web_sys::WebGl2RenderingContext, corners: &Corners) -> Result<Self> {
        let device = |e: CoreError| Error::device(e.to_string()).at("WebGL2");
        let gl = three_d::context::Context::from_webgl2_context(webgl);
        // three-d needs an Arc, although the browser's main thread is the only one.
        #[allow(clippy::arc_with_non_send_sync)]
        let context = Context::from_gl_context(std::sync::Arc::new(gl)).map_err(device)?;
        let program = |vertex, fragment| Program::from_source(&context, vertex, fragment).map_err(device);
        Ok(Self {
            person: program(include_str!("shaders/person.vert"), include_str!("shaders/person.frag"))?,
            room: program(include_str!("shaders/room.vert"), include_str!("shaders/room.frag"))?,
            triangles: ElementBuffer::new_with_data(&context, &corners.triangles),
            context,
        })
    }

    /// Draws the pictures side by side into a canvas of this size in device pixels.
    ///
    /// # Errors
    /// A device error.
    pub fn draw(&self, body: &Body, corners: &Corners, pictures: &[Picture], size: (u32, u32)) -> Result<()> {
        let target = RenderTarget::screen(&self.context, size.0, size.1);
        target.clear(ClearState::color_and_depth(0.0, 0.0, 0.0, 1.0, 1.0));
        let drawn = target.write(|| {
            for picture in pictures {
                let viewport = Viewport { x: picture.left, y: 0, width: size.1, height: size.1 };
                self.room(picture, viewport);
                self.person(body, corners, picture, viewport);
            }
            Ok::<(), CoreError>(())
        });
        drawn.map(|_| ()).map_err(|e| Error::device(e.to_string()).at("WebGL2"))
    }

    fn room(&self, picture: &Picture, viewport: Viewport) {
        let lens = picture.studio.lens();
        let room = picture.studio.room();
        let places = self.points(room.iter().map(|(place, _)| *place));
        let normals = self.points(room.iter().map(|(_, normal)| *normal));
        let p = &self.room;
        light(p, picture, &lens);
        let [wall, skirting, floor] = picture.look.room;
        for (name, c) in [("wall", wall), ("skirting", skirting), ("ground", floor)] {
            p.use_uniform(name, vec3(c[0], c[1], c[2]));
        }
        let [right, _, _] = picture.studio.axes;
        p.use_uniform("right", vec3(right[0], right[1], right[2]));
        p.use_uniform("base", picture.studio.floor);
        p.use_uniform("size", picture.studio.size);
        p.use_uniform("grain", picture.look.grain);
        let spots = picture.person.as_ref().map_or([[0.0; 3]; 3], |(_, spots)| *spots);
        let strength = if picture.person.is_some() { 1.0 } else { 0.0 };
        for (name, s) in ["spot0", "spot1", "spot2"].into_iter().zip(spots) {
            p.use_uniform(name, vec4(s[0], s[1], s[2], strength));
        }
        p.use_vertex_attribute("place", &places);
        p.use_vertex_attribute("normal", &normals);
        p.draw_arrays(RenderStates::default(), viewport, room.len() as u32);
    }

    fn person(&self, body: &Body, corners: &Corners, picture: &Picture, viewport: Viewport) {
        let Some((surface, _)) = picture.person else { return };
        let of = |list: &[Vec3]| self.points(corners.vertex.iter().map(|v| list[usize::from(*v)]));
        let (places, normals, rest) = (of(&surface.places), of(&surface.normals), of(&body.places));
        let colors: Vec<[f32; 4]> = body.parts.iter().map(|part| picture.look.color(part)).collect();
        let tints: Vec<[f32; 4]> = corners.part.iter().map(|part| colors[usize::from(*part)]).collect();
        let tints = VertexBuffer::new_with_data(&self.context, &tints);
        light(&self.person, picture, &picture.studio.lens());
        self.person.use_vertex_attribute("place", &places);
        self.person.use_vertex_attribute("normal", &normals);
        self.person.use_vertex_attribute("rest", &rest);
        self.person.use_vertex_attribute("tint", &tints);
        self.person.draw_elements(RenderStates::default(), viewport, &self.triangles);
    }

    /// The buffers are new each time, for the reason given in `gl.rs`.
    fn points(&self, points: impl Iterator<Item = Vec3>) -> VertexBuffer<[f32; 3]> {
        VertexBuffer::new_with_data(&self.context, &points.collect::<Vec<_>>())
    }
}

fn light(program: &Program, picture: &Picture, lens: &Lens) {
    let l = picture.studio.world(picture.look.light);
    program.use_uniform("matrix", Mat4::from(lens.matrix.0));
    program.use_uniform("light", vec3(l[0], l[1], l[2]));
    program.use_uniform("strength", picture.look.strength);
}
