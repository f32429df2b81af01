//! The little vector arithmetic that drawing needs: points of three numbers and 4 x 4 matrices.
//!
//! three-d brings a whole linear algebra crate, but only with the feature `viewer`; the pure parts are tested without it.

/// A point or a direction.
pub type V3 = [f32; 3];

/// a + b.
pub fn add(a: V3, b: V3) -> V3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// a - b.
pub fn sub(a: V3, b: V3) -> V3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// a times k.
pub fn scale(a: V3, k: f32) -> V3 {
    [a[0] * k, a[1] * k, a[2] * k]
}

/// a + k b.
pub fn along(a: V3, b: V3, k: f32) -> V3 {
    add(a, scale(b, k))
}

/// The scalar product.
pub fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The vector product.
pub fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The length.
pub fn length(a: V3) -> f32 {
    dot(a, a).sqrt()
}

/// The direction of `a`; `a` itself where it has none.
pub fn unit(a: V3) -> V3 {
    let n = length(a);
    if n > 1e-12 { scale(a, 1.0 / n) } else { a }
}

/// From a (t = 0) to b (t = 1).
pub fn lerp(a: V3, b: V3, t: f32) -> V3 {
    along(a, sub(b, a), t)
}

/// A 4 x 4 matrix as its four columns, which is how WebGL takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mat4(pub [[f32; 4]; 4]);

impl Mat4 {
    /// Perspective with a vertical opening of `fov` radians; depth from -1 at `near` to 1 at `far`.
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

    /// World to eye: the eye at `eye`, with its right, up and backward directions (orthonormal).
    pub fn view(eye: V3, right: V3, up: V3, back: V3) -> Self {
        let column = |i: usize| [right[i], up[i], back[i], 0.0];
        Self([column(0), column(1), column(2), [-dot(right, eye), -dot(up, eye), -dot(back, eye), 1.0]])
    }

    /// First `other`, then this.
    pub fn times(&self, other: &Self) -> Self {
        Self(other.0.map(|column| self.apply(column)))
    }

    fn apply(&self, v: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|row| (0..4).map(|k| self.0[k][row] * v[k]).sum())
    }

    /// Where a point falls: x and y from -1 (left, bottom) to 1, then its depth; None behind the eye.
    pub fn project(&self, p: V3) -> Option<V3> {
        let [x, y, z, w] = self.apply([p[0], p[1], p[2], 1.0]);
        (w > 1e-6).then(|| [x / w, y / w, z / w])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_follow_the_right_hand() {
        assert_eq!(cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(lerp([0.0; 3], [2.0, 4.0, 8.0], 0.25), [0.5, 1.0, 2.0]);
        assert_eq!(unit([0.0; 3]), [0.0; 3]);
    }

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
