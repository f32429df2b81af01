//! Shift-GCN (Cheng et al. 2020), frozen. Channels shift between joints and between frames, which mixes neighbours.
//!
//! Names and shapes are those of kchengiva/Shift-GCN.

use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::agcn::LAYERS;
use super::ends::{Head, InputNorm};
use super::fold::{Affine, Pointwise, tensor};
use super::keys::Keys;
use super::residual::{Residual, Shortcut};
use crate::error::{Error, Result};
use crate::kernel::temporal_shift;
use crate::skeleton::LayoutId;
use crate::weights::state::State;

/// Longest shift in time that is accepted, in frames.
const FARTHEST: f32 = 1e5;

/// Sizes of a Shift-GCN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftGcnConfig {
    /// The skeleton that it reads.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// M: the people of a clip, whose joints are normalised as features of one sample.
    pub people: usize,
}

impl ShiftGcnConfig {
    /// The published names and shapes of all arrays, without batch counters and the unused shift along joints.
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Keys::default();
        keys.norm("data_bn", self.people * v * layout.channels());
        let mut c = layout.channels();
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            let key = format!("l{}", i + 1);
            keys.array(format!("{key}.gcn1.Linear_weight"), &[c, out]);
            keys.array(format!("{key}.gcn1.Linear_bias"), &[1, 1, out]);
            keys.array(format!("{key}.gcn1.Feature_Mask"), &[1, v, c]);
            keys.array(format!("{key}.gcn1.shift_in"), &[v * c]);
            keys.array(format!("{key}.gcn1.shift_out"), &[v * out]);
            keys.norm(&format!("{key}.gcn1.bn"), v * out);
            if c != out {
                keys.conv(&format!("{key}.gcn1.down.0"), [c, out], 1);
                keys.norm(&format!("{key}.gcn1.down.1"), out);
            }
            keys.norm(&format!("{key}.tcn1.bn"), out);
            keys.norm(&format!("{key}.tcn1.bn2"), out);
            keys.array(format!("{key}.tcn1.shift_in.ypos"), &[out]);
            keys.array(format!("{key}.tcn1.shift_out.ypos"), &[out]);
            keys.conv(&format!("{key}.tcn1.temporal_linear"), [out, out], 1);
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

/// A frozen Shift-GCN. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct ShiftGcn {
    norm: InputNorm,
    layers: Vec<Layer>,
    head: Head,
}

#[derive(Clone, Debug)]
struct Layer {
    spatial: Spatial,
    temporal: Temporal,
    shortcut: Shortcut,
    stride: usize,
}

#[derive(Clone, Debug)]
struct Spatial {
    shift_in: Tensor<1, Int>,
    shift_out: Tensor<1, Int>,
    /// (1, 1, V, C): tanh of the mask, plus one.
    mask: Tensor<4>,
    linear: Pointwise,
    /// (1, 1, V, C'): the normalisation over joints and channels.
    scale: Tensor<4>,
    shift: Tensor<4>,
    down: Option<Pointwise>,
}

#[derive(Clone, Debug)]
struct Temporal {
    before: (Tensor<4>, Tensor<4>),
    offsets_in: Vec<f32>,
    linear: Pointwise,
    offsets_out: Vec<f32>,
    after: (Tensor<4>, Tensor<4>),
}

impl ShiftGcn {
    /// Builds the network from a state dict with the published names.
    ///
    /// # Errors
    /// A weights error that names a key which is missing, has a wrong shape, or holds an index out of range.
    pub fn new(config: &ShiftGcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c, m) = (layout.len(), layout.channels(), config.people);
        let norm = InputNorm::read(state, [m, v, c], device)?;
        let mut layers = Vec::with_capacity(LAYERS.len());
        let mut inputs = c;
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            layers.push(Layer::new(state, i, v, inputs, out, stride, device)?);
            inputs = out;
        }
        Ok(Self { norm, layers, head: Head::read(state, "fc", [config.classes, inputs], 0, device)? })
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
    fn new(state: &State, i: usize, v: usize, c: usize, out: usize, stride: usize, device: &Device) -> Result<Self> {
        let key = format!("l{}", i + 1);
        let projection = [&*format!("{key}.residual.conv"), &format!("{key}.residual.bn")];
        let residual = Residual::of(i, c, out, stride);
        let shortcut = Shortcut::read(state, residual, projection, [c, out], stride, device)?;
        Ok(Self {
            spatial: Spatial::new(state, &format!("{key}.gcn1"), v, c, out, device)?,
            temporal: Temporal::new(state, &format!("{key}.tcn1"), out, stride, device)?,
            shortcut,
            stride,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.temporal.forward(self.spatial.forward(x.clone()), self.stride);
        relu(match self.shortcut.forward(x) {
            Some(residual) => y + residual,
            None => y,
        })
    }
}

/// Reads indices into V C values.
fn indices(state: &State, key: &str, n: usize, device: &Device) -> Result<Tensor<1, Int>> {
    let values = state.get(key, &[n])?;
    if let Some(v) = values.iter().find(|v| !(0.0..n as f32).contains(*v) || v.fract() != 0.0) {
        return Err(Error::weights(format!("{v} is not an index into {n} values")).at(format!("{key:?}")));
    }
    let values: Vec<i32> = values.iter().map(|v| *v as i32).collect();
    Ok(Tensor::from_data(TensorData::new(values, [n]), device))
}

/// Reads the offsets of a shift in time, (C), in frames. With a stride of 2 half a frame is added, as published.
fn offsets(state: &State, key: &str, c: usize, stride: usize) -> Result<Vec<f32>> {
    // The published code can also shift along the joints, but its weights hold offsets of about 1e-9 there.
    let across = format!("{key}.xpos");
    if state.contains(&across)
        && let Some(v) = state.get(&across, &[c])?.iter().find(|v| v.abs() > 1e-3)
    {
        return Err(Error::weights(format!("shifts by {v} along the joints; only shifts in time are supported"))
            .at(format!("{across:?}")));
    }
    let key = format!("{key}.ypos");
    let along = state.get(&key, &[c])?;
    if let Some(v) = along.iter().find(|v| v.abs() > FARTHEST) {
        return Err(Error::weights(format!("{v} is not an offset in frames; offsets are at most {FARTHEST}"))
            .at(format!("{key:?}")));
    }
    let half = if stride == 2 { 0.5 } else { 0.0 };
    Ok(along.iter().map(|v| v + half).collect())
}

impl Spatial {
    fn new(state: &State, key: &str, v: usize, c: usize, out: usize, device: &Device) -> Result<Self> {
        let mask = state.get(&format!("{key}.Feature_Mask"), &[1, v, c])?;
        let norm = Affine::read(state, &format!("{key}.bn"), v * out)?;
        let down = (c != out)
            .then(|| {
                let [conv, norm] = ["down.0", "down.1"].map(|name| format!("{key}.{name}"));
                Pointwise::normalised(state, &conv, &norm, c, out, device)
            })
            .transpose()?;
        Ok(Self {
            shift_in: indices(state, &format!("{key}.shift_in"), v * c, device)?,
            shift_out: indices(state, &format!("{key}.shift_out"), v * out, device)?,
            mask: tensor(mask.iter().map(|m| m.tanh() + 1.0).collect(), [1, 1, v, c], device),
            linear: Pointwise::new(
                state.get(&format!("{key}.Linear_weight"), &[c, out])?.to_vec(),
                state.get(&format!("{key}.Linear_bias"), &[1, 1, out])?.to_vec(),
                c,
                device,
            ),
            scale: tensor(norm.scale, [1, 1, v, out], device),
            shift: tensor(norm.shift, [1, 1, v, out], device),
            down,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let moved = |x: Tensor<4>, index: &Tensor<1, Int>| {
            let [n, t, v, c] = x.dims();
            x.reshape([n * t, v * c]).select(1, index.clone()).reshape([n, t, v, c])
        };
        let y = moved(x.clone(), &self.shift_in) * self.mask.clone();
        let y = moved(self.linear.forward(y, 1), &self.shift_out);
        let y = y * self.scale.clone() + self.shift.clone();
        relu(match &self.down {
            Some(down) => y + down.forward(x, 1),
            None => y + x,
        })
    }
}

impl Temporal {
    fn new(state: &State, key: &str, c: usize, stride: usize, device: &Device) -> Result<Self> {
        let norm = |name: &str| -> Result<_> {
            let norm = Affine::read(state, &format!("{key}.{name}"), c)?;
            Ok((tensor(norm.scale, [1, 1, 1, c], device), tensor(norm.shift, [1, 1, 1, c], device)))
        };
        let linear = Pointwise::plain(state, &format!("{key}.temporal_linear"), c, c, device)?;
        Ok(Self {
            before: norm("bn")?,
            offsets_in: offsets(state, &format!("{key}.shift_in"), c, 1)?,
            linear,
            offsets_out: offsets(state, &format!("{key}.shift_out"), c, stride)?,
            after: norm("bn2")?,
        })
    }

    fn forward(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        let y = x * self.before.0.clone() + self.before.1.clone();
        let y = self.linear.forward_relu(temporal_shift(y, &self.offsets_in, 1));
        let y = temporal_shift(y, &self.offsets_out, stride);
        y * self.after.0.clone() + self.after.1.clone()
    }
}
