//! A tile of a product: what one unit of the GPU sums in its registers.

use cubecl::prelude::*;

/// How the result is cut: what one unit computes, and how many units make a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Rows of one unit.
    pub rows: usize,
    /// Columns of one unit, in vectors of up to four.
    pub columns: usize,
    /// Units side by side, over the columns.
    pub across: usize,
    /// Units one below the other, over the rows.
    pub down: usize,
}

/// For a GPU with thousands of units to keep busy.
pub(super) const HARDWARE: Tile = Tile { rows: 4, columns: 1, across: 16, down: 8 };

/// For a GPU that is emulated on the CPU, where a read costs as much as many products: a large tile. A larger one would
/// compile for seconds. The rows of clips with 20 or 25 joints and whole tiles of frames fill it.
pub(super) const EMULATED: Tile = Tile { rows: 20, columns: 4, across: 4, down: 4 };

/// Workgroups in one dimension that every GPU supports.
pub(super) const MOST: u32 = 65535;

/// The sums of a tile before the first term, row by row.
#[cube]
pub(super) fn zeroed<B: Size>(#[comptime] tile: Tile) -> Array<Vector<f32, B>> {
    let mut sums = Array::<Vector<f32, B>>::new(comptime!(tile.rows * tile.columns));
    // Some shading languages do not initialise arrays.
    #[unroll]
    for i in 0..comptime!(tile.rows * tile.columns) {
        sums[i] = Vector::zeroed();
    }
    sums
}

/// The columns of a unit whose first one is `first`, of `wide`. Those beyond the last one repeat it.
#[cube]
pub(super) fn columns(first: u32, wide: u32, #[comptime] tile: Tile) -> Sequence<u32> {
    let mut columns = Sequence::<u32>::new();
    #[unroll]
    for j in 0..tile.columns {
        columns.push(u32::min(first + (j * tile.across) as u32, wide - 1));
    }
    columns
}

/// Adds rows of x by a matrix, (C, C'): the rows that begin at `rows` by the `columns` of the matrix that begins at
/// `matrix`, all in vectors. `deep` is C and `wide` C' in vectors. Rows that are not `inside` count as zeros.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a kernel's buffers cannot be put into a struct")]
pub(super) fn add<A: Size, B: Size>(
    sums: &mut Array<Vector<f32, B>>,
    x: &[Vector<f32, A>],
    rows: &Sequence<u32>,
    inside: &Sequence<bool>,
    weight: &[Vector<f32, B>],
    matrix: u32,
    deep: u32,
    wide: u32,
    columns: &Sequence<u32>,
    #[comptime] tile: Tile,
) {
    for k in 0..deep {
        let mut left = Sequence::<Vector<f32, A>>::new();
        #[unroll]
        for i in 0..tile.rows {
            let value = x[(*rows.index(i) + k) as usize];
            left.push(select(*inside.index(i), value, Vector::zeroed()));
        }
        #[unroll]
        for q in 0..A::value() {
            let row = matrix + (k * A::value() as u32 + q as u32) * wide;
            let mut right = Sequence::<Vector<f32, B>>::new();
            #[unroll]
            for j in 0..tile.columns {
                right.push(weight[(row + *columns.index(j)) as usize]);
            }
            #[unroll]
            for i in 0..tile.rows {
                let factor = Vector::<f32, B>::new(left.index(i).extract(q));
                #[unroll]
                for j in 0..tile.columns {
                    let at = comptime!(i * tile.columns + j);
                    sums[at] = fma(factor, *right.index(j), sums[at]);
                }
            }
        }
    }
}
