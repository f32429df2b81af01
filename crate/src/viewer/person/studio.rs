//! The camera that films a person: it stands still, level, and far enough away to see the whole clip.

use super::joints::Joints;
use crate::geometry::{Vec3, along, cross, dot, sub};
use crate::skeleton::facing::axes;
use crate::viewer::camera::Lens;
use crate::viewer::matrix::Mat4;

/// Field of view of the square picture, in radians: about that of a laptop's camera.
const FOV: f32 = 0.75;
/// What a body has around its joints, in metres on an average body: hair above the ears, a hand beyond its middle.
const MARGIN: f32 = 0.26;
/// Half of the room's width, in metres on an average body.
pub const ROOM: f32 = 3.4;

/// A camera, and the room around the person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Studio {
    /// Directions to the picture's right, to its top and from the scene to the eye.
    pub axes: [Vec3; 3],
    /// Position of the eye.
    pub eye: Vec3,
    /// The point in the middle of the picture.
    pub target: Vec3,
    /// Height of the floor.
    pub floor: f32,
    /// Size of the body relative to an average one.
    pub size: f32,
}

impl Studio {
    /// A camera at `yaw` radians around the vertical from the direction in which the person faces, positive towards the
    /// person's left, that sees all the given poses.
    pub fn new(poses: &[Joints], facing: Vec3, floor: f32, size: f32, yaw: f32) -> Self {
        let [right, up, back] = axes(facing, yaw);
        let all = || poses.iter().flat_map(Joints::all);
        let range = |axis: Vec3| {
            all().map(|p| dot(p, axis)).fold(None, |range: Option<(f32, f32)>, v| {
                Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
            })
        };
        let middle = |axis: Vec3| range(axis).map_or(0.0, |(low, high)| (low + high) / 2.0);
        let target = along(along([0.0, middle(up), 0.0], right, middle(right)), back, middle(back));
        let slope = (FOV / 2.0).tan();
        let needed = all().map(|p| {
            let from = sub(p, target);
            let off = dot(from, right).abs().max(dot(from, up).abs()) + MARGIN * size;
            off / slope + dot(from, back)
        });
        let distance = needed.fold(2.0 * size, f32::max);
        Self { axes: [right, up, back], eye: along(target, back, distance), target, floor, size }
    }

    /// The lens of a square picture.
    pub fn lens(&self) -> Lens {
        let [right, up, back] = self.axes;
        let distance = dot(sub(self.eye, self.target), back);
        let far = distance + 4.0 * ROOM * self.size;
        let projection = Mat4::perspective(FOV, 1.0, 0.05 * distance, far);
        let matrix = projection.times(&Mat4::view(self.eye, right, up, back));
        let unit = 1.0 / (2.0 * distance * (FOV / 2.0).tan());
        Lens { matrix, eye: self.eye, right, up, back, unit }
    }

    /// A direction in the camera's axes (right, up, towards the eye) as one of the world.
    pub fn world(&self, v: Vec3) -> Vec3 {
        let [right, up, back] = self.axes;
        along(along(along([0.0; 3], right, v[0]), up, v[1]), back, v[2])
    }

    /// The corners of the room: its floor and the wall behind the person, as two triangles each, counter-clockwise,
    /// with the normal of each corner.
    pub fn room(&self) -> Vec<(Vec3, Vec3)> {
        let [right, _, back] = self.axes;
        let wide = 4.0 * ROOM * self.size;
        let wall = along([self.target[0], self.floor, self.target[2]], back, -0.55 * ROOM * self.size);
        let near = along([self.eye[0], self.floor, self.eye[2]], back, self.size);
        let corner = |base: Vec3, side: f32, up: f32| along(along(base, right, side * wide), [0.0, 1.0, 0.0], up);
        let quad = |a: Vec3, b: Vec3, c: Vec3, d: Vec3| {
            let n = crate::geometry::unit(cross(sub(b, a), sub(c, a)));
            [a, b, c, a, c, d].map(|p| (p, n))
        };
        let high = 3.0 * ROOM * self.size;
        let floor =
            quad(corner(near, -1.0, 0.0), corner(near, 1.0, 0.0), corner(wall, 1.0, 0.0), corner(wall, -1.0, 0.0));
        let behind =
            quad(corner(wall, -1.0, 0.0), corner(wall, 1.0, 0.0), corner(wall, 1.0, high), corner(wall, -1.0, high));
        floor.into_iter().chain(behind).collect()
    }
}
