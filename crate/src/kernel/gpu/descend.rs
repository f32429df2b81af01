//! A step of Adam within bounds, value by value.

use burn::tensor::{Device, Tensor, TensorData};
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

/// The constants of several steps on a device: (steps, 5). As arguments of the launches, which are cached by their values, they
/// would fill that cache.
#[derive(Clone, Debug)]
pub struct Descents(pub(super) Tensor<2>);

impl Descents {
    /// Puts them there.
    pub fn new(steps: &[Descent], device: &Device) -> Self {
        let row = |d: &Descent| [d.decay[0], d.decay[1], d.rate, d.scale, d.tiny];
        let rows: Vec<f32> = steps.iter().flat_map(row).collect();
        Self(Tensor::from_data(TensorData::new(rows, [steps.len(), ROW]), device))
    }
}

/// Constants of one step.
pub(super) const ROW: usize = 5;

/// `moved = x - rate m' / (sqrt(v') / scale + tiny)`, cut to its range; m' and v' are the moments after the gradient. A range
/// without extent holds its value and takes no gradient, unless that is no number: then it shows in the moments, which are read,
/// while cutting may hide it.
///
/// # Shapes
/// - x, gradient, moved: (n)
/// - moments, after: (2, n); range: (2, n), from and to
/// - steps: (steps, 5), of which number `step` is taken
#[cube(launch_unchecked)]
pub(super) fn descend(
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
    let row = (step * ROW as u32) as usize;
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
