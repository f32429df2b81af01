//! 4 x 4 matrices for drawing.
//!
//! three-d brings a whole linear algebra crate, but only with the feature `viewer`; the pure parts are tested without
//! it.

use crate::geometry::{Vec3, dot};

/// A 4 x 4 matrix as its four columns, the order of WebGL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mat4(pub [[f32; 4]; 4]);

impl Mat4 {
    /// A perspective projection with a vertical field of view of `fov` radians; depth from -1 at `near` to 1 at `far`.
    pub fn perspective(fov: f32, aspect: f32, near: f32, far: f32) -> Self {
        let f = 1.0 / (fov / 2.0).tan();
        Self([
            [f / aspect, 0.0, 0.0, 0.0],
            [0.0, f, 0.0, 0.0],
            [0.0, 0.0, (far + near) / (near - far), -1.0],
            [0.0, 0.0, 2.0 * far * near / (near - far), 0.0],
        ])
    }

    /// A parallel projection of a window of the given half width and half height.
    pub fn orthographic(half_width: f32, half_height: f32, near: f32, far: f32) -> Self {
        Self([
            [1.0 / half_width, 0.0, 0.0, 0.0],
            [0.0, 1.0 / half_height, 0.0, 0.0],
            [0.0, 0.0, 2.0 / (near - far), 0.0],
            [0.0, 0.0, (far + near) / (near - far), 1.0],
        ])
    }

    /// From world to eye coordinates, for an eye at `eye` with its right, up and backward directions (orthonormal).
    pub fn view(eye: Vec3, right: Vec3, up: Vec3, back: Vec3) -> Self {
        let column = |i: usize| [right[i], up[i], back[i], 0.0];
        Self([column(0), column(1), column(2), [-dot(right, eye), -dot(up, eye), -dot(back, eye), 1.0]])
    }

    /// The product: `other` first, then this one.
    pub fn times(&self, other: &Self) -> Self {
        Self(other.0.map(|column| self.apply(column)))
    }

    fn apply(&self, v: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|row| (0..4).map(|k| self.0[k][row] * v[k]).sum())
    }

    /// Projects a point: x and y from -1 (left, bottom) to 1, then its depth; `None` behind the eye.
    pub fn project(&self, p: Vec3) -> Option<Vec3> {
        let [x, y, z, w] = self.apply([p[0], p[1], p[2], 1.0]);
        (w > 1e-6).then(|| [x / w, y / w, z / w])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_from_plus_z_puts_the_origin_in_the_middle_and_x_to_the_right() {
        let view = Mat4::view([0.0, 0.0, 5.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        let m = Mat4::perspective(std::f32::consts::FRAC_PI_2, 2.0, 1.0, 10.0).times(&view);
        let middle = m.project([0.0; 3]).unwrap_or([9.0; 3]);
        assert!(middle[0].abs() < 1e-6 && middle[1].abs() < 1e-6);
        let edge = m.project([10.0, 5.0, 0.0]).unwrap_or([9.0; 3]);
        assert!((edge[0] - 1.0).abs() < 1e-5 && (edge[1] - 1.0).abs() < 1e-5, "{edge:?}");
        assert_eq!(m.project([0.0, 0.0, 6.0]), None);
        let near = m.project([0.0, 0.0, 4.0]).unwrap_or([9.0; 3]);
        assert!((near[2] + 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_parallel_window_keeps_sizes_at_every_depth() {
        let view = Mat4::view([0.0, 0.0, 5.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        let m = Mat4::orthographic(2.0, 1.0, 0.0, 10.0).times(&view);
        for z in [-4.0, 0.0, 4.0] {
            let p = m.project([1.0, 1.0, z]).unwrap_or([9.0; 3]);
            assert!((p[0] - 0.5).abs() < 1e-6 && (p[1] - 1.0).abs() < 1e-6);
        }
    }
}
