//! A convolution's weight as a matrix for each product of a tile. It is made anew in every call: that is a hundredth of
//! the products' work, and nothing has to be kept or dropped.

use burn::backend::TensorMetadata;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::super::super::cpu::minimal::{PRODUCTS, terms};
use super::super::super::cpu::plan::Direction;
use super::super::super::cpu::shape::{ConvShape, TAPS};
use super::super::buffers::{Primitive, empty};
use super::super::launched;

/// The size of a matrix, and how far apart its values are in the weight.
#[derive(CubeLaunch, CubeType)]
struct Sizes {
    rows: u32,
    columns: u32,
    row_step: u32,
    column_step: u32,
    tap_step: u32,
}

/// The factor of a tap in the matrix of a phase and a product.
fn factor(stride: usize, back: bool, [phase, product]: [usize; 2], tap: usize) -> f32 {
    let direction = if back { Direction::Backward } else { Direction::Forward };
    let terms = terms(stride, direction, phase * PRODUCTS + product);
    terms.into_iter().find(|(other, _)| *other == tap).map_or(0.0, |(_, factor)| factor as f32)
}

/// A unit computes one value of all matrices.
#[cube(launch_unchecked)]
fn mix(weight: &[f32], matrices: &mut [f32], sizes: Sizes, #[comptime] stride: usize, #[comptime] back: bool) {
    let unit = ABSOLUTE_POS as u32;
    let each = sizes.rows * sizes.columns;
    if unit >= each {
        terminate!();
    }
    let from = unit / sizes.columns * sizes.row_step + unit % sizes.columns * sizes.column_step;
    let mut taps = Sequence::<f32>::new();
    #[unroll]
    for tap in 0..TAPS {
        taps.push(weight[(from + tap as u32 * sizes.tap_step) as usize]);
    }
    #[unroll]
    for phase in 0..stride {
        #[unroll]
        for product in 0..PRODUCTS {
            let mut sum = f32::new(0.0);
            #[unroll]
            for tap in 0..TAPS {
                if comptime!(factor(stride, back, [phase, product], tap) != 0.0) {
                    let factor = comptime!(factor(stride, back, [phase, product], tap)).runtime();
                    sum = fma(factor, *taps.index(tap), sum);
                }
            }
            let matrix = comptime!((phase * PRODUCTS + product) as u32);
            matrices[(matrix * each + unit) as usize] = sum;
        }
    }
}

/// The weight (9, C, C') as matrices (stride x 23, C, C'), or, backward, (stride x 23, C', C).
pub(super) fn matrices(s: ConvShape, direction: Direction, weight: Primitive) -> Primitive {
    launched();
    let back = direction == Direction::Backward;
    // The kernel does not check its bounds.
    assert!(weight.shape().dims() == [TAPS, s.c, s.out], "the weight's shape is not the convolution's");
    let [tap_step, c_step, out_step] = [0, 1, 2].map(|i| weight.meta.strides()[i] as u32);
    let [(rows, row_step), (columns, column_step)] =
        if back { [(s.out, out_step), (s.c, c_step)] } else { [(s.c, c_step), (s.out, out_step)] };
    let to = empty(&weight, [s.stride * PRODUCTS, rows, columns]);
    let sizes = SizesLaunch::new(rows as u32, columns as u32, row_step, column_step, tap_step);
    let (client, dim) = (weight.client.clone(), CubeDim::new_1d(64));
    // SAFETY: the sizes and strides are those of the buffers; units beyond a matrix do nothing.
    unsafe {
        mix::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, rows * columns, dim),
            dim,
            weight.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            sizes,
            s.stride,
            back,
        );
    }
    to
}
