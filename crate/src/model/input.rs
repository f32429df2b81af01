//! What happens to a clip before a network sees it: differentiable, so that an attack acts on the clip itself.

use burn::tensor::{Device, Tensor, TensorData};

/// A clip's way into the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Frames that the network was trained on; the clip is resampled to as many. None: as it is.
    pub frames: Option<usize>,
    /// Joint whose position (of the first person) is subtracted from all joints in each frame.
    pub centre: Option<usize>,
    /// Channels that are coordinates; what follows (a confidence) is never moved.
    pub dims: usize,
    /// People that the network takes; others are left out, missing ones are empty.
    pub people: usize,
}

impl Input {
    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, C, frames or T, V, people)
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        self.resample(self.subtract_centre(self.select_people(x)))
    }

    fn select_people(&self, x: Tensor<5>) -> Tensor<5> {
        let [n, c, t, v, m] = x.dims();
        if m >= self.people {
            return if m == self.people { x } else { x.narrow(4, 0, self.people) };
        }
        let empty = Tensor::zeros([n, c, t, v, self.people - m], &x.device());
        Tensor::cat(vec![x, empty], 4)
    }

    fn subtract_centre(&self, x: Tensor<5>) -> Tensor<5> {
        let Some(joint) = self.centre else { return x };
        let [_, c, _, _, m] = x.dims();
        let centre = x.clone().narrow(3, joint, 1).narrow(4, 0, 1);
        if c == self.dims && m == 1 {
            return x - centre;
        }
        // The confidence stays, and so does an empty person: a person is there where any coordinate is not zero.
        let xyz = x.clone().narrow(1, 0, self.dims);
        let there = xyz.clone().abs().sum_dim(1).sum_dim(3).greater_elem(0.0).float();
        let moved = xyz - centre.narrow(1, 0, self.dims) * there;
        if c == self.dims { moved } else { Tensor::cat(vec![moved, x.narrow(1, self.dims, c - self.dims)], 1) }
    }

    fn resample(&self, x: Tensor<5>) -> Tensor<5> {
        let [n, c, t, v, m] = x.dims();
        let Some(frames) = self.frames.filter(|f| *f != t) else { return x };
        let weights = resampling(t, frames, &x.device());
        weights.matmul(x.reshape([n * c, t, v * m])).reshape([n, c, frames, v, m])
    }
}

/// (1, to, from): each row averages the frames around its moment with a triangle as wide as the larger of the two frame
/// distances, so that no frame is skipped when there are more than needed.
fn resampling(from: usize, to: usize, device: &Device) -> Tensor<3> {
    let weights = resampling_weights(from, to);
    Tensor::from_data(TensorData::new(weights, [1, to, from]), device)
}

/// The weights of that matrix, row by row.
pub fn resampling_weights(from: usize, to: usize) -> Vec<f32> {
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
    #![allow(clippy::unwrap_used)]
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

    #[test]
    fn where_a_person_stands_does_not_matter_and_empty_people_stay_empty() {
        let device = Device::flex();
        let input = Input { frames: Some(4), centre: Some(1), dims: 3, people: 2 };
        let x = Tensor::<5>::random([1, 3, 6, 3, 1], burn::tensor::Distribution::Default, &device);
        let moved = x.clone() + Tensor::<1>::from_floats([3.0, -1.0, 2.0], &device).reshape([1, 3, 1, 1, 1]);
        let (a, b) = (input.forward(x), input.forward(moved));
        assert_eq!(a.dims(), [1, 3, 4, 3, 2]);
        assert!((a.clone() - b).abs().max().into_scalar::<f32>() < 1e-5);
        assert_eq!(a.narrow(4, 1, 1).abs().max().into_scalar::<f32>(), 0.0);
    }
}
