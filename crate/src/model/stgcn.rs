//! ST-GCN (Yan, Xiong, Lin 2018), frozen: normalisations folded into the products, adjacency times importance precomputed.
//!
//! Names, shapes and the graph's quirk are those of yysijie/st-gcn, so that published weights load to the same function.

use burn::tensor::{Device, Tensor};

use super::fold::{Affine, pointwise, temporal, tensor};
use crate::error::Result;
use crate::kernel::{TAPS, biased_rows, spatial_block, temporal_block};
use crate::skeleton::{Graph, LayoutId};
use crate::weights::state::State;

/// Subsets of the partition.
pub const K: usize = 3;

/// What an ST-GCN looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StGcnConfig {
    /// The skeleton.
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

    /// Channels that come into each block.
    pub fn inputs(&self) -> Vec<usize> {
        let first = self.layout.layout().channels();
        std::iter::once(first).chain(self.blocks.iter().map(|b| b.0)).take(self.blocks.len()).collect()
    }

    /// The published names and shapes of all arrays (without the fixed adjacency and batch counters).
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let (v, c) = (layout.len(), layout.channels());
        let mut keys = Vec::new();
        let norm = |keys: &mut Vec<_>, key: String, n: usize| {
            keys.extend(
                ["weight", "bias", "running_mean", "running_var"].map(|name| (format!("{key}.{name}"), vec![n])),
            );
        };
        norm(&mut keys, "data_bn".into(), v * c);
        for (i, (&c, &(out, _))) in self.inputs().iter().zip(&self.blocks).enumerate() {
            let key = format!("st_gcn_networks.{i}");
            keys.push((format!("edge_importance.{i}"), vec![K, v, v]));
            keys.push((format!("{key}.gcn.conv.weight"), vec![K * out, c, 1, 1]));
            keys.push((format!("{key}.gcn.conv.bias"), vec![K * out]));
            norm(&mut keys, format!("{key}.tcn.0"), out);
            keys.push((format!("{key}.tcn.2.weight"), vec![out, out, TAPS, 1]));
            keys.push((format!("{key}.tcn.2.bias"), vec![out]));
            norm(&mut keys, format!("{key}.tcn.3"), out);
            if self.residual(i) == Residual::Projection {
                keys.push((format!("{key}.residual.0.weight"), vec![out, c, 1, 1]));
                keys.push((format!("{key}.residual.0.bias"), vec![out]));
                norm(&mut keys, format!("{key}.residual.1"), out);
            }
        }
        let last = self.blocks.last().map_or(c, |b| b.0);
        keys.push(("fcn.weight".into(), vec![self.classes, last, 1, 1]));
        keys.push(("fcn.bias".into(), vec![self.classes]));
        keys
    }

    /// How block `i` carries its input past its layers.
    pub fn residual(&self, i: usize) -> Residual {
        match (i, self.inputs()[i] == self.blocks[i].0 && self.blocks[i].1 == 1) {
            (0, _) => Residual::None,
            (_, true) => Residual::Identity,
            (_, false) => Residual::Projection,
        }
    }
}

/// A block's way past its layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residual {
    /// Nothing is added (the first block).
    None,
    /// The input itself.
    Identity,
    /// A 1x1 convolution with the block's stride, normalised.
    Projection,
}

/// A frozen ST-GCN. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct StGcn {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    device: Device,
    scale: Tensor<4>,
    shift: Tensor<4>,
    blocks: Vec<Block>,
    fc_weight: Tensor<2>,
    fc_bias: Tensor<2>,
}

#[derive(Clone, Debug)]
struct Block {
    adjacency: Tensor<3>,
    /// (K C, C'), the first normalisation folded in.
    spatial: Tensor<2>,
    /// (1, 1, V, C'): the bias of each subset, weighed by the adjacency's column sums.
    spatial_bias: Tensor<4>,
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    residual: Residual,
    projection: Option<(Tensor<2>, Tensor<4>)>,
    stride: usize,
}

impl StGcn {
    /// Builds the network from a published state dict.
    ///
    /// # Errors
    /// Names the key that is missing or has another shape.
    pub fn new(config: &StGcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c) = (layout.len(), layout.channels());
        // The published normalisation counts its features joint by joint: v * C + c, as our last two dimensions do.
        let data = Affine::read(state, "data_bn", v * c)?;
        let graph = Graph::stgcn(layout);
        let inputs = config.inputs();
        let blocks = inputs.iter().enumerate().map(|(i, &c)| Block::new(config, state, &graph, i, c, device));
        let last = config.blocks.last().map_or(c, |b| b.0);
        let fc = state.get("fcn.weight", &[config.classes, last, 1, 1])?;
        let fc_bias = state.get("fcn.bias", &[config.classes])?;
        Ok(Self {
            layout: config.layout,
            device: device.clone(),
            scale: tensor(data.scale, [1, 1, v, c], device),
            shift: tensor(data.shift, [1, 1, v, c], device),
            blocks: blocks.collect::<Result<_>>()?,
            fc_weight: tensor::<2>(fc.to_vec(), [config.classes, last], device).transpose(),
            fc_bias: tensor(fc_bias.to_vec(), [1, config.classes], device),
        })
    }

    /// The plain device that the weights are on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.fc_bias.dims()[1]
    }

    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let [n, c, t, v, m] = x.dims();
        let x = x.permute([0, 4, 2, 3, 1]).reshape([n * m, t, v, c]);
        let x = x * self.scale.clone() + self.shift.clone();
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        let [_, t, v, c] = x.dims();
        let pooled = x.reshape([n, m * t * v, c]).mean_dim(1).reshape([n, c]);
        pooled.matmul(self.fc_weight.clone()) + self.fc_bias.clone()
    }
}

impl Block {
    fn new(config: &StGcnConfig, state: &State, graph: &Graph, i: usize, c: usize, device: &Device) -> Result<Self> {
        let v = graph.joints;
        let (out, stride) = config.blocks[i];
        let key = format!("st_gcn_networks.{i}");

        let importance = state.get(&format!("edge_importance.{i}"), &[K, v, v])?;
        let adjacency: Vec<f32> = graph.subsets.concat().iter().zip(importance).map(|(a, m)| a * m).collect();

        let weight = state.get(&format!("{key}.gcn.conv.weight"), &[K * out, c, 1, 1])?;
        let bias = state.get(&format!("{key}.gcn.conv.bias"), &[K * out])?;
        let norm = Affine::read(state, &format!("{key}.tcn.0"), out)?;
        let mut spatial = vec![0.0; K * c * out];
        for k in 0..K {
            for o in 0..out {
                for i in 0..c {
                    spatial[(k * c + i) * out + o] = weight[(k * out + o) * c + i] * norm.scale[o];
                }
            }
        }
        let mut spatial_bias = vec![0.0; v * out];
        for w in 0..v {
            let sums: Vec<f32> = (0..K).map(|k| (0..v).map(|u| adjacency[(k * v + u) * v + w]).sum()).collect();
            for o in 0..out {
                let b: f32 = (0..K).map(|k| sums[k] * bias[k * out + o]).sum();
                spatial_bias[w * out + o] = b * norm.scale[o] + norm.shift[o];
            }
        }

        let (temporal, temporal_bias) =
            temporal(state, &format!("{key}.tcn.2"), &format!("{key}.tcn.3"), out, out, device)?;
        let residual = config.residual(i);
        let projection = (residual == Residual::Projection)
            .then(|| pointwise(state, &format!("{key}.residual.0"), &format!("{key}.residual.1"), c, out, device))
            .transpose()?;
        Ok(Self {
            adjacency: tensor(adjacency, [K, v, v], device),
            spatial: tensor(spatial, [K * c, out], device),
            spatial_bias: tensor(spatial_bias, [1, 1, v, out], device),
            temporal,
            temporal_bias,
            residual,
            projection,
            stride,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let (adjacency, bias) = (self.adjacency.clone(), self.spatial_bias.clone());
        let y = spatial_block(x.clone(), adjacency, self.spatial.clone(), bias);
        let past = match (&self.residual, &self.projection) {
            (Residual::Identity, _) => Some(x),
            (_, Some((weight, bias))) => Some(biased_rows(x, weight.clone(), bias.clone(), self.stride, false)),
            _ => None,
        };
        temporal_block(y, self.temporal.clone(), self.temporal_bias.clone(), self.stride, past)
    }
}
