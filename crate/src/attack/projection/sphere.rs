//! The nearest place on a sphere within a box; in the picture plane, on a circle within a rectangle.

use super::point::{Point, dot, minus};

/// How far a place may lie outside the box and still count, by rounding: it is clipped to it afterwards.
const SLACK: f64 = 1e-12;

/// The place nearest to `wanted` at the distance `radius` from `centre` with every coordinate in `low..=high`. None
/// where there is none. Where all directions are equally near, `else_along` decides.
///
/// The nearest place lies inside the box or inside a face, an edge of it. For each of these the nearest place of the
/// sphere is known in closed form, and the nearest of those that lie in the box is the one.
pub(super) fn nearest(
    centre: Point,
    radius: f64,
    wanted: Point,
    [low, high]: [Point; 2],
    else_along: Point,
) -> Option<Point> {
    let mut best: Option<(f64, Point)> = None;
    // Each coordinate is free (0), at its low end (1), or at its high end (2).
    for code in 0..26 {
        let sides = [code % 3, code / 3 % 3, code / 9];
        let (mut at, mut rest) = (wanted, radius * radius);
        for c in 0..3 {
            if sides[c] > 0 {
                at[c] = if sides[c] == 1 { low[c] } else { high[c] };
                rest -= (at[c] - centre[c]).powi(2);
            }
        }
        // A sphere that only touches a face may miss it by rounding.
        if rest < -SLACK * radius * radius {
            continue;
        }
        let reach = rest.max(0.0).sqrt();
        let free = sides.map(|side| side == 0);
        for direction in directions(minus(wanted, centre), else_along, free).into_iter().flatten() {
            let place = [0, 1, 2].map(|c| if free[c] { centre[c] + reach * direction[c] } else { at[c] });
            if let Some(place) = inside(place, low, high) {
                let off = minus(place, wanted);
                let distance = dot(off, off);
                if best.is_none_or(|(least, _)| distance < least) {
                    best = Some((distance, place));
                }
            }
        }
        // Without any bound it is the nearest of all.
        if code == 0 && best.is_some() {
            break;
        }
    }
    best.map(|(_, at)| at)
}

/// The place, clipped to the box; none if it is outside by more than rounding.
fn inside(at: Point, low: Point, high: Point) -> Option<Point> {
    let fits = |c: usize| {
        let slack = SLACK * (1.0 + at[c].abs());
        low[c] - slack <= at[c] && at[c] <= high[c] + slack
    };
    (0..3).all(fits).then(|| [0, 1, 2].map(|c| at[c].clamp(low[c], high[c])))
}

/// The directions to try with only these coordinates free: towards what is wanted, and on a line both.
fn directions(wanted: Point, else_along: Point, free: [bool; 3]) -> [Option<Point>; 2] {
    let masked = |v: Point| [0, 1, 2].map(|c| if free[c] { v[c] } else { 0.0 });
    let unit = |v: Point| {
        let length = dot(v, v).sqrt();
        (length > 1e-12).then(|| v.map(|c| c / length))
    };
    if free.iter().filter(|free| **free).count() == 1 {
        let along = masked([1.0; 3]);
        return [Some(along), Some(along.map(|c| -c))];
    }
    [unit(masked(wanted)).or_else(|| unit(masked(else_along))).or_else(|| unit(masked([1.0; 3]))), None]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: [Point; 2] = [[-10.0; 3], [10.0; 3]];

    fn assert_near(is: Option<Point>, want: Point) {
        let near = |is: Point| (0..3).all(|c| (is[c] - want[c]).abs() < 1e-12);
        assert!(is.is_some_and(near), "{is:?} is not {want:?}");
    }

    #[test]
    fn inside_the_box_it_is_the_point_towards_what_is_wanted() {
        assert_near(nearest([0.0; 3], 5.0, [6.0, 8.0, 0.0], WIDE, [1.0; 3]), [3.0, 4.0, 0.0]);
        // From the centre all directions are as near.
        assert_near(nearest([1.0; 3], 5.0, [1.0; 3], WIDE, [0.0, 0.0, -2.0]), [1.0, 1.0, -4.0]);
    }

    #[test]
    fn on_a_face_it_is_a_point_of_a_circle_and_on_an_edge_one_of_two() {
        // x is at most 3, so that the circle around (3, 0, 0) with radius 4 is left.
        let face = [[-10.0; 3], [3.0, 10.0, 10.0]];
        assert_near(nearest([0.0; 3], 5.0, [8.0, 3.0, 4.0], face, [1.0; 3]), [3.0, 2.4, 3.2]);
        // And z is 0: a rectangle in the picture plane.
        let edge = [[-10.0, -10.0, 0.0], [3.0, 10.0, 0.0]];
        assert_near(nearest([0.0; 3], 5.0, [8.0, 3.0, 0.0], edge, [1.0; 3]), [3.0, 4.0, 0.0]);
        assert_near(nearest([0.0; 3], 5.0, [8.0, -3.0, 0.0], edge, [1.0; 3]), [3.0, -4.0, 0.0]);
    }

    #[test]
    fn a_sphere_that_misses_the_box_has_no_place() {
        assert_eq!(nearest([0.0; 3], 5.0, [4.0; 3], [[3.0; 3], [4.0; 3]], [1.0; 3]), None);
        assert_eq!(nearest([0.0; 3], 5.0, [1.0; 3], [[-2.0; 3], [2.0; 3]], [1.0; 3]), None);
        // It touches a corner.
        let corner = [[-1.0; 3], [2.0, 1.0, 2.0]];
        assert_near(nearest([0.0; 3], 3.0, [1.0; 3], corner, [1.0; 3]), [2.0, 1.0, 2.0]);
    }
}
