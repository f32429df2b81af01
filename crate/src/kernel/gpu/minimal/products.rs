//! The products between the transforms: rows by a matrix, for each of the 23 values of a tile.

use burn::backend::TensorMetadata;
use cubecl::prelude::*;

use super::super::super::cpu::minimal::PRODUCTS;
use super::super::buffers::{Primitive, empty};
use super::super::launched;
use super::super::tile::{self, EMULATED, Tile};

/// Channels that a unit reads at once.
pub(super) const VECTOR: usize = 4;

#[derive(CubeLaunch, CubeType)]
struct Sizes {
    /// Phases that are added up.
    reads: u32,
    rows: u32,
    /// C and C', in vectors.
    deep: u32,
    wide: u32,
}

/// `after[w, p]` = the sum over r of `before[r, p]` by `matrices[r + w, p]`. Of r and w, one is 0 alone.
///
/// # Shapes
/// - before: (reads, 23, rows, C), matrices: (stride, 23, C, C'), after: (writes, 23, rows, C')
#[cube(launch_unchecked)]
fn products<L: Size>(
    before: &[Vector<f32, L>],
    matrices: &[Vector<f32, L>],
    after: &mut [Vector<f32, L>],
    sizes: Sizes,
    #[comptime] tile: Tile,
) {
    let (write, product) = (CUBE_POS_Z / PRODUCTS as u32, CUBE_POS_Z % PRODUCTS as u32);
    let first = (CUBE_POS_Y * tile.down as u32 + UNIT_POS_Y) * tile.rows as u32;
    if first >= sizes.rows {
        terminate!();
    }
    let column = CUBE_POS_X * (tile.across * tile.columns) as u32 + UNIT_POS_X;
    // Units beyond the last row or column repeat it, and do not write.
    let columns = tile::columns(column, sizes.wide, tile);
    let mut sums = tile::zeroed::<L>(tile);
    for read in 0..sizes.reads {
        let block = (read * PRODUCTS as u32 + product) * sizes.rows;
        let mut rows = Sequence::<u32>::new();
        let mut inside = Sequence::<bool>::new();
        #[unroll]
        for i in 0..tile.rows {
            let row = first + i as u32;
            rows.push((block + u32::min(row, sizes.rows - 1)) * sizes.deep);
            inside.push(row < sizes.rows);
        }
        let matrix = ((read + write) * PRODUCTS as u32 + product) * sizes.deep * L::value() as u32 * sizes.wide;
        tile::add(&mut sums, before, &rows, &inside, matrices, matrix, sizes.deep, sizes.wide, &columns, tile);
    }
    #[unroll]
    for i in 0..tile.rows {
        let row = first + i as u32;
        if row < sizes.rows {
            #[unroll]
            for j in 0..tile.columns {
                let column = column + (j * tile.across) as u32;
                if column < sizes.wide {
                    let at = (CUBE_POS_Z * sizes.rows + row) * sizes.wide + column;
                    after[at as usize] = sums[comptime!(i * tile.columns + j)];
                }
            }
        }
    }
}

/// See [`products`].
pub(super) fn run(before: Primitive, matrices: Primitive, [reads, writes]: [usize; 2], c_out: usize) -> Primitive {
    launched();
    let [blocks, rows, c_in] = before.shape().dims();
    let after = empty(&before, [writes * PRODUCTS, rows, c_out]);
    let fits = blocks == reads * PRODUCTS && matrices.shape().dims() == [(reads + writes - 1) * PRODUCTS, c_in, c_out];
    // The kernel does not check its bounds.
    assert!(fits && (reads == 1 || writes == 1), "the matrices do not fit the values");
    let tile = EMULATED;
    let count = CubeCount::new_3d(
        (c_out / VECTOR).div_ceil(tile.columns * tile.across) as u32,
        rows.div_ceil(tile.rows * tile.down) as u32,
        (writes * PRODUCTS) as u32,
    );
    let sizes = SizesLaunch::new(reads as u32, rows as u32, (c_in / VECTOR) as u32, (c_out / VECTOR) as u32);
    // SAFETY: the sizes are those of the buffers, which are dense; the kernel clamps its reads and guards its writes.
    unsafe {
        products::launch_unchecked(
            &before.client.clone(),
            count,
            CubeDim::new_2d(tile.across as u32, tile.down as u32),
            VECTOR,
            before.into_buffer_arg(),
            matrices.into_buffer_arg(),
            after.clone().into_buffer_arg(),
            sizes,
            tile,
        );
    }
    after
}
