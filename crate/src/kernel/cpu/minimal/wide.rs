//! Products of rows with a frozen matrix in vectors of 512 bits. The matrix is packed once, and the rows are read where
//! they are: a general product would pack both in every call, a tenth of its time at these sizes. A clip has few rows
//! for each matrix, so the matrices come from memory as fast as they are used; they are asked for ahead.

use std::arch::x86_64::{
    _MM_HINT_T1, _mm_prefetch, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_storeu_ps,
};

/// Columns that are computed at once.
const COLS: usize = 32;
/// Rows that are computed at once: their sums, two vectors each, stay in 24 of the 32 registers.
const ROWS: usize = 12;
/// Rows of what is left.
const FEW: usize = 4;

/// Whether the processor has the instructions, and the columns fill the vectors.
pub fn supports(columns: usize) -> bool {
    columns.is_multiple_of(COLS) && is_x86_feature_detected!("avx512f")
}

/// The columns of a matrix with so many in groups of [`COLS`], each group row by row.
pub fn pack(matrix: &[f32], columns: usize) -> impl Iterator<Item = f32> {
    let group = move |first| matrix.chunks_exact(columns).flat_map(move |row| &row[first..first + COLS]).copied();
    (0..columns).step_by(COLS).flat_map(group)
}

/// `out = a w`, or `out += a w` with `add`, where `panels` are w, (k, n), from [`pack`], and `a` is (m, k), row by row.
///
/// # Panics
/// Where the sizes do not fit each other, or the processor lacks the instructions.
pub fn product(out: &mut [f32], a: &[f32], panels: &[f32], [k, n]: [usize; 2], add: bool) {
    let m = a.len() / k;
    assert!(supports(n) && panels.len() == k * n && a.len() == m * k && out.len() == m * n, "sizes differ");
    for (group, panel) in panels.chunks_exact(k * COLS).enumerate() {
        let mut row = 0;
        while row < m {
            let (out, a) = (&mut out[row * n + group * COLS..], &a[row * k..]);
            // SAFETY: the processor has the instructions. `a` and `out` have the rows that are left, the last of
            // which has COLS values in `out`; the panel has k rows.
            row += unsafe {
                match m - row {
                    ROWS.. => rows::<ROWS>(out, a, panel, [k, n], add),
                    FEW.. => rows::<FEW>(out, a, panel, [k, n], add),
                    _ => rows::<1>(out, a, panel, [k, n], add),
                }
            };
        }
    }
}

/// The first R rows; gives R.
///
/// # Safety
/// `a` has R rows of k values, `out` R - 1 rows of n values and COLS more, `panel` k rows of COLS values.
#[target_feature(enable = "avx512f")]
unsafe fn rows<const R: usize>(out: &mut [f32], a: &[f32], panel: &[f32], [k, n]: [usize; 2], add: bool) -> usize {
    debug_assert!(a.len() >= R * k && out.len() >= (R - 1) * n + COLS && panel.len() == k * COLS);
    let (out, a, panel) = (out.as_mut_ptr(), a.as_ptr(), panel.as_ptr());
    let mut sums = [[_mm512_setzero_ps(); 2]; R];
    // SAFETY: by the caller's contract; loads and stores need no alignment.
    unsafe {
        for i in 0..k {
            // The next columns, or the next matrix. It may lie behind the last one, which is not read.
            let next = panel.wrapping_add((k + i) * COLS);
            _mm_prefetch::<_MM_HINT_T1>(next.cast());
            _mm_prefetch::<_MM_HINT_T1>(next.wrapping_add(COLS / 2).cast());
            let w = [_mm512_loadu_ps(panel.add(i * COLS)), _mm512_loadu_ps(panel.add(i * COLS + COLS / 2))];
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*a.add(r * k + i));
                sums[0] = _mm512_fmadd_ps(x, w[0], sums[0]);
                sums[1] = _mm512_fmadd_ps(x, w[1], sums[1]);
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (half, sum) in sums.into_iter().enumerate() {
                let at = out.add(r * n + half * COLS / 2);
                _mm512_storeu_ps(at, if add { _mm512_add_ps(_mm512_loadu_ps(at), sum) } else { sum });
            }
        }
    }
    R
}
