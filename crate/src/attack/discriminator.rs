//! The discriminator D: how natural a pose is, 1 for natural and 0 for perturbed.

use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::RngExt;
use rand_pcg::Pcg32;

use super::adam::Adam;
use crate::contract::Learning;
use crate::kernel::product;

const CHANNELS: usize = 32;
const KERNEL: usize = 3;

/// Two 3x3 convolutions of 32 channels, a fully connected layer and, as the paper has it, a sigmoid, with its own Adam.
///
/// The paper gives the kernel size and the channels only. We choose padding 1 and stride 2, so that each convolution
/// halves the map (with stride 1 the discriminator would cost more than the recogniser), leaky ReLU of slope 0.2 after
/// each, and weights uniform within 1 / sqrt(fan-in).
///
/// The weights are one flat list, (W), in the order kernel 1, bias 1, kernel 2, bias 2, fully connected layer, its
/// bias. Between two steps they live on the host, like the clip, and the same Adam code updates both.
#[derive(Clone, Debug)]
pub struct Discriminator {
    bones: usize,
    learning: Learning,
    weights: Vec<f32>,
    adam: Adam,
}

impl Discriminator {
    /// Fresh weights for maps of `bones` x `bones`.
    pub fn new(bones: usize, learning: Learning, rng: &mut Pcg32) -> Self {
        let mut weights = Vec::new();
        for [outputs, inputs] in layers(bones) {
            let bound = 1.0 / (inputs as f32).sqrt();
            weights.extend((0..outputs * (inputs + 1)).map(|_| rng.random_range(-bound..bound)));
        }
        Self { bones, learning, adam: Adam::new(weights.len()), weights }
    }

    /// The weights, (W), on a device.
    pub fn weights(&self, device: &Device) -> Tensor<1> {
        Tensor::from_data(TensorData::new(self.weights.clone(), [self.weights.len()]), device)
    }

    /// The score of each pose, (F), a probability with the sigmoid, from feature maps (F, 1, B, B) and weights (W).
    pub fn forward(&self, weights: &Tensor<1>, maps: Tensor<4>) -> Tensor<1> {
        let [frames, ..] = maps.dims();
        let mut at = 0;
        let mut take = |n: usize| {
            at += n;
            weights.clone().narrow(0, at - n, n)
        };
        let [[_, one], [_, two], [_, all]] = layers(self.bones);
        let mut conv = |x: Tensor<3>, inputs: usize| {
            let kernel = take(CHANNELS * inputs).reshape([1, CHANNELS, inputs]);
            let y = product(kernel, patches(x)) + take(CHANNELS).reshape([1, CHANNELS, 1]);
            activation::leaky_relu(y, 0.2)
        };
        let x = conv(maps.reshape([frames, 1, self.bones.pow(2)]), one);
        let x = conv(x, two).reshape([frames, all]);
        let y = product(x, take(all).reshape([all, 1])) + take(1).reshape([1, 1]);
        let y = y.reshape([frames]);
        if self.learning == Learning::Paper { activation::sigmoid(y) } else { y }
    }

    /// One Adam step down a gradient with respect to the weights, (W), in an attack with this alpha.
    pub fn adam_step(&mut self, gradient: &[f32], alpha: f32) {
        self.adam.step(&mut self.weights, gradient, self.learning.rate(alpha));
    }

    /// The Adam of its weights.
    #[cfg(feature = "gpu")]
    pub(super) fn adam(&self) -> &Adam {
        &self.adam
    }

    /// Takes over the weights, (W), and Adam's moments, (2, W), after `steps` more steps on a GPU.
    #[cfg(feature = "gpu")]
    pub(super) fn advance(&mut self, steps: usize, weights: &[f32], moments: &[f32]) {
        self.weights.copy_from_slice(weights);
        self.adam.advance(steps, moments);
    }
}

/// What each place of a 3x3 convolution of stride 2 and padding 1 reads: a product with zeros and ones. It has a
/// gradient, and GPUs need no kernel of their own for it.
///
/// # Shapes
/// - x: (F, C, n n), square maps
/// - result: (F, 9 C, m m), m = ceil(n / 2); the nine places of a channel follow each other, row by row
fn patches(x: Tensor<3>) -> Tensor<3> {
    let [frames, channels, places] = x.dims();
    let n = places.isqrt();
    let m = n.div_ceil(2);
    let taps = KERNEL * KERNEL;
    let mut reads = vec![0.0_f32; places * taps * m * m];
    for (at, (tap, to)) in (0..taps).flat_map(|tap| (0..m * m).map(move |to| (tap, to))).enumerate() {
        let [row, column] = [to / m * 2 + tap / KERNEL, to % m * 2 + tap % KERNEL];
        if (1..=n).contains(&row) && (1..=n).contains(&column) {
            reads[((row - 1) * n + column - 1) * taps * m * m + at] = 1.0;
        }
    }
    let reads = Tensor::<2>::from_data(TensorData::new(reads, [places, taps * m * m]), &x.device());
    product(x.reshape([frames * channels, places]), reads).reshape([frames, channels * taps, m * m])
}

/// Outputs and inputs (fan-in) of the three layers; each also has a bias.
fn layers(bones: usize) -> [[usize; 2]; 3] {
    let taps = KERNEL * KERNEL;
    [[CHANNELS, taps], [CHANNELS, CHANNELS * taps], [1, CHANNELS * bones.div_ceil(4).pow(2)]]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::SeedableRng;

    /// A 3x3 convolution with padding 1, stride 2 and leaky ReLU by plain loops; x is (inputs, n, n).
    fn conv(x: &[f64], n: usize, weights: &[f64], inputs: usize) -> (Vec<f64>, usize) {
        let m = n.div_ceil(2);
        let (kernel, bias) = weights.split_at(CHANNELS * inputs * 9);
        let mut y = vec![0.0; CHANNELS * m * m];
        for (at, y) in y.iter_mut().enumerate() {
            let (o, r, c) = (at / (m * m), at / m % m * 2, at % m * 2);
            *y = bias[o];
            for (i, dr, dc) in (0..inputs).flat_map(|i| (0..3).flat_map(move |r| (0..3).map(move |c| (i, r, c)))) {
                let (r, c) = ((r + dr).wrapping_sub(1), (c + dc).wrapping_sub(1));
                if r < n && c < n {
                    *y += kernel[(o * inputs + i) * 9 + dr * 3 + dc] * x[(i * n + r) * n + c];
                }
            }
            *y = y.max(0.2 * *y);
        }
        (y, m)
    }

    #[test]
    fn the_network_agrees_with_plain_loops() {
        let bones = 5;
        let d = Discriminator::new(bones, Learning::Paper, &mut Pcg32::seed_from_u64(3));
        let map: Vec<f32> = (0..50).map(|i| (i as f32 * 0.7).sin()).collect();
        let device = Device::flex();
        let maps = Tensor::<1>::from_floats(map.as_slice(), &device).reshape([2, 1, bones, bones]);
        let got: Vec<f32> = d.forward(&d.weights(&device), maps).into_data().try_to_vec().unwrap();

        let w: Vec<f64> = d.weights.iter().map(|w| f64::from(*w)).collect();
        let (first, rest) = w.split_at(CHANNELS * 10);
        let (second, last) = rest.split_at(CHANNELS * (CHANNELS * 9 + 1));
        for (got, map) in got.iter().zip(map.chunks(25)) {
            let x: Vec<f64> = map.iter().map(|x| f64::from(*x)).collect();
            let (x, n) = conv(&x, bones, first, 1);
            let (x, n) = conv(&x, n, second, CHANNELS);
            assert_eq!((n, x.len() + 1), (2, last.len()));
            let y: f64 = x.iter().zip(last).map(|(x, w)| x * w).sum::<f64>() + last[x.len()];
            assert!((f64::from(*got) - 1.0 / (1.0 + (-y).exp())).abs() < 1e-6);
        }
    }

    #[test]
    fn the_seed_decides_the_weights() {
        let of = |seed| Discriminator::new(13, Learning::Paper, &mut Pcg32::seed_from_u64(seed)).weights;
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
