//! The constants of a convolution: its weight, and what is done to the products after it.

/// The weight of a convolution, (taps, C, C').
#[derive(Clone, Copy)]
pub struct Weight<'a> {
    pub values: &'a [f32],
    /// Identifies a frozen weight as long as its storage lives, so that its other forms are kept between calls.
    pub id: Option<u32>,
}

/// What a convolution does to its products before they are written: bias, residual, ReLU, in this order.
#[derive(Clone, Copy)]
pub struct Epilogue<'a> {
    /// (C') or (V, C'); empty for none.
    pub bias: &'a [f32],
    /// The block's residual, with the result's shape (N, T', V, C'); empty for none.
    pub residual: &'a [f32],
    /// Whether a ReLU follows.
    pub relu: bool,
}

impl Epilogue<'_> {
    /// Nothing is added, and no ReLU follows: the backward pass.
    pub const NONE: Self = Self { bias: &[], residual: &[], relu: false };
}
