//! EfficientGCN's layer in time: wide, narrow, wide (a sandglass), with a stride of two frames.

use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

use super::config::FIVE;
use crate::error::Result;
use crate::kernel::strided;
use crate::model::fold::{Affine, Pointwise, tensor};
use crate::weights::state::State;

/// Frames between those that are kept.
const STRIDE: usize = 2;

#[derive(Clone, Debug)]
pub(super) struct Sandglass {
    first: Depthwise,
    narrow: Pointwise,
    wide: Pointwise,
    last: Depthwise,
    residual: Pointwise,
}

/// A convolution in time of each channel alone, normalised.
#[derive(Clone, Debug)]
struct Depthwise {
    /// For each tap, (1, 1, 1, C).
    taps: Vec<Tensor<4>>,
    bias: Tensor<4>,
    stride: usize,
}

impl Sandglass {
    pub fn new(state: &State, key: &str, c: usize, device: &Device) -> Result<Self> {
        let point = |name: &str, c, out| {
            Pointwise::normalised(state, &format!("{key}.{name}.0"), &format!("{key}.{name}.1"), c, out, device)
        };
        Ok(Self {
            first: Depthwise::new(state, &format!("{key}.depth_conv1"), c, 1, device)?,
            narrow: point("point_conv1", c, c / 2)?,
            wide: point("point_conv2", c / 2, c)?,
            last: Depthwise::new(state, &format!("{key}.depth_conv2"), c, STRIDE, device)?,
            residual: point("residual", c, c)?,
        })
    }

    /// (N, T, V, C) to (N, ceil(T / 2), V, C). No activation follows the sum.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = silu(self.first.forward(x.clone()));
        let y = silu(self.wide.forward(self.narrow.forward(y, 1), 1));
        self.last.forward(y) + self.residual.forward(x, STRIDE)
    }
}

impl Depthwise {
    fn new(state: &State, key: &str, c: usize, stride: usize, device: &Device) -> Result<Self> {
        let weight = state.get(&format!("{key}.0.weight"), &[c, 1, FIVE, 1])?;
        let norm = Affine::read(state, &format!("{key}.1"), c)?;
        let tap = |tap: usize| {
            let of = (0..c).map(|i| weight[i * FIVE + tap] * norm.scale[i]).collect();
            tensor(of, [1, 1, 1, c], device)
        };
        let bias = norm.fold_bias(state.get(&format!("{key}.0.bias"), &[c])?);
        Ok(Self { taps: (0..FIVE).map(tap).collect(), bias: tensor(bias, [1, 1, 1, c], device), stride })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        let empty = Tensor::zeros([n, FIVE / 2, v, c], &x.device());
        let padded = Tensor::cat(vec![empty.clone(), x, empty], 1);
        self.taps.iter().enumerate().fold(self.bias.clone(), |sum, (tap, weight)| {
            sum + strided(padded.clone().narrow(1, tap, t), self.stride) * weight.clone()
        })
    }
}
