//! The kernels against the reference, composed of Burn's own operations: values and all gradients.

#![allow(clippy::unwrap_used)]

use burn::tensor::{Device, Distribution, Tensor, TensorData, Tolerance};

use super::*;

fn close<const D: usize>(a: Tensor<D>, b: Tensor<D>) {
    a.into_data().assert_approx_eq::<f32>(&b.into_data(), Tolerance::rel_abs(1e-4, 1e-4));
}

#[test]
fn temporal_convolution_agrees_with_the_stock_one() {
    let device = Device::flex().autodiff();
    device.seed(3);
    for (n, t, v, c, out, stride) in [
        (1, 1, 2, 3, 4, 1),
        (2, 16, 5, 8, 12, 1),
        (3, 9, 4, 6, 8, 2),
        (1, 3, 2, 5, 3, 1),
        (2, 12, 3, 4, 4, 2),
        (1, 11, 2, 3, 2, 3),
    ] {
        let random = |shape: &[usize]| {
            Tensor::<1>::random([shape.iter().product::<usize>()], Distribution::Normal(0.0, 1.0), &device)
        };
        let x = random(&[n, t, v, c]).reshape([n, t, v, c]).require_grad();
        let w = random(&[TAPS, c, out]).reshape([TAPS, c, out]).require_grad();
        let b = random(&[out]).require_grad();
        let weigh = random(&[n, t.div_ceil(stride), v, out]).reshape([n, t.div_ceil(stride), v, out]);
        let run = |f: fn(Tensor<4>, Tensor<3>, Tensor<1>, usize) -> Tensor<4>| {
            let y = f(x.clone(), w.clone(), b.clone(), stride);
            let grads = (y.clone() * weigh.clone()).sum().backward();
            (y.inner(), x.grad(&grads).unwrap(), w.grad(&grads).unwrap(), b.grad(&grads).unwrap())
        };
        let stock = run(reference::temporal_conv);
        for f in [temporal_conv, reference::by_taps] {
            let answers = run(f);
            close(answers.0, stock.0.clone());
            close(answers.1, stock.1.clone());
            close(answers.2, stock.2.clone());
            close(answers.3, stock.3.clone());
        }
    }
}

/// Sets the weights to zero where a value is so near zero that rounding decides its sign.
fn decided(weigh: Tensor<4>, y: &Tensor<4>) -> Tensor<4> {
    weigh * Tensor::from_inner(y.clone().inner().abs().greater_elem(1e-3).float())
}

/// A random tensor without a gradient, as frozen weights are.
fn frozen<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Device::flex())
}

#[test]
fn the_end_of_a_frozen_block_in_one_pass_agrees_with_the_stock_operations() {
    Device::flex().seed(7);
    // The last shapes are cut into several tasks.
    for (n, t, v, c, out, stride) in
        [(1, 1, 2, 3, 4, 1), (2, 9, 4, 6, 8, 2), (1, 11, 2, 3, 2, 3), (1, 45, 50, 8, 128, 1), (1, 91, 50, 8, 128, 2)]
    {
        let (w, b) = (frozen([TAPS, c, out]), frozen([out]));
        let x = Tensor::from_inner(frozen([n, t, v, c])).require_grad();
        let residual = Tensor::from_inner(frozen([n, t.div_ceil(stride), v, out])).require_grad();
        let weigh = Tensor::from_inner(frozen([n, t.div_ceil(stride), v, out]));
        let sum = |residual: Option<Tensor<4>>| {
            let (w, b) = (Tensor::from_inner(w.clone()), Tensor::from_inner(b.clone()));
            let y = reference::temporal_conv(x.clone(), w, b, stride);
            residual.map_or(y.clone(), |residual| y + residual)
        };
        let run = |f: &dyn Fn(Tensor<4>, Option<Tensor<4>>) -> Tensor<4>, residual: Option<&Tensor<4>>| {
            let y = f(x.clone(), residual.cloned());
            let weigh = decided(weigh.clone(), &sum(residual.cloned()));
            let grads = (y.clone() * weigh).sum().backward();
            (y.inner(), x.grad(&grads).unwrap(), residual.map(|p| p.grad(&grads).unwrap()))
        };
        let kernel = |x, residual| temporal_block(x, w.clone(), b.clone(), stride, residual);
        let stock = |_, residual| relu_of(sum(residual));
        for residual in [None, Some(&residual)] {
            let (kernel, stock) = (run(&kernel, residual), run(&stock, residual));
            close(kernel.0, stock.0);
            close(kernel.1, stock.1);
            assert_eq!(kernel.2.is_some(), stock.2.is_some());
            kernel.2.zip(stock.2).into_iter().for_each(|(a, b)| close(a, b));
        }
    }
}

#[test]
fn a_frozen_product_with_its_bias_agrees_with_the_stock_operations() {
    Device::flex().seed(8);
    for (n, t, v, c, out, stride, joints) in [
        (1, 4, 5, 8, 16, 1, true),
        (3, 7, 2, 5, 3, 2, false),
        (1, 60, 50, 4, 128, 1, false),
        (1, 61, 50, 4, 128, 2, true),
    ] {
        let (w, b) = (frozen([c, out]), frozen([1, 1, if joints { v } else { 1 }, out]));
        let x = Tensor::from_inner(frozen([n, t, v, c])).require_grad();
        let weigh = Tensor::from_inner(frozen([n, t.div_ceil(stride), v, out]));
        for with_relu in [false, true] {
            let sum = || {
                let w = Tensor::from_inner(w.clone());
                reference::rows(strided(x.clone(), stride), w) + Tensor::from_inner(b.clone())
            };
            let run = |y: Tensor<4>| {
                let grads = (y.clone() * decided(weigh.clone(), &sum())).sum().backward();
                (y.inner(), x.grad(&grads).unwrap())
            };
            let kernel = run(biased_rows(x.clone(), w.clone(), b.clone(), stride, with_relu));
            let stock = run(if with_relu { relu_of(sum()) } else { sum() });
            close(kernel.0, stock.0);
            close(kernel.1, stock.1);
        }
    }
}

#[test]
fn the_start_of_a_frozen_block_in_one_pass_agrees_with_the_stock_operations() {
    Device::flex().seed(9);
    // Pieces and tasks end within a clip; the bias is one for all joints, or one per joint.
    for (n, t, v, c, out, biases) in
        [(1, 1, 2, 3, 4, 1), (2, 17, 5, 3, 8, 5), (1, 45, 25, 4, 128, 25), (3, 33, 4, 6, 8, 4)]
    {
        let k = 3;
        let x = Tensor::from_inner(frozen([n, t, v, c])).require_grad();
        let dense: Tensor<3> = frozen([k, v, v]);
        // The last subset reaches one joint only, the second one none.
        let reached = (0..k * v * v).map(|i| f32::from(u8::from(i < v * v || i >= 2 * v * v && i % v == 1)));
        let reached = Tensor::from_data(TensorData::new(reached.collect::<Vec<_>>(), [k, v, v]), &Device::flex());
        let a = dense.clone() * dense.greater_elem(0.3).float() * reached;
        let (w, b) = (frozen([k * c, out]), frozen([1, 1, biases, out]));
        let weigh = Tensor::from_inner(frozen([n, t, v, out]));
        let sum = || {
            let [a, w, b] = [a.clone().unsqueeze::<4>(), w.clone().unsqueeze(), b.clone()].map(Tensor::from_inner);
            reference::rows(reference::graph_product(x.clone(), a.squeeze_dim(0)), w.squeeze_dims(&[0, 1])) + b
        };
        let run = |y: Tensor<4>| {
            let grads = (y.clone() * decided(weigh.clone(), &sum())).sum().backward();
            (y.inner(), x.grad(&grads).unwrap())
        };
        let kernel = run(spatial_block(x.clone(), a.clone(), w.clone(), b.clone()));
        let stock = run(relu_of(sum()));
        close(kernel.0, stock.0);
        close(kernel.1, stock.1);
    }
}

#[test]
fn graph_product_agrees_with_the_dense_one() {
    let device = Device::flex().autodiff();
    device.seed(4);
    let (n, t, v, c, k) = (2, 40, 5, 11, 3);
    let x = Tensor::<4>::random([n, t, v, c], Distribution::Normal(0.0, 1.0), &device).require_grad();
    let dense = Tensor::<3>::random([k, v, v], Distribution::Normal(0.0, 1.0), &device.clone().inner());
    let mask = dense.clone().greater_elem(0.3).float();
    let a = Tensor::from_inner(dense * mask.clone()).require_grad();
    let weigh = Tensor::<4>::random([n, t, v, k * c], Distribution::Normal(0.0, 1.0), &device);
    let run = |f: fn(Tensor<4>, Tensor<3>) -> Tensor<4>| {
        let y = f(x.clone(), a.clone());
        let grads = (y.clone() * weigh.clone()).sum().backward();
        (y.inner(), x.grad(&grads).unwrap(), a.grad(&grads).unwrap())
    };
    let (kernel, stock) = (run(graph_product), run(reference::graph_product));
    close(kernel.0, stock.0);
    close(kernel.1, stock.1);
    // Without an edge the kernel's gradient is zero.
    close(kernel.2, stock.2 * mask);
}

#[test]
fn the_temporal_shift_agrees_with_the_stock_one() {
    let device = Device::flex().autodiff();
    device.seed(6);
    let offsets = [0.0, 0.5, -0.25, 3.0, -7.75, 40.0, 1.999];
    for (n, t, v, stride) in [(1, 1_usize, 2, 1), (2, 12, 3, 1), (2, 12, 3, 2), (1, 9, 2, 2), (1, 11, 2, 3)] {
        let x = Tensor::<4>::random([n, t, v, 7], Distribution::Normal(0.0, 1.0), &device).require_grad();
        let weigh = Tensor::<4>::random([n, t.div_ceil(stride), v, 7], Distribution::Normal(0.0, 1.0), &device);
        let run = |f: fn(Tensor<4>, &[f32], usize) -> Tensor<4>| {
            let y = f(x.clone(), &offsets, stride);
            let grads = (y.clone() * weigh.clone()).sum().backward();
            (y.inner(), x.grad(&grads).unwrap())
        };
        let (kernel, stock) = (run(temporal_shift), run(reference::temporal_shift));
        close(kernel.0, stock.0);
        close(kernel.1, stock.1);
    }
}

#[test]
fn a_shift_by_half_a_frame_by_hand() {
    let x = Tensor::<1>::from_floats([1.0, 3.0, 7.0], &Device::flex()).reshape([1, 3, 1, 1]);
    let of =
        |offset: f32, stride| temporal_shift(x.clone(), &[offset], stride).into_data().try_to_vec::<f32>().unwrap();
    assert_eq!(of(0.5, 1), [2.0, 5.0, 3.5]);
    assert_eq!(of(-1.25, 1), [0.0, 0.75, 2.5]);
    assert_eq!(of(0.5, 2), [2.0, 3.5]);
}

#[test]
fn normalisation_agrees_with_the_composed_one() {
    let device = Device::flex().autodiff();
    device.seed(5);
    for relu in [false, true] {
        let x = Tensor::<4>::random([3, 40, 7, 6], Distribution::Normal(0.4, 2.0), &device).require_grad();
        let gamma = Tensor::<1>::random([6], Distribution::Uniform(0.5, 1.5), &device).require_grad();
        let beta = Tensor::<1>::random([6], Distribution::Normal(0.0, 1.0), &device).require_grad();
        let weigh = Tensor::<4>::random([3, 40, 7, 6], Distribution::Normal(0.0, 1.0), &device);
        let run = |f: fn(Tensor<4>, Tensor<1>, Tensor<1>, bool) -> (Tensor<4>, Tensor<2>)| {
            let (y, stats) = f(x.clone(), gamma.clone(), beta.clone(), relu);
            let grads = (y.clone() * weigh.clone()).sum().backward();
            (y.inner(), stats, x.grad(&grads).unwrap(), gamma.grad(&grads).unwrap(), beta.grad(&grads).unwrap())
        };
        let (kernel, stock) = (run(norm_train), run(reference::norm_train));
        close(kernel.0, stock.0);
        close(kernel.1, stock.1);
        close(kernel.2, stock.2);
        close(kernel.3, stock.3);
        close(kernel.4, stock.4);
    }
}
