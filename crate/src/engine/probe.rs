//! The probe: whether the GPU is faster than the CPU at the operation that dominates a step, a temporal convolution.
//!
//! It runs several in a row. On a slow device one or two are enough for a clear result. A fast GPU needs a few
//! milliseconds per call however little it computes, so as many convolutions as a step has share that time.

use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::adapter::after;
use super::gpu::Gpu;
use super::messages::thrown;
use super::parity::{made, now, read};
use crate::error::{Error, Result};
use crate::kernel::{TAPS, temporal_conv};

/// (N, T, V, C) of the input of a block of the published ST-GCN, with 64 frames.
const SHAPE: [usize; 4] = [1, 64, 25, 64];
/// The most convolutions in a row: that block's takes 0.118 GFLOP, and a step of the attack, 7.3 GFLOP, about as many.
const MOST: usize = 64;
/// Milliseconds after which a result is clear.
const CLEAR: f64 = 50.0;
/// Milliseconds that the GPU may take in all, shader compilation included.
const PATIENCE: f64 = 2000.0;

/// Milliseconds of temporal convolutions in a row, from the launch until the result is read back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// How many in a row.
    pub count: usize,
    /// On the GPU; `None` if it has not answered in time.
    pub gpu: Option<f64>,
    /// On the CPU.
    pub cpu: f64,
}

impl Probe {
    /// Whether the GPU is faster.
    pub fn prefers_gpu(self) -> bool {
        self.gpu.is_some_and(|gpu| gpu < self.cpu)
    }

    /// Both times, for the user. `gpu` is the GPU's name.
    pub fn words(self, gpu: &str) -> String {
        let what = if self.count == 1 { "a convolution".into() } else { format!("{} convolutions", self.count) };
        let on_gpu = match self.gpu {
            Some(ms) => format!("{ms:.0} ms on the GPU ({gpu})"),
            None => format!("and no answer within {:.0} s from the GPU ({gpu})", PATIENCE / 1000.0),
        };
        format!("measured: {what} in {:.0} ms on the CPU, {on_gpu}", self.cpu)
    }

    fn is_clear(self) -> bool {
        self.gpu.is_none_or(|gpu| gpu.max(self.cpu) >= CLEAR) || self.count >= MOST
    }
}

/// Measures both devices with twice as many convolutions each time, until the result is clear or the GPU's time is used
/// up. The CPU's time does not count towards that.
///
/// # Errors
/// A device error if one of them fails.
pub async fn probe(device: &Device, gpu: &Rc<Gpu>) -> Result<Probe> {
    let (on_cpu, on_gpu) = (Chain::on(&Device::flex()), Chain::on(device));
    // The first run of each compiles shaders and fills caches.
    on_cpu.run(1).await?;
    let mut left = PATIENCE;
    let mut warm = answered(&on_gpu, 1, gpu, &mut left).await?;
    let mut count = 1;
    loop {
        let cpu = on_cpu.run(count).await?;
        if warm.is_some() {
            warm = answered(&on_gpu, count, gpu, &mut left).await?;
        }
        let probe = Probe { count, gpu: warm, cpu };
        if probe.is_clear() {
            return Ok(probe);
        }
        count *= 2;
    }
}

/// Milliseconds on the GPU; `None` if it has not answered in the time that is `left`.
async fn answered(chain: &Chain, count: usize, gpu: &Rc<Gpu>, left: &mut f64) -> Result<Option<f64>> {
    let start = now();
    // The GPU must not be destroyed during its computation, so the computation holds it, even after the timeout.
    let (chain, gpu) = (chain.clone(), Rc::clone(gpu));
    let answer = future_to_promise(async move {
        let ms = chain.run(count).await;
        drop(gpu);
        ms.map(JsValue::from_f64).map_err(|e| thrown(&e))
    });
    let first = Promise::race(&Array::of2(&answer, &after(left.max(0.0) as u32)));
    let first = JsFuture::from(first).await;
    *left -= now() - start;
    first.map(|ms| ms.as_f64()).map_err(|_| Error::device("the GPU did not compute a convolution"))
}

/// Convolutions, each of the result before.
#[derive(Clone)]
struct Chain {
    x: Tensor<4>,
    weight: Tensor<3>,
    bias: Tensor<1>,
}

impl Chain {
    fn on(device: &Device) -> Self {
        let [.., c] = SHAPE;
        // With this scale the values neither grow nor vanish from one convolution to the next.
        let scale = (3.0 / (TAPS * c) as f32).sqrt();
        let x = TensorData::new(made(SHAPE.iter().product(), 1.0, 2000), SHAPE);
        let weight = TensorData::new(made(TAPS * c * c, scale, 2001), [TAPS, c, c]);
        Self {
            x: Tensor::from_data(x, device),
            weight: Tensor::from_data(weight, device),
            bias: Tensor::zeros([c], device),
        }
    }

    /// Milliseconds of `count` in a row.
    async fn run(&self, count: usize) -> Result<f64> {
        let start = now();
        let conv = |x, _| temporal_conv(x, self.weight.clone(), self.bias.clone(), 1);
        read((0..count).fold(self.x.clone(), conv)).await?;
        Ok(now() - start)
    }
}
