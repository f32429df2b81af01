//! Is the GPU faster than the CPU? The operation that a step spends its time in, a few times in a row on each.
//!
//! Whoever computes slowly is found out by one or two of them, and the answer of a fast GPU, which takes a few milliseconds
//! whatever was asked, is spread over as many as a step has.

use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::adapter::after;
use super::device::Gpu;
use super::messages::thrown;
use super::parity::{made, now, read};
use crate::error::{Error, Result};
use crate::kernel::{TAPS, temporal_conv};

/// (N, T, V, C): what comes into a block of the published ST-GCN, with 64 frames.
const SHAPE: [usize; 4] = [1, 64, 25, 64];
/// That block's convolution is 0.118 GFLOP; a step of the attack, 7.3, is as much work as about so many of them.
const MOST: usize = 64;
/// Milliseconds that tell enough.
const CLEAR: f64 = 50.0;
/// Milliseconds that the GPU may take in all, its shader's compilation among them.
const PATIENCE: f64 = 2000.0;

/// Milliseconds of temporal convolutions in a row, from the launch until the result is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// How many in a row.
    pub count: usize,
    /// On the GPU, where it has answered in time.
    pub gpu: Option<f64>,
    /// On the CPU.
    pub cpu: f64,
}

impl Probe {
    /// Has the GPU been faster?
    pub fn prefers_gpu(self) -> bool {
        self.gpu.is_some_and(|gpu| gpu < self.cpu)
    }

    /// Both times, for the user. `gpu` is its name.
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

/// Measures both devices with twice as many convolutions each time, until the result is clear. The GPU is not waited for
/// beyond its time; the CPU's own is not counted.
///
/// # Errors
/// A device error where one of them fails.
pub async fn probe(device: &Device, gpu: &Rc<Gpu>) -> Result<Probe> {
    let (on_cpu, on_gpu) = (Chain::on(&Device::flex()), Chain::on(device));
    // The first run of each compiles and warms up.
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

/// Milliseconds, or none where the GPU has not answered in what is left of its time.
async fn answered(chain: &Chain, count: usize, gpu: &Rc<Gpu>, left: &mut f64) -> Result<Option<f64>> {
    let start = now();
    // The GPU must not be destroyed under its computation, so that holds it, also when nobody waits any more.
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

/// Convolutions, each of the one before.
#[derive(Clone)]
struct Chain {
    x: Tensor<4>,
    weight: Tensor<3>,
    bias: Tensor<1>,
}

impl Chain {
    fn on(device: &Device) -> Self {
        let [.., c] = SHAPE;
        // Of this size the values neither grow nor vanish from one to the next.
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
