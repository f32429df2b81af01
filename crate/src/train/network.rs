//! ST-GCN with trainable weights. Frozen for use, it is [`crate::model::stgcn::StGcn`]; the state dict lies between them.

use burn::module::{Initializer, Module, Param, RunningState};
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

use crate::kernel::{TAPS, graph_product, norm_train, temporal_conv};
use crate::model::State;
use crate::model::stgcn::{K, Residual, StGcnConfig, rows, strided};
use crate::skeleton::Graph;

/// Share of each batch's statistics in the running ones.
const MOMENTUM: f64 = 0.1;

/// Normalisation over the channels.
#[derive(Module, Debug)]
struct Norm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    mean: RunningState<Tensor<1>>,
    var: RunningState<Tensor<1>>,
}

#[derive(Module, Debug)]
struct Projection {
    weight: Param<Tensor<2>>,
    norm: Norm,
}

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
    dropout: Dropout,
    identity: bool,
    stride: usize,
}

/// A trainable ST-GCN for one person. Only the training pass: a state dict taken from it makes the frozen network.
#[derive(Module, Debug)]
pub struct TrainableStGcn {
    data_norm: Norm,
    blocks: Vec<Block>,
    fc_weight: Param<Tensor<2>>,
    fc_bias: Param<Tensor<1>>,
}

fn normal<const D: usize>(shape: [usize; D], fan_in: usize, device: &Device) -> Param<Tensor<D>> {
    Initializer::Normal { mean: 0.0, std: (2.0 / fan_in as f64).sqrt() }.init(shape, device)
}

impl Norm {
    fn new(c: usize, device: &Device) -> Self {
        Self {
            gamma: Initializer::Ones.init([c], device),
            beta: Initializer::Zeros.init([c], device),
            mean: RunningState::new(Tensor::zeros([c], device)),
            var: RunningState::new(Tensor::ones([c], device)),
        }
    }

    fn forward(&self, x: Tensor<4>, relu: bool) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        let (y, stats) = norm_train(x, self.gamma.val(), self.beta.val(), relu);
        let rows = (n * t * v) as f64;
        let blend = |running: &RunningState<Tensor<1>>, row: usize, factor: f64| {
            let new = stats.clone().narrow(0, row, 1).reshape([c]).mul_scalar(factor * MOMENTUM);
            running.update(Tensor::from_inner(running.value_sync().inner().mul_scalar(1.0 - MOMENTUM) + new));
        };
        blend(&self.mean, 0, 1.0);
        // The running variance is the unbiased one, as the published networks keep it.
        blend(&self.var, 1, rows / (rows - 1.0).max(1.0));
        y
    }

    fn export(&self, key: &str, state: &mut State) {
        let named = [
            ("weight", self.gamma.val()),
            ("bias", self.beta.val()),
            ("running_mean", self.mean.value_sync()),
            ("running_var", self.var.value_sync()),
        ];
        for (name, tensor) in named {
            put(state, format!("{key}.{name}"), tensor);
        }
    }
}

impl TrainableStGcn {
    /// A network with random weights; seed the device first.
    pub fn new(config: &StGcnConfig, dropout: f64, device: &Device) -> Self {
        let layout = config.layout.layout();
        let v = layout.len();
        let inputs = config.inputs();
        let blocks = inputs.iter().zip(&config.blocks).enumerate().map(|(i, (&c, &(out, stride)))| Block {
            importance: Initializer::Ones.init([K, v, v], device),
            spatial: normal([K * c, out], K * c, device),
            spatial_bias: Initializer::Zeros.init([K, out], device),
            norm: Norm::new(out, device),
            temporal: normal([TAPS, out, out], TAPS * out, device),
            temporal_norm: Norm::new(out, device),
            projection: (config.residual(i) == Residual::Projection)
                .then(|| Projection { weight: normal([c, out], c, device), norm: Norm::new(out, device) }),
            dropout: DropoutConfig::new(dropout).init(),
            identity: config.residual(i) == Residual::Identity,
            stride,
        });
        let last = config.blocks.last().map_or(layout.channels(), |b| b.0);
        Self {
            data_norm: Norm::new(v * layout.channels(), device),
            blocks: blocks.collect(),
            fc_weight: normal([last, config.classes], 2 * last, device),
            fc_bias: Initializer::Zeros.init([config.classes], device),
        }
    }

    /// The training pass.
    ///
    /// # Shapes
    /// - x: (N, T, V, C)
    /// - adjacency: (K, V, V), as [`adjacency`] gives it
    /// - result: (N, classes)
    pub fn forward(&self, x: Tensor<4>, adjacency: &Tensor<3>) -> Tensor<2> {
        let [n, t, v, c] = x.dims();
        let x = self.data_norm.forward(x.reshape([n, t, 1, v * c]), false).reshape([n, t, v, c]);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x, adjacency));
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
    fn forward(&self, x: Tensor<4>, adjacency: &Tensor<3>) -> Tensor<4> {
        let a = adjacency.clone() * self.importance.val();
        let [k, v, _] = a.dims();
        // A joint's bias is that of each subset, as often as the subset's weights add up to.
        let sums = a.clone().sum_dim(1).reshape([k, v]).transpose();
        let bias = sums.matmul(self.spatial_bias.val()).unsqueeze::<4>();
        let y = rows(graph_product(x.clone(), a), self.spatial.val()) + bias;
        let y = self.norm.forward(y, true);
        let c = y.dims()[3];
        // The bias of a convolution before a normalisation has no effect; it is exported as zero.
        let none = Tensor::zeros([c], &y.device());
        let y = temporal_conv(y, self.temporal.val(), none, self.stride);
        let y = self.dropout.forward(self.temporal_norm.forward(y, false));
        let y = match &self.projection {
            Some(p) => y + p.norm.forward(rows(strided(x, self.stride), p.weight.val()), false),
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
        let temporal = self.temporal.val().permute([2, 1, 0]).reshape([out, out, TAPS, 1]);
        put(state, format!("{key}.tcn.2.weight"), temporal);
        state.insert(format!("{key}.tcn.2.bias"), &[out], vec![0.0; out]);
        self.temporal_norm.export(&format!("{key}.tcn.3"), state);
        if let Some(p) = &self.projection {
            put(state, format!("{key}.residual.0.weight"), p.weight.val().transpose().reshape([out, c, 1, 1]));
            state.insert(format!("{key}.residual.0.bias"), &[out], vec![0.0; out]);
            p.norm.export(&format!("{key}.residual.1"), state);
        }
    }
}

/// The graph's matrices, (K, V, V).
pub fn adjacency(config: &StGcnConfig, device: &Device) -> Tensor<3> {
    let graph = Graph::stgcn(config.layout.layout());
    let v = graph.joints;
    Tensor::from_data(TensorData::new(graph.subsets.concat(), [K, v, v]), device)
}

fn put<const D: usize>(state: &mut State, key: String, tensor: Tensor<D>) {
    let shape = tensor.dims();
    let data = tensor.into_data().try_into_vec::<f32>().unwrap_or_default();
    state.insert(key, &shape, data);
}
