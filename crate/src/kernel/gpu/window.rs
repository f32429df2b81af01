//! Products over the channels of a window of frames: the temporal convolution and the 1x1 convolution, and their
//! gradients.
//!
//! As on the CPU, with joints and channels innermost, a tap of the kernel reads whole rows of the input. Each unit of
//! the GPU sums a tile of rows by columns in registers and loops over taps and channels by itself. No unit waits for
//! another one, which would be slow on a GPU that is emulated on the CPU; values that neighbours read twice come from a
//! cache.

use cubecl::prelude::*;

use super::tile::{self, Tile};

/// The sizes of one product. Frame `t` of the result reads, for each tap k, the frame `(t up + k step + from) / down`
/// of the input, where that is a whole number and inside the clip.
#[derive(CubeLaunch, CubeType)]
pub(super) struct Sizes {
    /// Frames of the input, of one clip.
    pub frames_in: u32,
    /// Frames of the result, of one clip.
    pub frames_out: u32,
    /// Joints: rows of one frame.
    pub joints: u32,
    /// Rows of the result, of all clips.
    pub rows: u32,
    /// Channels of the input.
    pub channels_in: u32,
    /// Channels of the result.
    pub channels_out: u32,
    pub taps: u32,
    pub up: i32,
    pub step: i32,
    pub from: i32,
    pub down: i32,
    /// Rows of the bias: 1, or one for each joint.
    pub biases: u32,
    /// Lower bound of the result: 0 for a ReLU.
    pub floor: f32,
}

/// y = the sum over taps of the rows that they read times their weight, plus bias, plus `residual`, and at least
/// `floor`.
///
/// # Shapes
/// - x: (N, T, V, C), weight: (taps, C, C'), bias: (1 or V, C')
/// - residual, y: (N, T', V, C')
#[cube(launch_unchecked)]
pub(super) fn window<A: Size, B: Size>(
    x: &[Vector<f32, A>],
    weight: &[Vector<f32, B>],
    bias: ComptimeOption<&[Vector<f32, B>]>,
    residual: ComptimeOption<&[Vector<f32, B>]>,
    y: &mut [Vector<f32, B>],
    sizes: Sizes,
    #[comptime] tile: Tile,
) {
    let block = CUBE_POS_Z * CUBE_COUNT_Y + CUBE_POS_Y;
    let first = (block * tile.down as u32 + UNIT_POS_Y) * tile.rows as u32;
    if first >= sizes.rows {
        terminate!();
    }
    let column = CUBE_POS_X * (tile.across * tile.columns) as u32 + UNIT_POS_X;
    let deep = sizes.channels_in / A::value() as u32;
    let wide = sizes.channels_out / B::value() as u32;

    // Units beyond the last row or column repeat it, and do not write.
    let mut frames = Sequence::<u32>::new();
    let mut starts = Sequence::<u32>::new();
    #[unroll]
    for i in 0..tile.rows {
        let row = u32::min(first + i as u32, sizes.rows - 1);
        let frame = row / sizes.joints;
        let clip = frame / sizes.frames_out;
        frames.push(frame - clip * sizes.frames_out);
        starts.push(clip * sizes.frames_in * sizes.joints + row - frame * sizes.joints);
    }
    let columns = tile::columns(column, wide, tile);

    let mut sums = tile::zeroed::<B>(tile);
    for tap in 0..sizes.taps {
        let mut inside = Sequence::<bool>::new();
        let mut rows = Sequence::<u32>::new();
        let mut any = false;
        #[unroll]
        for i in 0..tile.rows {
            let at = *frames.index(i) as i32 * sizes.up + tap as i32 * sizes.step + sizes.from;
            let frame = at / sizes.down;
            let is = (at >= 0) & (frame * sizes.down == at) & (frame < sizes.frames_in as i32);
            any |= is;
            rows.push(select(is, *starts.index(i) + frame as u32 * sizes.joints, 0) * deep);
            inside.push(is);
        }
        if any {
            let weights = tap * sizes.channels_in * wide;
            tile::add(&mut sums, x, &rows, &inside, weight, weights, deep, wide, &columns, tile);
        }
    }

    #[unroll]
    for i in 0..tile.rows {
        let row = first + i as u32;
        if row < sizes.rows {
            #[unroll]
            for j in 0..tile.columns {
                let column = column + (j * tile.across) as u32;
                if column < wide {
                    let at = (row * wide + column) as usize;
                    let mut sum = sums[comptime!(i * tile.columns + j)];
                    if comptime!(bias.is_some()) {
                        sum += bias.unwrap()[(row % sizes.joints % sizes.biases * wide + column) as usize];
                    }
                    if comptime!(residual.is_some()) {
                        sum += residual.unwrap()[at];
                    }
                    y[at] = max(sum, Vector::new(sizes.floor));
                }
            }
        }
    }
}
