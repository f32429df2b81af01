//! How much of its perturbation a part may keep so that it fits the frames before and after: the same as `limits` of
//! the host, see [`projection`](crate::attack::projection).

use cubecl::prelude::*;

use super::part::Part;

/// A part's share differs from that in the frame before by this much at most.
const SLOPE: f32 = 0.125;
/// Frames that matter before and after: beyond them a share of 0 allows 1.
const REACH: u32 = 7;
const WINDOW: u32 = 15;
/// More than any share.
const ANY: f32 = 2.0;

/// Units of one launch.
#[derive(CubeLaunch, CubeType)]
pub struct Parts {
    /// Poses times slots.
    pub units: u32,
    /// The most parts that a pose has.
    pub slots: u32,
    /// M
    pub people: u32,
}

/// Computes what each part may keep, in `asked`, (2, T M, slots), with what it has kept until now. A unit passes once
/// forwards and once backwards over the frames that matter to its part.
///
/// # Shapes
/// - shares: (T M, slots); starts and table as in the parent module
#[cube(launch_unchecked)]
pub fn limits(
    shares: &[f32],
    starts: &[i32],
    table: &[i32],
    asked: &mut [f32],
    parts: Parts,
    #[comptime] joints: usize,
) {
    let unit = ABSOLUTE_POS as u32;
    if unit >= parts.units {
        terminate!();
    }
    let poses = (parts.units / parts.slots) as i32;
    let first = (unit / parts.slots) as i32 - (REACH * parts.people) as i32;
    let share = shares[unit as usize];
    let mut limit = 0.0f32;
    limit += share;
    let mut yields = 0u32;
    for i in 0..WINDOW {
        let pose = first + (i * parts.people) as i32;
        if (pose >= 0) & (pose < poses) {
            for slot in 0..parts.slots {
                if shares[(pose as u32 * parts.slots + slot) as usize] < 1.0 {
                    yields += 1;
                }
            }
        }
    }
    if yields > 0 {
        // Of each part in each frame; a pose has at most as many parts as joints.
        let mut kept = Array::<f32>::new(comptime!(15 * joints));
        let mut before = Array::<f32>::new(joints);
        let mut now = Array::<f32>::new(joints);
        for j in 0..joints {
            before[j] = ANY;
        }
        for step in 0..WINDOW + REACH + 1 {
            let back = step >= WINDOW;
            let i = select(back, 2 * WINDOW - 1 - step, step);
            if step == WINDOW {
                for j in 0..joints {
                    before[j] = ANY;
                }
            }
            for j in 0..joints {
                now[j] = ANY;
            }
            let pose = first + (i * parts.people) as i32;
            if (pose >= 0) & (pose < poses) {
                for slot in 0..parts.slots {
                    let number = (pose as u32 * parts.slots + slot) as usize;
                    let start = starts[number];
                    if start >= 0 {
                        let part = Part::read(table, start as u32);
                        let at = (i * joints as u32 + slot) as usize;
                        if step < WINDOW {
                            kept[at] = shares[number];
                        }
                        for k in 0..part.joints {
                            let j = table[(part.joints_at + k) as usize] as usize;
                            kept[at] = min(kept[at], before[j] + SLOPE);
                        }
                        for k in 0..part.joints {
                            let j = table[(part.joints_at + k) as usize] as usize;
                            now[j] = kept[at];
                        }
                    }
                }
            }
            for j in 0..joints {
                before[j] = now[j];
            }
        }
        if starts[unit as usize] >= 0 {
            limit = kept[(REACH * joints as u32 + unit % parts.slots) as usize];
        }
    }
    asked[unit as usize] = limit;
    asked[(parts.units + unit) as usize] = share;
}
