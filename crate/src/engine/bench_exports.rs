//! Calls for `npm run bench` only, which compares this engine with others.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use super::handle::{Engine, Thrown};
use super::messages::thrown;
use super::parity::{made, now, read};
use crate::error::{Error, Result};
#[cfg(feature = "gpu")]
use crate::kernel::Kernels;
use crate::kernel::{self, rows};
use crate::model::clip_tensor;

/// Switches fused multiply-add on the CPU on or off, if the browser has it.
#[wasm_bindgen]
pub fn fuse(wanted: bool) {
    kernel::fuse(wanted);
}

#[cfg(feature = "gpu")]
#[wasm_bindgen]
impl Engine {
    /// Which kernels GPUs compute with: "hardware", "emulated" or "stock". A start chooses by the GPU.
    ///
    /// # Errors
    /// A config error for any other word.
    #[wasm_bindgen(js_name = chooseKernels)]
    pub fn choose_kernels(&self, kernels: &str) -> Thrown<()> {
        let kernels =
            Kernels::named(kernels).ok_or_else(|| Error::config("unknown").at(format!("kernels {kernels:?}")));
        kernels.map_err(|e| thrown(&e)).map(Kernels::choose)
    }
}

#[wasm_bindgen]
impl Engine {
    /// The logits of a clip, (classes), and the gradient of their cross-entropy to a class with respect to the clip,
    /// (T, M, V, C), as `{ logits, gradient }`.
    ///
    /// # Errors
    /// A format error for a bad clip, a config error for a class out of range, a device error.
    pub async fn gradient(&self, clip: JsValue, class: usize) -> Thrown<JsValue> {
        let answer = self.logits_and_gradient(&clip, class).await;
        let (logits, gradient) = self.with_device_error(answer).await.map_err(|e| thrown(&e))?;
        let value = js_sys::Object::new();
        for (key, numbers) in [("logits", logits), ("gradient", gradient)] {
            js_sys::Reflect::set(&value, &key.into(), &Float32Array::from(numbers.as_slice()))?;
        }
        Ok(value.into())
    }

    /// Milliseconds of a matrix product of `n` x `n` by the kernel of the networks: the mean of `count` in a row, each
    /// of the product before. It bounds what anything else can reach on the device.
    ///
    /// # Errors
    /// A config error for arguments out of range, a device error.
    #[wasm_bindgen(js_name = matrixProduct)]
    pub async fn matrix_product(&self, n: usize, count: usize) -> Thrown<f64> {
        let measured = self.product(n, count).await;
        self.with_device_error(measured).await.map_err(|e| thrown(&e))
    }
}

impl Engine {
    async fn logits_and_gradient(&self, clip: &JsValue, class: usize) -> Result<(Vec<f32>, Vec<f32>)> {
        let (model, clip) = self.model_and_clip(clip)?;
        if class >= model.entry.classes.len() {
            return Err(Error::config(format!(
                "{class} is out of range; the model has {} classes",
                model.entry.classes.len()
            ))
            .at("class"));
        }
        let x = clip_tensor(&clip, &model.device().clone().autodiff()).require_grad();
        let logits = model.logits(x.clone());
        let loss = log_softmax(logits.clone(), 1).narrow(1, class, 1).sum().neg();
        let gradient =
            x.grad_remove(&mut loss.backward()).ok_or_else(|| Error::device("the backward pass gave no gradient"))?;
        let [_, c, t, v, m] = gradient.dims();
        let gradient = gradient.permute([0, 2, 4, 3, 1]).reshape([t * m * v * c]);
        Ok((read(logits.inner()).await?, read(gradient).await?))
    }

    async fn product(&self, n: usize, count: usize) -> Result<f64> {
        if !(1..=4096).contains(&n) || count == 0 {
            return Err(Error::config("n must be from 1 to 4096, and count at least 1"));
        }
        let device = self.device();
        // With this scale the values neither grow nor vanish from one product to the next.
        let scale = (3.0 / n as f32).sqrt();
        let matrix = |stream| Tensor::<2>::from_data(TensorData::new(made(n * n, scale, stream), [n, n]), &device);
        let (a, b) = (matrix(1), matrix(2));
        // Both are on the device before the clock starts.
        read((a.clone() + b.clone()).slice([0..1, 0..1])).await?;
        let start = now();
        // One row per frame: the threads share a clip's frames.
        let product = (0..count).fold(a.reshape([1, n, 1, n]), |product, _| rows(product, b.clone()));
        read(product.slice([0..1, 0..1, 0..1, 0..1])).await?;
        Ok((now() - start) / count as f64)
    }
}
