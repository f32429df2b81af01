//! The matrix product in WebAssembly, with the loops of [`product`]: those that multiply and add in one instruction
//! where the browser has it.

use core::arch::wasm32::{f32x4_add, f32x4_mul, v128};

use super::gemm::Mat;
use super::product::{self, COLS};

/// `out += a b`, b (k, n) in panels; the rows of `a` are contiguous, one after the other.
pub fn add_product(out: &mut [f32], a: Mat<'_>, panels: &[v128], n: usize) {
    let (values, [m, k]) = a.rows();
    let out = &mut out[..m * n];
    assert!(k > 0 && n.is_multiple_of(COLS) && panels.len() * 4 == k * n, "no panels of ({k}, {n})");
    let (out, a, panels) = (out.as_mut_ptr(), values.as_ptr(), panels.as_ptr());
    if super::fused::add(out, a, panels, [m, k, n]) {
        return;
    }
    // SAFETY: the sizes are those of the slices.
    unsafe { product::add(out, a, panels, [m, k, n], |x, y, z| f32x4_add(z, f32x4_mul(x, y))) };
}
