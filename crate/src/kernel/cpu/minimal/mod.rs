//! The temporal convolution with fewer products. Nine taps in overlapping tiles of sixteen frames: a tile is
//! transformed (Fourier, see [`transform`]), multiplied with the transformed weights, and transformed back to eight
//! frames. That takes 23 products over the channels for eight frames, where the taps one by one take 72. (Winograd,
//! "Arithmetic Complexity of Computations", 1980; overlapping tiles: Stockham, 1966.)

mod bank;
mod lanes;
mod simd;
#[cfg(test)]
mod tests;
mod transform;

pub use bank::{Bank, keep};

use std::cell::RefCell;

use super::plan::{Direction, Plan};
use super::shape::{TAPS, TILE};
use simd::Blocks;
use transform::{PRODUCTS, WINDOW};

/// Values of a group of tiles before and after the products: they stay near a core.
const GROUP: usize = 1 << 19;
/// Tiles of a group, at least: products of fewer rows wait for their matrices.
const LEAST: usize = 4;

thread_local! {
    /// Room for a group, kept between calls: fresh memory costs as much as the products.
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Adds the convolution to the frames of a result from `first` on, a multiple of [`TILE`]. `from` is one clip, (T, V,
/// C); backward it is the gradient, and C and C' change places.
pub fn add(plan: Plan, bank: &Bank, from: &[f32], first: usize, result: &mut [f32]) {
    let s = plan.shape;
    let (row_in, row_out) = match plan.direction {
        Direction::Forward => (s.v * s.c, s.v * s.out),
        Direction::Backward => (s.v * s.out, s.v * s.c),
    };
    let tiles = (result.len() / row_out).div_ceil(TILE);
    let group = (GROUP / (PRODUCTS * (row_in + row_out))).max(LEAST).min(tiles.max(1));
    SCRATCH.with_borrow_mut(|scratch| {
        let sizes = [PRODUCTS * group * row_in, PRODUCTS * group * row_out, row_in];
        if scratch.len() < sizes.iter().sum() {
            scratch.resize(sizes.iter().sum(), 0.0);
        }
        let (before, rest) = scratch.split_at_mut(sizes[0]);
        let (after, nobody) = rest.split_at_mut(sizes[1]);
        nobody[..row_in].fill(0.0);
        for (index, result) in result.chunks_mut(group * TILE * row_out).enumerate() {
            let first = first + index * group * TILE;
            let tiles = (result.len() / row_out).div_ceil(TILE);
            let (before, after) = (&mut before[..PRODUCTS * tiles * row_in], &mut after[..PRODUCTS * tiles * row_out]);
            for tile in 0..tiles {
                let frames: [&[f32]; WINDOW] = std::array::from_fn(|i| {
                    let frame = (first + tile * TILE + i).checked_sub(TAPS / 2).filter(|t| *t < s.t);
                    frame.map_or(&nobody[..row_in], |t| &from[t * row_in..][..row_in])
                });
                let blocks = Blocks { at: tile * row_in, stride: tiles * row_in, row: row_in };
                simd::forward(frames, before, blocks);
            }
            for (product, after) in after.chunks_exact_mut(tiles * row_out).enumerate() {
                bank.product(after, &before[product * tiles * row_in..][..tiles * row_in], product);
            }
            for (tile, result) in result.chunks_mut(TILE * row_out).enumerate() {
                let blocks = Blocks { at: tile * row_out, stride: tiles * row_out, row: row_out };
                simd::back(after, blocks, result);
            }
        }
    });
}
