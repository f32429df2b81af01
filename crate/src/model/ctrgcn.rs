//! CTR-GCN (Chen et al. 2021), frozen: each channel has its own graph, which the clip refines.
//!
//! Names and shapes are those of Uason-Chen/CTR-GCN; pyskl's are brought to them, whose graphs run the other way.

use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::agcn::LAYERS;
use super::ends::{Head, InputNorm};
use super::fold::{Affine, Pointwise, tensor, turned};
use super::keys::Keys;
use super::multi_branch::{MultiBranch, Scales};
use super::residual::{Residual, Shortcut};
use super::stgcn::K;
use crate::error::Result;
use crate::kernel::product;
use crate::skeleton::LayoutId;
use crate::weights::state::State;

/// Sizes of a CTR-GCN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CtrGcnConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// M: the people of a clip, whose joints are normalised as features of one sample.
    pub people: usize,
}

/// Channels that compare two joints, for so many of the input.
fn relations(c: usize) -> usize {
    if c <= 16 { 8 } else { c / 8 }
}

impl CtrGcnConfig {
    /// The published names and shapes of all arrays, without batch counters.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Keys::default();
        keys.norm("data_bn", self.people * v * layout.channels());
        let mut c = layout.channels();
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            let key = format!("l{}", i + 1);
            keys.array(format!("{key}.gcn1.PA"), &[K, v, v]);
            keys.array(format!("{key}.gcn1.alpha"), &[1]);
            for k in 0..K {
                let conv = |n: usize| format!("{key}.gcn1.convs.{k}.conv{n}");
                keys.conv(&conv(1), [c, relations(c)], 1);
                keys.conv(&conv(2), [c, relations(c)], 1);
                keys.conv(&conv(3), [c, out], 1);
                keys.conv(&conv(4), [relations(c), out], 1);
            }
            keys.norm(&format!("{key}.gcn1.bn"), out);
            if c != out {
                keys.conv(&format!("{key}.gcn1.down.0"), [c, out], 1);
                keys.norm(&format!("{key}.gcn1.down.1"), out);
            }
            Scales::CtrGcn.keys(&mut keys, &format!("{key}.tcn1"), out);
            if Residual::of(i, c, out, stride) == Residual::Projection {
                keys.conv(&format!("{key}.residual.conv"), [c, out], 1);
                keys.norm(&format!("{key}.residual.bn"), out);
            }
            c = out;
        }
        keys.array("fc.weight", &[self.classes, c]);
        keys.array("fc.bias", &[self.classes]);
        keys.0
    }
}

/// A frozen CTR-GCN. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct CtrGcn {
    norm: InputNorm,
    layers: Vec<Layer>,
    head: Head,
}

#[derive(Clone, Debug)]
struct Layer {
    subsets: Vec<Subset>,
    /// (1, 1, 1, C')
    scale: Tensor<4>,
    shift: Tensor<4>,
    down: Option<Pointwise>,
    temporal: MultiBranch,
    shortcut: Shortcut,
}

/// One of the graphs.
#[derive(Clone, Debug)]
struct Subset {
    /// (1, V, V, 1): from the joint of the third axis to the one of the second.
    graph: Tensor<4>,
    from: Pointwise,
    to: Pointwise,
    values: Pointwise,
    /// From the relations to C' channels, times alpha.
    refine: Pointwise,
}

impl CtrGcn {
    /// Builds the network from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing or has a wrong shape.
    pub fn new(config: &CtrGcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, mut c) = (layout.len(), layout.channels());
        let norm = InputNorm::read(state, [config.people, v, c], device)?;
        let mut layers = Vec::with_capacity(LAYERS.len());
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            layers.push(Layer::new(state, i, [v, c, out], stride, device)?);
            c = out;
        }
        Ok(Self { norm, layers, head: Head::read(state, "fc", [config.classes, c], 0, device)? })
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
        let x = self.layers.iter().fold(self.norm.forward(x), |x, layer| layer.forward(x));
        self.head.forward(x, people)
    }
}

impl Layer {
    fn new(state: &State, i: usize, [v, c, out]: [usize; 3], stride: usize, device: &Device) -> Result<Self> {
        let key = format!("l{}", i + 1);
        let graphs = state.get(&format!("{key}.gcn1.PA"), &[K, v, v])?;
        let alpha = state.get(&format!("{key}.gcn1.alpha"), &[1])?[0];
        let subsets = (0..K).map(|k| {
            let graph = tensor(graphs[k * v * v..(k + 1) * v * v].to_vec(), [1, v, v, 1], device);
            Subset::new(state, &format!("{key}.gcn1.convs.{k}"), graph, alpha, [c, out], device)
        });
        let norm = Affine::read(state, &format!("{key}.gcn1.bn"), out)?;
        let down = (c != out)
            .then(|| {
                let [conv, norm] = ["down.0", "down.1"].map(|name| format!("{key}.gcn1.{name}"));
                Pointwise::normalised(state, &conv, &norm, c, out, device)
            })
            .transpose()?;
        let projection = [&*format!("{key}.residual.conv"), &format!("{key}.residual.bn")];
        Ok(Self {
            subsets: subsets.collect::<Result<_>>()?,
            scale: tensor(norm.scale, [1, 1, 1, out], device),
            shift: tensor(norm.shift, [1, 1, 1, out], device),
            down,
            temporal: MultiBranch::new(state, &format!("{key}.tcn1"), Scales::CtrGcn, out, stride, device)?,
            shortcut: Shortcut::read(state, Residual::of(i, c, out, stride), projection, [c, out], stride, device)?,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mixed = self.subsets.iter().map(|subset| subset.forward(&x)).reduce(|a, b| a + b);
        let mixed = mixed.unwrap_or_else(|| x.clone()) * self.scale.clone() + self.shift.clone();
        let y = relu(match &self.down {
            Some(down) => mixed + down.forward(x.clone(), 1),
            None => mixed + x.clone(),
        });
        let y = self.temporal.forward(y);
        relu(match self.shortcut.forward(x) {
            Some(residual) => y + residual,
            None => y,
        })
    }
}

impl Subset {
    fn new(
        state: &State,
        key: &str,
        graph: Tensor<4>,
        alpha: f32,
        [c, out]: [usize; 2],
        device: &Device,
    ) -> Result<Self> {
        let conv = |n: usize, c, out| Pointwise::plain(state, &format!("{key}.conv{n}"), c, out, device);
        let relations = relations(c);
        let weight = state.get(&format!("{key}.conv4.weight"), &[out, relations, 1, 1])?;
        let refine = turned(weight, relations, out).map(|w| alpha * w).collect();
        let bias = state.get(&format!("{key}.conv4.bias"), &[out])?.iter().map(|b| alpha * b).collect();
        Ok(Self {
            graph,
            to: conv(1, c, relations)?,
            from: conv(2, c, relations)?,
            values: conv(3, c, out)?,
            refine: Pointwise::new(refine, bias, relations, device),
        })
    }

    /// (N, T, V, C) to (N, T, V, C'): in each channel, the joints summed by the channel's own graph.
    fn forward(&self, x: &Tensor<4>) -> Tensor<4> {
        let [n, t, v, _] = x.dims();
        // (N, 1, V, R): what each joint is like over the clip. A product and a mean may change places.
        let over_time = x.clone().mean_dim(1);
        let (to, from) = (self.to.forward(over_time.clone(), 1), self.from.forward(over_time, 1));
        let r = to.dims()[3];
        let differences = (to.reshape([n, v, 1, r]) - from.reshape([n, 1, v, r])).tanh();
        // (N, V, V, C')
        let graph = self.refine.forward(differences, 1) + self.graph.clone();
        let values = self.values.forward(x.clone(), 1);
        let out = values.dims()[3];
        // (N, C', V, V) x (N, C', V, T)
        let y = product(graph.permute([0, 3, 1, 2]), values.permute([0, 3, 2, 1]));
        y.reshape([n, out, v, t]).permute([0, 3, 2, 1])
    }
}
