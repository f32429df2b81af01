//! What can be attacked.

use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::model::Recogniser;
use crate::model::stgcn::StGcn;
use crate::skeleton::{LayoutId, Sequence};

/// A recogniser that gradients can be taken through.
pub trait Victim: Send + Sync {
    /// The scores of the classes, (N, classes), for clips (N, C, T, V, M) in the layout's unit. If `x` lives on an autodiff
    /// device, gradients reach `x` and nothing else.
    fn logits(&self, x: Tensor<5>) -> Tensor<2>;
    /// The plain device that the weights are on.
    fn device(&self) -> &Device;
    /// How many classes there are.
    fn classes(&self) -> usize;
    /// The layout of the clips that it reads.
    fn layout(&self) -> LayoutId;
    /// Can it look at a clip of its layout?
    ///
    /// # Errors
    /// Says why not.
    fn accepts(&self, _clip: &Sequence) -> Result<()> {
        Ok(())
    }
}

impl Victim for Recogniser {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        Self::logits(self, x)
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

/// The network by itself: clips go in as they are.
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
