//! Building blocks of the trainable networks: normalisation, projections, dropout, random weights, export.

use burn::module::{Module, Param, RunningState};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

use crate::error::{Error, Result};
use crate::kernel::{norm_train, rows, strided};
use crate::weights::State;

/// Weight of each batch in the running statistics.
const MOMENTUM: f64 = 0.1;

/// All that a training pass needs besides the weights.
pub(super) struct Pass<'a> {
    /// The constants of the skeleton.
    pub graph: &'a Fixed,
    /// Share of activations dropped after each temporal convolution, 0 to 1.
    pub dropout: f64,
    /// Generator of the dropout masks.
    pub rng: Pcg64Mcg,
}

/// Constants of a network that the skeleton decides.
pub(super) struct Fixed {
    /// (K, V, V)
    pub adjacency: Tensor<3>,
    /// Parent of each joint, (V), for the bone stream.
    pub parents: Option<Tensor<1, Int>>,
}

impl Pass<'_> {
    /// Drops activations and scales up the others to the same mean. The masks come from the pass's own generator, not
    /// from the device's, which other code draws from too.
    pub fn dropout(&mut self, x: Tensor<4>) -> Tensor<4> {
        if self.dropout == 0.0 {
            return x;
        }
        let shape = x.dims();
        let (kept, below) = ((1.0 / (1.0 - self.dropout)) as f32, (self.dropout * 2f64.powi(32)) as u32);
        let draw = |_| if self.rng.random::<u32>() < below { 0.0 } else { kept };
        let mask: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
        let mask = Tensor::from_data(TensorData::new(mask, shape), &x.device());
        x * mask
    }
}

/// Batch normalisation of the channels.
#[derive(Module, Debug)]
pub(super) struct Norm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    mean: RunningState<Tensor<1>>,
    var: RunningState<Tensor<1>>,
}

impl Norm {
    pub fn new(c: usize, start: &Start<'_>) -> Self {
        Self {
            gamma: start.constant([c], 1.0),
            beta: start.constant([c], 0.0),
            mean: RunningState::new(Tensor::zeros([c], start.device)),
            var: RunningState::new(Tensor::ones([c], start.device)),
        }
    }

    /// Normalises (N, T, V, C) with the batch's statistics and updates the running ones; then a ReLU with `relu`.
    pub fn forward(&self, x: Tensor<4>, relu: bool) -> Tensor<4> {
        let [n, t, v, c] = x.dims();
        let (y, stats) = norm_train(x, self.gamma.val(), self.beta.val(), relu);
        let rows = (n * t * v) as f64;
        let blend = |running: &RunningState<Tensor<1>>, row: usize, factor: f64| {
            let new = stats.clone().narrow(0, row, 1).reshape([c]).mul_scalar(factor * MOMENTUM);
            running.update(Tensor::from_inner(running.value_sync().inner().mul_scalar(1.0 - MOMENTUM) + new));
        };
        blend(&self.mean, 0, 1.0);
        // The running variance is unbiased, as in the published networks.
        blend(&self.var, 1, rows / (rows - 1.0).max(1.0));
        y
    }

    pub fn export(&self, key: &str, state: &mut State) {
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

    /// The inverse of [`Norm::export`].
    pub fn import(&mut self, key: &str, state: &State) -> Result<()> {
        set(&mut self.gamma, |t| get(state, &format!("{key}.weight"), t.dims(), &t.device()))?;
        set(&mut self.beta, |t| get(state, &format!("{key}.bias"), t.dims(), &t.device()))?;
        for (name, running) in [("running_mean", &mut self.mean), ("running_var", &mut self.var)] {
            let old = running.value_sync();
            *running = RunningState::new(get(state, &format!("{key}.{name}"), old.dims(), &old.device())?);
        }
        Ok(())
    }
}

/// A 1x1 convolution with a normalisation after it.
#[derive(Module, Debug)]
pub(super) struct Projection {
    weight: Param<Tensor<2>>,
    norm: Norm,
}

impl Projection {
    pub fn new(c: usize, out: usize, start: &mut Start<'_>) -> Self {
        Self { weight: start.normal([c, out], c), norm: Norm::new(out, start) }
    }

    pub fn forward(&self, x: Tensor<4>, stride: usize) -> Tensor<4> {
        self.norm.forward(rows(strided(x, stride), self.weight.val()), false)
    }

    pub fn export(&self, conv: &str, norm: &str, state: &mut State) {
        let [c, out] = self.weight.val().dims();
        put(state, format!("{conv}.weight"), self.weight.val().transpose().reshape([out, c, 1, 1]));
        no_bias(state, conv, out);
        self.norm.export(norm, state);
    }

    /// The inverse of [`Projection::export`].
    pub fn import(&mut self, conv: &str, norm: &str, state: &State) -> Result<()> {
        set(&mut self.weight, |t| {
            let [c, out] = t.dims();
            has_no_bias(state, conv, out)?;
            let weight = get(state, &format!("{conv}.weight"), [out, c, 1, 1], &t.device())?;
            Ok(weight.reshape([out, c]).transpose())
        })?;
        self.norm.import(norm, state)
    }
}

/// Makes new weights from a generator of their own, so that the seed alone decides them.
pub(super) struct Start<'a> {
    pub device: &'a Device,
    pub rng: Pcg64Mcg,
}

impl Start<'_> {
    /// Random weights that keep the scale of activations through a ReLU (He et al. 2015).
    pub fn normal<const D: usize>(&mut self, shape: [usize; D], fan_in: usize) -> Param<Tensor<D>> {
        let deviation = (2.0 / fan_in as f32).sqrt();
        let draw = |_| -> f32 { deviation * Distribution::<f32>::sample(&StandardNormal, &mut self.rng) };
        let values: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
        Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), self.device))
    }

    /// Weights with one value.
    pub fn constant<const D: usize>(&self, shape: [usize; D], value: f32) -> Param<Tensor<D>> {
        Param::from_tensor(Tensor::full(shape, value, self.device))
    }
}

/// Stores a temporal convolution, (9, C, C'), in the published order, (C', C, 9, 1).
pub(super) fn put_temporal(state: &mut State, key: &str, weight: Tensor<3>) {
    let [taps, c, out] = weight.dims();
    put(state, format!("{key}.weight"), weight.permute([2, 1, 0]).reshape([out, c, taps, 1]));
    no_bias(state, key, out);
}

/// Stores a bias of zeros: before a normalisation it has no effect.
pub(super) fn no_bias(state: &mut State, key: &str, out: usize) {
    state.insert(format!("{key}.bias"), &[out], vec![0.0; out]);
}

/// Stores a tensor.
pub(super) fn put<const D: usize>(state: &mut State, key: String, tensor: Tensor<D>) {
    let shape = tensor.dims();
    let data = tensor.into_data().try_into_vec::<f32>().unwrap_or_default();
    state.insert(key, &shape, data);
}

/// Changes a weight. Its value so far gives shape and device.
pub(super) fn set<const D: usize>(
    param: &mut Param<Tensor<D>>,
    new: impl FnOnce(Tensor<D>) -> Result<Tensor<D>>,
) -> Result<()> {
    let new = new(param.val())?;
    // Burn's `map` would leave a weight that does not learn.
    *param = param.clone().transform_for_load(new.detach(), param.id);
    Ok(())
}

/// Reads an array of this shape.
///
/// # Errors
/// Names the key where it is missing, has another shape, or holds a value that is not finite.
pub(super) fn get<const D: usize>(state: &State, key: &str, shape: [usize; D], device: &Device) -> Result<Tensor<D>> {
    Ok(Tensor::from_data(TensorData::new(state.get(key, &shape)?.to_vec(), shape), device))
}

/// The inverse of [`put_temporal`], with the shape that the trainable weight has.
pub(super) fn get_temporal(state: &State, key: &str, old: &Tensor<3>) -> Result<Tensor<3>> {
    let [taps, c, out] = old.dims();
    has_no_bias(state, key, out)?;
    let weight = get(state, &format!("{key}.weight"), [out, c, taps, 1], &old.device())?;
    Ok(weight.reshape([out, c, taps]).permute([2, 1, 0]))
}

/// Checks the inverse of [`no_bias`]: the trainable networks have no bias there.
pub(super) fn has_no_bias(state: &State, key: &str, out: usize) -> Result<()> {
    let key = format!("{key}.bias");
    match state.get(&key, &[out])?.iter().all(|v| *v == 0.0) {
        true => Ok(()),
        false => {
            let cause = "is not 0; a training starts from weights that `ciasa train` made";
            Err(Error::weights(cause).at(format!("{key:?}")))
        }
    }
}
