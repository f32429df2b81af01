//! The last move: joints are put down one after another, from the root outwards, in 32-bit numbers.

use super::plan::Part;
use super::point::{Point, minus, norm, tolerance};
use super::pose::Pose;
use super::sphere;

/// A place is taken without looking for a better one if its bones are off by at most this share of their tolerance.
const GOOD: f64 = 0.5;

/// Puts every joint of the part near its place in `x`, (V), within its bounds and at its bones' lengths; in the order
/// of placing. None where a joint has no such place.
pub(super) fn finish(pose: &Pose, part: &Part, x: &[Point]) -> Option<Vec<[f32; 3]>> {
    let mut at = pose.clean.clone();
    for placing in &part.placing {
        let joint = placing.joint;
        let bones: Vec<([f32; 3], f64)> = placing.from.iter().map(|&n| (at[n], pose.length(n, joint))).collect();
        // Mostly the bones have their lengths already, up to rounding.
        let near = rounded(pose, joint, x[joint], &bones);
        at[joint] = match (near, &placing.from[..]) {
            (Some(near), _) => near,
            (None, [from]) => {
                rounded(pose, joint, beyond(pose, joint, *from, at[*from].map(f64::from), x[joint]), &bones)?
            }
            (None, _) => return None,
        };
    }
    Some(part.joints().map(|j| at[j]).collect())
}

/// The nearest place at the end of the bone.
fn beyond(pose: &Pose, joint: usize, from: usize, centre: Point, wanted: Point) -> Point {
    let length = pose.length(from, joint);
    let limits = [pose.low[joint].map(f64::from), pose.high[joint].map(f64::from)];
    let was = [pose.clean[from].map(f64::from), pose.clean[joint].map(f64::from)];
    let bone = minus(was[1], was[0]);
    sphere::nearest(centre, length, wanted, limits, bone).unwrap_or_else(|| {
        // The bone as it was, which touches the corner of the bounds at least if the joint before moved within them.
        pose.clip(joint, [0, 1, 2].map(|c| centre[c] + bone[c]))
    })
}

/// The place near `wanted` in 32-bit numbers, within the bounds, whose bones to other ends that have their places are
/// least off. None if one is off by more than its tolerance everywhere.
fn rounded(pose: &Pose, joint: usize, wanted: Point, bones: &[([f32; 3], f64)]) -> Option<[f32; 3]> {
    let within = |c: usize, v: f32| v.clamp(pose.low[joint][c], pose.high[joint][c]);
    let off = |at: [f32; 3]| {
        let one = |&(end, length): &([f32; 3], f64)| {
            (norm(minus(at.map(f64::from), end.map(f64::from))) - length).abs() / tolerance(length, [at, end])
        };
        bones.iter().map(one).fold(0.0, f64::max)
    };
    let middle: [f32; 3] = std::array::from_fn(|c| within(c, wanted[c] as f32));
    let mut best = (off(middle), middle);
    if best.0 > GOOD {
        // The neighbouring numbers of each coordinate.
        let near = [0, 1, 2].map(|c| [middle[c], within(c, middle[c].next_up()), within(c, middle[c].next_down())]);
        for code in 1..27 {
            let at = [near[0][code % 3], near[1][code / 3 % 3], near[2][code / 9]];
            let off = off(at);
            if off < best.0 {
                best = (off, at);
            }
        }
    }
    (best.0 <= 1.0).then_some(best.1)
}
