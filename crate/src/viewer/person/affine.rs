//! Rotations and affine maps of three-vectors.

use crate::geometry::{Vec3, add, along, cross, direction, dot, reject, scale, sub};

/// A 3 x 3 matrix as its columns.
pub type Matrix = [Vec3; 3];

/// The matrix that changes nothing.
pub const IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// m v.
pub fn apply(m: &Matrix, v: Vec3) -> Vec3 {
    along(along(scale(m[0], v[0]), m[1], v[1]), m[2], v[2])
}

/// a b.
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    b.map(|column| apply(a, column))
}

/// The transposed matrix: of a rotation, its inverse.
pub fn transposed(m: &Matrix) -> Matrix {
    std::array::from_fn(|i| [m[0][i], m[1][i], m[2][i]])
}

/// Axes with `up` along the second one and the first as near to `left` as it can be: a rotation. `None` where one of
/// them is too short or they are parallel.
pub fn axes(left: Vec3, up: Vec3) -> Option<Matrix> {
    let up = direction(up, [0.0; 3]);
    let left = direction(reject(left, up), [0.0; 3]);
    (dot(up, up) > 0.5 && dot(left, left) > 0.5).then(|| [left, up, cross(left, up)])
}

/// The smallest rotation that turns one unit vector into another.
pub fn turn(from: Vec3, to: Vec3) -> Matrix {
    let axis = cross(from, to);
    let cos = dot(from, to);
    if cos < -0.9999 {
        // Half a turn around any axis across.
        let odd = if from[0].abs() < 0.8 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        let n = direction(reject(odd, from), [0.0, 0.0, 1.0]);
        return std::array::from_fn(|i| along(scale(IDENTITY[i], -1.0), n, 2.0 * n[i]));
    }
    // Rodrigues: v cos + (axis x v) + axis (axis v) / (1 + cos).
    std::array::from_fn(|i| {
        let v = IDENTITY[i];
        add(along(scale(v, cos), axis, axis[i] / (1.0 + cos)), cross(axis, v))
    })
}

/// The matrix that lengthens vectors by `along_axis` along the unit vector `axis` and by `across` across it.
pub fn stretch(axis: Vec3, along_axis: f32, across: f32) -> Matrix {
    std::array::from_fn(|i| along(scale(IDENTITY[i], across), axis, (along_axis - across) * axis[i]))
}

/// x -> matrix x + shift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The linear part.
    pub matrix: Matrix,
    /// Where the origin goes.
    pub shift: Vec3,
}

impl Affine {
    /// The map with this linear part that takes `from` to `to`.
    pub fn around(matrix: Matrix, from: Vec3, to: Vec3) -> Self {
        Self { matrix, shift: sub(to, apply(&matrix, from)) }
    }

    /// Where a point goes.
    pub fn point(&self, p: Vec3) -> Vec3 {
        add(apply(&self.matrix, p), self.shift)
    }
}
