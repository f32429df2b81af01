//! ST-GCN (Yan, Xiong, Lin 2018), frozen. Normalisations are folded into the products; adjacency times importance is
//! one matrix.
//!
//! Names, shapes and the graph's quirk are those of yysijie/st-gcn, so that published weights load to the same
//! function.

use burn::tensor::{Device, Tensor};

use super::ends::{Head, InputNorm};
use super::fold::{Affine, temporal, tensor};
use super::graph_layer::folded;
use super::keys::Keys;
use super::residual::{Residual, Shortcut};
use crate::error::Result;
use crate::kernel::{TAPS, spatial_block, temporal_block};
use crate::skeleton::{Graph, LayoutId};
use crate::weights::state::State;

/// Subsets of the partition.
pub const K: usize = 3;

/// Sizes of an ST-GCN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StGcnConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// Channels and stride in time of each block.
    pub blocks: Vec<(usize, usize)>,
}

impl StGcnConfig {
    /// The published network: ten blocks of 64, 128 and 256 channels, stride 2 at the fifth and eighth.
    pub fn published(layout: LayoutId, classes: usize) -> Self {
        let blocks = [(64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)];
        Self { layout, classes, blocks: blocks.to_vec() }
    }

    /// Channels of each block's input.
    pub fn inputs(&self) -> Vec<usize> {
        let first = self.layout.layout().channels();
        std::iter::once(first).chain(self.blocks.iter().map(|b| b.0)).take(self.blocks.len()).collect()
    }

    /// The published names and shapes of all arrays, without the fixed adjacency and batch counters.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let (v, c) = (layout.len(), layout.channels());
        let mut keys = Keys::default();
        keys.norm("data_bn", v * c);
        for (i, (&c, &(out, _))) in self.inputs().iter().zip(&self.blocks).enumerate() {
            let key = format!("st_gcn_networks.{i}");
            keys.array(format!("edge_importance.{i}"), &[K, v, v]);
            keys.conv(&format!("{key}.gcn.conv"), [c, K * out], 1);
            keys.norm(&format!("{key}.tcn.0"), out);
            keys.conv(&format!("{key}.tcn.2"), [out, out], TAPS);
            keys.norm(&format!("{key}.tcn.3"), out);
            if self.residual(i) == Residual::Projection {
                keys.conv(&format!("{key}.residual.0"), [c, out], 1);
                keys.norm(&format!("{key}.residual.1"), out);
            }
        }
        let last = self.blocks.last().map_or(c, |b| b.0);
        keys.conv("fcn", [last, self.classes], 1);
        keys.0
    }

    /// As [`StGcnConfig::keys`], where each block has its whole adjacency in the file, as pyskl and MMAction2 have it.
    pub fn keys_with_graphs(&self) -> Vec<(String, Vec<usize>)> {
        let own = |key: String| match key.strip_prefix("edge_importance.") {
            Some(i) => format!("st_gcn_networks.{i}.gcn.A"),
            None => key,
        };
        self.keys().into_iter().map(|(key, shape)| (own(key), shape)).collect()
    }

    /// The residual of block `i`.
    pub fn residual(&self, i: usize) -> Residual {
        let (out, stride) = self.blocks[i];
        Residual::of(i, self.inputs()[i], out, stride)
    }
}

/// A frozen ST-GCN. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct StGcn {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    device: Device,
    norm: InputNorm,
    blocks: Vec<Block>,
    head: Head,
}

#[derive(Clone, Debug)]
struct Block {
    adjacency: Tensor<3>,
    /// (K C, C'), the first normalisation folded in.
    spatial: Tensor<2>,
    /// (1, 1, V, C'): the sum of the subsets' biases, weighted by the adjacency's column sums.
    spatial_bias: Tensor<4>,
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    shortcut: Shortcut,
    stride: usize,
}

impl StGcn {
    /// Builds the network from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing or has a wrong shape.
    pub fn new(config: &StGcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c) = (layout.len(), layout.channels());
        let norm = InputNorm::read(state, [1, v, c], device)?;
        let graph = Graph::stgcn(layout);
        let inputs = config.inputs();
        let blocks = inputs.iter().enumerate().map(|(i, &c)| Block::new(config, state, &graph, i, c, device));
        let last = config.blocks.last().map_or(c, |b| b.0);
        let head = Head::read(state, "fcn", [config.classes, last], 2, device)?;
        Ok(Self { layout: config.layout, device: device.clone(), norm, blocks: blocks.collect::<Result<_>>()?, head })
    }

    /// The device of the weights, without autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.head.classes()
    }

    /// Its last layer.
    pub(super) fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    /// The scores of each class.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let [_, _, _, _, people] = x.dims();
        let x = self.norm.forward(x);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        self.head.forward(x, people)
    }
}

impl Block {
    fn new(config: &StGcnConfig, state: &State, graph: &Graph, i: usize, c: usize, device: &Device) -> Result<Self> {
        let v = graph.joints;
        let (out, stride) = config.blocks[i];
        let key = format!("st_gcn_networks.{i}");

        let own = format!("{key}.gcn.A");
        let adjacency: Vec<f32> = if state.contains(&own) {
            state.get(&own, &[K, v, v])?.to_vec()
        } else {
            let importance = state.get(&format!("edge_importance.{i}"), &[K, v, v])?;
            graph.subsets.concat().iter().zip(importance).map(|(a, m)| a * m).collect()
        };

        let norm = Affine::read(state, &format!("{key}.tcn.0"), out)?;
        let (spatial, spatial_bias) = folded(state, &format!("{key}.gcn.conv"), &adjacency, &norm, [v, c, out])?;
        let (temporal, temporal_bias) =
            temporal(state, &format!("{key}.tcn.2"), &format!("{key}.tcn.3"), out, out, device)?;
        let projection = [&*format!("{key}.residual.0"), &format!("{key}.residual.1")];
        let shortcut = Shortcut::read(state, config.residual(i), projection, [c, out], stride, device)?;
        Ok(Self {
            adjacency: tensor(adjacency, [K, v, v], device),
            spatial: tensor(spatial, [K * c, out], device),
            spatial_bias: tensor(spatial_bias, [1, 1, v, out], device),
            temporal,
            temporal_bias,
            shortcut,
            stride,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let (adjacency, bias) = (self.adjacency.clone(), self.spatial_bias.clone());
        let y = spatial_block(x.clone(), adjacency, self.spatial.clone(), bias);
        let residual = self.shortcut.forward(x);
        temporal_block(y, self.temporal.clone(), self.temporal_bias.clone(), self.stride, residual)
    }
}
