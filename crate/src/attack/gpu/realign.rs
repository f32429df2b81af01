//! Realignment: restores bone lengths, joint after joint.

use cubecl::prelude::*;

/// Below this length a bone has no direction; its square is still above zero in f32.
const SHORTEST: f32 = 1e-9;

#[derive(CubeLaunch, CubeType)]
pub(super) struct Sizes {
    poses: u32,
    joints: u32,
    channels: u32,
    /// Channels that are coordinates; they come first.
    dims: u32,
}

/// Copies `x` to `to`, then places joints: each at the end of its bone's direction in `x`, at the bone's length in
/// `clean`, from where the bone's other end has been placed. A bone without direction in `x` is the bone of `clean`.
/// One unit computes one pose.
///
/// # Shapes
/// - x, clean, to: (poses, V, C)
/// - placing: (poses, V): `from * V + joint` in the order of placing, then -1
#[cube(launch_unchecked)]
pub(super) fn realign(x: &[f32], clean: &[f32], placing: &[i32], to: &mut [f32], sizes: Sizes) {
    let pose = ABSOLUTE_POS as u32;
    if pose >= sizes.poses {
        terminate!();
    }
    let values = sizes.joints * sizes.channels;
    let first = pose * values;
    for i in first..first + values {
        to[i as usize] = x[i as usize];
    }
    for k in 0..sizes.joints {
        let code = placing[(pose * sizes.joints + k) as usize];
        if code >= 0 {
            let bone = code as u32;
            let from = first + u32::min(bone / sizes.joints, sizes.joints - 1) * sizes.channels;
            let joint = first + bone % sizes.joints * sizes.channels;
            let mut now = 0.0f32;
            let mut was = 0.0f32;
            for c in 0..sizes.dims {
                let d = x[(joint + c) as usize] - x[(from + c) as usize];
                let e = clean[(joint + c) as usize] - clean[(from + c) as usize];
                now += d * d;
                was += e * e;
            }
            let length = now.sqrt();
            let directed = length > SHORTEST;
            let scale = select(directed, was.sqrt() / max(length, SHORTEST), 1.0);
            for c in 0..sizes.dims {
                let d = x[(joint + c) as usize] - x[(from + c) as usize];
                let e = clean[(joint + c) as usize] - clean[(from + c) as usize];
                to[(joint + c) as usize] = to[(from + c) as usize] + select(directed, d, e) * scale;
            }
        }
    }
}
