//! The matrix product written for WebAssembly, through the operations that use it, compared with Burn's own.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor};
use ciasa::engine::parity::{read, relative_l2};
use ciasa::kernel::{TAPS, rows, temporal_conv};
use wasm_bindgen_test::*;

/// Random values on a device.
fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

/// The values, and the gradient with respect to `x` of their sum with a different weight for each.
async fn answers(x: &Tensor<4>, f: impl Fn(Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 2] {
    let y = f(x.clone());
    let count = y.shape().num_elements();
    let weigh: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7).sin()).collect();
    let weigh = Tensor::<1>::from_floats(weigh.as_slice(), &x.device()).reshape(y.dims());
    let gradient = x.grad(&(y.clone() * weigh).sum().backward()).unwrap();
    [read(y.inner()).await.unwrap(), read(gradient).await.unwrap()]
}

async fn close(x: Tensor<4>, ours: impl Fn(Tensor<4>) -> Tensor<4>, stock: impl Fn(Tensor<4>) -> Tensor<4>) {
    let (ours, stock) = (answers(&x, ours).await, answers(&x, stock).await);
    for (ours, stock) in ours.iter().zip(&stock) {
        let error = relative_l2(ours, stock);
        assert!(error < 1e-5, "relative L2 {error:.1e}");
    }
}

/// Row counts that leave one to three rows beside the tiles or exceed a cache block; column counts that fill tiles, and
/// others.
#[wasm_bindgen_test]
async fn the_product_over_the_channels_agrees_with_the_stock_one() {
    let device = Device::flex().autodiff();
    for [t, v, c, out] in [[1, 1, 1, 8], [3, 7, 5, 16], [11, 5, 300, 24], [2, 3, 8, 9], [40, 25, 64, 64], [1, 2, 16, 3]]
    {
        let (x, w) = (random([1, t, v, c], &device).require_grad(), random([c, out], &device.clone().inner()));
        let tracked = Tensor::from_inner(w.clone());
        let stock = |x: Tensor<4>| x.reshape([t * v, c]).matmul(tracked.clone()).reshape([1, t, v, out]);
        close(x, |x| rows(x, w.clone()), stock).await;
    }
}

#[wasm_bindgen_test]
async fn the_temporal_convolution_agrees_with_the_stock_one() {
    let device = Device::flex().autodiff();
    for [t, v, c, out, stride] in [[9, 3, 8, 8, 1], [12, 5, 16, 24, 2], [7, 2, 5, 8, 1], [5, 3, 8, 6, 2]] {
        let x = random([1, t, v, c], &device).require_grad();
        let (w, b) = (random([TAPS, c, out], &device.clone().inner()), random([out], &device.clone().inner()));
        let (tracked, shift) = (Tensor::from_inner(w.clone()), Tensor::from_inner(b.clone()));
        let stock = |x: Tensor<4>| {
            let weight = Tensor::<3>::clone(&tracked).permute([2, 1, 0]).unsqueeze_dim(3);
            let options = ConvOptions::new([stride, 1], [TAPS / 2, 0], [1, 1], 1);
            conv2d(x.permute([0, 3, 1, 2]), weight, Some(Tensor::<1>::clone(&shift)), options).permute([0, 2, 3, 1])
        };
        close(x, |x| temporal_conv(x, w.clone(), b.clone(), stride), stock).await;
    }
}
