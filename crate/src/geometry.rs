//! Three-vectors, for bodies and for drawing them.

/// A point or a direction.
pub type Vec3 = [f32; 3];

/// a + b.
pub fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// a - b.
pub fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// a times s.
pub fn scale(a: Vec3, s: f32) -> Vec3 {
    [a[0] * s, a[1] * s, a[2] * s]
}

/// a + s b.
pub fn along(a: Vec3, b: Vec3, s: f32) -> Vec3 {
    add(a, scale(b, s))
}

/// The scalar product.
pub fn dot(a: Vec3, b: Vec3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The vector product, right-handed.
pub fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The length.
pub fn length(a: Vec3) -> f32 {
    dot(a, a).sqrt()
}

/// From a (s = 0) to b (s = 1).
pub fn lerp(a: Vec3, b: Vec3, s: f32) -> Vec3 {
    along(a, sub(b, a), s)
}

/// The direction of `a`, or `fallback` where `a` is shorter than a micrometre (in metres) and has none.
pub fn direction(a: Vec3, fallback: Vec3) -> Vec3 {
    let n = length(a);
    if n > 1e-6 { scale(a, 1.0 / n) } else { fallback }
}

/// The direction of `a`; `a` itself where it has none.
pub fn unit(a: Vec3) -> Vec3 {
    let n = length(a);
    if n > 1e-12 { scale(a, 1.0 / n) } else { a }
}

/// `a` without its part along the unit vector `axis`.
pub fn reject(a: Vec3, axis: Vec3) -> Vec3 {
    sub(a, scale(axis, dot(a, axis)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_follow_the_right_hand() {
        assert_eq!(cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(lerp([0.0; 3], [2.0, 4.0, 8.0], 0.25), [0.5, 1.0, 2.0]);
        assert_eq!(unit([0.0; 3]), [0.0; 3]);
        assert_eq!(direction([0.0; 3], [0.0, 1.0, 0.0]), [0.0, 1.0, 0.0]);
        assert_eq!(reject([1.0, 2.0, 3.0], [0.0, 0.0, 1.0]), [1.0, 2.0, 0.0]);
    }
}
