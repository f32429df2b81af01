//! Meshes and programs on the GPU, built on three-d's core.
//!
//! three-d's own instanced meshes take a matrix per instance, which cannot taper a limb, and its materials are far more
//! code than this picture needs. So there is one mesh per shape, and the vertex shader stretches it between two joints.

use super::body::Solid;
use super::marks::Shadow;
use std::f32::consts::{FRAC_1_SQRT_2, PI, TAU};
use three_d::{Context, CoreError, ElementBuffer, InstanceBuffer, Program, RenderStates, VertexBuffer, Viewport};

/// Capsules from coarse to fine: segments around, segments from equator to pole, and the largest radius in device
/// pixels at which the outline's corners stay below a third of a pixel. Each triangle costs time on software renderers.
const LEVELS: [(u16, u16, f32); 3] = [(8, 2, 4.5), (12, 3, 10.0), (24, 6, f32::INFINITY)];

/// A mesh: (direction away from the axis, position along it from 0 to 1), normals, triangles.
#[derive(Default)]
struct Shape {
    places: Vec<[f32; 4]>,
    normals: Vec<[f32; 3]>,
    triangles: Vec<u16>,
}

impl Shape {
    /// Joins two rings of `n` vertices that begin at `a` and `b`.
    fn band(&mut self, a: u16, b: u16, n: u16) {
        for i in 0..n {
            let j = (i + 1) % n;
            self.triangles.extend([a + i, a + j, b + j, a + i, b + j, b + i]);
        }
    }

    /// A capsule: rings from one pole to the other, the equator twice (once at each end).
    fn capsule(around: u16, to_pole: u16) -> Self {
        let mut shape = Self::default();
        for ring in 0..=2 * to_pole + 1 {
            let end = ring > to_pole;
            let step = if end { ring - 1 } else { ring } as f32 / (2 * to_pole) as f32;
            let (along, out) = ((step - 0.5) * PI).sin_cos();
            for i in 0..around {
                let (y, z) = (TAU * f32::from(i) / f32::from(around)).sin_cos();
                let n = [along, out * y, out * z];
                shape.places.push([n[0], n[1], n[2], f32::from(u8::from(end))]);
                shape.normals.push(n);
            }
            if ring > 0 {
                shape.band((ring - 1) * around, ring * around, around);
            }
        }
        shape
    }

    /// A square prism whose ends reach beyond the joints by its half thickness; six faces with normals of their own.
    fn prism() -> Self {
        let mut shape = Self::default();
        for axis in 0..3 {
            for sign in [-1.0, 1.0] {
                let first = shape.places.len() as u16;
                let mut normal = [0.0; 3];
                normal[axis] = sign;
                for (s, t) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                    let mut p = [0.0; 3];
                    p[axis] = sign;
                    p[(axis + 1) % 3] = s;
                    p[(axis + 2) % 3] = t;
                    let share = if p[0] > 0.0 { 1.0 } else { 0.0 };
                    // Half the diagonal is 1.2 times the half thickness: it looks as large as the ball that it
                    // replaces.
                    let half = 1.2 * FRAC_1_SQRT_2;
                    shape.places.push([half * p[0], half * p[1], half * p[2], share]);
                    shape.normals.push(normal);
                }
                shape.triangles.extend([0, 1, 2, 0, 2, 3].map(|i: u16| first + i));
            }
        }
        shape
    }

    /// A ring around the axis.
    fn ring() -> Self {
        const LONG: u16 = 32;
        const ROUND: u16 = 6;
        const TUBE: f32 = 0.10;
        let mut shape = Self::default();
        for i in 0..LONG {
            let (y, z) = (TAU * f32::from(i) / f32::from(LONG)).sin_cos();
            for j in 0..ROUND {
                let (along, out) = (TAU * f32::from(j) / f32::from(ROUND)).sin_cos();
                let r = 1.0 + TUBE * out;
                shape.places.push([TUBE * along, r * y, r * z, 0.0]);
                shape.normals.push([along, out * y, out * z]);
            }
        }
        for i in 0..LONG {
            shape.band(i * ROUND, (i + 1) % LONG * ROUND, ROUND);
        }
        shape
    }
}

/// A shape on the GPU.
pub struct Mesh {
    places: VertexBuffer<[f32; 4]>,
    normals: VertexBuffer<[f32; 3]>,
    triangles: ElementBuffer<u16>,
}

impl Mesh {
    fn new(context: &Context, shape: &Shape) -> Self {
        Self {
            places: VertexBuffer::new_with_data(context, &shape.places),
            normals: VertexBuffer::new_with_data(context, &shape.normals),
            triangles: ElementBuffer::new_with_data(context, &shape.triangles),
        }
    }
}

/// A mesh for every shape of `Solids`.
pub struct Meshes {
    /// Capsules, one mesh for each of `LEVELS`.
    capsules: [Mesh; 3],
    /// Prisms and cubes.
    pub prism: Mesh,
    /// Rings.
    pub ring: Mesh,
}

impl Meshes {
    /// Uploads the meshes.
    pub fn new(context: &Context) -> Self {
        Self {
            capsules: LEVELS.map(|(around, to_pole, _)| Mesh::new(context, &Shape::capsule(around, to_pole))),
            prism: Mesh::new(context, &Shape::prism()),
            ring: Mesh::new(context, &Shape::ring()),
        }
    }

    /// The capsules and balls, grouped by the mesh that is fine enough for them; `unit` is device pixels per world
    /// unit.
    pub fn round(&self, solids: &[Solid], unit: f32) -> impl Iterator<Item = (&Mesh, Vec<Solid>)> {
        let level = move |s: &Solid| LEVELS.iter().position(|l| s.ra.max(s.rb) * unit <= l.2);
        self.capsules
            .iter()
            .enumerate()
            .map(move |(i, mesh)| (mesh, solids.iter().copied().filter(|s| level(s) == Some(i)).collect()))
    }
}

/// Draws solids of one shape in one call.
pub struct SolidProgram {
    /// The program, for its uniforms.
    pub program: Program,
    context: Context,
}

impl SolidProgram {
    /// Compiles the program.
    pub fn new(context: &Context) -> Result<Self, CoreError> {
        Ok(Self {
            program: Program::from_source(
                context,
                include_str!("shaders/solid.vert"),
                include_str!("shaders/solid.frag"),
            )?,
            context: context.clone(),
        })
    }

    /// Draws the solids. The buffers are new each time: on Chromium's software renderer, a buffer that was refilled
    /// after a draw in the same frame showed the old solids.
    pub fn draw(&self, mesh: &Mesh, solids: &[Solid], state: RenderStates, viewport: Viewport) {
        if solids.is_empty() {
            return;
        }
        let end = |p: [f32; 3], r: f32| [p[0], p[1], p[2], r];
        let buffer = |of: &dyn Fn(&Solid) -> [f32; 4]| {
            InstanceBuffer::new_with_data(&self.context, &solids.iter().map(of).collect::<Vec<_>>())
        };
        let (from, to, tint) = (buffer(&|s| end(s.a, s.ra)), buffer(&|s| end(s.b, s.rb)), buffer(&|s| s.color));
        self.program.use_vertex_attribute("place", &mesh.places);
        self.program.use_vertex_attribute("normal", &mesh.normals);
        self.program.use_instance_attribute("from", &from);
        self.program.use_instance_attribute("to", &to);
        self.program.use_instance_attribute("tint", &tint);
        self.program.draw_elements_instanced(state, viewport, &mesh.triangles, solids.len() as u32);
    }
}

/// Draws squares on the floor: its grid, or shadows.
pub struct FloorProgram {
    /// The program, for its uniforms.
    pub program: Program,
    context: Context,
    corners: VertexBuffer<[f32; 2]>,
}

impl FloorProgram {
    /// Compiles the program with one of the two fragment shaders.
    pub fn new(context: &Context, fragment: &str) -> Result<Self, CoreError> {
        let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        Ok(Self {
            program: Program::from_source(context, include_str!("shaders/floor.vert"), fragment)?,
            corners: VertexBuffer::new_with_data(context, &corners),
            context: context.clone(),
        })
    }

    /// Draws the squares.
    pub fn draw(&self, spots: &[Shadow], state: RenderStates, viewport: Viewport) {
        if spots.is_empty() {
            return;
        }
        let places: Vec<_> = spots.iter().map(|s| [s.at[0], s.at[1], s.at[2], s.radius]).collect();
        let strengths: Vec<_> = spots.iter().map(|s| s.strength).collect();
        let places = InstanceBuffer::new_with_data(&self.context, &places);
        let strengths = InstanceBuffer::new_with_data(&self.context, &strengths);
        self.program.use_vertex_attribute("corner", &self.corners);
        self.program.use_instance_attribute("spot", &places);
        self.program.use_instance_attribute("strength", &strengths);
        self.program.draw_arrays_instanced(state, viewport, 6, spots.len() as u32);
    }
}
