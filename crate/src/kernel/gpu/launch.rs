//! From tensors to launches of the kernels.

use burn::backend::{Cube, TensorMetadata};
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::super::cpu::shape::ConvShape;
use super::super::ops::window::{Added, Window};
use super::added::{Terms, floor};
use super::buffers::{Primitive, dense, empty};
use super::choice::Kernels;
use super::count::launched;
use super::tile::{EMULATED, HARDWARE, MOST};
use super::window::{SizesLaunch, window};
use super::{graph, minimal};

/// The sizes of one product, and which frames it reads: see [`super::window::Sizes`].
struct Product {
    clips: usize,
    frames_in: usize,
    frames_out: usize,
    joints: usize,
    channels_in: usize,
    channels_out: usize,
    taps: usize,
    up: i32,
    step: i32,
    from: i32,
    down: i32,
}

impl Product {
    fn forward(s: ConvShape) -> Self {
        Self {
            clips: s.n,
            frames_in: s.t,
            frames_out: s.frames_out(),
            joints: s.v,
            channels_in: s.c,
            channels_out: s.out,
            taps: s.taps,
            up: s.stride as i32,
            step: 1,
            from: -(s.pad() as i32),
            down: 1,
        }
    }

    fn backward(s: ConvShape) -> Self {
        Self {
            clips: s.n,
            frames_in: s.frames_out(),
            frames_out: s.t,
            joints: s.v,
            channels_in: s.out,
            channels_out: s.c,
            taps: s.taps,
            up: 1,
            step: -1,
            from: s.pad() as i32,
            down: s.stride as i32,
        }
    }
}

/// x (N, T, V, C) and weight (taps, C, C') to (N, ceil(T / stride), V, C').
pub(super) fn forward(x: Primitive, weight: Primitive, added: Added<Cube>, over: Window, relu: bool) -> Primitive {
    let [n, t, v, c] = x.shape().dims();
    let [taps, _, out] = weight.shape().dims();
    let shape = ConvShape { n, t, v, c, out, stride: over.stride, taps };
    if minimal::takes(shape) {
        return minimal::forward(shape, x, weight, added, relu);
    }
    run(x, weight, added, Product::forward(shape), relu)
}

/// The gradient to x, (N, `frames`, V, C), from dy (N, T', V, C') and weight (taps, C, C').
pub(super) fn backward(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
    let [n, _, v, out] = dy.shape().dims();
    let [taps, c, _] = weight.shape().dims();
    let shape = ConvShape { n, t: frames, v, c, out, stride: over.stride, taps };
    if minimal::takes(shape) {
        return minimal::backward(shape, dy, weight);
    }
    run(dy, transposed(weight), Added::Nothing, Product::backward(shape), false)
}

fn run(x: Primitive, weight: Primitive, added: Added<Cube>, product: Product, relu: bool) -> Primitive {
    launched();
    let Product { clips, frames_in, frames_out, joints, channels_in, channels_out, taps, up, step, from, down } =
        product;
    let (x, weight) = (dense(x), dense(weight));
    let y = empty(&x, [clips, frames_out, joints, channels_out]);
    let rows = clips * frames_out * joints;
    let tile = match Kernels::chosen() {
        Kernels::Hardware => HARDWARE,
        _ => EMULATED,
    };
    let (left, right) = (vector(channels_in), vector(channels_out));
    let down_blocks = rows.div_ceil(tile.rows * tile.down) as u32;
    let deep = down_blocks.div_ceil(MOST);
    let across = (channels_out / right).div_ceil(tile.columns * tile.across) as u32;
    let count = CubeCount::new_3d(across, down_blocks.div_ceil(deep), deep);
    assert!(rows > 0, "a clip without rows");
    let Terms { bias, residual, biases } = Terms::of(added, &y);
    let sizes = SizesLaunch {
        frames_in: frames_in as u32,
        frames_out: frames_out as u32,
        joints: joints as u32,
        rows: rows as u32,
        channels_in: channels_in as u32,
        channels_out: channels_out as u32,
        taps: taps as u32,
        up,
        step,
        from,
        down,
        biases: biases as u32,
        floor: floor(relu),
    };
    // SAFETY: the sizes are those of the buffers, which are dense; the kernel clamps its reads and guards its writes to
    // them.
    unsafe {
        window::launch_unchecked(
            &x.client.clone(),
            count,
            CubeDim::new_2d(tile.across as u32, tile.down as u32),
            left,
            right,
            x.into_buffer_arg(),
            weight.into_buffer_arg(),
            bias.map(|b| dense(b).into_buffer_arg()).into(),
            residual.map(|r| dense(r).into_buffer_arg()).into(),
            y.clone().into_buffer_arg(),
            sizes,
            tile,
        );
    }
    y
}

/// x (N, T, V, C) and a (K, V, V) to (N, T, V, K C).
pub(super) fn graph_forward(x: Primitive, a: Primitive) -> Primitive {
    let [n, t, v, c] = x.shape().dims();
    let [k, ..]: [usize; 3] = a.shape().dims();
    run_graph(x, a, [n, t, v, k * c], [k, c], false)
}

/// The gradient to x from dy (N, T, V, K C).
pub(super) fn graph_backward(dy: Primitive, a: Primitive) -> Primitive {
    let [n, t, v, kc] = dy.shape().dims();
    let [k, ..]: [usize; 3] = a.shape().dims();
    run_graph(dy, a, [n, t, v, kc / k], [k, kc / k], true)
}

fn run_graph(from: Primitive, a: Primitive, shape: [usize; 4], [k, c]: [usize; 2], back: bool) -> Primitive {
    launched();
    let (from, a) = (dense(from), dense(a));
    let to = empty(&from, shape);
    let [n, t, v, channels] = shape;
    let block = match Kernels::chosen() {
        Kernels::Hardware => 1,
        _ => 4,
    };
    let size = vector(c);
    let units = (n * t).div_ceil(block) * v * channels / size;
    let client = from.client.clone();
    let dim = CubeDim::new_1d(64);
    let sizes = graph::SizesLaunch::new((n * t) as u32, v as u32, k as u32, (c / size) as u32);
    // SAFETY: as above.
    unsafe {
        graph::graph::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, units, dim),
            dim,
            size,
            from.into_buffer_arg(),
            a.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            sizes,
            block,
            back,
        );
    }
    to
}

/// Channels that a unit reads at once.
fn vector(channels: usize) -> usize {
    if channels.is_multiple_of(4) { 4 } else { 1 }
}

/// (taps, C, C') to (taps, C', C).
fn transposed(weight: Primitive) -> Primitive {
    use burn::backend::ops::FloatTensorOps;
    Cube::float_swap_dims(weight, 1, 2)
}
