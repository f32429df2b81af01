//! The graph product: nine tenths of a skeleton's adjacency are zeros, which the kernel skips.

use cubecl::prelude::*;

#[derive(CubeLaunch, CubeType)]
pub(super) struct Sizes {
    /// N * T.
    frames: u32,
    joints: u32,
    subsets: u32,
    /// Channels of the side without subsets, in vectors.
    wide: u32,
}

/// `to[f, w, k, c]` = the sum over v of `a[k, v, w] from[f, v, c]`; or, `back`, the gradient: `to[f, v, c]` = the sum
/// over k and w of `a[k, v, w] from[f, w, k, c]`. A unit computes the same place in `block` frames, so that it reads
/// each entry of the adjacency once for all of them.
///
/// # Shapes
/// - a: (K, V, V)
/// - from and to: (frames, V, C) and (frames, V, K C), or the other way round
#[cube(launch_unchecked)]
pub(super) fn graph<N: Size>(
    from: &[Vector<f32, N>],
    a: &[f32],
    to: &mut [Vector<f32, N>],
    sizes: Sizes,
    #[comptime] block: usize,
    #[comptime] back: bool,
) {
    let unit = ABSOLUTE_POS as u32;
    let thin = sizes.joints * sizes.wide;
    let thick = thin * sizes.subsets;
    let places = if comptime!(back) { thin } else { thick };
    let stride = if comptime!(back) { thick } else { thin };
    let terms = if comptime!(back) { sizes.subsets * sizes.joints } else { sizes.joints };

    let first = unit / places * block as u32;
    if first >= sizes.frames {
        terminate!();
    }
    let place = unit % places;
    let (channel, row) = (place % sizes.wide, place / sizes.wide);
    let mut sums = Array::<Vector<f32, N>>::new(block);
    // Some shading languages do not initialise arrays.
    #[unroll]
    for i in 0..block {
        sums[i] = Vector::zeroed();
    }
    for term in 0..terms {
        let (edge, at) = if comptime!(back) {
            let (subset, to) = (term / sizes.joints, term % sizes.joints);
            let edge = (subset * sizes.joints + row) * sizes.joints + to;
            (edge, (to * sizes.subsets + subset) * sizes.wide + channel)
        } else {
            let (to, subset) = (row / sizes.subsets, row % sizes.subsets);
            ((subset * sizes.joints + term) * sizes.joints + to, term * sizes.wide + channel)
        };
        let weight = a[edge as usize];
        if weight != 0.0 {
            #[unroll]
            for i in 0..block {
                let frame = u32::min(first + i as u32, sizes.frames - 1);
                sums[i] = fma(Vector::new(weight), from[(frame * stride + at) as usize], sums[i]);
            }
        }
    }
    #[unroll]
    for i in 0..block {
        let frame = first + i as u32;
        if frame < sizes.frames {
            to[(frame * places + place) as usize] = sums[i];
        }
    }
}
