//! A network behind a defence, as one victim: the defence's gradient is part of the attack's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::noise::{Filter, Noise};
use crate::attack::Victim;
use crate::error::Result;
use crate::skeleton::{LayoutId, Sequence};

/// Weights of five frames: a Gaussian with a standard deviation of one frame.
pub const WINDOW: [f64; 5] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];
/// How sharply the class "flagged" rises with the detector's score (see [`Defence::Detector`]).
const SHARPNESS: f32 = 10.0;
/// Smallest probability whose logarithm is taken.
const LEAST: f32 = 1e-12;

/// What stands before a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Defence {
    /// Nothing.
    None,
    /// Every coordinate averaged over five frames, [`WINDOW`].
    Smoothing,
    /// The mean answer over random noise (randomised smoothing). Each pass draws `draws` new ones: an attack's gradient
    /// is that of the expectation.
    Randomised {
        /// The noise.
        noise: Noise,
        /// Clips with noise a pass.
        draws: usize,
    },
    /// A detector of accelerations as one more class, "flagged": its logit is the highest one plus [`SHARPNESS`] times
    /// the logarithm of the acceleration over the threshold (Carlini and Wagner, "Adversarial Examples Are Not Easily
    /// Detected", 2017). So the detector's score is in every attack's loss. It reads the root mean square acceleration;
    /// bones that keep their lengths vary as in the original, whatever a detector of bones says.
    Detector {
        /// The largest acceleration that passes, in units per frame squared.
        acceleration: f32,
    },
}

/// A network behind a defence, for attacks on one clip: which joints were seen is the clip's.
pub struct Defended {
    inner: Arc<dyn Victim>,
    defence: Defence,
    clip: Sequence,
    /// 1 for the coordinates of joints that were seen, (1, C, T, V, M).
    seen: Tensor<5>,
    filter: Option<Filter>,
    seed: u64,
    /// Draws of noise so far.
    drawn: AtomicU64,
}

impl Defended {
    /// The network behind the defence. Noise is drawn by `seed`.
    ///
    /// # Errors
    /// A config error if the noise has no size.
    pub fn new(inner: Arc<dyn Victim>, defence: Defence, clip: &Sequence, seed: u64) -> Result<Self> {
        let filter = match defence {
            Defence::Randomised { noise, .. } => {
                noise.validate()?;
                Some(Filter::new(noise, clip))
            }
            _ => None,
        };
        let seen = tensor(seen(clip), clip, inner.device());
        Ok(Self { inner, defence, clip: clip.clone(), seen, filter, seed, drawn: AtomicU64::new(0) })
    }

    /// The class "flagged", if the defence has one.
    pub fn flagged(&self) -> Option<usize> {
        matches!(self.defence, Defence::Detector { .. }).then(|| self.inner.classes())
    }

    /// x with the defence's constants on its device: with autodiff if x has it.
    fn seen(&self, x: &Tensor<5>) -> Tensor<5> {
        if x.device().is_autodiff() { Tensor::from_inner(self.seen.clone()) } else { self.seen.clone() }
    }

    fn smoothed(&self, x: Tensor<5>) -> Tensor<5> {
        let [n, c, t, v, m] = x.dims();
        let seen = self.seen(&x);
        let weight = |from: usize, to: usize| {
            let at = (to + 2).checked_sub(from).filter(|at| *at < WINDOW.len());
            at.map_or(0.0, |at| WINDOW[at] as f32)
        };
        let weights: Vec<f32> = (0..t).flat_map(|to| (0..t).map(move |from| weight(from, to))).collect();
        let weights = Tensor::<3>::from_data(TensorData::new(weights, [1, t, t]), &x.device());
        let over =
            |x: Tensor<5>, n: usize| weights.clone().matmul(x.reshape([n * c, t, v * m])).reshape([n, c, t, v, m]);
        let total = over(seen.clone(), 1).clamp_min(LEAST);
        let mean = over(x.clone() * seen.clone(), n) / total;
        x.clone() + (mean - x) * seen
    }

    fn randomised(&self, x: Tensor<5>, filter: &Filter, draws: usize) -> Tensor<2> {
        let noise = |_| {
            let at = self.drawn.fetch_add(1, Ordering::Relaxed);
            let mut rng = Pcg64Mcg::seed_from_u64(self.seed.wrapping_add(at.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
            let noise = tensor(filter.draw(&self.clip, &mut rng), &self.clip, self.inner.device());
            if x.device().is_autodiff() { Tensor::from_inner(noise) } else { noise }
        };
        let noise = Tensor::cat((0..draws).map(noise).collect::<Vec<_>>(), 0);
        let n = x.dims()[0];
        let mean = |i: usize| {
            let one = x.clone().narrow(0, i, 1);
            let p = softmax(self.inner.logits(one + noise.clone()), 1).mean_dim(0);
            p.clamp_min(LEAST).log()
        };
        Tensor::cat((0..n).map(mean).collect::<Vec<_>>(), 0)
    }

    fn watched(&self, x: Tensor<5>, threshold: f32) -> Tensor<2> {
        let [n, _, t, ..] = x.dims();
        let logits = self.inner.logits(x.clone());
        let highest = logits.clone().max_dim(1);
        if t < 3 {
            return Tensor::cat(vec![logits, highest - SHARPNESS], 1);
        }
        let cut = |x: &Tensor<5>, from: usize| x.clone().narrow(2, from, t - 2);
        let seen = self.seen(&x);
        let seen = cut(&seen, 0) * cut(&seen, 1) * cut(&seen, 2);
        let turn = (cut(&x, 0) + cut(&x, 2) - cut(&x, 1) * 2.0) * seen.clone();
        let dims = self.clip.layout().dims as f32;
        let joints = seen.sum().reshape([1, 1]) / dims;
        let squares = turn.square().reshape([n as i32, -1]).sum_dim(1) / joints.clamp_min(1.0);
        let score = squares.clamp_min(LEAST).sqrt() / threshold.max(LEAST);
        Tensor::cat(vec![logits, highest + score.log() * SHARPNESS], 1)
    }
}

impl Victim for Defended {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        match (self.defence, &self.filter) {
            (Defence::Smoothing, _) => self.inner.logits(self.smoothed(x)),
            (Defence::Randomised { draws, .. }, Some(filter)) => self.randomised(x, filter, draws.max(1)),
            (Defence::Detector { acceleration }, _) => self.watched(x, acceleration),
            _ => self.inner.logits(x),
        }
    }

    fn device(&self) -> &Device {
        self.inner.device()
    }

    fn classes(&self) -> usize {
        self.inner.classes() + usize::from(self.flagged().is_some())
    }

    fn layout(&self) -> LayoutId {
        self.inner.layout()
    }

    fn accepts(&self, clip: &Sequence) -> Result<()> {
        self.inner.accepts(clip)
    }
}

/// 1 for the coordinates of joints that were seen, else 0, (T, M, V, C).
fn seen(clip: &Sequence) -> Vec<f32> {
    let layout = clip.layout();
    let joints = (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m)));
    let joints = joints.flat_map(|(t, m)| (0..layout.len()).map(move |j| clip.seen(t, m, j)));
    joints.flat_map(|there| (0..layout.channels()).map(move |c| f32::from(there && c < layout.dims))).collect()
}

/// Values of a clip's shape, (T, M, V, C), as (1, C, T, V, M).
pub(super) fn tensor(values: Vec<f32>, clip: &Sequence, device: &Device) -> Tensor<5> {
    let shape = [clip.frames(), clip.people(), clip.layout().len(), clip.layout().channels()];
    Tensor::<4>::from_data(TensorData::new(values, shape), device).permute([3, 0, 2, 1]).unsqueeze()
}
