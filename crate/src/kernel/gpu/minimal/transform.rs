//! Frames to the values that are multiplied, and the products back to frames. The coefficients are those of the CPU's
//! transforms, and known when a kernel is compiled.

use cubecl::prelude::*;

use super::super::super::cpu::minimal::{PRODUCTS, analysis, synthesis};
use super::super::super::cpu::shape::{TAPS, WINDOW, tile_of};

/// The sizes of the side with frames, and the tiles that it is cut into.
#[derive(CubeLaunch, CubeType)]
pub(super) struct Tiles {
    /// Of one clip.
    frames: u32,
    joints: u32,
    /// Of one clip.
    tiles: u32,
    /// Clips, tiles and joints.
    rows: u32,
    /// Channels, in vectors.
    wide: u32,
}

/// What a unit computes: a vector of channels of one joint, in one tile of one clip, of one phase.
#[derive(CubeType)]
struct Place {
    phase: u32,
    clip: u32,
    tile: u32,
    joint: u32,
    channel: u32,
    /// Where the vector is among those of a product, and how many those are.
    at: u32,
    each: u32,
}

#[cube]
fn place(sizes: &Tiles) -> Place {
    let unit = ABSOLUTE_POS as u32;
    let each = sizes.rows * sizes.wide;
    let at = unit % each;
    let row = at / sizes.wide;
    let tile = row / sizes.joints;
    Place {
        phase: unit / each,
        clip: tile / sizes.tiles,
        tile: tile % sizes.tiles,
        joint: row % sizes.joints,
        channel: at % sizes.wide,
        at,
        each,
    }
}

/// `before` = the transformed tiles of x.
///
/// # Shapes
/// - x: (N, T, V, C), before: (phases, 23, N tiles V, C)
#[cube(launch_unchecked)]
pub(super) fn analyse<L: Size>(
    x: &[Vector<f32, L>],
    before: &mut [Vector<f32, L>],
    sizes: Tiles,
    #[comptime] stride: usize,
    #[comptime] phases: usize,
) {
    let place = place(&sizes);
    if place.phase >= phases as u32 {
        terminate!();
    }
    let mut values = Sequence::<Vector<f32, L>>::new();
    #[unroll]
    for i in 0..WINDOW {
        let at =
            (place.tile * comptime!(tile_of(stride) as u32) + i as u32) as i32 - comptime!((TAPS / 2 / stride) as i32);
        let frame = at * phases as i32 + place.phase as i32;
        let inside = (frame >= 0) & (frame < sizes.frames as i32);
        let frame = place.clip * sizes.frames + select(inside, frame as u32, 0);
        let value = x[((frame * sizes.joints + place.joint) * sizes.wide + place.channel) as usize];
        values.push(select(inside, value, Vector::zeroed()));
    }
    #[unroll]
    for p in 0..PRODUCTS {
        let mut sum = Vector::<f32, L>::zeroed();
        #[unroll]
        for i in 0..WINDOW {
            if comptime!(analysis(p, i) != 0.0) {
                sum = fma(Vector::new(comptime!(analysis(p, i)).runtime()), *values.index(i), sum);
            }
        }
        let block = place.phase * PRODUCTS as u32 + p as u32;
        before[(block * place.each + place.at) as usize] = sum;
    }
}

/// y = the frames of the products, plus bias, plus `residual`, and at least `floor`. `biases` are the rows of the bias.
///
/// # Shapes
/// - after: (phases, 23, N tiles V, C'), bias: (1 or V, C'), residual, y: (N, T', V, C')
#[cube(launch_unchecked)]
pub(super) fn synthesise<L: Size>(
    after: &[Vector<f32, L>],
    bias: ComptimeOption<&[Vector<f32, L>]>,
    residual: ComptimeOption<&[Vector<f32, L>]>,
    y: &mut [Vector<f32, L>],
    sizes: Tiles,
    biases: u32,
    floor: f32,
    #[comptime] stride: usize,
    #[comptime] phases: usize,
) {
    let place = place(&sizes);
    if place.phase >= phases as u32 {
        terminate!();
    }
    let mut products = Sequence::<Vector<f32, L>>::new();
    #[unroll]
    for p in 0..PRODUCTS {
        let block = place.phase * PRODUCTS as u32 + p as u32;
        products.push(after[(block * place.each + place.at) as usize]);
    }
    #[unroll]
    for i in 0..comptime!(tile_of(stride)) {
        let frame = (place.tile * comptime!(tile_of(stride) as u32) + i as u32) * phases as u32 + place.phase;
        if frame < sizes.frames {
            let mut sum = Vector::<f32, L>::zeroed();
            #[unroll]
            for p in 0..PRODUCTS {
                if comptime!(synthesis(i, p) != 0.0) {
                    sum = fma(Vector::new(comptime!(synthesis(i, p)).runtime()), *products.index(p), sum);
                }
            }
            let row = (place.clip * sizes.frames + frame) * sizes.joints + place.joint;
            let at = (row * sizes.wide + place.channel) as usize;
            if comptime!(bias.is_some()) {
                sum += bias.unwrap()[(place.joint % biases * sizes.wide + place.channel) as usize];
            }
            if comptime!(residual.is_some()) {
                sum += residual.unwrap()[at];
            }
            y[at] = max(sum, Vector::new(floor));
        }
    }
}
