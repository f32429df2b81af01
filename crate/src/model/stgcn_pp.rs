//! ST-GCN++ (Duan et al. 2022), frozen: ST-GCN with learned graphs, a residual around each graph product, and temporal
//! convolutions at several scales.
//!
//! Names and shapes are those of kennymckormick/pyskl without `backbone.` and `cls_head.`; MMAction2's differ in the
//! head only. The graphs lie in the file.

use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::agcn::LAYERS;
use super::ends::{Head, InputNorm};
use super::fold::{Affine, Pointwise, tensor};
use super::graph_layer::folded;
use super::keys::Keys;
use super::multi_branch::{MultiBranch, Scales};
use super::residual::{Residual, Shortcut};
use super::stgcn::K;
use crate::error::Result;
use crate::kernel::{biased_rows, graph_product};
use crate::skeleton::LayoutId;
use crate::weights::state::State;

/// Sizes of an ST-GCN++.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StGcnPpConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
}

impl StGcnPpConfig {
    /// The published names and shapes of all arrays, without batch counters.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Keys::default();
        keys.norm("data_bn", v * layout.channels());
        let mut c = layout.channels();
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            let key = format!("gcn.{i}");
            keys.array(format!("{key}.gcn.A"), &[K, v, v]);
            keys.conv(&format!("{key}.gcn.conv"), [c, K * out], 1);
            keys.norm(&format!("{key}.gcn.bn"), out);
            if c != out {
                keys.conv(&format!("{key}.gcn.down.0"), [c, out], 1);
                keys.norm(&format!("{key}.gcn.down.1"), out);
            }
            Scales::StGcnPp.keys(&mut keys, &format!("{key}.tcn"), out);
            if Residual::of(i, c, out, stride) == Residual::Projection {
                keys.conv(&format!("{key}.residual.conv"), [c, out], 1);
                keys.norm(&format!("{key}.residual.bn"), out);
            }
            c = out;
        }
        keys.array("fc_cls.weight", &[self.classes, c]);
        keys.array("fc_cls.bias", &[self.classes]);
        keys.0
    }
}

/// A frozen ST-GCN++. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct StGcnPp {
    norm: InputNorm,
    blocks: Vec<Block>,
    head: Head,
}

#[derive(Clone, Debug)]
struct Block {
    adjacency: Tensor<3>,
    /// (K C, C')
    spatial: Tensor<2>,
    /// (1, 1, V, C')
    spatial_bias: Tensor<4>,
    /// None where the input itself is added.
    down: Option<Pointwise>,
    temporal: MultiBranch,
    shortcut: Shortcut,
}

impl StGcnPp {
    /// Builds the network from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing or has a wrong shape.
    pub fn new(config: &StGcnPpConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, mut c) = (layout.len(), layout.channels());
        let norm = InputNorm::read(state, [1, v, c], device)?;
        let mut blocks = Vec::with_capacity(LAYERS.len());
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            blocks.push(Block::new(state, i, [v, c, out], stride, device)?);
            c = out;
        }
        Ok(Self { norm, blocks, head: Head::read(state, "fc_cls", [config.classes, c], 0, device)? })
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
        let x = self.blocks.iter().fold(self.norm.forward(x), |x, block| block.forward(x));
        self.head.forward(x, people)
    }
}

impl Block {
    fn new(state: &State, i: usize, [v, c, out]: [usize; 3], stride: usize, device: &Device) -> Result<Self> {
        let key = format!("gcn.{i}");
        let adjacency = state.get(&format!("{key}.gcn.A"), &[K, v, v])?.to_vec();
        let norm = Affine::read(state, &format!("{key}.gcn.bn"), out)?;
        let (spatial, bias) = folded(state, &format!("{key}.gcn.conv"), &adjacency, &norm, [v, c, out])?;
        let down = (c != out)
            .then(|| {
                let [conv, norm] = ["down.0", "down.1"].map(|name| format!("{key}.gcn.{name}"));
                Pointwise::normalised(state, &conv, &norm, c, out, device)
            })
            .transpose()?;
        let projection = [&*format!("{key}.residual.conv"), &format!("{key}.residual.bn")];
        Ok(Self {
            adjacency: tensor(adjacency, [K, v, v], device),
            spatial: tensor(spatial, [K * c, out], device),
            spatial_bias: tensor(bias, [1, 1, v, out], device),
            down,
            temporal: MultiBranch::new(state, &format!("{key}.tcn"), Scales::StGcnPp, out, stride, device)?,
            shortcut: Shortcut::read(state, Residual::of(i, c, out, stride), projection, [c, out], stride, device)?,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mixed = graph_product(x.clone(), self.adjacency.clone());
        let y = biased_rows(mixed, self.spatial.clone(), self.spatial_bias.clone(), 1, false);
        let y = relu(match &self.down {
            Some(down) => y + down.forward(x.clone(), 1),
            None => y + x.clone(),
        });
        let y = self.temporal.forward(y);
        relu(match self.shortcut.forward(x) {
            Some(residual) => y + residual,
            None => y,
        })
    }
}
