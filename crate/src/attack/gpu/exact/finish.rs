//! The last move: joints are put down one after another, from the root outwards, in the numbers that are written.

use cubecl::prelude::*;

use super::bone::off;
use super::part::{Brought, Part, Pose};
use super::sphere::nearest;

/// A place is taken without looking for a better one if its bones are off by at most this share of their tolerance.
const GOOD: f32 = 0.5;
/// And it is refused beyond this share, which leaves room for the rounding of the measure itself.
const MOST: f32 = 0.99;

/// Puts every joint of the part near where it has `moved`, within its bounds and at its bones' lengths: `brought.at`.
/// Gives 0 if a joint has no such place.
#[cube]
pub(super) fn put_down(pose: &Pose, part: &Part, table: &[i32], brought: &mut Brought, zero: u32) -> u32 {
    for i in 0..brought.at.len() {
        brought.at[i] = pose.clean[i];
    }
    let mut fits = 1u32;
    let mut hangs = part.hangs_at;
    let mut spot = Array::<f32>::new(3usize);
    let mut best = Array::<f32>::new(3usize);
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        let bones = table[hangs as usize] as u32;
        if fits > 0 {
            #[unroll]
            for c in 0..3usize {
                let i = (j * 3) as usize + c;
                spot[c] = pose.clean[i] + brought.moved[i];
            }
            let mut least = 1e30f32;
            for turn in 0..2u32 {
                // Mostly the bones have their lengths already, up to rounding. Otherwise the joint goes to the nearest
                // place at the end of its bone.
                if (least > MOST) & ((turn == 0) | (bones == 1)) {
                    if turn == 1 {
                        let end = table[(hangs + 1) as usize] as u32;
                        nearest(pose, j, end, &brought.moved, &brought.at, &mut spot);
                    }
                    least = rounded(pose, table, j, hangs, bones, &brought.at, &spot, &mut best, zero);
                }
            }
            if least <= MOST {
                #[unroll]
                for c in 0..3usize {
                    brought.at[(j * 3) as usize + c] = best[c];
                }
            } else {
                fits = 0u32;
            }
        }
        hangs += bones + 1;
    }
    fits
}

/// The numbers near `spot`, within the bounds, with which the joint's bones are least off: `best`, (3). Gives by how
/// much of their tolerance.
///
/// `zero` is added to the bits of each number, so that no compiler takes the rounding of a sum for none.
#[cube]
fn rounded(
    pose: &Pose,
    table: &[i32],
    joint: u32,
    hangs: u32,
    bones: u32,
    at: &Array<f32>,
    spot: &Array<f32>,
    best: &mut Array<f32>,
    zero: u32,
) -> f32 {
    let mut middle = Array::<f32>::new(3usize);
    let mut place = Array::<f32>::new(3usize);
    #[unroll]
    for c in 0..3usize {
        let i = (joint * 3) as usize + c;
        let sum = f32::reinterpret(u32::reinterpret(spot[c]) + zero);
        middle[c] = clamp(sum, pose.low[i], pose.high[i]);
    }
    let mut least = 1e30f32;
    let mut code = 0u32;
    while code < 27 {
        // The number itself, or one of its neighbours, for each coordinate.
        let mut rest = code;
        #[unroll]
        for c in 0..3usize {
            let i = (joint * 3) as usize + c;
            let side = rest % 3;
            rest /= 3;
            let bits = u32::reinterpret(middle[c]);
            let grows = (bits >= 0x8000_0000u32) == (side == 2);
            let next = select(grows, bits + 1, bits - u32::min(bits, 1u32));
            let same = (side == 0) | (middle[c] == 0.0);
            place[c] = clamp(f32::reinterpret(select(same, bits, next)), pose.low[i], pose.high[i]);
        }
        let mut worst = 0.0f32;
        for n in 0..bones {
            let end = table[(hangs + 1 + n) as usize] as u32;
            worst = max(worst, off(pose, &place, joint, at, end));
        }
        if worst < least {
            least = worst;
            #[unroll]
            for c in 0..3usize {
                best[c] = place[c];
            }
        }
        code += 1;
        if least <= GOOD {
            code = 27u32;
        }
    }
    least
}
