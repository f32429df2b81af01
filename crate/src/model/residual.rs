//! The residual connection of a block.

use burn::tensor::{Device, Tensor};

use super::fold::Pointwise;
use crate::error::Result;
use crate::weights::state::State;

/// How a block adds its input to its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residual {
    /// Nothing is added (the first block).
    None,
    /// The input itself.
    Identity,
    /// A 1x1 convolution of the input with the block's stride, normalised.
    Projection,
}

impl Residual {
    /// The residual of block `i`, from C to C' channels, in all published networks.
    pub fn of(i: usize, c: usize, out: usize, stride: usize) -> Self {
        match (i, c == out && stride == 1) {
            (0, _) => Self::None,
            (_, true) => Self::Identity,
            (_, false) => Self::Projection,
        }
    }
}

/// A frozen residual connection.
#[derive(Clone, Debug)]
pub(super) struct Shortcut {
    residual: Residual,
    projection: Option<Pointwise>,
    stride: usize,
}

impl Shortcut {
    /// Reads the projection, where there is one, from the arrays `conv.*` and `norm.*`.
    pub fn read(
        state: &State,
        residual: Residual,
        [conv, norm]: [&str; 2],
        [c, out]: [usize; 2],
        stride: usize,
        device: &Device,
    ) -> Result<Self> {
        let projection = (residual == Residual::Projection)
            .then(|| Pointwise::normalised(state, conv, norm, c, out, device))
            .transpose()?;
        Ok(Self { residual, projection, stride })
    }

    /// What the block adds to its result: (N, T, V, C) to (N, ceil(T / stride), V, C').
    pub fn forward(&self, x: Tensor<4>) -> Option<Tensor<4>> {
        match (&self.residual, &self.projection) {
            (Residual::Identity, _) => Some(x),
            (_, Some(projection)) => Some(projection.forward(x, self.stride)),
            _ => None,
        }
    }
}
