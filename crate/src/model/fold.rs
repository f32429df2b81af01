//! Folds normalisations into the products before them.

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::Result;
use crate::kernel::{TAPS, biased_rows};
use crate::weights::state::State;

/// Added to the variance by all published networks.
const EPSILON: f32 = 1e-5;

/// A normalisation with fixed statistics as `scale x + shift`.
pub(super) struct Affine {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

impl Affine {
    /// Reads `key.{weight, bias, running_mean, running_var}`, (n) each.
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

/// All pairs below (C, C'), in an order in which turning a weight of (C', C) fills whole lines of a cache.
pub(super) fn by_lines(c: usize, out: usize) -> impl Iterator<Item = (usize, usize)> {
    const LINE: usize = 16;
    (0..out).step_by(LINE).flat_map(move |from| {
        let to = out.min(from + LINE);
        (0..c).flat_map(move |i| (from..to).map(move |o| (i, o)))
    })
}

/// A tensor from its values.
pub(super) fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(data, shape), device)
}

/// The temporal convolution `conv.*`, (C', C, 9, 1), and the normalisation `norm.*` after it, folded: weight (9, C, C')
/// and bias (C').
pub(super) fn temporal(
    state: &State,
    conv: &str,
    norm: &str,
    c: usize,
    out: usize,
    device: &Device,
) -> Result<(Tensor<3>, Tensor<1>)> {
    taps(state, [conv, norm], [c, out], TAPS, device)
}

/// As [`temporal`] from a convolution of five taps, (C, C, 5, 1), which stand in the middle of the nine.
pub(super) fn five_taps(
    state: &State,
    conv: &str,
    norm: &str,
    c: usize,
    device: &Device,
) -> Result<(Tensor<3>, Tensor<1>)> {
    taps(state, [conv, norm], [c, c], 5, device)
}

fn taps(
    state: &State,
    [conv, norm]: [&str; 2],
    [c, out]: [usize; 2],
    count: usize,
    device: &Device,
) -> Result<(Tensor<3>, Tensor<1>)> {
    let weight = state.get(&format!("{conv}.weight"), &[out, c, count, 1])?;
    let norm = Affine::read(state, norm, out)?;
    let first = (TAPS - count) / 2;
    let mut folded = vec![0.0; TAPS * c * out];
    for (i, o) in by_lines(c, out) {
        for tap in 0..count {
            folded[((first + tap) * c + i) * out + o] = weight[(o * c + i) * count + tap] * norm.scale[o];
        }
    }
    let bias = norm.fold_bias(state.get(&format!("{conv}.bias"), &[out])?);
    Ok((tensor(folded, [TAPS, c, out], device), tensor(bias, [out], device)))
}

/// A frozen 1x1 convolution, with the normalisation after it folded in where there is one.
#[derive(Clone, Debug)]
pub(super) struct Pointwise {
    /// (C, C')
    weight: Tensor<2>,
    /// (1, 1, 1, C')
    bias: Tensor<4>,
}

/// The weight (C', C) of a convolution as (C, C'), row by row. The kernels keep their form of a weight that lies in
/// memory as they read it, not of a view.
pub fn turned(weight: &[f32], c: usize, out: usize) -> impl Iterator<Item = f32> + '_ {
    (0..c * out).map(move |i| weight[i % out * c + i / out])
}

impl Pointwise {
    /// Reads the convolution `conv.*`, (C', C, 1, 1), and the normalisation `norm.*` after it.
    pub fn normalised(state: &State, conv: &str, norm: &str, c: usize, out: usize, device: &Device) -> Result<Self> {
        let weight = state.get(&format!("{conv}.weight"), &[out, c, 1, 1])?;
        let norm = Affine::read(state, norm, out)?;
        let bias = norm.fold_bias(state.get(&format!("{conv}.bias"), &[out])?);
        let folded = turned(weight, c, out).enumerate().map(|(i, w)| w * norm.scale[i % out]).collect();
        Ok(Self { weight: tensor(folded, [c, out], device), bias: tensor(bias, [1, 1, 1, out], device) })
    }

    /// Reads the convolution `key.*`, (C', C, 1, 1), which has no normalisation after it.
    pub fn plain(state: &State, key: &str, c: usize, out: usize, device: &Device) -> Result<Self> {
        let weight = state.get(&format!("{key}.weight"), &[out, c, 1, 1])?;
        let bias = state.get(&format!("{key}.bias"), &[out])?;
        let weight = tensor(turned(weight, c, out).collect(), [c, out], device);
        Ok(Self { weight, bias: tensor(bias.to_vec(), [1, 1, 1, out], device) })
    }

    /// From products that are folded already: weight (C, C'), bias (C').
    pub fn new(weight: Vec<f32>, bias: Vec<f32>, c: usize, device: &Device) -> Self {
        let out = bias.len();
        Self { weight: tensor(weight, [c, out], device), bias: tensor(bias, [1, 1, 1, out], device) }
    }

    /// C'.
    pub fn out(&self) -> usize {
        self.weight.dims()[1]
    }

    /// (N, T, V, C) to (N, ceil(T / stride), V, C').
    pub fn forward(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        biased_rows(x, self.weight.clone(), self.bias.clone(), stride, false)
    }

    /// As [`Pointwise::forward`] with a stride of 1, then a ReLU.
    pub fn forward_relu(&self, x: Tensor<4>) -> Tensor<4> {
        biased_rows(x, self.weight.clone(), self.bias.clone(), 1, true)
    }
}
