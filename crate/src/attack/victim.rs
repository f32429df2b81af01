//! The recognisers that can be attacked.

use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::model::Recogniser;
use crate::model::stgcn::StGcn;
use crate::skeleton::{LayoutId, Sequence};

/// A recogniser that is differentiable with respect to the clip.
pub trait Victim: Send + Sync {
    /// The logits, (N, classes), of clips (N, C, T, V, M) in the layout's unit. If `x` lives on an autodiff device,
    /// gradients reach `x` and no weights.
    fn logits(&self, x: Tensor<5>) -> Tensor<2>;
    /// The device of the weights, without autodiff.
    fn device(&self) -> &Device;
    /// The number of classes.
    fn classes(&self) -> usize;
    /// The layout that clips must have.
    fn layout(&self) -> LayoutId;
    /// The logits of the recogniser and of `draws` others whose last layer has Gaussian noise, (N, (1 + draws)
    /// classes), of clips (N, C, T, V, M): see [`Recogniser::spread_logits`]. None if its last layer is not known.
    fn spread_logits(&self, _x: Tensor<5>, _draws: usize, _noise: f32, _seed: u64) -> Option<Tensor<2>> {
        None
    }
    /// Whether it has [`Victim::spread_logits`].
    fn spreads(&self) -> bool {
        false
    }
    /// Checks that it can read a clip of its layout.
    ///
    /// # Errors
    /// A config error with the reason.
    fn accepts(&self, _clip: &Sequence) -> Result<()> {
        Ok(())
    }
}

impl Victim for Recogniser {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        Self::logits(self, x)
    }

    fn spread_logits(&self, x: Tensor<5>, draws: usize, noise: f32, seed: u64) -> Option<Tensor<2>> {
        Some(Self::spread_logits(self, x, draws, noise, seed))
    }

    fn spreads(&self) -> bool {
        true
    }

    fn device(&self) -> &Device {
        Self::device(self)
    }

    fn classes(&self) -> usize {
        self.entry.classes.len()
    }

    fn layout(&self) -> LayoutId {
        self.entry.layout
    }

    fn accepts(&self, clip: &Sequence) -> Result<()> {
        Self::accepts(self, clip)
    }
}

/// The bare network, without preprocessing of clips.
impl Victim for StGcn {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        self.forward(x)
    }

    fn device(&self) -> &Device {
        Self::device(self)
    }

    fn classes(&self) -> usize {
        Self::classes(self)
    }

    fn layout(&self) -> LayoutId {
        self.layout
    }
}
