//! Neighbouring channels, computed at once.

use std::ops::{Add, Mul, Neg, Sub};

/// N values. Loops over them become vector instructions.
#[derive(Clone, Copy)]
pub struct Lanes<const N: usize>(pub [f32; N]);

impl<const N: usize> Lanes<N> {
    /// The N values at a place.
    #[inline(always)]
    pub fn load(values: &[[f32; N]], at: usize) -> Self {
        Self(values[at])
    }

    /// Writes the N values.
    #[inline(always)]
    pub fn store(self, values: &mut [[f32; N]], at: usize) {
        values[at] = self.0;
    }

    #[inline(always)]
    fn map(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl<const N: usize> Add for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.map(other, |a, b| a + b)
    }
}

impl<const N: usize> Sub for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.map(other, |a, b| a - b)
    }
}

impl<const N: usize> Mul<f32> for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        Self(self.0.map(|a| a * factor))
    }
}

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.map(|a| -a))
    }
}
