//! Resampling of a clip to another number of frames. Differentiable.

use burn::tensor::{Device, Tensor, TensorData};

use crate::kernel::product;

/// Resamples to `frames` frames, each a weighted mean of the frames around its time.
pub(super) fn resample(x: Tensor<5>, frames: usize) -> Tensor<5> {
    let [n, c, t, v, m] = x.dims();
    if frames == t {
        return x;
    }
    let weights = resampling(t, frames, &x.device());
    product(weights, x.reshape([n * c, t, v * m])).reshape([n, c, frames, v, m])
}

/// (1, to, from): each row averages the frames around its time with a triangle as wide as the larger of the two frame
/// distances, so that a longer clip skips no frame.
fn resampling(from: usize, to: usize, device: &Device) -> Tensor<3> {
    let weights = resampling_weights(from, to);
    Tensor::from_data(TensorData::new(weights, [1, to, from]), device)
}

/// The weights that resample `from` frames to `to`, (to, from), row by row. Each row sums to 1.
fn resampling_weights(from: usize, to: usize) -> Vec<f32> {
    let scale = from as f64 / to as f64;
    let width = scale.max(1.0);
    let mut weights = Vec::with_capacity(from * to);
    for i in 0..to {
        let at = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, from as f64 - 1.0);
        let row: Vec<f64> = (0..from).map(|j| (1.0 - (j as f64 - at).abs() / width).max(0.0)).collect();
        let sum: f64 = row.iter().sum();
        weights.extend(row.iter().map(|w| (w / sum) as f32));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_sum_to_one_and_every_frame_counts() {
        for (from, to) in [(64, 64), (1, 64), (41, 64), (125, 64), (300, 64)] {
            let w = resampling_weights(from, to);
            for row in w.chunks_exact(from) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
            for j in 0..from {
                assert!((0..to).any(|i| w[i * from + j] > 0.0), "frame {j} of {from} to {to}");
            }
        }
    }

    #[test]
    fn as_many_frames_stay_as_they_are() {
        let w = resampling_weights(7, 7);
        assert!((0..49).all(|i| w[i] == if i / 7 == i % 7 { 1.0 } else { 0.0 }));
    }
}
