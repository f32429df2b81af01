//! The loops of a matrix product in WebAssembly. This file is compiled twice: into the engine, and by `build.rs` into a
//! module of its own that multiplies and adds in one instruction (see `fused`). So it uses only `core`, and no stack in
//! memory.
//!
//! Engines compile vector code for sixteen registers, one or two of which they need themselves. Here eight sums, four
//! vectors of `b` and one value of `a` are live; a larger tile, like the gemm crate's, would spill to memory.

use core::arch::wasm32::{f32x4_add, f32x4_splat, v128, v128_load, v128_store};

/// Columns of a tile: four vectors.
pub const COLS: usize = 4 * VECTORS;
/// Vectors of a tile's row.
pub const VECTORS: usize = 4;
const ROWS: usize = 2;
/// Values of `a` that stay in the L1 cache while all of `b` is read.
const BLOCK: usize = 8192;

/// `out += a b`, where `madd(x, y, z)` is `x y + z`.
///
/// # Safety
/// `out` is (m, n) and `a` (m, k), both row by row; `panels` are the columns of `b` in groups of [`COLS`], each (k,
/// COLS) row by row. k is not 0, and n a multiple of COLS.
#[inline(always)]
pub unsafe fn add(
    out: *mut f32,
    a: *const f32,
    panels: *const v128,
    [m, k, n]: [usize; 3],
    madd: impl Fn(v128, v128, v128) -> v128 + Copy,
) {
    // Not `/`, whose panic would need a message in memory.
    let block = match BLOCK.checked_div(k * ROWS) {
        Some(rows) if rows > 0 => rows * ROWS,
        _ => ROWS,
    };
    let mut from = 0;
    while from < m {
        let to = if from + block < m { from + block } else { m };
        let mut column = 0;
        while column < n / COLS {
            let mut row = from;
            while row < to {
                // SAFETY: the rows are below m and the columns below n.
                unsafe {
                    let (out, a) = (out.add(row * n + column * COLS), a.add(row * k));
                    let panel = panels.add(column * k * VECTORS);
                    if row + ROWS <= to {
                        tile::<ROWS>(out, a, panel, k, n, madd);
                    } else {
                        tile::<1>(out, a, panel, k, n, madd);
                    }
                }
                row += ROWS;
            }
            column += 1;
        }
        from = to;
    }
}

/// R rows of a tile; rows of `out` are `n` values apart, rows of `a` `k` values.
#[inline(always)]
unsafe fn tile<const R: usize>(
    out: *mut f32,
    a: *const f32,
    panel: *const v128,
    k: usize,
    n: usize,
    madd: impl Fn(v128, v128, v128) -> v128 + Copy,
) {
    let mut sums = [[f32x4_splat(0.0); VECTORS]; R];
    // SAFETY: by the caller's contract; loads and stores need no alignment.
    unsafe {
        for i in 0..k {
            let b: [v128; VECTORS] = core::array::from_fn(|v| v128_load(panel.add(i * VECTORS + v)));
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = f32x4_splat(*a.add(r * k + i));
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum = madd(x, b, *sum);
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                let at = out.add(r * n + 4 * v).cast::<v128>();
                v128_store(at, f32x4_add(v128_load(at), sum));
            }
        }
    }
}
