//! The transforms over all channels of a tile, in the widest vectors that the processor has. The results are the same
//! in all widths.

use super::lanes::Lanes;
use super::transform::{MOST, PRODUCTS, WINDOW, analyse, synthesise};

/// A block of `row` values for each product, `stride` values apart.
#[derive(Clone, Copy)]
pub struct Blocks {
    /// Where the first block begins.
    pub at: usize,
    pub stride: usize,
    pub row: usize,
}

/// The frames of a tile, `row` values each, to the blocks of `products`.
pub fn forward(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the instructions.
            return unsafe { forward_512(frames, products, blocks) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the instructions.
            return unsafe { forward_256(frames, products, blocks) };
        }
    }
    forward_in::<4>(frames, products, blocks);
}

/// The blocks of `products` to the frames of a tile, which they are added to; fewer frames where the clip ends.
pub fn back(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the instructions.
            return unsafe { back_512(products, blocks, frames) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the instructions.
            return unsafe { back_256(products, blocks, frames) };
        }
    }
    back_in::<4>(products, blocks, frames);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn forward_512(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    forward_in::<16>(frames, products, blocks);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn forward_256(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    forward_in::<8>(frames, products, blocks);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn back_512(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    back_in::<16>(products, blocks, frames);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn back_256(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    back_in::<8>(products, blocks, frames);
}

#[inline(always)]
fn forward_in<const N: usize>(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    let count = blocks.row / N;
    let frames = frames.map(|frame| &frame.as_chunks::<N>().0[..count]);
    let mut rest = &mut products[blocks.at..];
    let mut products: [&mut [[f32; N]]; PRODUCTS] = std::array::from_fn(|product| {
        let (block, after) = std::mem::take(&mut rest).split_at_mut(blocks.row);
        // Nothing follows the last block.
        rest = if product + 1 < PRODUCTS { &mut after[blocks.stride - blocks.row..] } else { after };
        &mut block.as_chunks_mut::<N>().0[..count]
    });
    for at in 0..count {
        let values = analyse(std::array::from_fn(|i| Lanes::load(frames[i], at)));
        for (value, product) in values.into_iter().zip(&mut products) {
            value.store(product, at);
        }
    }
}

#[inline(always)]
fn back_in<const N: usize>(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    let count = blocks.row / N;
    let products: [&[[f32; N]]; PRODUCTS] = std::array::from_fn(|product| {
        &products[blocks.at + product * blocks.stride..][..blocks.row].as_chunks::<N>().0[..count]
    });
    let mut frames: Vec<&mut [[f32; N]]> =
        frames.into_iter().map(|frame| &mut frame.as_chunks_mut::<N>().0[..count]).collect();
    for at in 0..count {
        let values: [_; MOST] = synthesise(std::array::from_fn(|i| Lanes::load(products[i], at)));
        for (value, frame) in values.into_iter().zip(&mut frames) {
            (Lanes::load(frame, at) + value).store(frame, at);
        }
    }
}
