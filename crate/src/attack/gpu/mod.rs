//! The attack's own GPU kernels: a step of Adam within bounds, and realignment. With them a clip stays on the GPU from
//! step to step.

mod adam_step;
mod constants;
mod launch;
mod ops;
mod realign;

use burn::backend::Dispatch;
use burn::tensor::{Device, Int, Tensor};
pub use constants::{AdamConstants, AdamSteps};
use ops::{StepOps, Within};

use crate::kernel::gpu::takes;

/// Whether a clip, its moments and its bounds can stay on this device from step to step: on a GPU with [`adam_step`]
/// and [`realign`].
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
