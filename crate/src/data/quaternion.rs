//! Rotations as unit quaternions, w first.

use crate::geometry::{Vec3, add, cross, scale};

/// A quaternion as w, x, y, z.
pub type Quaternion = [f32; 4];

/// The product: the rotation b, then the rotation a.
pub fn product(a: Quaternion, b: Quaternion) -> Quaternion {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

/// Rotates a vector.
pub fn rotate(q: Quaternion, v: Vec3) -> Vec3 {
    let axis = [q[1], q[2], q[3]];
    let t = scale(cross(axis, v), 2.0);
    add(v, add(scale(t, q[0]), cross(axis, t)))
}

/// Interpolates from a (s = 0) to b (s = 1) along the shorter arc; the identity where both are zero.
pub fn blend(a: Quaternion, b: Quaternion, s: f32) -> Quaternion {
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    // q and -q are the same rotation.
    let sign = if dot < 0.0 { -1.0 } else { 1.0 };
    let mixed = [0, 1, 2, 3].map(|i| (1.0 - s) * a[i] + s * sign * b[i]);
    let norm = mixed.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 1e-6 { mixed.map(|v| v / norm) } else { [1.0, 0.0, 0.0, 0.0] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{length, sub};

    #[test]
    fn turns_follow_each_other_and_the_right_hand() {
        let h = std::f32::consts::FRAC_1_SQRT_2;
        let (about_x, about_z) = ([h, h, 0.0, 0.0], [h, 0.0, 0.0, h]);
        let close = |a: Vec3, b: Vec3| length(sub(a, b)) < 1e-6;
        assert!(close(rotate(about_z, [1.0, 0.0, 0.0]), [0.0, 1.0, 0.0]));
        // First about z, then about x: x -> y -> z.
        assert!(close(rotate(product(about_x, about_z), [1.0, 0.0, 0.0]), [0.0, 0.0, 1.0]));
    }

    #[test]
    fn a_blend_takes_the_shorter_side() {
        let h = std::f32::consts::FRAC_1_SQRT_2;
        let half_way = blend([1.0, 0.0, 0.0, 0.0], [-h, 0.0, 0.0, -h], 0.5);
        let eighth = std::f32::consts::FRAC_PI_8;
        assert!((half_way[0] - eighth.cos()).abs() < 1e-6 && (half_way[3] - eighth.sin()).abs() < 1e-6);
    }
}
