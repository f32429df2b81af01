//! Is the GPU right, and is it faster? One forward and one gradient to the input, beside the CPU's.
//!
//! Presence of an adapter proves neither: kernels that compute wrong numbers have been seen in the wild, and a weak GPU
//! loses against SIMD on the CPU. So numbers and times are compared before the first attack.

use burn::tensor::module::{conv2d, linear};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, activation::relu};

use super::messages::Parity;
use crate::error::{Error, Result};

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
    let clip = TensorData::new(made(shape.iter().product(), 0.5, 0.0), shape);
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

/// Checks a GPU with [`fixed`], before any model is there.
///
/// # Errors
/// A device error where one of them does not answer.
pub async fn check_fixed(gpu: &Device) -> Result<Parity> {
    let cpu = Device::flex();
    check(&|x| fixed(x, gpu), gpu, &|x| fixed(x, &cpu), FIXED_SHAPE).await
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

/// (N, C, T, V, M) of [`fixed`]'s clip: so small that an emulated GPU answers at once.
pub const FIXED_SHAPE: [usize; 5] = [1, 3, 8, 20, 1];

/// A small network of the operations that ST-GCN is made of, with made weights: 1x1 convolution, product with an
/// adjacency, 9x1 convolution with stride 2, ReLU, mean, linear layer. (N, C, T, V, M) -> (N, 4)
pub fn fixed(x: Tensor<5>, device: &Device) -> Tensor<2> {
    const WIDTH: usize = 16;
    let [n, c, t, v, m] = x.dims();
    let weight = |count: usize, shape: [usize; 4], phase| {
        Tensor::<4>::from_data(TensorData::new(made(count, 0.4, phase), shape), device)
    };
    let x = x.permute([0, 4, 1, 2, 3]).reshape([n * m, c, t, v]);
    let x = conv2d(x, weight(WIDTH * c, [WIDTH, c, 1, 1], 1.0), None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1));
    let x = relu(x.matmul(weight(v * v, [1, 1, v, v], 2.0)));
    let temporal = weight(WIDTH * WIDTH * 9, [WIDTH, WIDTH, 9, 1], 3.0);
    let x = relu(conv2d(x, temporal, None, ConvOptions::new([2, 1], [4, 0], [1, 1], 1)));
    let pooled = x.mean_dim(3).mean_dim(2).reshape([n * m, WIDTH]);
    let last = Tensor::<2>::from_data(TensorData::new(made(WIDTH * 4, 0.4, 4.0), [WIDTH, 4]), device);
    linear(pooled, last, None).reshape([n as i64, m as i64, 4]).mean_dim(1).reshape([n, 4])
}

/// Numbers that look random and are the same everywhere.
fn made(count: usize, scale: f32, phase: f32) -> Vec<f32> {
    (0..count).map(|i| scale * (1.7 * i as f32 + phase).sin()).collect()
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
