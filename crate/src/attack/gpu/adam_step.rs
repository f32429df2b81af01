//! A step of Adam within bounds, value by value.

use cubecl::prelude::*;

/// The exponent of an f32: all of its bits are set in infinities and NaN.
const EXPONENT: u32 = 0x7f80_0000;

/// Constants of one step.
pub(super) const CONSTANTS: usize = 5;

/// `moved = x - rate m' / (sqrt(v') / scale + tiny)`, clipped to its range; m' and v' are the moments after the
/// gradient. A value whose range has no extent stays and takes no gradient. A gradient that is not finite always enters
/// the moments, which the host checks; clipping might hide it.
///
/// # Shapes
/// - x, gradient, moved: (n)
/// - moments, after: (2, n); range: (2, n), from and to
/// - steps: (steps, 5), of which number `step` is taken
#[cube(launch_unchecked)]
pub(super) fn adam_step(
    x: &[f32],
    gradient: &[f32],
    moments: &[f32],
    range: ComptimeOption<&[f32]>,
    steps: &[f32],
    moved: &mut [f32],
    after: &mut [f32],
    values: u32,
    step: u32,
) {
    let unit = ABSOLUTE_POS as u32;
    if unit >= values {
        terminate!();
    }
    let (at, other) = (unit as usize, (unit + values) as usize);
    let row = (step * CONSTANTS as u32) as usize;
    let (decay1, decay2) = (steps[row], steps[row + 1]);
    let mut g = gradient[at];
    if comptime!(range.is_some()) {
        let range = range.unwrap();
        let wild = (u32::reinterpret(g) & EXPONENT) == EXPONENT;
        g = select(wild | (range[at] < range[other]), g, 0.0);
    }
    let first = decay1 * moments[at] + (1.0 - decay1) * g;
    let second = decay2 * moments[other] + (1.0 - decay2) * g * g;
    let mut to = x[at] - steps[row + 2] * first / (second.sqrt() / steps[row + 3] + steps[row + 4]);
    if comptime!(range.is_some()) {
        let range = range.unwrap();
        to = select(range[at] < range[other], clamp(to, range[at], range[other]), range[at]);
    }
    moved[at] = to;
    after[at] = first;
    after[other] = second;
}
