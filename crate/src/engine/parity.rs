//! Is the GPU right, and is it faster? One forward and one gradient to the input, beside the CPU's.
//!
//! Presence of an adapter proves neither: kernels that compute wrong numbers have been seen in the wild, and a weak GPU
//! loses against SIMD on the CPU. So numbers and times are compared before the first attack.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_pcg::Pcg32;

use super::messages::Parity;
use crate::error::{Error, Result};
use crate::model::stgcn::{StGcn, StGcnConfig};
use crate::skeleton::LayoutId;
use crate::weights::State;

/// Bound of both relative L2 distances. A right GPU is near 1e-6; a ReLU that flips its sign by rounding moves a
/// gradient by up to 6e-3; a wrong kernel is off by whole numbers.
pub const TOLERANCE: f32 = 1e-2;

/// What one device answered.
pub struct Answer {
    /// (classes)
    pub logits: Vec<f32>,
    /// Gradient of the logits' alternating sum to the clip, in the clip's order.
    pub gradient: Vec<f32>,
    /// Milliseconds from the upload to the read gradient.
    pub ms: f64,
}

/// Runs a network forward and backward on a made clip of shape (N, C, T, V, M).
///
/// # Errors
/// A device error where the device fails to answer.
pub async fn answer(network: &dyn Fn(Tensor<5>) -> Tensor<2>, shape: [usize; 5], device: &Device) -> Result<Answer> {
    let start = now();
    let clip = TensorData::new(made(shape.iter().product(), 0.5, 1000), shape);
    let x = Tensor::<5>::from_data(clip, &device.clone().autodiff()).require_grad();
    let logits = network(x.clone());
    // An alternating sum, and not a cross-entropy: its gradient cannot vanish where the network is sure.
    let [n, classes] = logits.dims();
    let signs: Vec<f32> = (0..n * classes).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let signs = Tensor::<2>::from_data(TensorData::new(signs, [n, classes]), device);
    let mut gradients = (logits.clone() * signs).sum().backward();
    let gradient = x.grad_remove(&mut gradients).ok_or_else(|| Error::device("the device gave no gradient"))?;
    let gradient = read(gradient).await?;
    let ms = now() - start;
    Ok(Answer { logits: read(logits.inner()).await?, gradient, ms })
}

/// The GPU's answer beside the CPU's.
pub fn compare(gpu: &Answer, cpu: &Answer) -> Parity {
    let (logits, gradient) = (relative_l2(&gpu.logits, &cpu.logits), relative_l2(&gpu.gradient, &cpu.gradient));
    let ok = logits <= TOLERANCE && gradient <= TOLERANCE;
    Parity { logits, gradient, tolerance: TOLERANCE, ok, gpu_ms: gpu.ms, cpu_ms: cpu.ms }
}

/// Checks a GPU with [`small`], before any model is there.
///
/// # Errors
/// A device error where one of them does not answer.
pub async fn check_small(gpu: &Device) -> Result<Parity> {
    let (on_gpu, on_cpu) = (small(gpu)?, small(&Device::flex())?);
    check(&|x| on_gpu.forward(x), gpu, &|x| on_cpu.forward(x), SMALL_SHAPE).await
}

/// Compares the same network on the GPU and on the CPU.
///
/// # Errors
/// A device error where one of them does not answer.
pub async fn check(
    on_gpu: &dyn Fn(Tensor<5>) -> Tensor<2>,
    gpu: &Device,
    on_cpu: &dyn Fn(Tensor<5>) -> Tensor<2>,
    shape: [usize; 5],
) -> Result<Parity> {
    // The first run compiles the shaders; only the second one tells the time.
    answer(on_gpu, shape, gpu).await?;
    let candidate = answer(on_gpu, shape, gpu).await?;
    let reference = answer(on_cpu, shape, &Device::flex()).await?;
    Ok(compare(&candidate, &reference))
}

/// (N, C, T, V, M) of a clip for [`small`]: so little that an emulated GPU answers at once.
pub const SMALL_SHAPE: [usize; 5] = [1, 3, 8, 20, 1];

/// A narrow ST-GCN of two blocks and four classes, with made weights: the kernels of the real one.
///
/// # Errors
/// None that can happen: the made weights fit.
pub fn small(device: &Device) -> Result<StGcn> {
    let config = StGcnConfig { layout: LayoutId::KinectV1, classes: 4, blocks: vec![(16, 1), (24, 2)] };
    StGcn::new(&config, &made_weights(&config), device)
}

/// Weights that say nothing, of the size that training starts from, the same everywhere.
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

/// Numbers in -scale..scale.
pub(super) fn made(count: usize, scale: f32, stream: u64) -> Vec<f32> {
    let mut rng = Pcg32::new(1, stream);
    (0..count).map(|_| rng.random_range(-scale..scale)).collect()
}

/// |a - b| / |b|; infinite where they cannot be compared (a NaN too).
pub fn relative_l2(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return f32::INFINITY;
    }
    let difference: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let norm: f64 = b.iter().map(|b| f64::from(*b).powi(2)).sum();
    let relative = (difference.sqrt() / norm.sqrt().max(f64::MIN_POSITIVE)) as f32;
    if relative.is_nan() { f32::INFINITY } else { relative }
}

/// Reads a tensor back, the only way that works in the browser.
///
/// # Errors
/// A device error where the device was lost.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
    data.try_into_vec::<f32>().map_err(|e| Error::device(e.to_string()))
}

/// Milliseconds since some moment.
pub fn now() -> f64 {
    let performance = super::adapter::get(&js_sys::global(), "performance");
    let now = super::adapter::get(&performance, "now");
    let call = wasm_bindgen::JsCast::dyn_into::<js_sys::Function>(now).ok().and_then(|f| f.call0(&performance).ok());
    call.and_then(|ms| ms.as_f64()).unwrap_or_else(js_sys::Date::now)
}
