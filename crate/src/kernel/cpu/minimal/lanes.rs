//! Neighbouring channels, computed at once: one vector of the processor. The compiler would make vectors of plain
//! arrays, too, but not through the many intermediate values of a transform; those went through memory one by one.

use std::ops::{Add, Mul, Neg, Sub};

/// [`Lanes::COUNT`] neighbouring values.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Neg<Output = Self> + Mul<f32, Output = Self> {
    /// How many there are.
    const COUNT: usize;

    /// Reads them.
    ///
    /// # Safety
    /// They are there, and the processor has the instructions; so in [`Lanes::store`].
    unsafe fn load(from: *const f32) -> Self;

    /// Writes them.
    ///
    /// # Safety
    /// As in [`Lanes::load`].
    unsafe fn store(self, to: *mut f32);
}

/// A vector type with the instructions that it is read, written and computed with.
macro_rules! lanes {
    ($(#[$about:meta])* $name:ident = $vector:ty, $count:literal,
        $load:expr, $store:expr, $add:path, $sub:path, $mul:path, $all:path) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub struct $name($vector);

        impl Lanes for $name {
            const COUNT: usize = $count;

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: by the caller's contract.
                Self(unsafe { $load(from.cast()) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: by the caller's contract.
                unsafe { $store(to.cast(), self.0) }
            }
        }

        impl Add for $name {
            type Output = Self;

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: who loaded the values has the instructions.
                #[allow(unused_unsafe)]
                Self(unsafe { $add(self.0, other.0) })
            }
        }

        impl Sub for $name {
            type Output = Self;

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                #[allow(unused_unsafe)]
                Self(unsafe { $sub(self.0, other.0) })
            }
        }

        impl Mul<f32> for $name {
            type Output = Self;

            #[inline(always)]
            fn mul(self, factor: f32) -> Self {
                // SAFETY: as in `add`.
                #[allow(unused_unsafe)]
                Self(unsafe { $mul(self.0, $all(factor)) })
            }
        }

        impl Neg for $name {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                self * -1.0
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::*;

    lanes! {
        /// 512 bits.
        Sixteen = __m512, 16,
        _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_set1_ps
    }
    lanes! {
        /// 256 bits.
        Eight = __m256, 8,
        _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_set1_ps
    }
}
#[cfg(target_arch = "x86_64")]
pub use x86::{Eight, Sixteen};

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::arch::wasm32::*;

    use super::*;

    lanes! {
        /// 128 bits.
        Four = v128, 4,
        v128_load, v128_store, f32x4_add, f32x4_sub, f32x4_mul, f32x4_splat
    }
}
#[cfg(target_arch = "wasm32")]
pub use wasm::Four as Plain;

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;

    use super::*;

    lanes! {
        /// 128 bits.
        Four = float32x4_t, 4,
        vld1q_f32, vst1q_f32, vaddq_f32, vsubq_f32, vmulq_f32, vdupq_n_f32
    }
}
#[cfg(target_arch = "aarch64")]
pub use arm::Four as Plain;

/// One value, for other processors.
impl Lanes for f32 {
    const COUNT: usize = 1;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: by the caller's contract.
        unsafe { *from }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: by the caller's contract.
        unsafe { *to = self }
    }
}
#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
pub use f32 as Plain;
