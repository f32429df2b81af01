//! The exact projection: see [`projection`](crate::attack::projection), whose steps these kernels repeat in 32-bit
//! numbers.
//!
//! A unit computes one part of one pose. It keeps joints as what they have moved from the original, which is small, so
//! that lengths stay as exact as the clip's own numbers. What it accepts at the end it measures on the numbers that it
//! writes.

mod bone;
mod finish;
pub(super) mod limits;
mod part;
mod retract;
mod sphere;
pub(super) mod surface;
mod tree;

use bone::holds;
use cubecl::prelude::*;
use finish::put_down;
use part::{Brought, Part, Pose};
use retract::move_together;
use tree::Tree;

/// How often the largest share that fits is looked for, with the whole perturbation as the first try.
const TRIES: u32 = 6;
/// Below this share the original pose is taken.
const LEAST: f32 = 1.0 / 64.0;

#[derive(CubeLaunch, CubeType)]
pub(super) struct Sizes {
    /// Parts of all poses: poses times slots.
    units: u32,
    /// The most parts that a pose has.
    slots: u32,
    /// T M V C
    values: u32,
    /// C
    channels: u32,
    /// Is 0. Compilers do not know it, see [`finish`].
    zero: u32,
}

/// Moves each part of each pose of `x` to a place near by where its bounds and its bone lengths hold, if it has kept
/// more of its perturbation than it may keep.
///
/// # Shapes
/// - x, to: (T, M, V, C)
/// - places: (3, T M V C): the original, the lowest, the highest place of each value
/// - starts: (T M, slots): where each part stands in `table`, -1 for none; see [`part`]
/// - asked: (2, T M, slots): the share of its perturbation that each part may keep, and the one that it has kept until
///   now; more than 1 before the first time
/// - shares: (T M, slots): the share that each part has kept afterwards; below 1 it has yielded
#[cube(launch_unchecked)]
pub(super) fn exact(
    x: &[f32],
    places: &[f32],
    starts: &[i32],
    table: &[i32],
    asked: &[f32],
    to: &mut [f32],
    shares: &mut [f32],
    sizes: Sizes,
    #[comptime] joints: usize,
    #[comptime] dims: usize,
) {
    let unit = ABSOLUTE_POS as u32;
    if unit >= sizes.units {
        terminate!();
    }
    let start = starts[unit as usize];
    let most = asked[unit as usize];
    let had = asked[(sizes.units + unit) as usize];
    let mut kept = 1.0f32;
    if had <= most {
        kept = had;
    }
    if (start >= 0) & (had > most) {
        let first = unit / sizes.slots * joints as u32 * sizes.channels;
        let part = Part::read(table, start as u32);
        for k in 0..part.rest {
            let from = first + table[(part.rest_at + k) as usize] as u32 * sizes.channels;
            for c in 0..sizes.channels {
                to[(from + c) as usize] = x[(from + c) as usize];
            }
        }
        if part.joints > 0 {
            let pose = Pose::read(x, places, first, sizes.values, sizes.channels, joints, dims);
            // The original until something better is found.
            kept = 0.0f32;
            for k in 0..part.joints {
                let j = table[(part.joints_at + k) as usize] as u32;
                let from = first + j * sizes.channels;
                for c in 0..sizes.channels {
                    to[(from + c) as usize] =
                        select(c < dims as u32, places[(from + c) as usize], x[(from + c) as usize]);
                }
            }
            let mut tree = Tree::new(joints);
            let mut brought = Brought::new(joints);
            let mut fails = 0.0f32;
            fails += most;
            let mut share = 0.0f32;
            share += most;
            let mut tries = 0u32;
            while tries < TRIES {
                let fits = settle(&pose, &part, table, &mut tree, &mut brought, share, sizes.zero);
                if fits > 0 {
                    kept = share;
                    for k in 0..part.joints {
                        let j = table[(part.joints_at + k) as usize] as u32;
                        #[unroll]
                        for c in 0..dims {
                            let i = (j * 3) as usize + c;
                            if pose.low[i] < pose.high[i] {
                                to[(first + j * sizes.channels) as usize + c] = brought.at[i];
                            }
                        }
                    }
                } else {
                    fails = share;
                }
                share = (kept + fails) * 0.5;
                tries += 1;
                if (kept >= most) | (share < LEAST) {
                    tries = TRIES;
                }
            }
        }
    }
    shares[unit as usize] = kept;
}

/// Brings the part, with this share of its perturbation, to where everything holds: `brought.at`. Gives 0 if it finds
/// no such place.
#[cube]
fn settle(
    pose: &Pose,
    part: &Part,
    table: &[i32],
    tree: &mut Tree,
    brought: &mut Brought,
    share: f32,
    zero: u32,
) -> u32 {
    let mut fits = 0u32;
    if share >= 1.0 {
        fits += holds(pose, part, table);
    }
    if fits > 0 {
        for i in 0..brought.at.len() {
            brought.at[i] = pose.wanted[i];
        }
    } else {
        for i in 0..brought.moved.len() {
            brought.moved[i] = share * (pose.wanted[i] - pose.clean[i]);
        }
        let right = move_together(pose, part, table, tree, brought);
        // Joints between others have no sphere of their own to be put on.
        if (right > 0) | (part.tied == 0) {
            fits += put_down(pose, part, table, brought, zero);
        }
    }
    fits
}
