//! The same operations composed of Burn's own: for tracked weights on GPUs, for operations without a kernel there, and
//! as the reference that tests compare the kernels with. Shapes are those of the parent module's functions of the same
//! names.

use burn::tensor::activation::relu as relu_of;
#[cfg(any(test, not(feature = "stock")))]
use burn::tensor::s;
use burn::tensor::{Tensor, TensorData};
#[cfg(feature = "stock")]
use burn::tensor::{module::conv2d, ops::ConvOptions};

use super::cpu::norm::EPSILON;
use super::cpu::shape::TAPS;
use super::cpu::shift::split;
use super::product::product;

#[cfg(feature = "stock")]
pub(super) fn temporal_conv(x: Tensor<4>, weight: Tensor<3>, bias: Tensor<1>, stride: usize) -> Tensor<4> {
    // (N, T, V, C) -> (N, C, T, V); (9, C, C') -> (C', C, 9, 1)
    let x = x.permute([0, 3, 1, 2]);
    let weight = weight.permute([2, 1, 0]).unsqueeze_dim(3);
    let options = ConvOptions::new([stride, 1], [TAPS / 2, 0], [1, 1], 1);
    conv2d(x, weight, Some(bias), options).permute([0, 2, 3, 1])
}

/// Without Burn's convolution, which the page has no use for: a product for each tap.
#[cfg(not(feature = "stock"))]
pub(super) use by_taps as temporal_conv;

#[cfg(any(test, not(feature = "stock")))]
pub(super) fn by_taps(x: Tensor<4>, weight: Tensor<3>, bias: Tensor<1>, stride: usize) -> Tensor<4> {
    let [n, t, v, c] = x.dims();
    let edge = Tensor::zeros([n, TAPS / 2, v, c], &x.device());
    let x = Tensor::cat(vec![edge.clone(), x, edge], 1);
    (0..TAPS).fold(bias.unsqueeze(), |sum, tap| {
        let read = x.clone().slice(s![.., tap as isize..(tap + t) as isize;stride as isize, .., ..]);
        sum + rows(read, weight.clone().narrow(0, tap, 1).squeeze_dim(0))
    })
}

pub(super) fn rows(x: Tensor<4>, weight: Tensor<2>) -> Tensor<4> {
    let [n, t, v, c] = x.dims();
    let out = weight.dims()[1];
    product(x.reshape([n * t * v, c]), weight).reshape([n, t, v, out])
}

pub(super) fn graph_product(x: Tensor<4>, a: Tensor<3>) -> Tensor<4> {
    let [n, t, v, c] = x.dims();
    let k = a.dims()[0];
    // (K, V, W) -> (1, W K, V): the result's order of rows
    let a = a.permute([2, 0, 1]).reshape([1, v * k, v]);
    product(a, x.reshape([n * t, v, c])).reshape([n, t, v, k * c])
}

/// Multiplies each channel by a small matrix (T', T).
pub(super) fn temporal_shift(x: Tensor<4>, offsets: &[f32], stride: usize) -> Tensor<4> {
    let [_, t, _, c] = x.dims();
    let out = t.div_ceil(stride);
    let mut weights = vec![0.0; c * out * t];
    for (channel, (whole, share)) in split(offsets).enumerate() {
        for i in 0..out {
            for (distance, weight) in [(whole, 1.0 - share), (whole + 1, share)] {
                let frame = usize::try_from((i * stride) as i64 + distance).ok().filter(|frame| *frame < t);
                if let Some(frame) = frame {
                    weights[(channel * out + i) * t + frame] = weight;
                }
            }
        }
    }
    let weights = Tensor::<4>::from_data(TensorData::new(weights, [1, c, out, t]), &x.device());
    product(weights, x.permute([0, 3, 1, 2])).permute([0, 2, 3, 1])
}

pub(super) fn norm_train(x: Tensor<4>, gamma: Tensor<1>, beta: Tensor<1>, relu: bool) -> (Tensor<4>, Tensor<2>) {
    let [n, t, v, c] = x.dims();
    let rows = x.reshape([n * t * v, c]);
    let mean = rows.clone().mean_dim(0);
    let centred = rows - mean.clone();
    let var = centred.clone().square().mean_dim(0);
    let y = centred * gamma.unsqueeze() / var.clone().add_scalar(EPSILON).sqrt() + beta.unsqueeze();
    let y = if relu { relu_of(y) } else { y };
    (y.reshape([n, t, v, c]), Tensor::cat(vec![mean.inner(), var.inner()], 0))
}
