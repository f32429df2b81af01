//! Three-vectors, as few operations as bodies need.

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

/// s a.
pub fn scale(a: Vec3, s: f32) -> Vec3 {
    [a[0] * s, a[1] * s, a[2] * s]
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
pub fn norm(a: Vec3) -> f32 {
    dot(a, a).sqrt()
}

/// From a to b by the share s.
pub fn lerp(a: Vec3, b: Vec3, s: f32) -> Vec3 {
    add(a, scale(sub(b, a), s))
}

/// The direction of `a`, or `fallback` where `a` is too short to have one.
pub fn direction(a: Vec3, fallback: Vec3) -> Vec3 {
    let n = norm(a);
    if n > 1e-6 { scale(a, 1.0 / n) } else { fallback }
}

/// `a` without its part along the unit vector `axis`.
pub fn reject(a: Vec3, axis: Vec3) -> Vec3 {
    sub(a, scale(axis, dot(a, axis)))
}
