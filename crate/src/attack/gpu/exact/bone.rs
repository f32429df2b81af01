//! By how much bones are off.

use cubecl::prelude::*;

use super::part::{Part, Pose};

/// The share of a length by which it may be off.
const EXACT: f32 = 1e-5;
/// Keeps a bone without length from dividing by 0.
const TINY: f32 = 1e-30;

/// By how much the bone from `end`, a joint of `at`, (V, 3), to `joint` at `spot`, (3), is off, in units of its
/// tolerance.
///
/// With b the bone and e the change of its ends, the squared length changes by `e (2 b + e)`; this has no difference of
/// two lengths, which would lose the digits that matter.
#[cube]
pub(super) fn off(pose: &Pose, spot: &Array<f32>, joint: u32, at: &Array<f32>, end: u32) -> f32 {
    let mut change = 0.0f32;
    let mut square = 0.0f32;
    let mut largest = 0.0f32;
    #[unroll]
    for c in 0..3usize {
        let j = (joint * 3) as usize + c;
        let n = (end * 3) as usize + c;
        let bone = pose.clean[j] - pose.clean[n];
        let e = (spot[c] - pose.clean[j]) - (at[n] - pose.clean[n]);
        change += e * (2.0 * bone + e);
        square += bone * bone;
        largest = max(largest, max(spot[c].abs(), at[n].abs()));
    }
    let length = square.sqrt();
    let is = max(square + change, 0.0).sqrt();
    // The distance between neighbouring numbers there.
    let spacing = f32::reinterpret(u32::reinterpret(largest) + 1) - largest;
    change.abs() / max(length + is, TINY) / max(max(EXACT * length, spacing), TINY)
}

/// 1 if everything holds for the part where it is wanted, otherwise 0.
#[cube]
pub(super) fn holds(pose: &Pose, part: &Part, table: &[i32]) -> u32 {
    let mut good = 1u32;
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            let i = (j * 3) as usize + c;
            if (pose.wanted[i] < pose.low[i]) | (pose.wanted[i] > pose.high[i]) {
                good = 0u32;
            }
        }
    }
    let mut spot = Array::<f32>::new(3usize);
    for k in 0..part.bones {
        let parent = table[(part.bones_at + 2 * k) as usize] as u32;
        let child = table[(part.bones_at + 2 * k + 1) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            spot[c] = pose.wanted[(child * 3) as usize + c];
        }
        if off(pose, &spot, child, &pose.wanted, parent) > 1.0 {
            good = 0u32;
        }
    }
    good
}
