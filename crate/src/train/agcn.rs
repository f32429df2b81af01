//! One stream of 2s-AGCN with trainable weights, for one person. Its state dict makes the frozen network,
//! [`crate::model::agcn::Agcn`].
//!
//! The published code starts from weights that suit hundreds of thousands of steps. Here the normalisation after the
//! graph product starts at 1 instead of 1e-6, so that joints mix from the first step on, and all convolutions keep the
//! scale of their input.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, softmax};

use super::layers::{Norm, Pass, Projection, Start, get, has_no_bias, no_bias, put, set};
use super::parts::{Head, InputNorm, Temporal, TemporalNames};
use crate::error::Result;
use crate::kernel::rows;
use crate::model::agcn::{AgcnConfig, LAYERS};
use crate::model::stgcn::K;
use crate::weights::State;

/// Initial value of the learned part of the adjacency, as published.
const LEARNED: f32 = 1e-6;

const TEMPORAL: TemporalNames =
    TemporalNames { conv: "tcn1.conv", norm: "tcn1.bn", residual: ["residual.conv", "residual.bn"] };

#[derive(Module, Debug)]
struct Layer {
    /// (K, V, V), added to the fixed adjacency.
    learned: Param<Tensor<3>>,
    /// (C, 2 K C'/4): the two embeddings of each subset, theta before phi.
    embed: Param<Tensor<2>>,
    embed_bias: Param<Tensor<1>>,
    /// (K C, C')
    spatial: Param<Tensor<2>>,
    norm: Norm,
    down: Option<Projection>,
    temporal: Temporal,
}

/// A trainable stream. It has the training pass only.
#[derive(Module, Debug)]
pub(super) struct TrainableAgcn {
    data_norm: InputNorm,
    layers: Vec<Layer>,
    head: Head,
}

impl TrainableAgcn {
    /// A stream with random weights.
    pub fn new(config: &AgcnConfig, start: &mut Start<'_>) -> Self {
        let layout = config.layout.layout();
        let v = layout.len();
        let layers: Vec<_> = config
            .inputs()
            .into_iter()
            .zip(LAYERS)
            .enumerate()
            .map(|(i, (c, (out, stride)))| Layer {
                learned: start.constant([K, v, v], LEARNED),
                embed: start.normal([c, 2 * K * (out / 4)], c),
                embed_bias: start.constant([2 * K * (out / 4)], 0.0),
                spatial: start.normal([K * c, out], K * c),
                norm: Norm::new(out, start),
                down: (c != out).then(|| Projection::new(c, out, start)),
                temporal: Temporal::new(c, out, stride, config.residual(i), start),
            })
            .collect();
        let last = LAYERS[LAYERS.len() - 1].0;
        Self {
            data_norm: InputNorm::new(v, layout.channels(), start),
            layers,
            head: Head::new(last, config.classes, start),
        }
    }

    /// The training pass.
    ///
    /// # Shapes
    /// - x: (N, T, V, C), joint positions for either stream
    /// - result: (N, classes)
    pub fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<2> {
        let x = match &pass.graph.parents {
            Some(parents) => x.clone() - x.select(2, parents.clone()),
            None => x,
        };
        let x = self.data_norm.forward(x);
        self.head.forward(self.layers.iter().fold(x, |x, layer| layer.forward(x, pass)))
    }

    /// The weights under their published names.
    pub fn state(&self) -> State {
        let mut state = State::new();
        self.data_norm.export(&mut state);
        for (i, layer) in self.layers.iter().enumerate() {
            layer.export(&format!("l{}", i + 1), &mut state);
        }
        self.head.export("fc", false, &mut state);
        state
    }

    /// Takes the weights from a state dict.
    pub fn import(&mut self, state: &State) -> Result<()> {
        self.data_norm.import(state)?;
        for (i, layer) in self.layers.iter_mut().enumerate() {
            layer.import(&format!("l{}", i + 1), state)?;
        }
        self.head.import("fc", false, state)
    }
}

impl Layer {
    /// (N, K, V, V): how similarly joints move in each clip; each column is a distribution.
    fn attention(&self, x: &Tensor<4>) -> Tensor<4> {
        let [n, t, v, _] = x.dims();
        let inter = self.embed.val().dims()[1] / (2 * K);
        let y = rows(x.clone(), self.embed.val()) + self.embed_bias.val().unsqueeze();
        let y = y.reshape([n, t, v, 2, K, inter]).permute([3, 0, 4, 2, 1, 5]).reshape([2, n * K, v, t * inter]);
        let of = |i: usize| y.clone().narrow(0, i, 1).reshape([n * K, v, t * inter]);
        let alike = of(0).matmul(of(1).transpose()).div_scalar((t * inter) as f32);
        softmax(alike, 1).reshape([n, K, v, v])
    }

    fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        let fixed = pass.graph.adjacency.clone() + self.learned.val();
        let a = self.attention(&x) + fixed.unsqueeze();
        // Rows (w, k), in the order of the product below: y[n, t, w, k C + c] = sum over v of a[n, k, v, w] x[n, t, v,
        // c]
        let a = a.permute([0, 3, 1, 2]).reshape([n, 1, v * K, v]);
        let y = rows(a.matmul(x.clone()).reshape([n, t, v, K * c]), self.spatial.val());
        let y = relu(match &self.down {
            Some(down) => self.norm.forward(y, false) + down.forward(x.clone(), 1),
            None => self.norm.forward(y, false) + x.clone(),
        });
        self.temporal.forward(y, x, pass)
    }

    fn export(&self, key: &str, state: &mut State) {
        let [kc, out] = self.spatial.val().dims();
        let (c, inter) = (kc / K, out / 4);
        put(state, format!("{key}.gcn1.PA"), self.learned.val());
        for k in 0..K {
            for (which, name) in ["conv_a", "conv_b"].into_iter().enumerate() {
                let from = (which * K + k) * inter;
                let weight = self.embed.val().narrow(1, from, inter).transpose().reshape([inter, c, 1, 1]);
                put(state, format!("{key}.gcn1.{name}.{k}.weight"), weight);
                put(state, format!("{key}.gcn1.{name}.{k}.bias"), self.embed_bias.val().narrow(0, from, inter));
            }
            let weight = self.spatial.val().narrow(0, k * c, c).transpose().reshape([out, c, 1, 1]);
            put(state, format!("{key}.gcn1.conv_d.{k}.weight"), weight);
            no_bias(state, &format!("{key}.gcn1.conv_d.{k}"), out);
        }
        self.norm.export(&format!("{key}.gcn1.bn"), state);
        if let Some(down) = &self.down {
            down.export(&format!("{key}.gcn1.down.0"), &format!("{key}.gcn1.down.1"), state);
        }
        self.temporal.export(key, &TEMPORAL, state);
    }

    fn import(&mut self, key: &str, state: &State) -> Result<()> {
        set(&mut self.learned, |old| get(state, &format!("{key}.gcn1.PA"), old.dims(), &old.device()))?;
        let [kc, out] = self.spatial.val().dims();
        let (c, inter, device) = (kc / K, out / 4, self.spatial.val().device());
        let (mut embed, mut biases) = (Vec::new(), Vec::new());
        for name in ["conv_a", "conv_b"] {
            for k in 0..K {
                let key = format!("{key}.gcn1.{name}.{k}");
                let weight = get(state, &format!("{key}.weight"), [inter, c, 1, 1], &device)?;
                embed.push(weight.reshape([inter, c]).transpose());
                biases.push(get(state, &format!("{key}.bias"), [inter], &device)?);
            }
        }
        let mut spatial = Vec::new();
        for k in 0..K {
            let key = format!("{key}.gcn1.conv_d.{k}");
            has_no_bias(state, &key, out)?;
            let weight = get(state, &format!("{key}.weight"), [out, c, 1, 1], &device)?;
            spatial.push(weight.reshape([out, c]).transpose());
        }
        set(&mut self.embed, |_| Ok(Tensor::cat(embed, 1)))?;
        set(&mut self.embed_bias, |_| Ok(Tensor::cat(biases, 0)))?;
        set(&mut self.spatial, |_| Ok(Tensor::cat(spatial, 0)))?;
        self.norm.import(&format!("{key}.gcn1.bn"), state)?;
        if let Some(down) = &mut self.down {
            down.import(&format!("{key}.gcn1.down.0"), &format!("{key}.gcn1.down.1"), state)?;
        }
        self.temporal.import(key, &TEMPORAL, state)
    }
}
