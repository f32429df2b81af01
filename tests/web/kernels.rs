//! The kernels on WebGPU: values and input gradients, compared with the CPU's.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::engine::device::ActiveDevice;
use ciasa::engine::messages::DeviceChoice;
use ciasa::engine::parity::{self, SMALL_SHAPE, read, relative_l2};
use ciasa::kernel::{
    Kernels, TAPS, biased_rows, graph_product, launches, product, rows, temporal_block, temporal_conv,
};
use wasm_bindgen_test::*;

/// Numbers of both signs, the same on all devices.
fn made<const D: usize>(shape: [usize; D], stream: f32, device: &Device) -> Tensor<D> {
    let count = shape.iter().product();
    let data: Vec<f32> = (0..count).map(|i| ((i as f32 * 0.731 + stream) * 1.7).sin()).collect();
    Tensor::from_data(TensorData::new(data, shape), device)
}

/// The values, and the gradient of their weighted sum with respect to x.
async fn answer(device: &Device, shape: [usize; 4], f: &dyn Fn(Tensor<4>, &Device) -> Tensor<4>) -> [Vec<f32>; 2] {
    let x = made(shape, 0.3, &device.clone().autodiff()).require_grad();
    let y = f(x.clone(), device);
    let weigh = made(y.dims(), 0.9, device);
    let mut grads = (y.clone() * Tensor::from_inner(weigh)).sum().backward();
    let gradient = x.grad_remove(&mut grads).unwrap();
    [read(y.inner()).await.unwrap(), read(gradient).await.unwrap()]
}

async fn agree(gpu: &Device, name: &str, shape: [usize; 4], f: impl Fn(Tensor<4>, &Device) -> Tensor<4>) {
    let cpu = answer(&Device::flex(), shape, &f).await;
    for kernels in [Kernels::Hardware, Kernels::Emulated] {
        kernels.choose();
        let gpu = answer(gpu, shape, &f).await;
        let distances = [0, 1].map(|i| relative_l2(&gpu[i], &cpu[i]));
        assert!(distances.iter().all(|d| *d < 1e-4), "{name} {kernels:?} {shape:?}: {distances:?}");
    }
}

async fn gpu() -> ActiveDevice {
    ciasa::engine::start();
    ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap()
}

#[wasm_bindgen_test]
async fn temporal_convolutions_agree_with_the_cpu() {
    let gpu = gpu().await;
    for (n, t, v, c, out, stride) in [
        (1, 1, 18, 3, 60, 1),
        (2, 8, 25, 8, 12, 1),
        (1, 7, 20, 12, 8, 2),
        (2, 5, 31, 3, 7, 2),
        (1, 1, 25, 4, 64, 2),
        (3, 6, 2, 5, 9, 3),
        // With fewer products: whole tiles and not, one and several, and more rows than a unit has.
        (1, 9, 3, 32, 48, 1),
        (2, 40, 5, 48, 32, 1),
        (1, 17, 4, 32, 32, 2),
        (2, 50, 3, 48, 32, 2),
    ] {
        agree(&gpu.device, "temporal_conv", [n, t, v, c], |x, device| {
            let weight = made([TAPS, c, out], 0.1, device);
            temporal_conv(x, weight, made([out], 0.5, device), stride)
        })
        .await;
    }
    gpu.check().unwrap();
}

#[wasm_bindgen_test]
async fn products_over_the_channels_agree_with_the_cpu() {
    let gpu = gpu().await;
    for (n, t, v, c, out) in [(1, 1, 18, 9, 64), (2, 3, 25, 64, 60), (1, 8, 20, 3, 5), (2, 2, 31, 24, 132)] {
        agree(&gpu.device, "rows", [n, t, v, c], |x, device| rows(x, made([c, out], 0.1, device))).await;
    }
    gpu.check().unwrap();
}

/// Bias, residual and ReLU in one pass; the residual gets its gradient, too.
#[wasm_bindgen_test]
async fn blocks_agree_with_the_cpu() {
    let gpu = gpu().await;
    for (n, t, v, c, out, stride) in
        [(2, 5, 25, 8, 8, 1), (1, 8, 18, 5, 5, 1), (1, 7, 20, 8, 12, 2), (2, 1, 31, 3, 4, 2), (1, 20, 7, 32, 32, 1)]
    {
        agree(&gpu.device, "block", [n, t, v, c], |x, device| {
            let residual = if c == out {
                x.clone()
            } else {
                biased_rows(x.clone(), made([c, out], 0.2, device), made([1, 1, 1, out], 0.6, device), stride, false)
            };
            let y = biased_rows(x, made([c, c], 0.3, device), made([1, 1, v, c], 0.4, device), 1, true);
            temporal_block(y, made([TAPS, c, out], 0.1, device), made([out], 0.5, device), stride, Some(residual))
        })
        .await;
    }
    gpu.check().unwrap();
}

#[wasm_bindgen_test]
async fn graph_products_agree_with_the_cpu() {
    let gpu = gpu().await;
    for (n, t, v, c) in [(1, 1, 18, 3), (2, 5, 25, 8), (1, 8, 20, 64), (3, 3, 31, 6)] {
        agree(&gpu.device, "graph_product", [n, t, v, c], |x, device| {
            let a: Tensor<3> = made([3, v, v], 0.1, device);
            let edges = a.clone().greater_elem(0.7).float();
            graph_product(x, a * edges)
        })
        .await;
    }
    gpu.check().unwrap();
}

/// By a constant that is repeated, by itself turned, and of matrices that fill no tile.
#[wasm_bindgen_test]
async fn products_of_matrices_agree_with_the_cpu() {
    let gpu = gpu().await;
    for (n, t, v, c) in [(1, 1, 1, 1), (2, 3, 5, 7), (1, 8, 20, 4), (2, 1, 25, 33)] {
        agree(&gpu.device, "products", [n, t, v, c], |x, device| {
            let tracked = |constant: Tensor<4>| Tensor::from_inner(constant);
            let mixed = product(tracked(made([1, t, 3, v], 0.1, device)), x.clone());
            let turned = product(x.clone(), tracked(made([n, 1, 6, c], 0.5, device)).transpose());
            product(mixed, product(x.clone().transpose(), turned))
                + product(x.clone(), x.transpose()).sum_dim(3).sum_dim(2)
        })
        .await;
    }
    gpu.check().unwrap();
}

/// Inputs and constants whose memory order differs from their shape.
#[wasm_bindgen_test]
async fn strided_views_are_read_correctly() {
    let gpu = gpu().await;
    agree(&gpu.device, "views", [2, 8, 6, 5], |x, device| {
        let x = x.permute([0, 2, 1, 3]);
        let weight = made([TAPS, 8, 5], 0.1, device).permute([0, 2, 1]);
        temporal_conv(x, weight, made([8], 0.5, device), 1)
    })
    .await;
    agree(&gpu.device, "views in tiles", [1, 3, 12, 32], |x, device| {
        let x = x.permute([0, 2, 1, 3]);
        let weight = made([TAPS, 48, 32], 0.1, device).permute([0, 2, 1]);
        temporal_conv(x, weight, made([48], 0.5, device), 1)
    })
    .await;
}

/// Fewer products take four launches, for the weights, both transforms and the products; taps take one.
#[wasm_bindgen_test]
async fn an_emulated_gpu_takes_fewer_products_for_whole_tiles() {
    let gpu = gpu().await;
    for (kernels, frames, channels, expected) in [
        (Kernels::Emulated, 9, 32, 4),
        (Kernels::Emulated, 8, 32, 1),
        (Kernels::Emulated, 9, 16, 1),
        (Kernels::Hardware, 9, 32, 1),
    ] {
        kernels.choose();
        let x = made([1, frames, 3, channels], 0.3, &gpu.device);
        let weight = made([TAPS, channels, channels], 0.1, &gpu.device);
        let before = launches();
        let _ = temporal_conv(x, weight, made([channels], 0.5, &gpu.device), 1);
        assert_eq!(launches() - before, expected, "{kernels:?}, {frames} frames, {channels} channels");
    }
    gpu.check().unwrap();
}

/// Launches of our kernels in a forward pass and a gradient of the self-check's network.
async fn launched_on(device: &Device) -> u64 {
    let network = parity::small(device).unwrap();
    let before = launches();
    parity::answer(&|x| network.forward(x), SMALL_SHAPE, device).await.unwrap();
    launches() - before
}

#[wasm_bindgen_test]
async fn a_network_on_a_gpu_computes_with_the_kernels() {
    let gpu = gpu().await;
    // Two blocks of a graph product, a spatial and a temporal convolution, the second with a projection, and the last
    // layer; forward and back.
    assert_eq!(launched_on(&gpu.device).await, 2 * (3 + 4 + 1));
    assert_eq!(launched_on(&Device::flex()).await, 0);
    Kernels::Stock.choose();
    assert_eq!(launched_on(&gpu.device).await, 0);
    // Starting a device chooses its kernels again.
    assert_eq!(launched_on(&ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap().device).await, 2 * (3 + 4 + 1));
}
