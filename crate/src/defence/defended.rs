//! A network behind a defence, as one victim: the defence's gradient is part of the attack's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::attack::Victim;
use crate::attack::noise::{Filter, Noise};
use crate::error::Result;
use crate::kernel::product;
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
    /// Detected", 2017). So the detector's score is in every attack's loss; an attack without a target needs
    /// [`Defended::keeping`] as well. It reads the root mean square acceleration; bones that keep their lengths vary as
    /// in the original, whatever a detector of bones says.
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
    /// The class that "flagged" counts as, if it is no class of its own.
    kept: Option<usize>,
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
        Ok(Self { inner, defence, clip: clip.clone(), seen, filter, kept: None, seed, drawn: AtomicU64::new(0) })
    }

    /// The same with "flagged" counted as this class. An attack without a target leaves the class of the clean clip
    /// for any other; if "flagged" were another, it would run into the detector.
    #[must_use]
    pub fn keeping(self, class: usize) -> Self {
        Self { kept: (class < self.inner.classes()).then_some(class), ..self }
    }

    /// The class "flagged", if the defence has one.
    pub fn flagged(&self) -> Option<usize> {
        let own = matches!(self.defence, Defence::Detector { .. }) && self.kept.is_none();
        own.then(|| self.inner.classes())
    }

    /// The logits behind the defence of `copies` networks that answer side by side, (N, copies classes), none where
    /// `network` gives none.
    fn behind(
        &self,
        x: Tensor<5>,
        copies: usize,
        network: impl Fn(Tensor<5>) -> Option<Tensor<2>>,
    ) -> Option<Tensor<2>> {
        match (self.defence, &self.filter) {
            (Defence::Smoothing, _) => network(self.smoothed(x)),
            (Defence::Randomised { draws, .. }, Some(filter)) => {
                self.randomised(&x, copies, filter, draws.max(1), network)
            }
            (Defence::Detector { acceleration }, _) => {
                let score = self.score(&x, acceleration);
                Some(self.watched(network(x)?, copies, score))
            }
            _ => network(x),
        }
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
            |x: Tensor<5>, n: usize| product(weights.clone(), x.reshape([n * c, t, v * m])).reshape([n, c, t, v, m]);
        let total = over(seen.clone(), 1).clamp_min(LEAST);
        let mean = over(x.clone() * seen.clone(), n) / total;
        x.clone() + (mean - x) * seen
    }

    /// The logarithm of the mean probability over new draws of noise.
    fn randomised(
        &self,
        x: &Tensor<5>,
        copies: usize,
        filter: &Filter,
        draws: usize,
        network: impl Fn(Tensor<5>) -> Option<Tensor<2>>,
    ) -> Option<Tensor<2>> {
        let noise = |_| {
            let at = self.drawn.fetch_add(1, Ordering::Relaxed);
            let mut rng = Pcg64Mcg::seed_from_u64(self.seed.wrapping_add(at.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
            let noise = tensor(filter.draw(&self.clip, &mut rng), &self.clip, self.inner.device());
            if x.device().is_autodiff() { Tensor::from_inner(noise) } else { noise }
        };
        let noise = Tensor::cat((0..draws).map(noise).collect::<Vec<_>>(), 0);
        let classes = self.inner.classes();
        let mean = |i: usize| {
            let logits = network(x.clone().narrow(0, i, 1) + noise.clone())?;
            let p = softmax(logits.reshape([draws, copies, classes]), 2).mean_dim(0);
            Some(p.clamp_min(LEAST).log().reshape([1, copies * classes]))
        };
        let all = (0..x.dims()[0]).map(mean).collect::<Option<Vec<_>>>()?;
        Some(Tensor::cat(all, 0))
    }

    /// The logarithm of the acceleration over the threshold, times [`SHARPNESS`], (N, 1).
    fn score(&self, x: &Tensor<5>, threshold: f32) -> Tensor<2> {
        let [n, _, t, ..] = x.dims();
        if t < 3 {
            return Tensor::full([n, 1], -SHARPNESS, &x.device());
        }
        let cut = |x: &Tensor<5>, from: usize| x.clone().narrow(2, from, t - 2);
        let seen = self.seen(x);
        let seen = cut(&seen, 0) * cut(&seen, 1) * cut(&seen, 2);
        let turn = (cut(x, 0) + cut(x, 2) - cut(x, 1) * 2.0) * seen.clone();
        let dims = self.clip.layout().dims as f32;
        let joints = seen.sum().reshape([1, 1]) / dims;
        let squares = turn.square().reshape([n as i32, -1]).sum_dim(1) / joints.clamp_min(1.0);
        (squares.clamp_min(LEAST).sqrt() / threshold.max(LEAST)).log() * SHARPNESS
    }

    /// The class "flagged" behind the classes of each copy, or within the class that it counts as.
    fn watched(&self, logits: Tensor<2>, copies: usize, score: Tensor<2>) -> Tensor<2> {
        let (n, classes) = (logits.dims()[0], self.inner.classes());
        let logits = logits.reshape([n * copies, classes]);
        let highest = logits.clone().max_dim(1);
        let flagged = highest.clone() + score.repeat_dim(1, copies).reshape([n * copies, 1]);
        let Some(kept) = self.kept else {
            return Tensor::cat(vec![logits, flagged], 1).reshape([n, copies * (classes + 1)]);
        };
        // ln(e^a + e^b): smooth, so the gradient leads past both.
        let own = logits.clone().narrow(1, kept, 1);
        let top = highest.max_pair(flagged.clone());
        let both = ((own - top.clone()).exp() + (flagged - top.clone()).exp()).log() + top;
        let mut parts = Vec::new();
        if kept > 0 {
            parts.push(logits.clone().narrow(1, 0, kept));
        }
        parts.push(both);
        if kept + 1 < classes {
            parts.push(logits.narrow(1, kept + 1, classes - kept - 1));
        }
        Tensor::cat(parts, 1).reshape([n, copies * classes])
    }
}

impl Victim for Defended {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        let known = self.behind(x.clone(), 1, |x| Some(self.inner.logits(x)));
        known.unwrap_or_else(|| self.inner.logits(x))
    }

    fn spread_logits(&self, x: Tensor<5>, draws: usize, noise: f32, seed: u64) -> Option<Tensor<2>> {
        self.behind(x, 1 + draws, |x| self.inner.spread_logits(x, draws, noise, seed))
    }

    fn spreads(&self) -> bool {
        self.inner.spreads()
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
