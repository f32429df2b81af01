//! A bounds-checked wrapper of the strided matrix product. It runs on the calling thread: tasks are what threads share.

/// A matrix in a slice: `rows` by `cols`, with a row stride and a column stride in elements.
#[derive(Clone, Copy)]
pub struct Mat<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Mat<'a> {
    /// The first `rows * cols` elements, row by row.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert!(data.len() >= rows * cols, "a {rows} x {cols} matrix does not fit in {} values", data.len());
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The values of a matrix with contiguous rows, and its rows and columns.
    #[cfg(target_arch = "wasm32")]
    pub fn rows(self) -> (&'a [f32], [usize; 2]) {
        assert!(self.col_stride == 1 && self.row_stride == self.cols, "the matrix is transposed");
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

/// `out += a b`; `out` is row by row, `a.rows` by `b.cols`.
pub fn add_product(out: &mut [f32], a: Mat<'_>, b: Mat<'_>) {
    product(out, a, b, true);
}

/// `out = a b`, as [`add_product`].
#[cfg(not(target_arch = "wasm32"))]
pub fn set_product(out: &mut [f32], a: Mat<'_>, b: Mat<'_>) {
    product(out, a, b, false);
}

fn product(out: &mut [f32], a: Mat<'_>, b: Mat<'_>, add: bool) {
    assert_eq!(a.cols, b.rows, "inner sizes differ");
    assert!(out.len() >= a.rows * b.cols, "the product does not fit in its result");
    if a.rows == 0 || b.cols == 0 || a.cols == 0 {
        return;
    }
    // SAFETY: each matrix lies inside its slice: `new` checked rows * cols elements from the start, strides are those
    // of a dense matrix or its transpose, and `out` was checked above. `out` is borrowed mutably, so it overlaps
    // neither.
    unsafe {
        gemm::gemm(
            a.rows,
            b.cols,
            a.cols,
            out.as_mut_ptr(),
            1,
            b.cols as isize,
            add,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            f32::from(u8::from(add)),
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
