//! Products of matrices, read by their strides: what is transposed or repeated is not copied. They are a hundredth of a
//! step, so a unit adds up its own values and shares nothing.

use burn::backend::TensorMetadata;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::buffers::{Primitive, empty};
use super::choice::Kernels;
use super::count::launched;

/// Dimensions of a batch of matrices, the first two of which may be repeated.
const RANK: usize = 4;

/// How many matrices there are, their sizes, blocks of each down and across, and how far apart their values are.
#[derive(CubeLaunch, CubeType)]
struct Sizes {
    outer: u32,
    batches: u32,
    rows: u32,
    inner: u32,
    columns: u32,
    down: u32,
    across: u32,
    a_outer: u32,
    a_batch: u32,
    a_row: u32,
    a_inner: u32,
    b_outer: u32,
    b_batch: u32,
    b_inner: u32,
    b_column: u32,
}

/// `to[o, n, i, j]` = the sum over k of `a[o, n, i, k] b[o, n, k, j]`. A unit computes `block` x `block` values.
#[cube(launch_unchecked)]
fn matrices(a: &[f32], b: &[f32], to: &mut [f32], sizes: Sizes, #[comptime] block: usize) {
    let unit = ABSOLUTE_POS as u32;
    let matrix = unit / (sizes.down * sizes.across);
    if matrix >= sizes.outer * sizes.batches {
        terminate!();
    }
    let place = unit % (sizes.down * sizes.across);
    let (row, column) = (place / sizes.across * block as u32, place % sizes.across * block as u32);
    let (outer, batch) = (matrix / sizes.batches, matrix % sizes.batches);

    // Units at the last row or column read it again, and do not write.
    let mut lefts = Sequence::<u32>::new();
    let mut tops = Sequence::<u32>::new();
    #[unroll]
    for i in 0..block {
        let (i, j) = (u32::min(row + i as u32, sizes.rows - 1), u32::min(column + i as u32, sizes.columns - 1));
        lefts.push(outer * sizes.a_outer + batch * sizes.a_batch + i * sizes.a_row);
        tops.push(outer * sizes.b_outer + batch * sizes.b_batch + j * sizes.b_column);
    }
    let mut sums = Array::<f32>::new(comptime!(block * block));
    // Some shading languages do not initialise arrays.
    #[unroll]
    for i in 0..comptime!(block * block) {
        sums[i] = 0.0;
    }
    for k in 0..sizes.inner {
        let mut values = Sequence::<f32>::new();
        #[unroll]
        for j in 0..block {
            values.push(b[(*tops.index(j) + k * sizes.b_inner) as usize]);
        }
        #[unroll]
        for i in 0..block {
            let value = a[(*lefts.index(i) + k * sizes.a_inner) as usize];
            #[unroll]
            for j in 0..block {
                sums[i * block + j] = fma(value, *values.index(j), sums[i * block + j]);
            }
        }
    }
    #[unroll]
    for i in 0..block {
        #[unroll]
        for j in 0..block {
            let (i_at, j_at) = (row + i as u32, column + j as u32);
            if i_at < sizes.rows && j_at < sizes.columns {
                to[((matrix * sizes.rows + i_at) * sizes.columns + j_at) as usize] = sums[i * block + j];
            }
        }
    }
}

/// a (..., I, K) by b (..., K, J), of equal ranks of at most four. Where one has a single matrix, it is repeated.
pub(super) fn run(a: Primitive, b: Primitive) -> Primitive {
    launched();
    let (rank, [a_sizes, b_sizes]) = (a.shape().num_dims(), [sizes_of(&a), sizes_of(&b)]);
    let [[a_outer, a_batch, rows, inner], [b_outer, b_batch, b_rows, columns]] = [a_sizes, b_sizes];
    let fit = |a: usize, b: usize| a == b || a == 1 || b == 1;
    // The kernel does not check its bounds.
    assert!(
        rank == b.shape().num_dims() && inner == b_rows && fit(a_outer, b_outer) && fit(a_batch, b_batch),
        "no product of {a_sizes:?} by {b_sizes:?}"
    );
    let shape = [a_outer.max(b_outer), a_batch.max(b_batch), rows, columns];
    let to = empty(&a, shape[RANK - rank..].to_vec());
    let block = match Kernels::chosen() {
        Kernels::Hardware => 1,
        _ => 4,
    };
    let (down, across) = (rows.div_ceil(block), columns.div_ceil(block));
    let units = shape[0] * shape[1] * down * across;
    if units == 0 {
        return to;
    }
    let ([ao, ab, ai, ak], [bo, bb, bk, bj]) = (strides_of(&a), strides_of(&b));
    let [outer, batches, ..] = shape.map(|size| size as u32);
    let sizes = SizesLaunch::new(
        outer,
        batches,
        rows as u32,
        inner as u32,
        columns as u32,
        down as u32,
        across as u32,
        ao,
        ab,
        ai,
        ak,
        bo,
        bb,
        bk,
        bj,
    );
    let (client, dim) = (a.client.clone(), CubeDim::new_1d(64));
    // SAFETY: the sizes and strides are those of the buffers; the kernel clamps its reads and guards its writes.
    unsafe {
        matrices::launch_unchecked(
            &client,
            calculate_cube_count_elemwise(&client, units, dim),
            dim,
            a.into_buffer_arg(),
            b.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            sizes,
            block,
        );
    }
    to
}

/// The sizes, with ones before them up to [`RANK`].
fn sizes_of(x: &Primitive) -> [usize; RANK] {
    padded(x, 1, |x| x.meta.shape().to_vec())
}

/// How far apart values are in each dimension; 0 where there is only one, which is then repeated.
fn strides_of(x: &Primitive) -> [u32; RANK] {
    let (sizes, strides) = (sizes_of(x), padded(x, 0, |x| x.meta.strides().to_vec()));
    std::array::from_fn(|i| if sizes[i] == 1 { 0 } else { strides[i] as u32 })
}

fn padded(x: &Primitive, fill: usize, of: impl Fn(&Primitive) -> Vec<usize>) -> [usize; RANK] {
    let (mut all, given) = ([fill; RANK], of(x));
    let (from, to) = (RANK.saturating_sub(given.len()), given.len().saturating_sub(RANK));
    all[from..].copy_from_slice(&given[to..]);
    all
}
