//! What a unit reads once: its part of the tables, and its pose.

use cubecl::prelude::*;

/// The exponent of an f32: all of its bits are set in infinities and NaN.
pub(super) const EXPONENT: u32 = 0x7f80_0000;
/// Beyond this, squares of coordinates would not fit into an f32.
const FARTHEST: f32 = 1e15;

/// Where a part stands in the table: numbers of its joints, its bones, whether a joint hangs on several placed before
/// it, and of the joints that stay; then the joints in the order of placing, the joints that stay, the bones from
/// parent to child, and for each joint in the order of placing the number of bones that it hangs on and their other
/// ends. `projection/tables.rs` writes it.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Part {
    pub joints: u32,
    pub bones: u32,
    pub tied: u32,
    pub rest: u32,
    pub joints_at: u32,
    pub rest_at: u32,
    pub bones_at: u32,
    pub hangs_at: u32,
}

#[cube]
impl Part {
    pub fn read(table: &[i32], start: u32) -> Part {
        let joints = table[start as usize] as u32;
        let bones = table[(start + 1) as usize] as u32;
        let tied = table[(start + 2) as usize] as u32;
        let rest = table[(start + 3) as usize] as u32;
        let joints_at = start + 4;
        let rest_at = joints_at + joints;
        let bones_at = rest_at + rest;
        let hangs_at = bones_at + 2 * bones;
        Part { joints, bones, tied, rest, joints_at, rest_at, bones_at, hangs_at }
    }
}

/// A pose, all (V, 3), with 0 for the third coordinate in the picture plane.
#[derive(CubeType)]
pub(super) struct Pose {
    pub clean: Array<f32>,
    pub low: Array<f32>,
    pub high: Array<f32>,
    /// Where the joints are wanted; the original where they must stay.
    pub wanted: Array<f32>,
}

#[cube]
impl Pose {
    /// Reads the pose whose values begin at `first`, of V' and of the places: the original, the lowest, the highest
    /// place of each of `values`.
    pub fn read(
        x: &[f32],
        places: &[f32],
        first: u32,
        values: u32,
        channels: u32,
        #[comptime] joints: usize,
        #[comptime] dims: usize,
    ) -> Pose {
        let mut clean = Array::<f32>::new(comptime!(joints * 3));
        let mut low = Array::<f32>::new(comptime!(joints * 3));
        let mut high = Array::<f32>::new(comptime!(joints * 3));
        let mut wanted = Array::<f32>::new(comptime!(joints * 3));
        for j in 0..joints {
            #[unroll]
            for c in 0..3usize {
                let i = j * 3 + c;
                if comptime!(c < dims) {
                    let from = first as usize + j * channels as usize + c;
                    let was = places[from];
                    let least = places[from + values as usize];
                    let most = places[from + 2 * values as usize];
                    let v = x[from];
                    let wild = (u32::reinterpret(v) & EXPONENT) == EXPONENT;
                    clean[i] = was;
                    low[i] = least;
                    high[i] = most;
                    wanted[i] = select(wild | (least >= most), was, clamp(v, -FARTHEST, FARTHEST));
                } else {
                    clean[i] = 0.0;
                    low[i] = 0.0;
                    high[i] = 0.0;
                    wanted[i] = 0.0;
                }
            }
        }
        Pose { clean, low, high, wanted }
    }
}

/// Where a unit has brought the joints, all (V, 3).
#[derive(CubeType)]
pub(super) struct Brought {
    /// What they have moved from the original.
    pub moved: Array<f32>,
    /// Their places at the end.
    pub at: Array<f32>,
}

#[cube]
impl Brought {
    pub fn new(#[comptime] joints: usize) -> Brought {
        let moved = Array::<f32>::new(comptime!(joints * 3));
        let at = Array::<f32>::new(comptime!(joints * 3));
        Brought { moved, at }
    }
}
