//! The attack's own GPU kernels: a step of Adam within bounds, realignment, and the exact projection. With them a clip
//! stays on the GPU from step to step.

mod adam_step;
mod constants;
mod exact;
mod launch;
mod ops;
mod realign;

use burn::backend::Dispatch;
use burn::tensor::{Device, Int, Tensor};
pub use constants::{AdamConstants, AdamSteps};
use ops::{StepOps, Within};

use crate::kernel::gpu::takes;

/// Whether a clip, its moments and its bounds can stay on this device from step to step: on a GPU with [`adam_step`],
/// [`realign`] and [`exact`].
pub fn keeps(device: &Device) -> bool {
    takes(device, [])
}

/// Step number `step` of Adam down the gradient, then clipping to the range, value by value. A value whose range has no
/// extent takes no gradient. Only for a device that [`keeps`].
///
/// # Shapes
/// - x, gradient and the first result: any, of n values
/// - moments and the second result: (2, n), the first and the second moment of each value
/// - range: (2, n), from and to
pub fn adam_step<const D: usize>(
    x: Tensor<D>,
    gradient: Tensor<D>,
    moments: Tensor<2>,
    range: Option<Tensor<2>>,
    steps: &AdamSteps,
    step: usize,
) -> (Tensor<D>, Tensor<2>) {
    let within = match range {
        Some(range) => Within::Range(range.into_dispatch()),
        None => Within::Anything,
    };
    let (x, gradient, moments) = (x.into_dispatch(), gradient.into_dispatch(), moments.into_dispatch());
    let (x, moments) = Dispatch::adam_step(x, gradient, moments, within, steps.0.clone().into_dispatch(), step);
    (Tensor::from_dispatch(x), Tensor::from_dispatch(moments))
}

/// Puts joints where their bones have the lengths of `clean`: each at the end of its bone's direction in `x`, from
/// where the bone's other end has been put. A bone without direction in `x` is the bone of `clean`. Only for a device
/// that [`keeps`].
///
/// # Shapes
/// - x, clean and result: (T, M, V, C), the first `dims` channels coordinates
/// - placing: (T M, V): `other * V + joint` for each joint of that pose that is put, in this order, then -1
pub fn realign(x: Tensor<4>, clean: Tensor<4>, placing: Tensor<2, Int>, dims: usize) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::realign(x.into_dispatch(), clean.into_dispatch(), placing.into_dispatch(), dims))
}

/// What [`exact`] reads.
#[derive(Clone)]
pub struct Parts {
    /// The original, the lowest and the highest place of each value, (3, T M V C).
    pub places: Tensor<2>,
    /// (T M, slots) and (n): see [`Tables`](super::projection::tables::Tables).
    pub starts: Tensor<2, Int>,
    pub table: Tensor<1, Int>,
    /// The share of its perturbation that each part may keep, 1, and anything above 1, (2, T M slots).
    pub asked: Tensor<2>,
    /// Coordinates per joint: 2 or 3.
    pub dims: usize,
    /// How often parts that have kept less than their neighbours in time make these follow.
    pub rounds: usize,
}

/// The exact projection: moves each part of each pose to a place near by where its bounds and its bone lengths hold.
/// Only for a device that [`keeps`].
///
/// # Shapes
/// - x and the first result: (T, M, V, C)
/// - the second result: (T M, slots): the share of its perturbation that each part has kept
pub fn exact(x: Tensor<4>, parts: &Parts) -> (Tensor<4>, Tensor<2>) {
    let Parts { places, starts, table, asked, dims, rounds } = parts.clone();
    let (places, asked) = (places.into_dispatch(), asked.into_dispatch());
    let (starts, table) = (starts.into_dispatch(), table.into_dispatch());
    let (x, shares) = Dispatch::exact(x.into_dispatch(), places, starts, table, asked, dims, rounds);
    (Tensor::from_dispatch(x), Tensor::from_dispatch(shares))
}

/// The gradient without what would change a bone's length to first order. Only for a device that [`keeps`].
///
/// # Shapes
/// - gradient, x and result: (T, M, V, C)
pub fn along_surface(gradient: Tensor<4>, x: Tensor<4>, parts: &Parts) -> Tensor<4> {
    let Parts { places, starts, table, dims, .. } = parts.clone();
    let (places, starts, table) = (places.into_dispatch(), starts.into_dispatch(), table.into_dispatch());
    Tensor::from_dispatch(Dispatch::along_surface(
        gradient.into_dispatch(),
        x.into_dispatch(),
        places,
        starts,
        table,
        dims,
    ))
}
