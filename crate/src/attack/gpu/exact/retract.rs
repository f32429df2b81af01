//! All joints of a part move together until the bones have their lengths.

use cubecl::prelude::*;

use super::part::{Brought, Part, Pose};
use super::tree::{Tree, clear, free, look, smallest};

/// Moves at most.
const MOVES: u32 = 24;
/// How often a move is taken back for coordinates that it would push beyond their bounds.
const PINS: u32 = 3;
/// A coordinate is at its bound if it is this share of its room away, so that rounding does not decide.
const NEAR: f32 = 1e-4;
/// The lengths are right if they are off by this share of them, or by this share of what their ends have moved.
const ACCURACY: f32 = 1e-7;
const ROUNDING: f32 = 2e-7;
/// How much a bone gives way in the first move; it halves with each move.
const GIVE: f32 = 0.1;
/// The least that it gives way, well above the rounding of a compliance.
const LEAST: f32 = 4e-6;

/// Moves the part's joints on from where they have `moved`, (V, 3), within their bounds. Gives 1 if the lengths are
/// reached, otherwise 0.
#[cube]
pub(super) fn move_together(pose: &Pose, part: &Part, table: &[i32], tree: &mut Tree, brought: &mut Brought) -> u32 {
    clear(tree);
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            let i = (j * 3) as usize + c;
            brought.moved[i] = clamp(brought.moved[i], pose.low[i] - pose.clean[i], pose.high[i] - pose.clean[i]);
        }
    }
    let mut right = 0u32;
    let mut round = 0u32;
    let mut halved = 1.0f32;
    while round < MOVES {
        if look(pose, part, table, tree, &brought.moved, ACCURACY, ROUNDING) == 0 {
            right = 1u32;
            round = MOVES;
        } else {
            // Every eighth is exact, for what would converge too slowly.
            let give = select(round % 8 == 7, LEAST, max(GIVE * halved, LEAST));
            shift(pose, part, table, tree, brought, give);
            halved *= 0.5;
            round += 1;
        }
    }
    right
}

/// One move within the bounds.
#[cube]
fn shift(pose: &Pose, part: &Part, table: &[i32], tree: &mut Tree, brought: &mut Brought, give: f32) {
    free(pose, part, table, tree);
    let mut pins = 0u32;
    while pins <= PINS {
        smallest(part, table, tree, give);
        pins += 1;
        // Holds the coordinates at their bounds that would move beyond them.
        let mut pinned = 0u32;
        if pins <= PINS {
            for k in 0..part.joints {
                let j = table[(part.joints_at + k) as usize] as u32;
                #[unroll]
                for c in 0..3usize {
                    let i = (j * 3) as usize + c;
                    let step = tree.moves[i];
                    let near = NEAR * (pose.high[i] - pose.low[i]);
                    let below = (brought.moved[i] <= pose.low[i] - pose.clean[i] + near) & (step < 0.0);
                    let above = (brought.moved[i] >= pose.high[i] - pose.clean[i] - near) & (step > 0.0);
                    if (below | above) & (tree.free[i] > 0.0) {
                        tree.free[i] = 0.0;
                        pinned += 1;
                    }
                }
            }
        }
        if pinned == 0 {
            pins = PINS + 1;
        }
    }
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            let i = (j * 3) as usize + c;
            let to = brought.moved[i] + tree.moves[i];
            brought.moved[i] = clamp(to, pose.low[i] - pose.clean[i], pose.high[i] - pose.clean[i]);
        }
    }
}
