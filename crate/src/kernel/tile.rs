//! The matrix product in WebAssembly: tiles of four rows by eight columns.
//!
//! Engines compile vector code for sixteen registers, one or two of them their own. Here eight sums, two vectors of `b` and one value
//! of `a` are alive; a larger tile, as the gemm crate has it, is kept in memory for want of registers.

use core::arch::wasm32::{f32x4, f32x4_add, f32x4_mul, f32x4_splat, v128, v128_load, v128_store};

use super::gemm::Mat;

const ROWS: usize = 4;
/// Columns of a tile: two vectors.
pub(super) const COLS: usize = 8;
/// Values of `a` that stay in the fastest cache while all of `b` passes by.
const BLOCK: usize = 8192;

/// `out += a b`; the rows of `a` are contiguous, one after the other, and `b` has a multiple of eight columns.
pub(super) fn add_product(out: &mut [f32], a: &[f32], b: Mat<'_>) {
    let (k, n) = b.dims();
    let panels = pack(b);
    let block = (BLOCK / k / ROWS).max(1) * ROWS;
    for (out, a) in out.chunks_mut(block * n).zip(a.chunks(block * k)) {
        for (column, panel) in panels.chunks_exact(k).enumerate() {
            for (out, a) in out.chunks_mut(ROWS * n).zip(a.chunks(ROWS * k)) {
                let out = &mut out[column * COLS..];
                match a.len() / k {
                    4 => tile::<4>(out, n, a, panel),
                    3 => tile::<3>(out, n, a, panel),
                    2 => tile::<2>(out, n, a, panel),
                    _ => tile::<1>(out, n, a, panel),
                }
            }
        }
    }
}

/// Each eight columns of `b` as one run of rows.
fn pack(b: Mat<'_>) -> Vec<[v128; 2]> {
    let (k, n) = b.dims();
    let mut panels = Vec::with_capacity(k * n / COLS);
    for column in (0..n).step_by(COLS) {
        panels.extend((0..k).map(|row| {
            let at = |i: usize| b.at(row, column + i);
            [f32x4(at(0), at(1), at(2), at(3)), f32x4(at(4), at(5), at(6), at(7))]
        }));
    }
    panels
}

/// R rows by eight columns; a row of `out` begins every `n` values.
#[inline(always)]
fn tile<const R: usize>(out: &mut [f32], n: usize, a: &[f32], panel: &[[v128; 2]]) {
    let k = panel.len();
    let rows: [&[f32]; R] = core::array::from_fn(|r| &a[r * k..][..k]);
    let mut sums = [[f32x4_splat(0.0); 2]; R];
    for (i, [low, high]) in panel.iter().enumerate() {
        for r in 0..R {
            let x = f32x4_splat(rows[r][i]);
            sums[r][0] = f32x4_add(sums[r][0], f32x4_mul(x, *low));
            sums[r][1] = f32x4_add(sums[r][1], f32x4_mul(x, *high));
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let out = &mut out[r * n..][..COLS];
        // SAFETY: `out` is eight floats, two vectors; loads and stores need no alignment.
        unsafe {
            let at = out.as_mut_ptr().cast::<v128>();
            v128_store(at, f32x4_add(v128_load(at), sums[0]));
            v128_store(at.add(1), f32x4_add(v128_load(at.add(1)), sums[1]));
        }
    }
}
