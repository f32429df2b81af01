//! From tensors to launches of the four kernels.

use burn::backend::{Cube, TensorMetadata};
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::super::super::cpu::minimal::PRODUCTS;
use super::super::super::cpu::plan::Direction;
use super::super::super::cpu::shape::ConvShape;
use super::super::super::ops::window::Added;
use super::super::added::{Terms, floor};
use super::super::buffers::{Primitive, dense, empty};
use super::super::choice::Kernels;
use super::super::launched;
use super::super::tile::{EMULATED, MOST};
use super::products::VECTOR;
use super::transform::TilesLaunch;
use super::{products, transform, weights};

/// Whether a convolution is computed so.
pub fn takes(s: ConvShape) -> bool {
    let blocks = (s.n * tiles(s) * s.v).div_ceil(EMULATED.rows * EMULATED.down);
    Kernels::chosen() == Kernels::Emulated && s.tiled() && blocks <= MOST as usize
}

/// Tiles of one clip.
fn tiles(s: ConvShape) -> usize {
    s.frames_out().div_ceil(s.tile())
}

/// x (N, T, V, C) and weight (9, C, C') to (N, T', V, C').
pub fn forward(s: ConvShape, x: Primitive, weight: Primitive, added: Added<Cube>, relu: bool) -> Primitive {
    run(s, Direction::Forward, x, weight, added, relu)
}

/// The gradient to x, (N, T, V, C), from dy (N, T', V, C') and weight (9, C, C').
pub fn backward(s: ConvShape, dy: Primitive, weight: Primitive) -> Primitive {
    run(s, Direction::Backward, dy, weight, Added::Nothing, false)
}

fn run(
    s: ConvShape,
    direction: Direction,
    from: Primitive,
    weight: Primitive,
    added: Added<Cube>,
    relu: bool,
) -> Primitive {
    let back = direction == Direction::Backward;
    // How many phases, remainders of the frame index modulo the stride, a tile reads and writes.
    let [reads, writes] = if back { [1, s.stride] } else { [s.stride, 1] };
    let [mut read, mut written] = [[s.t, s.c], [s.frames_out(), s.out]];
    if back {
        std::mem::swap(&mut read, &mut written);
    }
    let ([frames_in, c_in], [frames_out, c_out]) = (read, written);
    let rows = s.n * tiles(s) * s.v;
    let from = dense(from);
    let client = from.client.clone();
    let dim = CubeDim::new_1d(64);
    let count = |units: usize| calculate_cube_count_elemwise(&client, units, dim);
    let sizes = |frames: usize, channels: usize| {
        TilesLaunch::new(frames as u32, s.v as u32, tiles(s) as u32, rows as u32, (channels / VECTOR) as u32)
    };
    // The kernels do not check their bounds.
    assert!(from.shape().dims() == [s.n, frames_in, s.v, c_in], "the input's shape is not the convolution's");

    let matrices = weights::matrices(s, direction, weight);
    let before = empty(&from, [reads * PRODUCTS, rows, c_in]);
    launched();
    // SAFETY: the sizes are those of the buffers, which are dense; units beyond them do nothing.
    unsafe {
        transform::analyse::launch_unchecked(
            &client,
            count(reads * rows * c_in / VECTOR),
            dim,
            VECTOR,
            from.clone().into_buffer_arg(),
            before.clone().into_buffer_arg(),
            sizes(frames_in, c_in),
            s.stride,
            reads,
        );
    }
    let after = products::run(before, matrices, [reads, writes], c_out);
    let y = empty(&from, [s.n, frames_out, s.v, c_out]);
    let Terms { bias, residual, biases } = Terms::of(added, &y);
    launched();
    // SAFETY: as above.
    unsafe {
        transform::synthesise::launch_unchecked(
            &client,
            count(writes * rows * c_out / VECTOR),
            dim,
            VECTOR,
            after.into_buffer_arg(),
            bias.map(|b| dense(b).into_buffer_arg()).into(),
            residual.map(|r| dense(r).into_buffer_arg()).into(),
            y.clone().into_buffer_arg(),
            sizes(frames_out, c_out),
            biases as u32,
            floor(relu),
            s.stride,
            writes,
        );
    }
    y
}
