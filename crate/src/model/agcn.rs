//! One stream of 2s-AGCN (Shi et al. 2019), frozen. Its adjacency is the sum of a fixed, a learned and a
//! data-dependent part.
//!
//! Names, shapes and graph are those of lshiwjx/2s-AGCN, so that published weights load to the same function.

use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor};

use super::ends::{Head, InputNorm};
use super::fold::{Affine, Pointwise, temporal, tensor, turned};
use super::keys::Keys;
use super::residual::{Residual, Shortcut};
use super::stgcn::K;
use super::stream;
pub use super::stream::bone_ends;
pub use crate::contract::weight_files::Stream;
use crate::error::Result;
use crate::kernel::{TAPS, product, temporal_block};
use crate::skeleton::{Graph, LayoutId};
use crate::weights::state::State;

/// Sizes of a 2s-AGCN stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgcnConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// M: the people of a clip, whose joints are normalised as features of one sample.
    pub people: usize,
    /// Joints or bones; it has no motion streams.
    pub stream: Stream,
}

/// Channels and stride of the ten layers.
pub const LAYERS: [(usize, usize); 10] =
    [(64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)];

impl AgcnConfig {
    /// Channels of each layer's input.
    pub fn inputs(&self) -> [usize; 10] {
        let first = self.layout.layout().channels();
        std::array::from_fn(|i| if i == 0 { first } else { LAYERS[i - 1].0 })
    }

    /// The residual of layer `i`.
    pub fn residual(&self, i: usize) -> Residual {
        let (out, stride) = LAYERS[i];
        Residual::of(i, self.inputs()[i], out, stride)
    }

    /// The published names and shapes of all arrays.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Keys::default();
        keys.norm("data_bn", self.people * v * layout.channels());
        for (i, (&c, &(out, _))) in self.inputs().iter().zip(&LAYERS).enumerate() {
            let key = format!("l{}", i + 1);
            keys.array(format!("{key}.gcn1.PA"), &[K, v, v]);
            for k in 0..K {
                keys.conv(&format!("{key}.gcn1.conv_a.{k}"), [c, out / 4], 1);
                keys.conv(&format!("{key}.gcn1.conv_b.{k}"), [c, out / 4], 1);
                keys.conv(&format!("{key}.gcn1.conv_d.{k}"), [c, out], 1);
            }
            keys.norm(&format!("{key}.gcn1.bn"), out);
            if c != out {
                keys.conv(&format!("{key}.gcn1.down.0"), [c, out], 1);
                keys.norm(&format!("{key}.gcn1.down.1"), out);
            }
            keys.conv(&format!("{key}.tcn1.conv"), [out, out], TAPS);
            keys.norm(&format!("{key}.tcn1.bn"), out);
            if self.residual(i) == Residual::Projection {
                keys.conv(&format!("{key}.residual.conv"), [c, out], 1);
                keys.norm(&format!("{key}.residual.bn"), out);
            }
        }
        keys.array("fc.weight", &[self.classes, LAYERS[9].0]);
        keys.array("fc.bias", &[self.classes]);
        keys.0
    }
}

/// A frozen stream. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct Agcn {
    layout: LayoutId,
    stream: Stream,
    norm: InputNorm,
    layers: Vec<Layer>,
    head: Head,
}

#[derive(Clone, Debug)]
struct Layer {
    /// (1, V, V) for each subset: fixed plus learned.
    adjacency: [Tensor<3>; K],
    /// For each subset, the two embeddings, from C to C'/4 channels, whose similarity makes the third part.
    theta: [Pointwise; K],
    phi: [Pointwise; K],
    /// From K C to C' channels.
    spatial: Pointwise,
    down: Option<Pointwise>,
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    shortcut: Shortcut,
    stride: usize,
}

impl Agcn {
    /// Builds the stream from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing or has a wrong shape.
    pub fn new(config: &AgcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c, m) = (layout.len(), layout.channels(), config.people);
        let norm = InputNorm::read(state, [m, v, c], device)?;
        let graph = Graph::agcn(layout);
        let layers = (0..LAYERS.len()).map(|i| Layer::new(config, state, &graph, i, device)).collect::<Result<_>>()?;
        let head = Head::read(state, "fc", [config.classes, LAYERS[9].0], 0, device)?;
        Ok(Self { layout: config.layout, stream: config.stream, norm, layers, head })
    }

    /// Its last layer.
    pub(super) fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    /// The scores of each class.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M), joint positions for either stream
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let [_, _, _, _, people] = x.dims();
        let x = self.norm.forward(stream::of(self.stream, x, self.layout));
        let x = self.layers.iter().fold(x, |x, layer| layer.forward(x));
        self.head.forward(x, people)
    }
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
        let embed =
            |name: &str| per_subset(|k| Pointwise::plain(state, &format!("{key}.gcn1.{name}.{k}"), c, out / 4, device));

        let norm = Affine::read(state, &format!("{key}.gcn1.bn"), out)?;
        let (mut spatial, mut bias) = (Vec::with_capacity(K * c * out), vec![0.0; out]);
        for k in 0..K {
            let weight = state.get(&format!("{key}.gcn1.conv_d.{k}.weight"), &[out, c, 1, 1])?;
            let b = state.get(&format!("{key}.gcn1.conv_d.{k}.bias"), &[out])?;
            bias.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
            spatial.extend(turned(weight, c, out).enumerate().map(|(i, w)| w * norm.scale[i % out]));
        }
        let down = (c != out)
            .then(|| {
                let [conv, norm] = ["down.0", "down.1"].map(|name| format!("{key}.gcn1.{name}"));
                Pointwise::normalised(state, &conv, &norm, c, out, device)
            })
            .transpose()?;
        let (temporal, temporal_bias) =
            temporal(state, &format!("{key}.tcn1.conv"), &format!("{key}.tcn1.bn"), out, out, device)?;
        let projection = [&*format!("{key}.residual.conv"), &format!("{key}.residual.bn")];
        let shortcut = Shortcut::read(state, config.residual(i), projection, [c, out], stride, device)?;
        Ok(Self {
            adjacency,
            theta: embed("conv_a")?,
            phi: embed("conv_b")?,
            spatial: Pointwise::new(spatial, norm.fold_bias(&bias), K * c, device),
            down,
            temporal,
            temporal_bias,
            shortcut,
            stride,
        })
    }

    /// (N, V, V): how similarly joints move in the clip; each column is a distribution.
    fn attention(&self, x: &Tensor<4>, k: usize) -> Tensor<3> {
        let [n, t, v, _] = x.dims();
        let embed = |by: &Pointwise| {
            let inter = by.out();
            let y = by.forward(x.clone(), 1);
            (y.permute([0, 2, 1, 3]).reshape([n, v, t * inter]), t * inter)
        };
        let ((theta, features), (phi, _)) = (embed(&self.theta[k]), embed(&self.phi[k]));
        softmax(product(theta, phi.transpose()).div_scalar(features as f32), 1)
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mixed = (0..K).map(|k| {
            let a = self.attention(&x, k) + self.adjacency[k].clone();
            product(a.transpose().unsqueeze_dim::<4>(1), x.clone())
        });
        let mixed = Tensor::cat(mixed.collect(), 3);
        let y = self.spatial.forward(mixed, 1);
        let y = relu(match &self.down {
            Some(down) => y + down.forward(x.clone(), 1),
            None => y + x.clone(),
        });
        let residual = self.shortcut.forward(x);
        temporal_block(y, self.temporal.clone(), self.temporal_bias.clone(), self.stride, residual)
    }
}
