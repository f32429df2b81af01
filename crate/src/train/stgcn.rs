//! ST-GCN with trainable weights. Its state dict makes the frozen network, [`crate::model::stgcn::StGcn`].

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::layers::{Norm, Pass, Start, get, put, set};
use super::parts::{Head, InputNorm, Temporal, TemporalNames};
use crate::error::Result;
use crate::kernel::{graph_product, rows};
use crate::model::stgcn::{K, StGcnConfig};
use crate::weights::State;

const TEMPORAL: TemporalNames = TemporalNames { conv: "tcn.2", norm: "tcn.3", residual: ["residual.0", "residual.1"] };

#[derive(Module, Debug)]
struct Block {
    importance: Param<Tensor<3>>,
    /// (K C, C')
    spatial: Param<Tensor<2>>,
    /// (K, C')
    spatial_bias: Param<Tensor<2>>,
    norm: Norm,
    temporal: Temporal,
}

/// A trainable ST-GCN for one person. It has the training pass only.
#[derive(Module, Debug)]
pub(super) struct TrainableStGcn {
    data_norm: InputNorm,
    blocks: Vec<Block>,
    head: Head,
}

impl TrainableStGcn {
    /// A network with random weights.
    pub fn new(config: &StGcnConfig, start: &mut Start<'_>) -> Self {
        let layout = config.layout.layout();
        let v = layout.len();
        let inputs = config.inputs();
        let blocks: Vec<_> = inputs
            .iter()
            .zip(&config.blocks)
            .enumerate()
            .map(|(i, (&c, &(out, stride)))| Block {
                importance: start.constant([K, v, v], 1.0),
                spatial: start.normal([K * c, out], K * c),
                spatial_bias: start.constant([K, out], 0.0),
                norm: Norm::new(out, start),
                temporal: Temporal::new(c, out, stride, config.residual(i), start),
            })
            .collect();
        let last = config.blocks.last().map_or(layout.channels(), |b| b.0);
        Self {
            data_norm: InputNorm::new(v, layout.channels(), start),
            blocks,
            head: Head::new(last, config.classes, start),
        }
    }

    /// The training pass.
    ///
    /// # Shapes
    /// - x: (N, T, V, C)
    /// - result: (N, classes)
    pub fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<2> {
        let x = self.data_norm.forward(x);
        self.head.forward(self.blocks.iter().fold(x, |x, block| block.forward(x, pass)))
    }

    /// The weights under their published names.
    pub fn state(&self) -> State {
        let mut state = State::new();
        self.data_norm.export(&mut state);
        for (i, block) in self.blocks.iter().enumerate() {
            block.export(i, &mut state);
        }
        self.head.export("fcn", true, &mut state);
        state
    }

    /// Takes the weights from a state dict.
    pub fn import(&mut self, state: &State) -> Result<()> {
        self.data_norm.import(state)?;
        for (i, block) in self.blocks.iter_mut().enumerate() {
            block.import(i, state)?;
        }
        self.head.import("fcn", true, state)
    }
}

impl Block {
    fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<4> {
        let a = pass.graph.adjacency.clone() * self.importance.val();
        let [k, v, _] = a.dims();
        // A joint's bias is the sum of the subsets' biases, each times the sum of the joint's weights in that subset.
        let sums = a.clone().sum_dim(1).reshape([k, v]).transpose();
        let bias = sums.matmul(self.spatial_bias.val()).unsqueeze::<4>();
        let y = rows(graph_product(x.clone(), a), self.spatial.val()) + bias;
        self.temporal.forward(self.norm.forward(y, true), x, pass)
    }

    fn export(&self, i: usize, state: &mut State) {
        let key = format!("st_gcn_networks.{i}");
        let [kc, out] = self.spatial.val().dims();
        let c = kc / K;
        let spatial = self.spatial.val().reshape([K, c, out]).permute([0, 2, 1]).reshape([K * out, c, 1, 1]);
        put(state, format!("edge_importance.{i}"), self.importance.val());
        put(state, format!("{key}.gcn.conv.weight"), spatial);
        put(state, format!("{key}.gcn.conv.bias"), self.spatial_bias.val().reshape([K * out]));
        self.norm.export(&format!("{key}.tcn.0"), state);
        self.temporal.export(&key, &TEMPORAL, state);
    }

    fn import(&mut self, i: usize, state: &State) -> Result<()> {
        let key = format!("st_gcn_networks.{i}");
        set(&mut self.importance, |old| get(state, &format!("edge_importance.{i}"), old.dims(), &old.device()))?;
        set(&mut self.spatial, |old| {
            let [kc, out] = old.dims();
            let weight = get(state, &format!("{key}.gcn.conv.weight"), [K * out, kc / K, 1, 1], &old.device())?;
            Ok(weight.reshape([K, out, kc / K]).permute([0, 2, 1]).reshape([kc, out]))
        })?;
        set(&mut self.spatial_bias, |old| {
            let [k, out] = old.dims();
            Ok(get(state, &format!("{key}.gcn.conv.bias"), [k * out], &old.device())?.reshape([k, out]))
        })?;
        self.norm.import(&format!("{key}.tcn.0"), state)?;
        self.temporal.import(&key, &TEMPORAL, state)
    }
}
