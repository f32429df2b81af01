//! The moves of the exact projection towards the bone lengths, within bounds: `attack/projection/retract.rs` in f32.
//!
//! Joints are held as their changes, not as their places, so that lengths are as exact near the origin as far from it.

use cubecl::prelude::*;

/// Moves at most.
const MOVES: u32 = 24;
/// Solutions of one move: the first, and one after each time that coordinates are held at their bounds.
const SOLUTIONS: u32 = 4;
/// The lengths are right if they are off by this share of them.
const ACCURACY: f32 = 5e-7;
/// Bones below this length are as exact as one of it.
const SHORTEST: f32 = 1e-2;
/// The compliance of a bone in the first move; it halves with each move.
const GIVE: f32 = 0.1;
/// The least compliance, well above the rounding of f32.
const LEAST: f32 = 1e-6;

/// Numbers of a joint, and of the bone to its parent, during the moves.
pub(super) const FIELDS: usize = 20;
/// How far the joint is from where it was (3).
const CHANGE: u32 = 0;
/// The next move (3).
const MOVE: u32 = 3;
/// How the joint yields to a pull of 1: xx, xy, xz, yy, yz, zz.
const COMPLIANCE: u32 = 6;
/// 1 for each coordinate that may move, or 0 (3).
const FREE: u32 = 12;
/// The direction of the bone (3).
const DIRECTION: u32 = 15;
/// By how much the bone is too short.
const LACKS: u32 = 18;
/// The length of the bone in the original.
const LENGTH: u32 = 19;

#[derive(CubeLaunch, CubeType)]
pub(super) struct Sizes {
    poses: u32,
    joints: u32,
    channels: u32,
    /// Channels that are coordinates; they come first.
    dims: u32,
}

/// Where a number of a joint is in the scratch memory: neighbouring units read neighbouring numbers.
#[cube]
fn field(joint: u32, stride: u32, number: u32) -> usize {
    (joint + number * stride) as usize
}

/// Moves each pose of `x` to the bone lengths of `clean`, within `range`, and writes it to `to`. Only joints whose
/// range has an extent move. One unit computes one pose.
///
/// # Shapes
/// - x, clean, to: (poses, V, C)
/// - range: (2, poses, V, C), the lowest and the highest place of each value
/// - bones: (poses, V): `parent * V + child`, a joint's own bone before its children's, then -1
/// - scratch: (FIELDS, V, poses)
#[cube(launch_unchecked)]
pub(super) fn retract(
    x: &[f32],
    clean: &[f32],
    range: &[f32],
    bones: &[i32],
    scratch: &mut [f32],
    to: &mut [f32],
    sizes: Sizes,
) {
    let pose = ABSOLUTE_POS as u32;
    if pose >= sizes.poses {
        terminate!();
    }
    let stride = sizes.joints * sizes.poses;
    let first = pose * sizes.joints * sizes.channels;
    let values = stride * sizes.channels;
    for j in 0..sizes.joints {
        let joint = j * sizes.poses + pose;
        for c in 0..3u32 {
            scratch[field(joint, stride, CHANGE + c)] = 0.0;
            if c < sizes.dims {
                let at = first + j * sizes.channels + c;
                let value = clamp(x[at as usize], range[at as usize], range[(values + at) as usize]);
                scratch[field(joint, stride, CHANGE + c)] = value - clean[at as usize];
            }
        }
    }
    for k in 0..sizes.joints {
        let code = bones[(pose * sizes.joints + k) as usize];
        if code >= 0 {
            let parent = u32::min(code as u32 / sizes.joints, sizes.joints - 1);
            let child = code as u32 % sizes.joints;
            let mut square = 0.0f32;
            for c in 0..sizes.dims {
                let from = clean[(first + parent * sizes.channels + c) as usize];
                let along = clean[(first + child * sizes.channels + c) as usize] - from;
                square += along * along;
            }
            scratch[field(child * sizes.poses + pose, stride, LENGTH)] = square.sqrt();
        }
    }

    let mut active = 1u32;
    let mut give = GIVE;
    for round in 0..MOVES {
        if active == 1u32 {
            active = 0u32;
            for k in 0..sizes.joints {
                let code = bones[(pose * sizes.joints + k) as usize];
                if code >= 0 {
                    let p = u32::min(code as u32 / sizes.joints, sizes.joints - 1);
                    let c = code as u32 % sizes.joints;
                    let off = look(clean, scratch, first, p, c, pose, &sizes);
                    if off {
                        active = 1u32;
                    }
                }
            }
        }
        if active == 1u32 {
            // All coordinates that have room may move.
            for j in 0..sizes.joints {
                let joint = j * sizes.poses + pose;
                for c in 0..3u32 {
                    let mut free = 0.0f32;
                    if c < sizes.dims {
                        let at = first + j * sizes.channels + c;
                        free = select(range[at as usize] < range[(values + at) as usize], 1.0, 0.0);
                    }
                    scratch[field(joint, stride, FREE + c)] = free;
                }
            }
            // Every eighth is exact, for what would converge too slowly.
            let gives = select(round % 8 == 7, LEAST, max(give, LEAST));
            let mut unsolved = 1u32;
            for _solution in 0..SOLUTIONS {
                if unsolved == 1u32 {
                    solve(bones, scratch, pose, gives, &sizes);
                    unsolved = 0u32;
                    for j in 0..sizes.joints {
                        let joint = j * sizes.poses + pose;
                        for c in 0..sizes.dims {
                            let at = first + j * sizes.channels + c;
                            let was = clean[at as usize];
                            let change = scratch[field(joint, stride, CHANGE + c)];
                            let by = scratch[field(joint, stride, MOVE + c)];
                            let low = change <= range[at as usize] - was && by < 0.0;
                            let high = change >= range[(values + at) as usize] - was && by > 0.0;
                            if scratch[field(joint, stride, FREE + c)] > 0.5 && (low || high) {
                                scratch[field(joint, stride, FREE + c)] = 0.0;
                                unsolved = 1u32;
                            }
                        }
                    }
                }
            }
            for j in 0..sizes.joints {
                let joint = j * sizes.poses + pose;
                for c in 0..sizes.dims {
                    let at = first + j * sizes.channels + c;
                    let was = clean[at as usize];
                    let moved = scratch[field(joint, stride, CHANGE + c)] + scratch[field(joint, stride, MOVE + c)];
                    scratch[field(joint, stride, CHANGE + c)] =
                        clamp(moved, range[at as usize] - was, range[(values + at) as usize] - was);
                }
            }
        }
        give *= 0.5;
    }

    for j in 0..sizes.joints {
        let joint = j * sizes.poses + pose;
        for c in 0..sizes.channels {
            let at = first + j * sizes.channels + c;
            let mut value = x[at as usize];
            if c < sizes.dims {
                let moved = clean[at as usize] + scratch[field(joint, stride, CHANGE + c)];
                value = clamp(moved, range[at as usize], range[(values + at) as usize]);
            }
            to[at as usize] = value;
        }
    }
}

/// Looks at a bone as it is. Whether its length is off.
#[cube]
fn look(clean: &[f32], scratch: &mut [f32], first: u32, parent: u32, child: u32, pose: u32, sizes: &Sizes) -> bool {
    let stride = sizes.joints * sizes.poses;
    let (from, to) = (parent * sizes.poses + pose, child * sizes.poses + pose);
    let length = scratch[field(to, stride, LENGTH)];
    let mut square = 0.0f32;
    for c in 0..sizes.dims {
        let was = clean[(first + child * sizes.channels + c) as usize]
            - clean[(first + parent * sizes.channels + c) as usize];
        let along = was + scratch[field(to, stride, CHANGE + c)] - scratch[field(from, stride, CHANGE + c)];
        square += along * along;
    }
    let is = square.sqrt();
    // Without a direction it takes the original's.
    let directed = is > 1e-7 * max(length, SHORTEST);
    let mut lacks = length - is;
    if !directed {
        lacks = length;
    }
    let scale = select(directed, 1.0 / max(is, 1e-20), select(length > 0.0, 1.0 / max(length, 1e-20), 0.0));
    for c in 0..3u32 {
        let mut direction = 0.0f32;
        if c < sizes.dims {
            let was = clean[(first + child * sizes.channels + c) as usize]
                - clean[(first + parent * sizes.channels + c) as usize];
            let by = scratch[field(to, stride, CHANGE + c)] - scratch[field(from, stride, CHANGE + c)];
            direction = select(directed, was + by, was) * scale;
        }
        scratch[field(to, stride, DIRECTION + c)] = direction;
    }
    scratch[field(to, stride, LACKS)] = lacks;
    f32::abs(lacks) > ACCURACY * max(length, SHORTEST)
}

/// The smallest moves of the free coordinates that lengthen each bone by what it lacks.
#[cube]
fn solve(bones: &[i32], scratch: &mut [f32], pose: u32, gives: f32, sizes: &Sizes) {
    let stride = sizes.joints * sizes.poses;
    for j in 0..sizes.joints {
        let joint = j * sizes.poses + pose;
        for c in 0..3u32 {
            scratch[field(joint, stride, MOVE + c)] = 0.0;
        }
        scratch[field(joint, stride, COMPLIANCE)] = scratch[field(joint, stride, FREE)];
        scratch[field(joint, stride, COMPLIANCE + 1)] = 0.0;
        scratch[field(joint, stride, COMPLIANCE + 2)] = 0.0;
        scratch[field(joint, stride, COMPLIANCE + 3)] = scratch[field(joint, stride, FREE + 1)];
        scratch[field(joint, stride, COMPLIANCE + 4)] = 0.0;
        scratch[field(joint, stride, COMPLIANCE + 5)] = scratch[field(joint, stride, FREE + 2)];
    }
    // Each bone passes on to the parent what its child cannot take.
    for k in 0..sizes.joints {
        let code = bones[(pose * sizes.joints + sizes.joints - 1 - k) as usize];
        if code >= 0 {
            let p = u32::min(code as u32 / sizes.joints, sizes.joints - 1);
            let parent = p * sizes.poses + pose;
            let child = code as u32 % sizes.joints * sizes.poses + pose;
            let (u, v, w) = (
                scratch[field(child, stride, DIRECTION)],
                scratch[field(child, stride, DIRECTION + 1)],
                scratch[field(child, stride, DIRECTION + 2)],
            );
            let x = scratch[field(child, stride, COMPLIANCE)] * u
                + scratch[field(child, stride, COMPLIANCE + 1)] * v
                + scratch[field(child, stride, COMPLIANCE + 2)] * w;
            let y = scratch[field(child, stride, COMPLIANCE + 1)] * u
                + scratch[field(child, stride, COMPLIANCE + 3)] * v
                + scratch[field(child, stride, COMPLIANCE + 4)] * w;
            let z = scratch[field(child, stride, COMPLIANCE + 2)] * u
                + scratch[field(child, stride, COMPLIANCE + 4)] * v
                + scratch[field(child, stride, COMPLIANCE + 5)] * w;
            let along = scratch[field(child, stride, MOVE)] * u
                + scratch[field(child, stride, MOVE + 1)] * v
                + scratch[field(child, stride, MOVE + 2)] * w;
            let asked = along - scratch[field(child, stride, LACKS)];
            pull(scratch, parent, child, stride, asked, max(x * u + y * v + z * w, 0.0) + gives);
        }
    }
    for k in 0..sizes.joints {
        let code = bones[(pose * sizes.joints + k) as usize];
        if code >= 0 {
            let p = u32::min(code as u32 / sizes.joints, sizes.joints - 1);
            let parent = p * sizes.poses + pose;
            let child = code as u32 % sizes.joints * sizes.poses + pose;
            let along = scratch[field(parent, stride, MOVE)] * scratch[field(child, stride, DIRECTION)]
                + scratch[field(parent, stride, MOVE + 1)] * scratch[field(child, stride, DIRECTION + 1)]
                + scratch[field(parent, stride, MOVE + 2)] * scratch[field(child, stride, DIRECTION + 2)];
            let asked = along + scratch[field(child, stride, LACKS)];
            pull(scratch, child, child, stride, asked, gives);
        }
    }
}

/// Asks a joint for the move `asked` along the direction of a bone, by something that gives way itself. The bone is the
/// one to the joint `bone` from its parent.
#[cube]
fn pull(scratch: &mut [f32], joint: u32, bone: u32, stride: u32, asked: f32, gives: f32) {
    let (u, v, w) = (
        scratch[field(bone, stride, DIRECTION)],
        scratch[field(bone, stride, DIRECTION + 1)],
        scratch[field(bone, stride, DIRECTION + 2)],
    );
    let xx = scratch[field(joint, stride, COMPLIANCE)];
    let xy = scratch[field(joint, stride, COMPLIANCE + 1)];
    let xz = scratch[field(joint, stride, COMPLIANCE + 2)];
    let yy = scratch[field(joint, stride, COMPLIANCE + 3)];
    let yz = scratch[field(joint, stride, COMPLIANCE + 4)];
    let zz = scratch[field(joint, stride, COMPLIANCE + 5)];
    let x = xx * u + xy * v + xz * w;
    let y = xy * u + yy * v + yz * w;
    let z = xz * u + yz * v + zz * w;
    let scale = 1.0 / (max(x * u + y * v + z * w, 0.0) + gives);
    let along = scratch[field(joint, stride, MOVE)] * u
        + scratch[field(joint, stride, MOVE + 1)] * v
        + scratch[field(joint, stride, MOVE + 2)] * w;
    let by = (asked - along) * scale;
    scratch[field(joint, stride, MOVE)] += x * by;
    scratch[field(joint, stride, MOVE + 1)] += y * by;
    scratch[field(joint, stride, MOVE + 2)] += z * by;
    scratch[field(joint, stride, COMPLIANCE)] = xx - x * x * scale;
    scratch[field(joint, stride, COMPLIANCE + 1)] = xy - x * y * scale;
    scratch[field(joint, stride, COMPLIANCE + 2)] = xz - x * z * scale;
    scratch[field(joint, stride, COMPLIANCE + 3)] = yy - y * y * scale;
    scratch[field(joint, stride, COMPLIANCE + 4)] = yz - y * z * scale;
    scratch[field(joint, stride, COMPLIANCE + 5)] = zz - z * z * scale;
}
