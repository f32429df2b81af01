//! ST-GCN with trainable weights. Frozen for use, it is [`crate::model::stgcn::StGcn`]; the state dict lies between them.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::layers::{Norm, Pass, Projection, Start, put, put_temporal};
use crate::kernel::{TAPS, graph_product, rows, temporal_conv};
use crate::model::stgcn::{K, Residual, StGcnConfig};
use crate::weights::State;

#[derive(Module, Debug)]
struct Block {
    importance: Param<Tensor<3>>,
    /// (K C, C')
    spatial: Param<Tensor<2>>,
    /// (K, C')
    spatial_bias: Param<Tensor<2>>,
    norm: Norm,
    temporal: Param<Tensor<3>>,
    temporal_norm: Norm,
    projection: Option<Projection>,
    identity: bool,
    stride: usize,
}

/// A trainable ST-GCN for one person. Only the training pass: a state dict taken from it makes the frozen network.
#[derive(Module, Debug)]
pub(super) struct TrainableStGcn {
    data_norm: Norm,
    blocks: Vec<Block>,
    fc_weight: Param<Tensor<2>>,
    fc_bias: Param<Tensor<1>>,
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
                temporal: start.normal([TAPS, out, out], TAPS * out),
                temporal_norm: Norm::new(out, start),
                projection: (config.residual(i) == Residual::Projection).then(|| Projection::new(c, out, start)),
                identity: config.residual(i) == Residual::Identity,
                stride,
            })
            .collect();
        let last = config.blocks.last().map_or(layout.channels(), |b| b.0);
        Self {
            data_norm: Norm::new(v * layout.channels(), start),
            blocks,
            fc_weight: start.normal([last, config.classes], 2 * last),
            fc_bias: start.constant([config.classes], 0.0),
        }
    }

    /// The training pass.
    ///
    /// # Shapes
    /// - x: (N, T, V, C)
    /// - result: (N, classes)
    pub fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<2> {
        let [n, t, v, c] = x.dims();
        let x = self.data_norm.forward(x.reshape([n, t, 1, v * c]), false).reshape([n, t, v, c]);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x, pass));
        let [_, t, v, c] = x.dims();
        let pooled = x.reshape([n, t * v, c]).mean_dim(1).reshape([n, c]);
        pooled.matmul(self.fc_weight.val()) + self.fc_bias.val().unsqueeze()
    }

    /// The weights under their published names.
    pub fn state(&self) -> State {
        let mut state = State::new();
        self.data_norm.export("data_bn", &mut state);
        for (i, block) in self.blocks.iter().enumerate() {
            block.export(i, &mut state);
        }
        let [last, classes] = self.fc_weight.val().dims();
        put(&mut state, "fcn.weight".into(), self.fc_weight.val().transpose().reshape([classes, last, 1, 1]));
        put(&mut state, "fcn.bias".into(), self.fc_bias.val());
        state
    }
}

impl Block {
    fn forward(&self, x: Tensor<4>, pass: &mut Pass<'_>) -> Tensor<4> {
        let a = pass.graph.adjacency.clone() * self.importance.val();
        let [k, v, _] = a.dims();
        // A joint's bias is that of each subset, as often as the subset's weights add up to.
        let sums = a.clone().sum_dim(1).reshape([k, v]).transpose();
        let bias = sums.matmul(self.spatial_bias.val()).unsqueeze::<4>();
        let y = rows(graph_product(x.clone(), a), self.spatial.val()) + bias;
        let y = self.norm.forward(y, true);
        let none = Tensor::zeros([y.dims()[3]], &y.device());
        let y = temporal_conv(y, self.temporal.val(), none, self.stride);
        let y = pass.dropout(self.temporal_norm.forward(y, false));
        let y = match &self.projection {
            Some(p) => y + p.forward(x, self.stride),
            None if self.identity => y + x,
            None => y,
        };
        relu(y)
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
        put_temporal(state, &format!("{key}.tcn.2"), self.temporal.val());
        self.temporal_norm.export(&format!("{key}.tcn.3"), state);
        if let Some(p) = &self.projection {
            p.export(&format!("{key}.residual.0"), &format!("{key}.residual.1"), state);
        }
    }
}
