//! Shift-GCN (Cheng et al. 2020), frozen: neighbours are mixed by moving channels between joints and between frames.
//!
//! Names and shapes are those of kchengiva/Shift-GCN.

use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::fold::{Affine, pointwise, tensor};
use super::stgcn::Residual;
use crate::error::{Error, Result};
use crate::kernel::{biased_rows, temporal_shift};
use crate::skeleton::LayoutId;
use crate::weights::state::State;

/// Channels and stride of the ten layers.
const LAYERS: [(usize, usize); 10] =
    [(64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)];

/// No shift in time is longer, in frames.
const FARTHEST: f32 = 1e5;

/// What a Shift-GCN looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftGcnConfig {
    /// The skeleton.
    pub layout: LayoutId,
    /// Number of classes.
    pub classes: usize,
    /// People: their joints are normalised as features of one sample.
    pub people: usize,
}

impl ShiftGcnConfig {
    /// The published names and shapes of all arrays (without batch counters and the shift along joints that is never used).
    pub fn keys(&self) -> Vec<(String, Vec<usize>)> {
        let layout = self.layout.layout();
        let v = layout.len();
        let mut keys = Vec::new();
        let norm = |keys: &mut Vec<_>, key: String, n: usize| {
            keys.extend(
                ["weight", "bias", "running_mean", "running_var"].map(|name| (format!("{key}.{name}"), vec![n])),
            );
        };
        let conv = |keys: &mut Vec<_>, key: String, out: usize, c: usize| {
            keys.push((format!("{key}.weight"), vec![out, c, 1, 1]));
            keys.push((format!("{key}.bias"), vec![out]));
        };
        norm(&mut keys, "data_bn".into(), self.people * v * layout.channels());
        let mut c = layout.channels();
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            let key = format!("l{}", i + 1);
            keys.push((format!("{key}.gcn1.Linear_weight"), vec![c, out]));
            keys.push((format!("{key}.gcn1.Linear_bias"), vec![1, 1, out]));
            keys.push((format!("{key}.gcn1.Feature_Mask"), vec![1, v, c]));
            keys.push((format!("{key}.gcn1.shift_in"), vec![v * c]));
            keys.push((format!("{key}.gcn1.shift_out"), vec![v * out]));
            norm(&mut keys, format!("{key}.gcn1.bn"), v * out);
            if c != out {
                conv(&mut keys, format!("{key}.gcn1.down.0"), out, c);
                norm(&mut keys, format!("{key}.gcn1.down.1"), out);
            }
            norm(&mut keys, format!("{key}.tcn1.bn"), out);
            norm(&mut keys, format!("{key}.tcn1.bn2"), out);
            keys.push((format!("{key}.tcn1.shift_in.ypos"), vec![out]));
            keys.push((format!("{key}.tcn1.shift_out.ypos"), vec![out]));
            conv(&mut keys, format!("{key}.tcn1.temporal_linear"), out, out);
            if residual(i, c, out, stride) == Residual::Projection {
                conv(&mut keys, format!("{key}.residual.conv"), out, c);
                norm(&mut keys, format!("{key}.residual.bn"), out);
            }
            c = out;
        }
        keys.push(("fc.weight".into(), vec![self.classes, c]));
        keys.push(("fc.bias".into(), vec![self.classes]));
        keys
    }
}

/// How layer `i` carries its input past its shifts.
fn residual(i: usize, c: usize, out: usize, stride: usize) -> Residual {
    match (i, c == out && stride == 1) {
        (0, _) => Residual::None,
        (_, true) => Residual::Identity,
        (_, false) => Residual::Projection,
    }
}

/// A frozen Shift-GCN. No weight is tracked: gradients flow to the input only.
#[derive(Clone, Debug)]
pub struct ShiftGcn {
    scale: Tensor<5>,
    shift: Tensor<5>,
    layers: Vec<Layer>,
    fc_weight: Tensor<2>,
    fc_bias: Tensor<2>,
}

#[derive(Clone, Debug)]
struct Layer {
    spatial: Spatial,
    temporal: Temporal,
    residual: Residual,
    projection: Option<(Tensor<2>, Tensor<4>)>,
    stride: usize,
}

#[derive(Clone, Debug)]
struct Spatial {
    shift_in: Tensor<1, Int>,
    shift_out: Tensor<1, Int>,
    /// (1, 1, V, C): tanh of the mask, plus one.
    mask: Tensor<4>,
    weight: Tensor<2>,
    bias: Tensor<4>,
    /// (1, 1, V, C'): the normalisation over joints and channels.
    scale: Tensor<4>,
    shift: Tensor<4>,
    down: Option<(Tensor<2>, Tensor<4>)>,
}

#[derive(Clone, Debug)]
struct Temporal {
    before: (Tensor<4>, Tensor<4>),
    offsets_in: Vec<f32>,
    weight: Tensor<2>,
    bias: Tensor<4>,
    offsets_out: Vec<f32>,
    after: (Tensor<4>, Tensor<4>),
}

impl ShiftGcn {
    /// Builds the network from a published state dict.
    ///
    /// # Errors
    /// Names the key that is missing, has another shape, or an index outside it.
    pub fn new(config: &ShiftGcnConfig, state: &State, device: &Device) -> Result<Self> {
        let layout = config.layout.layout();
        let (v, c, m) = (layout.len(), layout.channels(), config.people);
        let data = Affine::read(state, "data_bn", m * v * c)?;
        let mut layers = Vec::with_capacity(LAYERS.len());
        let mut inputs = c;
        for (i, &(out, stride)) in LAYERS.iter().enumerate() {
            layers.push(Layer::new(state, i, v, inputs, out, stride, device)?);
            inputs = out;
        }
        let fc = state.get("fc.weight", &[config.classes, inputs])?;
        Ok(Self {
            scale: tensor(data.scale, [1, m, 1, v, c], device),
            shift: tensor(data.shift, [1, m, 1, v, c], device),
            layers,
            fc_weight: tensor::<2>(fc.to_vec(), [config.classes, inputs], device).transpose(),
            fc_bias: tensor(state.get("fc.bias", &[config.classes])?.to_vec(), [1, config.classes], device),
        })
    }

    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, classes), before the softmax
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let [n, c, t, v, m] = x.dims();
        let x = x.permute([0, 4, 2, 3, 1]) * self.scale.clone() + self.shift.clone();
        let x = self.layers.iter().fold(x.reshape([n * m, t, v, c]), |x, layer| layer.forward(x));
        let [_, t, v, c] = x.dims();
        let pooled = x.reshape([n, m * t * v, c]).mean_dim(1).reshape([n, c]);
        pooled.matmul(self.fc_weight.clone()) + self.fc_bias.clone()
    }
}

impl Layer {
    fn new(state: &State, i: usize, v: usize, c: usize, out: usize, stride: usize, device: &Device) -> Result<Self> {
        let key = format!("l{}", i + 1);
        let residual = residual(i, c, out, stride);
        let projection = (residual == Residual::Projection)
            .then(|| pointwise(state, &format!("{key}.residual.conv"), &format!("{key}.residual.bn"), c, out, device))
            .transpose()?;
        Ok(Self {
            spatial: Spatial::new(state, &format!("{key}.gcn1"), v, c, out, device)?,
            temporal: Temporal::new(state, &format!("{key}.tcn1"), out, stride, device)?,
            residual,
            projection,
            stride,
        })
    }

    /// (N, T, V, C) to (N, T', V, C').
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.temporal.forward(self.spatial.forward(x.clone()), self.stride);
        relu(match (&self.residual, &self.projection) {
            (Residual::Identity, _) => y + x,
            (_, Some((weight, bias))) => y + biased_rows(x, weight.clone(), bias.clone(), self.stride, false),
            _ => y,
        })
    }
}

/// Indices into joints times channels.
fn indices(state: &State, key: &str, n: usize, device: &Device) -> Result<Tensor<1, Int>> {
    let values = state.get(key, &[n])?;
    if let Some(v) = values.iter().find(|v| !(0.0..n as f32).contains(*v) || v.fract() != 0.0) {
        return Err(Error::weights(format!("{v} is no index into {n} values")).at(format!("{key:?}")));
    }
    let values: Vec<i32> = values.iter().map(|v| *v as i32).collect();
    Ok(Tensor::from_data(TensorData::new(values, [n]), device))
}

/// Distances in time of a shift, frames. With a stride of 2 they are half a frame longer, as published.
fn offsets(state: &State, key: &str, c: usize, stride: usize) -> Result<Vec<f32>> {
    // The published shift could also move along the joints, and never does: it is trained with a distance of 1e-9.
    let across = format!("{key}.xpos");
    if state.contains(&across)
        && let Some(v) = state.get(&across, &[c])?.iter().find(|v| v.abs() > 1e-3)
    {
        return Err(
            Error::weights(format!("shifts by {v} along the joints, which is not known")).at(format!("{across:?}"))
        );
    }
    let key = format!("{key}.ypos");
    let along = state.get(&key, &[c])?;
    if let Some(v) = along.iter().find(|v| v.abs() > FARTHEST) {
        return Err(Error::weights(format!("{v} is no distance in frames")).at(format!("{key:?}")));
    }
    let half = if stride == 2 { 0.5 } else { 0.0 };
    Ok(along.iter().map(|v| v + half).collect())
}

impl Spatial {
    fn new(state: &State, key: &str, v: usize, c: usize, out: usize, device: &Device) -> Result<Self> {
        let mask = state.get(&format!("{key}.Feature_Mask"), &[1, v, c])?;
        let norm = Affine::read(state, &format!("{key}.bn"), v * out)?;
        let down = (c != out)
            .then(|| pointwise(state, &format!("{key}.down.0"), &format!("{key}.down.1"), c, out, device))
            .transpose()?;
        Ok(Self {
            shift_in: indices(state, &format!("{key}.shift_in"), v * c, device)?,
            shift_out: indices(state, &format!("{key}.shift_out"), v * out, device)?,
            mask: tensor(mask.iter().map(|m| m.tanh() + 1.0).collect(), [1, 1, v, c], device),
            weight: tensor(state.get(&format!("{key}.Linear_weight"), &[c, out])?.to_vec(), [c, out], device),
            bias: tensor(state.get(&format!("{key}.Linear_bias"), &[1, 1, out])?.to_vec(), [1, 1, 1, out], device),
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
        let y = moved(biased_rows(y, self.weight.clone(), self.bias.clone(), 1, false), &self.shift_out);
        let y = y * self.scale.clone() + self.shift.clone();
        relu(match &self.down {
            Some((weight, bias)) => y + biased_rows(x, weight.clone(), bias.clone(), 1, false),
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
        let weight = state.get(&format!("{key}.temporal_linear.weight"), &[c, c, 1, 1])?;
        let bias = state.get(&format!("{key}.temporal_linear.bias"), &[c])?;
        Ok(Self {
            before: norm("bn")?,
            offsets_in: offsets(state, &format!("{key}.shift_in"), c, 1)?,
            weight: tensor::<2>(weight.to_vec(), [c, c], device).transpose(),
            bias: tensor(bias.to_vec(), [1, 1, 1, c], device),
            offsets_out: offsets(state, &format!("{key}.shift_out"), c, stride)?,
            after: norm("bn2")?,
        })
    }

    fn forward(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        let y = x * self.before.0.clone() + self.before.1.clone();
        let y = biased_rows(temporal_shift(y, &self.offsets_in, 1), self.weight.clone(), self.bias.clone(), 1, true);
        let y = temporal_shift(y, &self.offsets_out, stride);
        y * self.after.0.clone() + self.after.1.clone()
    }
}
