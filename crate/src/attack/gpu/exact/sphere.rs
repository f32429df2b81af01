//! The nearest place on a sphere within a box; in the picture plane, on a circle within a rectangle. See
//! [`sphere`](crate::attack::projection) for the method.

use cubecl::prelude::*;

use super::part::Pose;

/// A sphere may miss a face by this share of its squared radius, and a place the box by this share of the radius:
/// rounding.
const TOUCH: f32 = 2e-6;
const SLACK: f32 = 5e-7;
/// A vector below this length has no direction.
const SHORTEST: f32 = 1e-12;

/// Puts a joint at the place nearest to where it has `moved` that is at its bone's length from `end`, a joint of `at`,
/// and within its bounds: `spot`, (3). Where there is no such place it is the end of the bone as it was.
#[cube]
pub(super) fn nearest(pose: &Pose, joint: u32, end: u32, moved: &Array<f32>, at: &Array<f32>, spot: &mut Array<f32>) {
    // Everything as seen from the end.
    let mut wanted = Array::<f32>::new(3usize);
    let mut low = Array::<f32>::new(3usize);
    let mut high = Array::<f32>::new(3usize);
    let mut bone = Array::<f32>::new(3usize);
    let mut place = Array::<f32>::new(3usize);
    let mut fixed = Array::<f32>::new(3usize);
    let mut free = Array::<f32>::new(3usize);
    let mut square = 0.0f32;
    #[unroll]
    for c in 0..3usize {
        let j = (joint * 3) as usize + c;
        let n = (end * 3) as usize + c;
        let away = at[n] - pose.clean[n];
        bone[c] = pose.clean[j] - pose.clean[n];
        wanted[c] = bone[c] + (moved[j] - away);
        low[c] = bone[c] + (pose.low[j] - pose.clean[j] - away);
        high[c] = bone[c] + (pose.high[j] - pose.clean[j] - away);
        square += bone[c] * bone[c];
        spot[c] = pose.clean[j] + away;
    }
    let radius = square.sqrt();
    let mut least = 1e30f32;
    let mut code = 0u32;
    while code < 26 {
        // Each coordinate is free (0), at its low end (1), or at its high end (2).
        let mut digits = code;
        let mut rest = square;
        let mut number = 0.0f32;
        let mut towards = 0.0f32;
        let mut along = 0.0f32;
        #[unroll]
        for c in 0..3usize {
            let side = digits % 3;
            digits /= 3;
            free[c] = select(side == 0, 1.0, 0.0);
            fixed[c] = select(side == 1, low[c], high[c]);
            rest -= select(side == 0, 0.0, fixed[c] * fixed[c]);
            number += free[c];
            towards += free[c] * wanted[c] * wanted[c];
            along += free[c] * bone[c] * bone[c];
        }
        if rest >= -TOUCH * square {
            let reach = max(rest, 0.0).sqrt();
            let to = towards.sqrt();
            let was = along.sqrt();
            // With one free coordinate both ends of a line are tried, otherwise the direction of what is wanted.
            for sign in 0..2u32 {
                let line = number < 1.5;
                if (sign == 0) | line {
                    let mut fits = 1u32;
                    let mut distance = 0.0f32;
                    #[unroll]
                    for c in 0..3usize {
                        let level = 1.0 / number.sqrt();
                        let as_was = select(was > SHORTEST, bone[c] / max(was, SHORTEST), level);
                        let as_wanted = select(to > SHORTEST, wanted[c] / max(to, SHORTEST), as_was);
                        let direction = select(line, 1.0 - 2.0 * f32::cast_from(sign), as_wanted);
                        let v = select(free[c] > 0.0, reach * direction, fixed[c]);
                        let slack = SLACK * (radius + v.abs());
                        if (v < low[c] - slack) | (v > high[c] + slack) {
                            fits = 0u32;
                        }
                        place[c] = clamp(v, low[c], high[c]);
                        distance += (place[c] - wanted[c]) * (place[c] - wanted[c]);
                    }
                    if (fits > 0) & (distance < least) {
                        least = distance;
                        #[unroll]
                        for c in 0..3usize {
                            spot[c] = at[(end * 3) as usize + c] + place[c];
                        }
                    }
                }
            }
        }
        code += 1;
        // Without any bound it is the nearest of all.
        if (code == 1) & (least < 1e29) {
            code = 26u32;
        }
    }
}
