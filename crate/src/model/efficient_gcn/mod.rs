//! EfficientGCN-B0 (Song et al. 2022), frozen: three branches for joints, velocities and bones, joined into one stream.
//!
//! Names, shapes and widths are those of the published files (JustinXu0/EfficientGCN_paddle, converted from the
//! authors'), so that published weights load to the same function. The graph lies in the file.

mod attention;
mod branches;
mod config;
mod sandglass;
mod spatial;

use burn::tensor::{Device, Tensor};
pub use config::EfficientGcnConfig;

use self::attention::Attention;
use self::branches::{BRANCHES, branches};
use self::config::{MAIN, STEM, WIDTHS};
use self::sandglass::Sandglass;
use self::spatial::Spatial;
use super::ends::Head;
use super::fold::{Affine, five_taps, tensor};
use crate::error::{Error, Result};
use crate::kernel::temporal_conv;
use crate::skeleton::LayoutId;
use crate::weights::state::State;

/// The published reader lays a clip into a buffer of 300 frames, and the network reads the first 288 of them.
const BUFFER: usize = 300;
const READ: usize = 288;

/// A frozen EfficientGCN-B0. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct EfficientGcn {
    branches: Vec<Branch>,
    main: [(Spatial, Sandglass, Attention); MAIN.len()],
    head: Head,
}

/// Six channels to the last of [`WIDTHS`]. Its blocks have no layer in time but the stem's.
#[derive(Clone, Debug)]
struct Branch {
    /// (1, 1, 1, 6)
    scale: Tensor<4>,
    shift: Tensor<4>,
    stem: Spatial,
    /// (9, C, C): the published five taps between zeros.
    temporal: Tensor<3>,
    temporal_bias: Tensor<1>,
    blocks: [(Spatial, Attention); WIDTHS.len()],
}

impl EfficientGcn {
    /// Builds the network from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing or has a wrong shape; another skeleton than NTU RGB+D's.
    pub fn new(config: &EfficientGcnConfig, state: &State, device: &Device) -> Result<Self> {
        if config.layout != LayoutId::Ntu {
            let cause = "EfficientGCN is published for NTU RGB+D's 25 joints only: its bones need that tree";
            return Err(Error::weights(cause));
        }
        let v = config.layout.layout().len();
        let branch = |i: usize| Branch::new(state, &format!("input_branches.{i}"), v, device);
        let block = |i: usize, c: usize, out: usize| -> Result<_> {
            let key = |name: &str| format!("main_stream.block-{i}_{name}");
            Ok((
                Spatial::new(state, &key("scn"), v, [c, out], device)?,
                Sandglass::new(state, &key("tcn-0"), out, device)?,
                Attention::new(state, &key("att"), out, device)?,
            ))
        };
        Ok(Self {
            branches: (0..BRANCHES).map(branch).collect::<Result<_>>()?,
            main: [block(0, BRANCHES * WIDTHS[1], MAIN[0])?, block(1, MAIN[0], MAIN[1])?],
            head: Head::read(state, "classifier.fc", [config.classes, MAIN[1]], 3, device)?,
        })
    }

    /// Its last layer.
    pub(super) fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    /// The scores of each class.
    ///
    /// # Shapes
    /// - x: (N, 3, T, 25, M), metres; of the published buffer of 300 frames the first 288 are read
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        self.scores(self.inputs(x).to_vec())
    }

    /// What enters each branch: joints, velocities, bones.
    ///
    /// # Shapes
    /// - x: (N, 3, T, 25, M)
    /// - each of the three: (N, 6, T, 25, M)
    pub fn inputs(&self, x: Tensor<5>) -> [Tensor<5>; 3] {
        let t = x.dims()[2];
        branches(if (READ + 1..=BUFFER).contains(&t) { x.narrow(2, 0, READ) } else { x })
    }

    /// The scores of each class from what enters each branch.
    ///
    /// # Shapes
    /// - inputs: three times (N, 6, T, 25, M)
    /// - result: (N, classes), before the softmax
    pub fn scores(&self, inputs: Vec<Tensor<5>>) -> Tensor<2> {
        let people = inputs.first().map_or(1, |x| x.dims()[4]);
        let joined = self.branches.iter().zip(inputs).map(|(branch, x)| branch.forward(x)).collect();
        let x = self.main.iter().fold(Tensor::cat(joined, 3), |x, (spatial, sandglass, attention)| {
            attention.forward(sandglass.forward(spatial.forward(x)))
        });
        self.head.forward(x, people)
    }
}

impl Branch {
    fn new(state: &State, key: &str, v: usize, device: &Device) -> Result<Self> {
        let norm = Affine::read(state, &format!("{key}.init_bn"), 6)?;
        let (temporal, temporal_bias) =
            five_taps(state, &format!("{key}.stem_tcn.conv"), &format!("{key}.stem_tcn.bn"), STEM, device)?;
        let block = |i: usize, c: usize, out: usize| -> Result<_> {
            let spatial = Spatial::new(state, &format!("{key}.block-{i}_scn"), v, [c, out], device)?;
            Ok((spatial, Attention::new(state, &format!("{key}.block-{i}_att"), out, device)?))
        };
        Ok(Self {
            scale: tensor(norm.scale, [1, 1, 1, 6], device),
            shift: tensor(norm.shift, [1, 1, 1, 6], device),
            stem: Spatial::new(state, &format!("{key}.stem_scn"), v, [6, STEM], device)?,
            temporal,
            temporal_bias,
            blocks: [block(0, STEM, WIDTHS[0])?, block(1, WIDTHS[0], WIDTHS[1])?],
        })
    }

    /// (N, 6, T, V, M) to (N M, T, V, C).
    fn forward(&self, x: Tensor<5>) -> Tensor<4> {
        let [n, c, t, v, m] = x.dims();
        let x = x.permute([0, 4, 2, 3, 1]).reshape([n * m, t, v, c]);
        let x = self.stem.forward(x * self.scale.clone() + self.shift.clone());
        let y = temporal_conv(x.clone(), self.temporal.clone(), self.temporal_bias.clone(), 1);
        let x = burn::tensor::activation::silu(y + x);
        self.blocks.iter().fold(x, |x, (spatial, attention)| attention.forward(spatial.forward(x)))
    }
}
