//! Rotations as 3 x 3 matrices, row by row, and as Euler angles in any order of three axes.

/// A point or a direction.
pub(super) type Point = [f64; 3];

/// A rotation.
pub(super) type Matrix = [[f64; 3]; 3];

pub(super) const IDENTITY: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

pub(super) fn add(a: Point, b: Point) -> Point {
    std::array::from_fn(|i| a[i] + b[i])
}

pub(super) fn sub(a: Point, b: Point) -> Point {
    std::array::from_fn(|i| a[i] - b[i])
}

pub(super) fn dot(a: Point, b: Point) -> f64 {
    (0..3).map(|i| a[i] * b[i]).sum()
}

pub(super) fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(super) fn length(a: Point) -> f64 {
    dot(a, a).sqrt()
}

pub(super) fn apply(m: &Matrix, v: Point) -> Point {
    std::array::from_fn(|i| dot(m[i], v))
}

pub(super) fn transposed(m: &Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]))
}

/// The rotation `b`, then the rotation `a`.
pub(super) fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let columns = transposed(b);
    std::array::from_fn(|i| std::array::from_fn(|j| dot(a[i], columns[j])))
}

/// About one of the axes, by an angle in radians.
pub(super) fn about_axis(axis: usize, angle: f64) -> Matrix {
    let (sin, cos) = angle.sin_cos();
    let (j, k) = ((axis + 1) % 3, (axis + 2) % 3);
    let mut m = IDENTITY;
    (m[j][j], m[j][k]) = (cos, -sin);
    (m[k][j], m[k][k]) = (sin, cos);
    m
}

/// About any axis: its direction, and the angle in radians as its length (Rodrigues' formula).
pub(super) fn about(turn: Point) -> Matrix {
    let angle = length(turn);
    if angle < 1e-15 {
        return IDENTITY;
    }
    let axis = turn.map(|v| v / angle);
    let (sin, cos) = angle.sin_cos();
    let columns = [0, 1, 2].map(|j| {
        let e = IDENTITY[j];
        let along = dot(axis, e) * (1.0 - cos);
        let aside = cross(axis, e);
        std::array::from_fn(|i| e[i] * cos + aside[i] * sin + axis[i] * along)
    });
    transposed(&columns)
}

/// The angles in radians of a rotation about the axes `order`, the first one outermost: of the ways to write them those
/// that are nearest to `near`, so that curves have no jumps.
pub(super) fn angles(m: &Matrix, order: [usize; 3], near: Point) -> Point {
    let [i, j, k] = order;
    let sign = if (j + 3 - i) % 3 == 1 { 1.0 } else { -1.0 };
    let middle = (sign * m[i][k]).clamp(-1.0, 1.0).asin();
    let (first, last) = if middle.cos() < 1e-7 {
        // Gimbal lock: only the sum of the outer angles shows, so the last one stays.
        let rest = product(m, &about_axis(k, -near[2]));
        ((sign * rest[k][j]).atan2(rest[j][j]), near[2])
    } else {
        ((-sign * m[j][k]).atan2(m[k][k]), (-sign * m[i][j]).atan2(m[i][i]))
    };
    let one = unwound([first, middle, last], near);
    let pi = std::f64::consts::PI;
    let other = unwound([first + pi, pi - middle, last + pi], near);
    let far = |angles: Point| length(sub(angles, near));
    if far(other) < far(one) { other } else { one }
}

/// Angles, whole turns added so that each is nearest to the one beside it.
fn unwound(angles: Point, near: Point) -> Point {
    let turn = std::f64::consts::TAU;
    std::array::from_fn(|i| angles[i] + turn * ((near[i] - angles[i]) / turn).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &Matrix, b: &Matrix) -> bool {
        a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn angles_come_back_in_every_order_and_near_those_that_were() {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for order in orders {
            for step in 0..200 {
                let at = |k: f64| 7.0 * (f64::from(step) * k).sin();
                let wanted = [at(0.37), at(0.73), at(1.19)];
                let turn = |a: Point| {
                    let [x, y, z] = [0, 1, 2].map(|n| about_axis(order[n], a[n]));
                    product(&product(&x, &y), &z)
                };
                let m = turn(wanted);
                let near = wanted.map(|a| a + 0.01);
                let found = angles(&m, order, near);
                assert!(close(&turn(found), &m), "{order:?} {wanted:?} {found:?}");
                assert!(length(sub(found, wanted)) < 1e-6, "{order:?} {wanted:?} {found:?}");
            }
            // In gimbal lock the rotation comes back, whatever the angles.
            let [i, j, k] = order;
            let up = std::f64::consts::FRAC_PI_2;
            let m = product(&product(&about_axis(i, 0.4), &about_axis(j, up)), &about_axis(k, 0.3));
            let found = angles(&m, order, [0.4, up, 0.3]);
            let [x, y, z] = [0, 1, 2].map(|n| about_axis(order[n], found[n]));
            assert!(close(&product(&product(&x, &y), &z), &m), "{order:?}");
        }
    }

    #[test]
    fn a_turn_about_any_axis_follows_the_right_hand() {
        for axis in 0..3 {
            let mut turn = [0.0; 3];
            turn[axis] = 0.7;
            assert!(close(&about(turn), &about_axis(axis, 0.7)));
        }
        assert_eq!(apply(&about_axis(2, 0.0), [1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        let quarter = apply(&about_axis(2, std::f64::consts::FRAC_PI_2), [1.0, 0.0, 0.0]);
        assert!((quarter[1] - 1.0).abs() < 1e-12);
    }
}
