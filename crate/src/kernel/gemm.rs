//! A bounds-checked door to the strided matrix product.

/// A matrix in a slice: `rows` by `cols`, with a row stride and a column stride in elements.
#[derive(Clone, Copy)]
pub(super) struct Mat<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Mat<'a> {
    /// The first `rows * cols` elements, row by row.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert!(data.len() >= rows * cols, "a {rows} x {cols} matrix in {} values", data.len());
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The values of a matrix whose rows lie one after the other, and its rows and columns.
    #[cfg(target_arch = "wasm32")]
    pub fn rows(self) -> (&'a [f32], [usize; 2]) {
        assert!(self.col_stride == 1 && self.row_stride == self.cols, "a transposed matrix");
        (&self.data[..self.rows * self.cols], [self.rows, self.cols])
    }

    /// Rows and columns.
    #[cfg(target_arch = "wasm32")]
    pub fn dims(self) -> [usize; 2] {
        [self.rows, self.cols]
    }

    /// One value.
    #[cfg(target_arch = "wasm32")]
    pub fn at(self, row: usize, col: usize) -> f32 {
        self.data[row * self.row_stride + col * self.col_stride]
    }

    /// The same values, transposed.
    pub fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }
}

/// `out += a b`; `out` is row by row, `a.rows` by `b.cols`. `threads`: may the product itself use several?
pub(super) fn add_product(out: &mut [f32], a: Mat<'_>, b: Mat<'_>, threads: bool) {
    assert_eq!(a.cols, b.rows, "inner sizes differ");
    assert!(out.len() >= a.rows * b.cols, "the product does not fit");
    if a.rows == 0 || b.cols == 0 || a.cols == 0 {
        return;
    }
    // SAFETY: each matrix lies inside its slice: `new` checked rows * cols elements from the start, strides are those of
    // a dense matrix or its transpose, and `out` was checked above. `out` is borrowed mutably, so it overlaps neither.
    unsafe {
        gemm::gemm(
            a.rows,
            b.cols,
            a.cols,
            out.as_mut_ptr(),
            1,
            b.cols as isize,
            true,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism(threads),
        );
    }
}

#[cfg(feature = "cli")]
fn parallelism(threads: bool) -> gemm::Parallelism {
    if threads { gemm::Parallelism::Rayon(0) } else { gemm::Parallelism::None }
}

#[cfg(not(feature = "cli"))]
fn parallelism(_threads: bool) -> gemm::Parallelism {
    gemm::Parallelism::None
}

/// How many threads there are.
pub(super) fn threads() -> usize {
    #[cfg(feature = "cli")]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    return super::threads::threads();
    #[cfg(not(any(feature = "cli", target_arch = "wasm32")))]
    1
}

/// Calls `f(n, chunk)` for each chunk of `out`, in parallel where threads are at hand. The chunks are independent, so the
/// result does not depend on the number of threads.
#[cfg(feature = "cli")]
pub(super) fn each_chunk(out: &mut [f32], len: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    use rayon::prelude::*;
    // Handing a single task to another thread costs more than it brings.
    if out.len() <= len || threads() == 1 {
        return out.chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
    }
    out.par_chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
}

#[cfg(not(feature = "cli"))]
pub(super) fn each_chunk(out: &mut [f32], len: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    out.chunks_mut(len).enumerate().for_each(|(n, chunk)| f(n, chunk));
}
