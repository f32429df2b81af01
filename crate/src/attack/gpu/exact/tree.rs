//! The smallest move of all joints of a part that lengthens its bones by given amounts: see
//! [`tree`](crate::attack::projection).

use cubecl::prelude::*;

use super::part::{Part, Pose};

/// A bone shorter than this has no direction.
const SHORTEST: f32 = 1e-9;
/// Keeps a bone without length from dividing by 0.
const TINY: f32 = 1e-30;

#[derive(CubeType)]
pub(super) struct Tree {
    /// Which coordinates may move: 1 or 0, (V, 3).
    pub free: Array<f32>,
    /// (V, 3)
    pub moves: Array<f32>,
    /// How a joint with all that hangs on it yields to a pull of 1: xx, xy, xz, yy, yz, zz, (V, 6).
    pub compliance: Array<f32>,
    /// Of each bone, (bones, 3).
    pub direction: Array<f32>,
    /// By how much each bone is to be lengthened, (bones).
    pub lacks: Array<f32>,
}

#[cube]
impl Tree {
    pub fn new(#[comptime] joints: usize) -> Tree {
        let free = Array::<f32>::new(comptime!(joints * 3));
        let moves = Array::<f32>::new(comptime!(joints * 3));
        let compliance = Array::<f32>::new(comptime!(joints * 6));
        let direction = Array::<f32>::new(comptime!(joints * 3));
        let lacks = Array::<f32>::new(joints);
        Tree { free, moves, compliance, direction, lacks }
    }
}

/// Joints beside the part neither move nor yield. The moves of the part's own do not hang on this.
#[cube]
pub(super) fn clear(tree: &mut Tree) {
    for i in 0..tree.moves.len() {
        tree.moves[i] = 0.0;
        tree.free[i] = 0.0;
    }
    for i in 0..tree.compliance.len() {
        tree.compliance[i] = 0.0;
    }
}

/// The part's coordinates that have room may move.
#[cube]
pub(super) fn free(pose: &Pose, part: &Part, table: &[i32], tree: &mut Tree) {
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            let i = (j * 3) as usize + c;
            tree.free[i] = select(pose.low[i] < pose.high[i], 1.0, 0.0);
        }
    }
}

/// Looks at the bones after the joints have `moved`, (V, 3). Gives the number of bones without their length, up to
/// `accuracy` of it and the rounding of the moves.
#[cube]
pub(super) fn look(
    pose: &Pose,
    part: &Part,
    table: &[i32],
    tree: &mut Tree,
    moved: &Array<f32>,
    accuracy: f32,
    rounding: f32,
) -> u32 {
    let mut wrong = 0u32;
    let mut along = Array::<f32>::new(3usize);
    let mut bone = Array::<f32>::new(3usize);
    for k in 0..part.bones {
        let parent = table[(part.bones_at + 2 * k) as usize] as u32;
        let child = table[(part.bones_at + 2 * k + 1) as usize] as u32;
        let mut change = 0.0f32;
        let mut square = 0.0f32;
        let mut now = 0.0f32;
        let mut size = 0.0f32;
        #[unroll]
        for c in 0..3usize {
            let i = (child * 3) as usize + c;
            let n = (parent * 3) as usize + c;
            let e = moved[i] - moved[n];
            bone[c] = pose.clean[i] - pose.clean[n];
            along[c] = bone[c] + e;
            change += e * (2.0 * bone[c] + e);
            square += bone[c] * bone[c];
            now += along[c] * along[c];
            size += moved[i].abs() + moved[n].abs();
        }
        let length = square.sqrt();
        let is = now.sqrt();
        // Without a direction it takes the original's.
        let directed = is > SHORTEST * max(length, 1e-6);
        let mut lacks = select(directed, -change / max(length + is, TINY), length);
        #[unroll]
        for c in 0..3usize {
            let was = select(length > 0.0, bone[c] / max(length, TINY), 0.0);
            let direction = select(directed, along[c] / max(is, TINY), was);
            tree.direction[(k * 3) as usize + c] = direction;
            lacks -= select(directed, 0.0, along[c] * was);
        }
        tree.lacks[k as usize] = lacks;
        if lacks.abs() > accuracy * max(length, 1e-4) + rounding * size {
            wrong += 1;
        }
    }
    wrong
}

/// The smallest moves of the free coordinates, squares summed, that lengthen each bone by what it lacks to first order.
/// A bone gives way by `give`.
#[cube]
pub(super) fn smallest(part: &Part, table: &[i32], tree: &mut Tree, give: f32) {
    for k in 0..part.joints {
        let j = table[(part.joints_at + k) as usize] as u32;
        #[unroll]
        for c in 0..3usize {
            tree.moves[(j * 3) as usize + c] = 0.0;
        }
        let from = (j * 3) as usize;
        let to = (j * 6) as usize;
        tree.compliance[to] = tree.free[from];
        tree.compliance[to + 1] = 0.0;
        tree.compliance[to + 2] = 0.0;
        tree.compliance[to + 3] = tree.free[from + 1];
        tree.compliance[to + 4] = 0.0;
        tree.compliance[to + 5] = tree.free[from + 2];
    }
    // Each bone passes on to the parent what its child cannot take; then each child follows its parent.
    for pass in 0..2 * part.bones {
        let down = pass >= part.bones;
        let bone = select(down, pass - u32::min(pass, part.bones), part.bones - 1 - u32::min(pass, part.bones - 1));
        let parent = table[(part.bones_at + 2 * bone) as usize] as u32;
        let child = table[(part.bones_at + 2 * bone + 1) as usize] as u32;
        let puller = select(down, parent, child);
        let pulled = select(down, child, parent);
        let b = (bone * 3) as usize;
        let x = tree.direction[b];
        let y = tree.direction[b + 1];
        let z = tree.direction[b + 2];

        let p = (puller * 3) as usize;
        let along = tree.moves[p] * x + tree.moves[p + 1] * y + tree.moves[p + 2] * z;
        let lacks = tree.lacks[bone as usize];
        let asked = select(down, along + lacks, along - lacks);
        let q = (puller * 6) as usize;
        let px = tree.compliance[q] * x + tree.compliance[q + 1] * y + tree.compliance[q + 2] * z;
        let py = tree.compliance[q + 1] * x + tree.compliance[q + 3] * y + tree.compliance[q + 4] * z;
        let pz = tree.compliance[q + 2] * x + tree.compliance[q + 4] * y + tree.compliance[q + 5] * z;
        let gives = give + select(down, 0.0, max(px * x + py * y + pz * z, 0.0));

        let m = (pulled * 3) as usize;
        let n = (pulled * 6) as usize;
        let ax = tree.compliance[n] * x + tree.compliance[n + 1] * y + tree.compliance[n + 2] * z;
        let ay = tree.compliance[n + 1] * x + tree.compliance[n + 3] * y + tree.compliance[n + 4] * z;
        let az = tree.compliance[n + 2] * x + tree.compliance[n + 4] * y + tree.compliance[n + 5] * z;
        let scale = 1.0 / (max(ax * x + ay * y + az * z, 0.0) + gives);
        let short = asked - (tree.moves[m] * x + tree.moves[m + 1] * y + tree.moves[m + 2] * z);
        let step = short * scale;
        tree.moves[m] += ax * step;
        tree.moves[m + 1] += ay * step;
        tree.moves[m + 2] += az * step;
        tree.compliance[n] -= ax * ax * scale;
        tree.compliance[n + 1] -= ax * ay * scale;
        tree.compliance[n + 2] -= ax * az * scale;
        tree.compliance[n + 3] -= ay * ay * scale;
        tree.compliance[n + 4] -= ay * az * scale;
        tree.compliance[n + 5] -= az * az * scale;
    }
}
