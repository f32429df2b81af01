//! Adam's constants on a device.

use burn::tensor::{Device, Tensor, TensorData};

use super::adam_step::CONSTANTS;

/// Adam's constants in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamConstants {
    /// beta1 and beta2: the shares of both moments that stay.
    pub decay: [f32; 2],
    /// The step size over the first moment's bias correction.
    pub rate: f32,
    /// The root of the second moment's bias correction.
    pub scale: f32,
    /// Added to the root of the second moment.
    pub tiny: f32,
}

/// The constants of several steps on a device: (steps, 5). Launches are cached by the values of their arguments, so
/// constants that change at each step would fill that cache; a buffer does not.
#[derive(Clone, Debug)]
pub struct AdamSteps(pub(super) Tensor<2>);

impl AdamSteps {
    /// Uploads the constants of these steps.
    pub fn new(steps: &[AdamConstants], device: &Device) -> Self {
        let row = |d: &AdamConstants| [d.decay[0], d.decay[1], d.rate, d.scale, d.tiny];
        let rows: Vec<f32> = steps.iter().flat_map(row).collect();
        Self(Tensor::from_data(TensorData::new(rows, [steps.len(), CONSTANTS]), device))
    }
}
