//! Folding normalisations into the products before them.

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::Result;
use crate::kernel::TAPS;
use crate::weights::state::State;

/// Added to the variance by all published networks.
const EPSILON: f32 = 1e-5;

/// A normalisation with fixed statistics as `scale x + shift`.
pub(super) struct Affine {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

impl Affine {
    /// Reads `key.{weight, bias, running_mean, running_var}`.
    pub fn read(state: &State, key: &str, n: usize) -> Result<Self> {
        let get = |name| state.get(&format!("{key}.{name}"), &[n]);
        let (weight, bias, mean, var) = (get("weight")?, get("bias")?, get("running_mean")?, get("running_var")?);
        let scale: Vec<f32> = weight.iter().zip(var).map(|(w, v)| w / (v.max(0.0) + EPSILON).sqrt()).collect();
        let shift = (0..n).map(|i| bias[i] - mean[i] * scale[i]).collect();
        Ok(Self { scale, shift })
    }

    /// `scale (x + bias) + shift` as one bias.
    pub fn fold_bias(&self, bias: &[f32]) -> Vec<f32> {
        bias.iter().enumerate().map(|(i, b)| b * self.scale[i] + self.shift[i]).collect()
    }
}

/// A tensor of values at hand.
pub(super) fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(data, shape), device)
}

/// A convolution over time of `key.weight`, (C', C, 9, 1), with the normalisation after it: (9, C, C') and (C').
pub(super) fn temporal(
    state: &State,
    conv: &str,
    norm: &str,
    c: usize,
    out: usize,
    device: &Device,
) -> Result<(Tensor<3>, Tensor<1>)> {
    let weight = state.get(&format!("{conv}.weight"), &[out, c, TAPS, 1])?;
    let norm = Affine::read(state, norm, out)?;
    let mut folded = vec![0.0; TAPS * c * out];
    for o in 0..out {
        for i in 0..c {
            for tap in 0..TAPS {
                folded[(tap * c + i) * out + o] = weight[(o * c + i) * TAPS + tap] * norm.scale[o];
            }
        }
    }
    let bias = norm.fold_bias(state.get(&format!("{conv}.bias"), &[out])?);
    Ok((tensor(folded, [TAPS, c, out], device), tensor(bias, [out], device)))
}

/// A 1x1 convolution of `conv.weight`, (C', C, 1, 1), with the normalisation after it: (C, C') and (1, 1, 1, C').
pub(super) fn pointwise(
    state: &State,
    conv: &str,
    norm: &str,
    c: usize,
    out: usize,
    device: &Device,
) -> Result<(Tensor<2>, Tensor<4>)> {
    let weight = state.get(&format!("{conv}.weight"), &[out, c, 1, 1])?;
    let norm = Affine::read(state, norm, out)?;
    let bias = norm.fold_bias(state.get(&format!("{conv}.bias"), &[out])?);
    let folded = (0..c * out).map(|i| weight[i % out * c + i / out] * norm.scale[i % out]).collect();
    Ok((tensor(folded, [c, out], device), tensor(bias, [1, 1, 1, out], device)))
}
