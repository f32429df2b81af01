//! The temporal convolution with fewer products. Nine taps in overlapping tiles of sixteen frames: a tile is
//! transformed (Fourier, see [`transform`]), multiplied with the transformed weights, and transformed back to eight
//! frames. That takes 23 products over the channels for eight frames, where the taps one by one take 72. (Winograd,
//! "Arithmetic Complexity of Computations", 1980; overlapping tiles: Stockham, 1966.)
//!
//! With stride 2 the even frames meet the five even taps and the odd frames the four odd ones, so a tile of sixteen
//! frames of each gives twelve: 46 products, where the taps one by one take 108. Backward, one tile of the gradient
//! gives twelve even frames and twelve odd ones.

mod bank;
mod lanes;
mod simd;
#[cfg(test)]
mod tests;
mod transform;
#[cfg(target_arch = "x86_64")]
mod wide;

#[cfg(target_arch = "wasm32")]
pub use bank::kept;
#[cfg(feature = "gpu")]
pub use bank::terms;
pub use bank::{Bank, keep};
#[cfg(feature = "gpu")]
pub use transform::{analysis, synthesis};

use std::cell::RefCell;

use super::plan::{Direction, Plan};
use super::shape::{TAPS, WINDOW};
use simd::Blocks;
pub use transform::PRODUCTS;

/// Values of a group of tiles before and after the products: they stay near a core.
const GROUP: usize = 1 << 19;
/// Tiles of a group, at least: products of fewer rows wait for their matrices.
const LEAST: usize = 4;

thread_local! {
    /// Room for a group, kept between calls: fresh memory costs as much as the products.
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Adds the convolution to the frames of a result from `first` on, a multiple of the shape's tile; backward, to groups
/// of `stride` frames. `from` is one clip, (T, V, C); backward it is the gradient, and C and C' change places.
pub fn add(plan: Plan, bank: &Bank, from: &[f32], first: usize, result: &mut [f32]) {
    let (s, tile_len) = (plan.shape, plan.shape.tile());
    // How many phases, remainders of the frame index modulo the stride, a tile reads and writes.
    let (row_in, frames_in, reads, row_out, writes) = match plan.direction {
        Direction::Forward => (s.v * s.c, s.t, s.stride, s.v * s.out, 1),
        Direction::Backward => (s.v * s.out, s.frames_out(), 1, s.v * s.c, s.stride),
    };
    let (step, pad) = (tile_len * writes * row_out, TAPS / 2 / s.stride);
    let tiles = result.len().div_ceil(step);
    let most = (GROUP / (PRODUCTS * (reads * row_in + row_out))).max(LEAST);
    // Groups of equal size: each reads all matrices.
    let group = tiles.div_ceil(tiles.div_ceil(most).max(1)).max(1);
    SCRATCH.with_borrow_mut(|scratch| {
        let sizes = [reads * PRODUCTS * group * row_in, PRODUCTS * group * row_out, row_in];
        if scratch.len() < sizes.iter().sum() {
            scratch.resize(sizes.iter().sum(), 0.0);
        }
        let (before, rest) = scratch.split_at_mut(sizes[0]);
        let (after, nobody) = rest.split_at_mut(sizes[1]);
        nobody[..row_in].fill(0.0);
        for (index, result) in result.chunks_mut(group * step).enumerate() {
            let first = first + index * group * tile_len;
            let tiles = result.len().div_ceil(step);
            let (len_in, len_out) = (tiles * row_in, tiles * row_out);
            let after = &mut after[..PRODUCTS * len_out];
            for (read, before) in before.chunks_exact_mut(PRODUCTS * len_in).take(reads).enumerate() {
                for tile in 0..tiles {
                    let frames: [&[f32]; WINDOW] = std::array::from_fn(|i| {
                        let frame = (first + tile * tile_len + i).checked_sub(pad).map(|t| t * reads + read);
                        let frame = frame.filter(|t| *t < frames_in);
                        frame.map_or(&nobody[..row_in], |t| &from[t * row_in..][..row_in])
                    });
                    simd::forward(frames, before, Blocks { at: tile * row_in, stride: len_in, row: row_in });
                }
            }
            for write in 0..writes {
                for (product, after) in after.chunks_exact_mut(len_out).enumerate() {
                    for read in 0..reads {
                        let before = &before[(read * PRODUCTS + product) * len_in..][..len_in];
                        bank.product(after, before, [read + write, product], read > 0);
                    }
                }
                for (tile, result) in result.chunks_mut(step).enumerate() {
                    let frames = result.chunks_exact_mut(row_out).skip(write).step_by(writes).collect();
                    simd::back(after, Blocks { at: tile * row_out, stride: len_out, row: row_out }, frames);
                }
            }
        }
    });
}
