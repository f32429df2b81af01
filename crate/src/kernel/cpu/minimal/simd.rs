//! The transforms over all channels of a tile, in the widest vectors that the processor has. The results are the same
//! in all widths.

use super::super::shape::WINDOW;
#[cfg(target_arch = "x86_64")]
use super::lanes::{Eight, Sixteen};
use super::lanes::{Lanes, Plain};
use super::transform::{MOST, PRODUCTS, analyse, synthesise};

/// An array of what an expression gives for each index. `array::map` would call it as a function.
macro_rules! each {
    (|$i:ident| $value:expr; $($index:literal)*) => {
        [$({
            let $i = $index;
            $value
        }),*]
    };
}

/// A block of `row` values for each product, `stride` values apart.
#[derive(Clone, Copy)]
pub struct Blocks {
    /// Where the first block begins.
    pub at: usize,
    pub stride: usize,
    pub row: usize,
}

impl Blocks {
    /// Where the last block ends.
    fn end(self) -> usize {
        self.at + (PRODUCTS - 1) * self.stride + self.row
    }
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
    // SAFETY: every processor of this kind has the instructions.
    unsafe { forward_in::<Plain>(frames, products, blocks) }
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
    // SAFETY: every processor of this kind has the instructions.
    unsafe { back_in::<Plain>(products, blocks, frames) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn forward_512(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    // SAFETY: this function's callers have the instructions.
    unsafe { forward_in::<Sixteen>(frames, products, blocks) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn forward_256(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    // SAFETY: this function's callers have the instructions.
    unsafe { forward_in::<Eight>(frames, products, blocks) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn back_512(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    // SAFETY: this function's callers have the instructions.
    unsafe { back_in::<Sixteen>(products, blocks, frames) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn back_256(products: &[f32], blocks: Blocks, frames: Vec<&mut [f32]>) {
    // SAFETY: this function's callers have the instructions.
    unsafe { back_in::<Eight>(products, blocks, frames) }
}

/// # Safety
/// The processor has the instructions.
#[inline(always)]
unsafe fn forward_in<L: Lanes>(frames: [&[f32]; WINDOW], products: &mut [f32], blocks: Blocks) {
    assert!(frames.iter().all(|frame| frame.len() >= blocks.row) && products.len() >= blocks.end(), "sizes differ");
    let (frames, products) = (frames.map(<[f32]>::as_ptr), products.as_mut_ptr());
    for at in (0..blocks.row / L::COUNT).map(|i| i * L::COUNT) {
        // SAFETY: `at` and the values behind it are within a row, of which frames and blocks have one each.
        unsafe {
            let values = analyse(each!(|i| L::load(frames[i].add(at)); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15));
            for (product, value) in values.into_iter().enumerate() {
                value.store(products.add(blocks.at + product * blocks.stride + at));
            }
        }
    }
}

/// # Safety
/// The processor has the instructions.
#[inline(always)]
unsafe fn back_in<L: Lanes>(products: &[f32], blocks: Blocks, mut frames: Vec<&mut [f32]>) {
    assert!(frames.iter().all(|frame| frame.len() >= blocks.row) && products.len() >= blocks.end(), "sizes differ");
    let products = products.as_ptr();
    for at in (0..blocks.row / L::COUNT).map(|i| i * L::COUNT) {
        // SAFETY: as in `forward_in`.
        unsafe {
            let values: [_; MOST] = synthesise(each!(
                |i| L::load(products.add(blocks.at + i * blocks.stride + at));
                0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22
            ));
            for (value, frame) in values.into_iter().zip(&mut frames) {
                let frame = frame.as_mut_ptr().add(at);
                (L::load(frame) + value).store(frame);
            }
        }
    }
}
