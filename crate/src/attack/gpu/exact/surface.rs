//! Gradients along the surface on which the bones have their lengths: see
//! [`surface`](crate::attack::projection::surface).

use cubecl::prelude::*;

use super::part::{Brought, EXPONENT, Part, Pose};
use super::tree::{Tree, clear, free, look, smallest};

/// How much a bone gives way, well above the rounding of a compliance.
const GIVE: f32 = 4e-6;

/// Takes from a gradient what would change a bone's length to first order. A unit computes one part of one pose.
///
/// # Shapes
/// - gradient, x, to: (T, M, V, C); places, starts, table as in the parent module
#[cube(launch_unchecked)]
pub fn surface(
    gradient: &[f32],
    x: &[f32],
    places: &[f32],
    starts: &[i32],
    table: &[i32],
    to: &mut [f32],
    units: u32,
    slots: u32,
    values: u32,
    channels: u32,
    #[comptime] joints: usize,
    #[comptime] dims: usize,
) {
    let unit = ABSOLUTE_POS as u32;
    if unit >= units {
        terminate!();
    }
    let start = starts[unit as usize];
    if start >= 0 {
        let first = unit / slots * joints as u32 * channels;
        let part = Part::read(table, start as u32);
        for k in 0..part.rest + part.joints {
            // The joints that stay stand after those of the part.
            let from = first + table[(part.joints_at + k) as usize] as u32 * channels;
            for c in 0..channels {
                to[(from + c) as usize] = gradient[(from + c) as usize];
            }
        }
        if part.joints > 0 {
            let pose = Pose::read(x, places, first, values, channels, joints, dims);
            let mut tree = Tree::new(joints);
            let mut brought = Brought::new(joints);
            for i in 0..brought.moved.len() {
                brought.moved[i] = pose.wanted[i] - pose.clean[i];
            }
            clear(&mut tree);
            look(&pose, &part, table, &mut tree, &brought.moved, 0.0, 0.0);
            free(&pose, &part, table, &mut tree);
            for k in 0..part.bones {
                let parent = table[(part.bones_at + 2 * k) as usize] as u32;
                let child = table[(part.bones_at + 2 * k + 1) as usize] as u32;
                let mut lacks = 0.0f32;
                #[unroll]
                for c in 0..dims {
                    let p = gradient[(first + parent * channels) as usize + c];
                    let q = gradient[(first + child * channels) as usize + c];
                    let p = select(tree.free[(parent * 3) as usize + c] > 0.0, p, 0.0);
                    let q = select(tree.free[(child * 3) as usize + c] > 0.0, q, 0.0);
                    lacks += (p - q) * tree.direction[(k * 3) as usize + c];
                }
                tree.lacks[k as usize] = lacks;
            }
            smallest(&part, table, &mut tree, GIVE);
            for k in 0..part.joints {
                let j = table[(part.joints_at + k) as usize] as u32;
                #[unroll]
                for c in 0..dims {
                    let i = (j * 3) as usize + c;
                    let at = (first + j * channels) as usize + c;
                    let g = gradient[at];
                    // The host looks for what is not finite.
                    let wild = (u32::reinterpret(g) & EXPONENT) == EXPONENT;
                    if (tree.free[i] > 0.0) & !wild {
                        to[at] = g + tree.moves[i];
                    }
                }
            }
        }
    }
}
