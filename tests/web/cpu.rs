//! The CPU's products in a browser: with and without fused multiply-add, with constant and with tracked weights.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::engine::parity::{read, relative_l2};
use ciasa::kernel::{self, TAPS, biased_rows, spatial_block, temporal_block, temporal_conv};
use wasm_bindgen_test::*;

fn made<const D: usize>(shape: [usize; D], stream: f32) -> Tensor<D> {
    let data: Vec<f32> = (0..shape.iter().product()).map(|i| ((i as f32 * 0.731 + stream) * 1.7).sin()).collect();
    Tensor::from_data(TensorData::new(data, shape), &Device::flex())
}

/// The values, and the gradient of their weighted sum with respect to x.
async fn answer(shape: [usize; 4], f: &dyn Fn(Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 2] {
    let x = Tensor::from_inner(made(shape, 0.3)).require_grad();
    let y = f(x.clone());
    let weigh = Tensor::from_inner(made(y.dims(), 0.9));
    let gradient = x.grad_remove(&mut (y.clone() * weigh).sum().backward()).unwrap();
    [read(y.inner()).await.unwrap(), read(gradient).await.unwrap()]
}

#[wasm_bindgen_test]
async fn fused_and_separate_multiply_add_agree() {
    ciasa::engine::start();
    kernel::fuse(true);
    assert!(kernel::fused(), "this browser has the instruction");
    // Odd numbers of rows; numbers of columns for both implementations of the product.
    for (t, v, c, out, stride) in [(1_usize, 1, 16, 16, 1), (7, 5, 32, 48, 1), (9, 3, 16, 64, 2), (5, 3, 7, 11, 1)] {
        let (w, b, residual) =
            (made([TAPS, c, out], 0.1), made([out], 0.5), made([1, t.div_ceil(stride), v, out], 0.7));
        let block = |x| temporal_block(x, w.clone(), b.clone(), stride, Some(Tensor::from_inner(residual.clone())));
        let rows = |x| biased_rows(x, made([c, out], 0.2), made([1, 1, v, out], 0.4), stride, false);
        let spatial = |x| spatial_block(x, made([3, v, v], 0.6), made([3 * c, out], 0.2), made([1, 1, 1, out], 0.4));
        for (name, f) in [("temporal", &block as &dyn Fn(_) -> _), ("rows", &rows), ("spatial", &spatial)] {
            kernel::fuse(true);
            let fused = answer([1, t, v, c], f).await;
            kernel::fuse(false);
            let separate = answer([1, t, v, c], f).await;
            kernel::fuse(true);
            let distances = [0, 1].map(|i| relative_l2(&fused[i], &separate[i]));
            assert!(distances.iter().all(|d| *d < 1e-5), "{name} {t} {v} {c} {out} {stride}: {distances:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_weight_is_never_mistaken_for_an_earlier_one_at_its_address() {
    ciasa::engine::start();
    let shape = [1, 6, 4, 16];
    for stream in 0..20 {
        // The weight of the round before is dropped, so its address may be reused.
        let weight = || made([TAPS, 16, 32], stream as f32);
        let bias = made([32], 0.5);
        let w = weight();
        let kept = |x| temporal_block(x, w.clone(), bias.clone(), 1, None);
        let (first, again) = (answer(shape, &kept).await, answer(shape, &kept).await);
        // Tracked weights are packed anew each time.
        let tracked = |x| {
            let w = Tensor::from_inner(weight()).require_grad();
            burn::tensor::activation::relu(temporal_conv(x, w, Tensor::from_inner(bias.clone()), 1))
        };
        let right = answer(shape, &tracked).await;
        assert_eq!(first, again);
        assert_eq!(first, right, "round {stream}");
    }
}
