//! The parity check: one forward pass and one input gradient on the GPU, compared with the CPU in values and time.
//!
//! An adapter alone proves nothing: some GPUs compute wrong values, and a weak GPU is slower than SIMD on the CPU. So
//! values and times are compared before the first attack.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_pcg::Pcg32;

use super::messages::Parity;
use crate::error::{Error, Result};
use crate::model::stgcn::{StGcn, StGcnConfig};
use crate::skeleton::LayoutId;
use crate::weights::State;

/// The bound of both relative L2 distances. A correct GPU is near 1e-6; a ReLU input that changes its sign by rounding
/// moves a gradient by up to 6e-3; a wrong kernel is off by far more than 1.
pub const TOLERANCE: f32 = 1e-2;

/// One device's answer.
pub struct Answer {
    /// (classes)
    pub logits: Vec<f32>,
    /// The gradient of the logits' alternating sum with respect to the clip, in the clip's order.
    pub gradient: Vec<f32>,
    /// Milliseconds from the upload until the gradient is read back.
    pub ms: f64,
}

/// Runs a network forward and backward on a made clip of shape (N, C, T, V, M).
///
/// # Errors
/// A device error if the device fails.
pub async fn answer(network: &dyn Fn(Tensor<5>) -> Tensor<2>, shape: [usize; 5], device: &Device) -> Result<Answer> {
    let start = now();
    let clip = TensorData::new(made(shape.iter().product(), 0.5, 1000), shape);
    let x = Tensor::<5>::from_data(clip, &device.clone().autodiff()).require_grad();
    let logits = network(x.clone());
    // An alternating sum, because a cross-entropy has no gradient if the network is certain.
    let [n, classes] = logits.dims();
    let signs: Vec<f32> = (0..n * classes).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let signs = Tensor::<2>::from_data(TensorData::new(signs, [n, classes]), device);
    let mut gradients = (logits.clone() * signs).sum().backward();
    let gradient = x.grad_remove(&mut gradients).ok_or_else(|| Error::device("the backward pass gave no gradient"))?;
    let gradient = read(gradient).await?;
    let ms = now() - start;
    Ok(Answer { logits: read(logits.inner()).await?, gradient, ms })
}

/// Compares the GPU's answer with the CPU's.
pub fn compare(gpu: &Answer, cpu: &Answer) -> Parity {
    let (logits, gradient) = (relative_l2(&gpu.logits, &cpu.logits), relative_l2(&gpu.gradient, &cpu.gradient));
    let ok = logits <= TOLERANCE && gradient <= TOLERANCE;
    Parity { logits, gradient, tolerance: TOLERANCE, ok, gpu_ms: gpu.ms, cpu_ms: cpu.ms }
}

/// Checks a GPU on the network of [`small`], before a model is loaded.
///
/// # Errors
/// A device error if one of them fails.
pub async fn check_small(gpu: &Device) -> Result<Parity> {
    let (on_gpu, on_cpu) = (small(gpu)?, small(&Device::flex())?);
    check(&|x| on_gpu.forward(x), gpu, &|x| on_cpu.forward(x), SMALL_SHAPE).await
}

/// Compares the same network on the GPU and on the CPU.
///
/// # Errors
/// A device error if one of them fails.
pub async fn check(
    on_gpu: &dyn Fn(Tensor<5>) -> Tensor<2>,
    gpu: &Device,
    on_cpu: &dyn Fn(Tensor<5>) -> Tensor<2>,
    shape: [usize; 5],
) -> Result<Parity> {
    // The first run compiles the shaders; the second one is timed.
    answer(on_gpu, shape, gpu).await?;
    let candidate = answer(on_gpu, shape, gpu).await?;
    let reference = answer(on_cpu, shape, &Device::flex()).await?;
    Ok(compare(&candidate, &reference))
}

/// The shape (N, C, T, V, M) of a clip for [`small`], small enough for an emulated GPU to answer at once.
pub const SMALL_SHAPE: [usize; 5] = [1, 3, 8, 20, 1];

/// A narrow ST-GCN of two blocks and four classes with [`made_weights`]. It runs the same kernels as a real one.
///
/// # Errors
/// A weights error, which cannot happen: the weights are made for it.
pub fn small(device: &Device) -> Result<StGcn> {
    let config = StGcnConfig { layout: LayoutId::KinectV1, classes: 4, blocks: vec![(16, 1), (24, 2)] };
    StGcn::new(&config, &made_weights(&config), device)
}

/// Meaningless weights, in the range of fresh ones, the same on every machine.
pub fn made_weights(config: &StGcnConfig) -> State {
    let mut state = State::new();
    for (i, (key, shape)) in config.keys().into_iter().enumerate() {
        let fan_in: usize = shape[1..].iter().product();
        let scale = if shape.len() > 1 { (6.0 / fan_in as f32).sqrt() } else { 0.1 };
        let norm = shape.len() == 1 && (key.ends_with(".weight") || key.ends_with("running_var"));
        let data = made(shape.iter().product(), scale, i as u64);
        state.insert(key, &shape, data.into_iter().map(|v| if norm { 1.0 + v } else { v }).collect());
    }
    state
}

/// Random numbers in -scale..scale, the same for the same `stream`.
pub(super) fn made(count: usize, scale: f32, stream: u64) -> Vec<f32> {
    let mut rng = Pcg32::new(1, stream);
    (0..count).map(|_| rng.random_range(-scale..scale)).collect()
}

/// |a - b| / |b|; infinite if the lengths differ or a value is NaN.
pub fn relative_l2(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return f32::INFINITY;
    }
    let difference: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let norm: f64 = b.iter().map(|b| f64::from(*b).powi(2)).sum();
    let relative = (difference.sqrt() / norm.sqrt().max(f64::MIN_POSITIVE)) as f32;
    if relative.is_nan() { f32::INFINITY } else { relative }
}

/// Reads a tensor back without blocking: a browser allows nothing else.
///
/// # Errors
/// A device error if the device is lost.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
    data.try_into_vec::<f32>().map_err(|e| Error::device(e.to_string()))
}

/// Milliseconds since a fixed moment.
pub fn now() -> f64 {
    let performance = super::adapter::get(&js_sys::global(), "performance");
    let now = super::adapter::get(&performance, "now");
    let call = wasm_bindgen::JsCast::dyn_into::<js_sys::Function>(now).ok().and_then(|f| f.call0(&performance).ok());
    call.and_then(|ms| ms.as_f64()).unwrap_or_else(js_sys::Date::now)
}
