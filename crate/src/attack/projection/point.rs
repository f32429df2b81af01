//! Points in 64-bit numbers, and how exact a length in 32-bit numbers is.

/// A point; in the picture plane the third coordinate is 0.
pub(super) type Point = [f64; 3];

pub(super) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn norm(a: Point) -> f64 {
    dot(a, a).sqrt()
}

/// By how much a bone of that length between `ends` may be off.
pub(super) fn tolerance(length: f64, ends: [[f32; 3]; 2]) -> f64 {
    (1e-5 * length).max(spacing(ends))
}

/// The distance between neighbouring 32-bit numbers at the largest of these coordinates.
pub(super) fn spacing(points: [[f32; 3]; 2]) -> f64 {
    let largest = points.iter().flatten().fold(0.0_f32, |largest, c| largest.max(c.abs()));
    f64::from(largest.next_up()) - f64::from(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_as_exact_as_1e_5_of_it_or_as_the_numbers_are() {
        let near = [[0.5, 1.5, 2.5], [0.5, 1.4, -3.0]];
        assert_eq!(spacing(near), 2.0_f64.powi(-22));
        assert_eq!(tolerance(0.3, near), 1e-5 * 0.3);
        assert_eq!(tolerance(0.01, near), 2.0_f64.powi(-22));
    }
}
