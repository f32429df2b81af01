//! A small recogniser and random clips, so that attacks can be tested by the hundred.

use burn::tensor::{Device, Tensor};
use ciasa::attack::Victim;
use ciasa::skeleton::{LayoutId, Sequence};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

pub const CLASSES: usize = 6;

/// Logits that are smooth, depend on every coordinate of every frame, and cost next to nothing.
pub struct Toy {
    layout: LayoutId,
    device: Device,
    /// What becomes of the logits, (N, classes).
    says: Box<dyn Fn(Tensor<2>) -> Tensor<2> + Send + Sync>,
}

impl Toy {
    pub fn new(layout: LayoutId) -> Self {
        Self::saying(layout, |logits| logits)
    }

    /// One that says something else than its logits.
    pub fn saying(layout: LayoutId, says: impl Fn(Tensor<2>) -> Tensor<2> + Send + Sync + 'static) -> Self {
        Self { layout, device: Device::flex(), says: Box::new(says) }
    }
}

impl Victim for Toy {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        let [n, c, t, v, m] = x.dims();
        let waves = |len: usize, step: f32| (0..len).map(|i| (i as f32 * step).cos()).collect::<Vec<_>>();
        let phase = Tensor::<1>::from_floats(waves(t, 0.3).as_slice(), &self.device).reshape([1, 1, t, 1, 1]);
        let mix = Tensor::<1>::from_floats(waves(c * v * CLASSES, 1.7).as_slice(), &self.device);
        let features = (x * phase).tanh().mean_dims(&[2, 4]) * m as f32;
        (self.says)(features.reshape([n, c * v]).matmul(mix.reshape([c * v, CLASSES])) * 4.0)
    }

    /// Draw k leans k times `noise` towards a fixed class.
    fn spread_logits(&self, x: Tensor<5>, draws: usize, noise: f32, _seed: u64) -> Option<Tensor<2>> {
        let logits = self.logits(x);
        let lean = Tensor::<1>::from_floats([1.0, -1.0, 0.5, 0.0, 0.0, 0.0], &self.device).reshape([1, CLASSES]);
        let draw = |k: usize| logits.clone() + lean.clone() * (noise * k as f32);
        Some(Tensor::cat((0..=draws).map(draw).collect(), 1))
    }

    fn spreads(&self) -> bool {
        true
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn layout(&self) -> LayoutId {
        self.layout
    }
}

/// A clip of jointed people that turn at random about the origin. Some bones continue their parent's direction, some
/// have no length, and where `gaps` is set some people are absent and, in the picture plane, some joints were not seen.
pub fn clip(layout: LayoutId, frames: usize, people: usize, gaps: bool, seed: u64) -> Sequence {
    let l = layout.layout();
    let mut rng = Pcg32::seed_from_u64(seed);
    let mut chance = |share: f64| rng.random_bool(share);
    let straight: Vec<bool> = (0..l.len()).map(|_| chance(0.2)).collect();
    let short: Vec<bool> = (0..l.len()).map(|_| chance(0.03)).collect();
    let mut data = Vec::new();
    for at in 0..frames * people {
        let mut pose = vec![[0.0_f32; 3]; l.len()];
        let mut bones = vec![[0.0_f32; 3]; l.len()];
        for j in l.order() {
            let p = l.parents[j];
            let turned: [f32; 3] = [0; 3].map(|_| rng.random_range(-0.4..0.4));
            bones[j] = match (short[j], straight[j] && p != l.centre) {
                (true, _) => [0.0; 3],
                (_, true) => bones[p],
                _ => turned,
            };
            pose[j] = if j == l.centre { turned } else { [0, 1, 2].map(|c| pose[p][c] + bones[j][c]) };
        }
        let absent = gaps && at > 0 && rng.random_bool(0.2);
        for joint in pose {
            let unseen = gaps && l.confidence && rng.random_bool(0.1);
            let mut values = joint[..l.dims].to_vec();
            values.extend(l.confidence.then_some(0.7));
            data.extend(if absent || unseen { vec![0.0; l.channels()] } else { values });
        }
    }
    Sequence::new(layout, 30.0, frames, people, data).unwrap()
}
