//! A step of Adam within bounds, value by value.

use cubecl::prelude::*;

/// The exponent of an f32: all of its bits are set in what is no finite number.
const EXPONENT: u32 = 0x7f80_0000;

/// Adam's constants in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// Shares of both moments that stay.
    pub decay: [f32; 2],
    /// The step over the first moment's bias correction.
    pub rate: f32,
    /// The root of the second moment's bias correction.
    pub scale: f32,
    /// Added to the root of the second moment.
    pub tiny: f32,
}

#[derive(CubeLaunch, CubeType)]
pub(super) struct Constants {
    values: u32,
    decay1: f32,
    decay2: f32,
    rate: f32,
    scale: f32,
    tiny: f32,
}

/// `moved = x - rate m' / (sqrt(v') / scale + tiny)`, cut to its range; m' and v' are the moments after the gradient. A range
/// without extent holds its value and takes no gradient, unless that is no number: then it shows in the moments, which are read,
/// while cutting may hide it.
///
/// # Shapes
/// - x, gradient, moved: (n)
/// - moments, after: (2, n); range: (2, n), from and to
#[cube(launch_unchecked)]
pub(super) fn descend(
    x: &[f32],
    gradient: &[f32],
    moments: &[f32],
    range: ComptimeOption<&[f32]>,
    moved: &mut [f32],
    after: &mut [f32],
    constants: Constants,
) {
    let unit = ABSOLUTE_POS as u32;
    if unit >= constants.values {
        terminate!();
    }
    let (at, other) = (unit as usize, (unit + constants.values) as usize);
    let mut g = gradient[at];
    if comptime!(range.is_some()) {
        let range = range.unwrap();
        let wild = (u32::reinterpret(g) & EXPONENT) == EXPONENT;
        g = select(wild | (range[at] < range[other]), g, 0.0);
    }
    let first = constants.decay1 * moments[at] + (1.0 - constants.decay1) * g;
    let second = constants.decay2 * moments[other] + (1.0 - constants.decay2) * g * g;
    let mut to = x[at] - constants.rate * first / (second.sqrt() / constants.scale + constants.tiny);
    if comptime!(range.is_some()) {
        let range = range.unwrap();
        to = select(range[at] < range[other], clamp(to, range[at], range[other]), range[at]);
    }
    moved[at] = to;
    after[at] = first;
    after[other] = second;
}
