//! A module of its own for one function, the matrix product with fused multiply-add. `build.rs` compiles it; see
//! `../fused.rs`.
#![no_std]

use core::arch::wasm32::{f32x4_relaxed_madd, unreachable, v128};

#[path = "../product.rs"]
mod product;

/// See `product::add`.
///
/// # Safety
/// As for `product::add`; the pointers point into the engine's memory, which this module imports.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn add(out: *mut f32, a: *const f32, panels: *const v128, m: usize, k: usize, n: usize) {
    // SAFETY: the caller's.
    unsafe { product::add(out, a, panels, [m, k, n], |x, y, z| f32x4_relaxed_madd(x, y, z)) };
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
