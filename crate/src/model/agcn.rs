//! One stream of 2s-AGCN (Shi et al. 2019), frozen: an adjacency that is fixed, learned, and drawn from the data itself.
//!
//! Names, shapes and graph are those of lshiwjx/2s-AGCN, so that published weights load to the same function.

use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::fold::{Affine, pointwise, temporal, tensor};
use super::stgcn::{K, Residual};
pub use crate::contract::weight_files::Stream;
use crate::error::Result;
use crate::kernel::{TAPS, biased_rows, temporal_block};
use crate::skeleton::{Graph, LayoutId};
use crate::weights::state::State;

/// What an AGCN stream looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgcnConfig {
    /// The skeleton.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// People: their joints are normalised as features of one sample.
    pub people: usize,
    /// Which stream.
    pub stream: Stream,
}

/// Channels and stride of the ten layers.
pub const LAYERS: [(usize, usize); 10] =
    [(64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)];

impl AgcnConfig {
    /// Channels that come into each layer.
    pub fn inputs(&self) -> [usize; 10] {
        let first = self.layout.layout().channels();
        std::array::from_fn(|i| if i == 0 { first } else { LAYERS[i - 1].0 })
    }

    /// How layer `i` carries its input past its parts.
    pub fn residual(&self, i: usize) -> Residual {
        match (i, self.inputs()[i] == LAYERS[i].0 && LAYERS[i].1 == 1) {
            (0, _) => Residual::None,
            (_, true) => Residual::Identity,
            (_, false) => Residual::Projection,
        }
    }

    /// The published names and shapes of all arrays.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Vec::new();
        let norm = |keys: &mut Vec<_>, key: String, n: usize| {
            keys.extend(
                ["weight", "bias", "running_mean", "running_var"].map(|name| (format!("{key}.{name}"), vec![n])),
            );
        };
        let conv = |keys: &mut Vec<_>, key: String, out: usize, c: usize, taps: usize| {
            keys.push((format!("{key}.weight"), vec![out, c, taps, 1]));
            keys.push((format!("{key}.bias"), vec![out]));
        };
        norm(&mut keys, "data_bn".into(), self.people * v * layout.channels());
        for (i, (&c, &(out, _))) in self.inputs().iter().zip(&LAYERS).enumerate() {
            let key = format!("l{}", i + 1);
            keys.push((format!("{key}.gcn1.PA"), vec![K, v, v]));
            for k in 0..K {
                conv(&mut keys, format!("{key}.gcn1.conv_a.{k}"), out / 4, c, 1);
                conv(&mut keys, format!("{key}.gcn1.conv_b.{k}"), out / 4, c, 1);
                conv(&mut keys, format!("{key}.gcn1.conv_d.{k}"), out, c, 1);
            }
            norm(&mut keys, format!("{key}.gcn1.bn"), out);
            if c != out {
                conv(&mut keys, format!("{key}.gcn1.down.0"), out, c, 1);
                norm(&mut keys, format!("{key}.gcn1.down.1"), out);
            }
            conv(&mut keys, format!("{key}.tcn1.conv"), out, out, TAPS);
            norm(&mut keys, format!("{key}.tcn1.bn"), out);
            if self.residual(i) == Residual::Projection {
                conv(&mut keys, format!("{key}.residual.conv"), out, c, 1);
                norm(&mut keys, format!("{key}.residual.bn"), out);
            }
        }
        keys.push(("fc.weight".into(), vec![self.classes, LAYERS[9].0]));
        keys.push(("fc.bias".into(), vec![self.classes]));
        keys
    }
}

/// A frozen stream. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct Agcn {
    /// Parent of each joint, for the bone stream.
    parents: Option<Tensor<1, Int>>,
    scale: Tensor<5>,
    shift: Tensor<5>,
    layers: Vec<Layer>,
    fc_weight: Tensor<2>,
    fc_bias: Tensor<2>,
}

#[derive(Clone, Debug)]
struct Layer {
    /// (1, V, V) for each subset: fixed plus learned.
    adjacency: [Tensor<3>; K],
    /// (C, C'/4) and its bias, for each subset: the two embeddings whose likeness makes the third part.
    theta: [(Tensor<2>, Tensor<4>); K],
    phi: [(Tensor<2>, Tensor<4>); K],
    /// (K C, C'), the normalisation folded in.
    spatial: Tensor<2>,
    spatial_bias: Tensor<4>,
    down: Option<(Tensor<2>, Tensor<4>)>,
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    residual: Residual,
    projection: Option<(Tensor<2>, Tensor<4>)>,
    stride: usize,
}

impl Agcn {
    /// Builds the stream from a published state dict.
    ///
    /// # Errors
    /// Names the key that is missing or has another shape.
    pub fn new(config: &AgcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c, m) = (layout.len(), layout.channels(), config.people);
        let data = Affine::read(state, "data_bn", m * v * c)?;
        let graph = Graph::agcn(layout);
        let layers = (0..LAYERS.len()).map(|i| Layer::new(config, state, &graph, i, device)).collect::<Result<_>>()?;
        let fc = state.get("fc.weight", &[config.classes, LAYERS[9].0])?;
        let parents: Vec<i32> = bone_ends(config.layout).iter().map(|p| *p as i32).collect();
        Ok(Self {
            parents: (config.stream == Stream::Bone).then(|| Tensor::from_data(TensorData::new(parents, [v]), device)),
            scale: tensor(data.scale, [1, m, 1, v, c], device),
            shift: tensor(data.shift, [1, m, 1, v, c], device),
            layers,
            fc_weight: tensor::<2>(fc.to_vec(), [config.classes, LAYERS[9].0], device).transpose(),
            fc_bias: tensor(state.get("fc.bias", &[config.classes])?.to_vec(), [1, config.classes], device),
        })
    }

    /// # Shapes
    /// - x: (N, C, T, V, M), joint positions for either stream
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let [n, c, t, v, m] = x.dims();
        let x = match &self.parents {
            Some(parents) => x.clone() - x.select(3, parents.clone()),
            None => x,
        };
        let x = x.permute([0, 4, 2, 3, 1]) * self.scale.clone() + self.shift.clone();
        let x = self.layers.iter().fold(x.reshape([n * m, t, v, c]), |x, layer| layer.forward(x));
        let [_, t, v, c] = x.dims();
        let pooled = x.reshape([n, m * t * v, c]).mean_dim(1).reshape([n, c]);
        pooled.matmul(self.fc_weight.clone()) + self.fc_bias.clone()
    }
}

/// The joint that each joint's bone is measured from, (V): its parent. The published bones of Kinetics-skeleton start at the
/// nose, unlike its graph.
pub fn bone_ends(layout: LayoutId) -> &'static [usize] {
    match layout {
        LayoutId::OpenPose18 => &[0, 0, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15],
        _ => layout.layout().parents,
    }
}

/// A 1x1 convolution without a normalisation: (C, C') and (1, 1, 1, C').
fn plain(state: &State, key: &str, c: usize, out: usize, device: &Device) -> Result<(Tensor<2>, Tensor<4>)> {
    let weight = state.get(&format!("{key}.weight"), &[out, c, 1, 1])?;
    let bias = state.get(&format!("{key}.bias"), &[out])?;
    let weight = tensor::<2>(weight.to_vec(), [out, c], device).transpose();
    Ok((weight, tensor(bias.to_vec(), [1, 1, 1, out], device)))
}

fn per_subset<T>(make: impl Fn(usize) -> Result<T>) -> Result<[T; K]> {
    Ok([make(0)?, make(1)?, make(2)?])
}

impl Layer {
    fn new(config: &AgcnConfig, state: &State, graph: &Graph, i: usize, device: &Device) -> Result<Self> {
        let (c, (out, stride), v) = (config.inputs()[i], LAYERS[i], graph.joints);
        let key = format!("l{}", i + 1);

        let learned = state.get(&format!("{key}.gcn1.PA"), &[K, v, v])?;
        let adjacency = per_subset(|k| {
            let fixed = graph.subsets[k].iter().zip(&learned[k * v * v..]);
            Ok(tensor(fixed.map(|(a, p)| a + p).collect(), [1, v, v], device))
        })?;
        let embed = |name: &str| per_subset(|k| plain(state, &format!("{key}.gcn1.{name}.{k}"), c, out / 4, device));

        let norm = Affine::read(state, &format!("{key}.gcn1.bn"), out)?;
        let (mut spatial, mut bias) = (Vec::with_capacity(K * c * out), vec![0.0; out]);
        for k in 0..K {
            let weight = state.get(&format!("{key}.gcn1.conv_d.{k}.weight"), &[out, c, 1, 1])?;
            let b = state.get(&format!("{key}.gcn1.conv_d.{k}.bias"), &[out])?;
            bias.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
            spatial.extend((0..c * out).map(|i| weight[i % out * c + i / out] * norm.scale[i % out]));
        }
        let down = (c != out)
            .then(|| pointwise(state, &format!("{key}.gcn1.down.0"), &format!("{key}.gcn1.down.1"), c, out, device))
            .transpose()?;
        let (temporal, temporal_bias) =
            temporal(state, &format!("{key}.tcn1.conv"), &format!("{key}.tcn1.bn"), out, out, device)?;
        let residual = config.residual(i);
        let projection = (residual == Residual::Projection)
            .then(|| pointwise(state, &format!("{key}.residual.conv"), &format!("{key}.residual.bn"), c, out, device))
            .transpose()?;
        Ok(Self {
            adjacency,
            theta: embed("conv_a")?,
            phi: embed("conv_b")?,
            spatial: tensor(spatial, [K * c, out], device),
            spatial_bias: tensor(norm.fold_bias(&bias), [1, 1, 1, out], device),
            down,
            temporal,
            temporal_bias,
            residual,
            projection,
            stride,
        })
    }

    /// (N, V, V): how alike joints move in this clip, each column a distribution.
    fn attention(&self, x: &Tensor<4>, k: usize) -> Tensor<3> {
        let [n, t, v, _] = x.dims();
        let embed = |(weight, bias): &(Tensor<2>, Tensor<4>)| {
            let inter = weight.dims()[1];
            let y = biased_rows(x.clone(), weight.clone(), bias.clone(), 1, false);
            (y.permute([0, 2, 1, 3]).reshape([n, v, t * inter]), t * inter)
        };
        let ((theta, features), (phi, _)) = (embed(&self.theta[k]), embed(&self.phi[k]));
        softmax(theta.matmul(phi.transpose()).div_scalar(features as f32), 1)
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mixed = (0..K).map(|k| {
            let a = self.attention(&x, k) + self.adjacency[k].clone();
            a.transpose().unsqueeze_dim::<4>(1).matmul(x.clone())
        });
        let mixed = Tensor::cat(mixed.collect(), 3);
        let y = biased_rows(mixed, self.spatial.clone(), self.spatial_bias.clone(), 1, false);
        let y = relu(match &self.down {
            Some((weight, bias)) => y + biased_rows(x.clone(), weight.clone(), bias.clone(), 1, false),
            None => y + x.clone(),
        });
        let past = match (&self.residual, &self.projection) {
            (Residual::Identity, _) => Some(x),
            (_, Some((weight, bias))) => Some(biased_rows(x, weight.clone(), bias.clone(), self.stride, false)),
            _ => None,
        };
        temporal_block(y, self.temporal.clone(), self.temporal_bias.clone(), self.stride, past)
    }
}
