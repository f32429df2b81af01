//! From tensors to launches of the kernels.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::{DType, Shape};
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::super::window::{Added, Window};
use super::descend as adam;
use super::realign as bones;
use super::window::{SizesLaunch, Tile, window};
use super::{Kernels, graph, launched};

/// A tensor of the CubeCL backend.
pub(super) type Primitive = FloatTensor<Cube>;

/// For a GPU that is emulated on the CPU: the fewest reads for a product.
const LARGE: Tile = Tile { rows: 8, columns: 2, across: 8, down: 4 };
/// For one with thousands of units to keep busy.
const SMALL: Tile = Tile { rows: 4, columns: 1, across: 16, down: 8 };

/// Workgroups side by side that every GPU takes.
const MOST: u32 = 65535;

/// x (N, T, V, C) and weight (taps, C, C') to (N, ceil(T / stride), V, C').
pub(super) fn forward(x: Primitive, weight: Primitive, added: Added<Cube>, over: Window, relu: bool) -> Primitive {
    let [n, t, v, c] = x.shape().dims();
    let [_, _, out] = weight.shape().dims();
    let frames = t.div_ceil(over.stride);
    let way = [over.stride as i32, 1, -(over.pad() as i32), 1];
    run(x, weight, added, [n, t, frames, v], [c, out, over.taps], way, relu)
}

/// The gradient to x, (N, `frames`, V, C), from dy (N, T', V, C') and weight (taps, C, C').
pub(super) fn backward(dy: Primitive, weight: Primitive, frames: usize, over: Window) -> Primitive {
    let [n, t, v, out] = dy.shape().dims();
    let [taps, c, _] = weight.shape().dims();
    let weight = turned(weight);
    let way = [1, -1, over.pad() as i32, over.stride as i32];
    run(dy, weight, Added::Nothing, [n, t, frames, v], [out, c, taps], way, false)
}

fn run(
    x: Primitive,
    weight: Primitive,
    added: Added<Cube>,
    [n, frames_in, frames_out, joints]: [usize; 4],
    [c, out, taps]: [usize; 3],
    [up, step, from, down]: [i32; 4],
    relu: bool,
) -> Primitive {
    launched();
    let (x, weight) = (dense(x), dense(weight));
    let y = empty(&x, [n, frames_out, joints, out]);
    let rows = n * frames_out * joints;
    let tile = match Kernels::chosen() {
        Kernels::Small => SMALL,
        _ => LARGE,
    };
    let (left, right) = (vector(c), vector(out));
    let down_blocks = rows.div_ceil(tile.rows * tile.down) as u32;
    let deep = down_blocks.div_ceil(MOST);
    let count =
        CubeCount::new_3d((out / right).div_ceil(tile.columns * tile.across) as u32, down_blocks.div_ceil(deep), deep);
    let (bias, add) = match added {
        Added::Nothing => (None, None),
        Added::Bias(bias) => (Some(bias), None),
        Added::BiasAnd(bias, add) => (Some(bias), Some(add)),
    };
    let biases = bias.as_ref().map_or(1, |b| b.shape().num_elements() / out);
    // The kernel does not look: what it reads has to be there.
    assert!(rows > 0 && (biases == 1 || biases == joints), "a bias of {biases} rows for {joints} joints");
    assert!(add.as_ref().is_none_or(|add| add.shape() == y.shape()), "what is added has another shape");
    let sizes = SizesLaunch::new(
        frames_in as u32,
        frames_out as u32,
        joints as u32,
        rows as u32,
        c as u32,
        out as u32,
        taps as u32,
        up,
        step,
        from,
        down,
        biases as u32,
        if relu { 0.0 } else { f32::MIN },
    );
    // SAFETY: the sizes are those of the buffers, which are dense; the kernel clamps its reads and guards its writes to them.
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
            add.map(|a| dense(a).into_buffer_arg()).into(),
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
        Kernels::Small => 1,
        _ => 8,
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

/// x and gradient of one shape, of n values, moments (2, n), range (2, n), steps (steps, 5): x and moments after one of these.
pub(super) fn descend(
    x: Primitive,
    gradient: Primitive,
    moments: Primitive,
    range: Option<Primitive>,
    steps: Primitive,
    step: usize,
) -> (Primitive, Primitive) {
    launched();
    let [x, gradient, moments, steps] = [x, gradient, moments, steps].map(dense);
    let values = x.shape().num_elements();
    let both = |of: &Primitive| of.shape().num_elements() == 2 * values;
    // The kernel does not look: what it reads has to be there.
    assert!(gradient.shape() == x.shape() && both(&moments) && range.as_ref().is_none_or(both), "{values} values");
    assert!((step + 1) * adam::ROW <= steps.shape().num_elements(), "there is no step {step}");
    let (moved, after) = (empty(&x, x.shape()), empty(&x, moments.shape()));
    let client = x.client.clone();
    let dim = CubeDim::new_1d(64);
    // SAFETY: as above; units beyond the values do nothing.
    unsafe {
        adam::descend::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, values, dim),
            dim,
            x.into_buffer_arg(),
            gradient.into_buffer_arg(),
            moments.into_buffer_arg(),
            range.map(|r| dense(r).into_buffer_arg()).into(),
            steps.into_buffer_arg(),
            moved.clone().into_buffer_arg(),
            after.clone().into_buffer_arg(),
            values as u32,
            step as u32,
        );
    }
    (moved, after)
}

/// x and clean (T, M, V, C), placing (T M, V).
pub(super) fn realign(x: Primitive, clean: Primitive, placing: Primitive, dims: usize) -> Primitive {
    launched();
    let (x, clean) = (dense(x), dense(clean));
    let [t, m, v, c] = x.shape().dims();
    let fits = clean.shape() == x.shape() && placing.shape() == Shape::from([t * m, v]) && dims <= c;
    assert!(fits && placing.is_contiguous() && placing.dtype == DType::I32, "{t} x {m} poses of {v} joints");
    let to = empty(&x, x.shape());
    let client = x.client.clone();
    let dim = CubeDim::new_1d(64);
    let sizes = bones::SizesLaunch::new((t * m) as u32, v as u32, c as u32, dims as u32);
    // SAFETY: as above; the kernel reads no joint beyond the last, whatever `placing` says.
    unsafe {
        bones::realign::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, t * m, dim),
            dim,
            x.into_buffer_arg(),
            clean.into_buffer_arg(),
            placing.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            sizes,
        );
    }
    to
}

/// Channels that are read at once.
fn vector(channels: usize) -> usize {
    if channels.is_multiple_of(4) { 4 } else { 1 }
}

fn empty(like: &Primitive, shape: impl Into<Shape>) -> Primitive {
    let shape = shape.into();
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    Primitive::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// The values without gaps and in order; the copy is only made where the tensor is a strided view.
fn dense(x: Primitive) -> Primitive {
    if x.is_contiguous() {
        return x;
    }
    let (client, device, shape) = (x.client.clone(), x.device.clone(), x.shape());
    let copy = cubecl::std::tensor::into_contiguous(&client, x.binding(), f32::elem_type_native());
    Primitive::new_contiguous(client, device, shape, copy.handle, DType::F32)
}

/// (taps, C, C') to (taps, C', C).
fn turned(weight: Primitive) -> Primitive {
    use burn::backend::ops::FloatTensorOps;
    Cube::float_swap_dims(weight, 1, 2)
}
