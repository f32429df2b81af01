//! The parts that both trainable networks share: the input's normalisation, the end of a block, and the classifier.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::layers::{Norm, Pass, Projection, Start, get, get_temporal, put, put_temporal, set};
use crate::error::Result;
use crate::kernel::{TAPS, temporal_conv};
use crate::model::residual::Residual;
use crate::weights::State;

/// The normalisation of the input, a channel for each joint and coordinate.
#[derive(Module, Debug)]
pub(super) struct InputNorm {
    norm: Norm,
}

impl InputNorm {
    pub fn new(joints: usize, channels: usize, start: &Start<'_>) -> Self {
        Self { norm: Norm::new(joints * channels, start) }
    }

    /// (N, T, V, C) to (N, T, V, C).
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        self.norm.forward(x.reshape([n, t, 1, v * c]), false).reshape([n, t, v, c])
    }

    pub fn export(&self, state: &mut State) {
        self.norm.export("data_bn", state);
    }

    pub fn import(&mut self, state: &State) -> Result<()> {
        self.norm.import("data_bn", state)
    }
}

/// The end of a block: temporal convolution, normalisation, dropout, the residual, a ReLU.
#[derive(Module, Debug)]
pub(super) struct Temporal {
    /// (9, C', C')
    weight: Param<Tensor<3>>,
    norm: Norm,
    projection: Option<Projection>,
    identity: bool,
    stride: usize,
}

/// The published names of a block's end, without the block's own name.
pub(super) struct TemporalNames {
    pub conv: &'static str,
    pub norm: &'static str,
    /// The convolution and the normalisation of the residual.
    pub residual: [&'static str; 2],
}

impl Temporal {
    pub fn new(c: usize, out: usize, stride: usize, residual: Residual, start: &mut Start<'_>) -> Self {
        Self {
            weight: start.normal([TAPS, out, out], TAPS * out),
            norm: Norm::new(out, start),
            projection: (residual == Residual::Projection).then(|| Projection::new(c, out, start)),
            identity: residual == Residual::Identity,
            stride,
        }
    }

    /// The result of a block with the input `x`, (N, T, V, C), from y, (N, T, V, C'): (N, ceil(T / stride), V, C').
    pub fn forward(&self, y: Tensor<4>, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<4> {
        let no_bias = Tensor::zeros([y.dims()[3]], &y.device());
        let y = temporal_conv(y, self.weight.val(), no_bias, self.stride);
        let y = pass.dropout(self.norm.forward(y, false));
        relu(match &self.projection {
            Some(p) => y + p.forward(x, self.stride),
            None if self.identity => y + x,
            None => y,
        })
    }

    pub fn export(&self, key: &str, names: &TemporalNames, state: &mut State) {
        put_temporal(state, &format!("{key}.{}", names.conv), self.weight.val());
        self.norm.export(&format!("{key}.{}", names.norm), state);
        if let Some(p) = &self.projection {
            let [conv, norm] = names.residual.map(|name| format!("{key}.{name}"));
            p.export(&conv, &norm, state);
        }
    }

    pub fn import(&mut self, key: &str, names: &TemporalNames, state: &State) -> Result<()> {
        set(&mut self.weight, |old| get_temporal(state, &format!("{key}.{}", names.conv), &old))?;
        self.norm.import(&format!("{key}.{}", names.norm), state)?;
        if let Some(p) = &mut self.projection {
            let [conv, norm] = names.residual.map(|name| format!("{key}.{name}"));
            p.import(&conv, &norm, state)?;
        }
        Ok(())
    }
}

/// The mean over frames and joints, then a linear layer.
#[derive(Module, Debug)]
pub(super) struct Head {
    /// (C, classes)
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Head {
    pub fn new(c: usize, classes: usize, start: &mut Start<'_>) -> Self {
        Self { weight: start.normal([c, classes], 2 * c), bias: start.constant([classes], 0.0) }
    }

    /// (N, T, V, C) to (N, classes).
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let [n, t, v, c] = x.dims();
        let pooled = x.reshape([n, t * v, c]).mean_dim(1).reshape([n, c]);
        pooled.matmul(self.weight.val()) + self.bias.val().unsqueeze()
    }

    /// Under `key`; the weight as (classes, C), or with `conv` as the 1x1 convolution (classes, C, 1, 1).
    pub fn export(&self, key: &str, conv: bool, state: &mut State) {
        let weight = self.weight.val().transpose();
        let [classes, c] = weight.dims();
        match conv {
            true => put(state, format!("{key}.weight"), weight.reshape([classes, c, 1, 1])),
            false => put(state, format!("{key}.weight"), weight),
        }
        put(state, format!("{key}.bias"), self.bias.val());
    }

    /// The inverse of [`Head::export`].
    pub fn import(&mut self, key: &str, conv: bool, state: &State) -> Result<()> {
        set(&mut self.weight, |old| {
            let ([c, classes], device) = (old.dims(), old.device());
            let key = format!("{key}.weight");
            let weight = match conv {
                true => get(state, &key, [classes, c, 1, 1], &device)?.reshape([classes, c]),
                false => get(state, &key, [classes, c], &device)?,
            };
            Ok(weight.transpose())
        })?;
        set(&mut self.bias, |old| get(state, &format!("{key}.bias"), old.dims(), &old.device()))
    }
}
