//! L_adv: the perturbed poses shall look natural to a discriminator (Eqs. 8, 9, 13).

use burn::tensor::{Int, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::attack::discriminator::Discriminator;
use crate::contract::Learning;
use crate::error::{Error, Result};
use crate::kernel::product;
use crate::skeleton::{Layout, Sequence};

/// Added in quadrature to a bone's length before the division by it: a bone of length 0 gets a bounded gradient, and
/// the cosines of real bones change by less than float32 resolves.
const SOFT: f32 = 1e-4;

/// The game between the attacker and its discriminator.
pub struct Plausibility {
    layout: &'static Layout,
    discriminator: Discriminator,
    seed: u64,
    learning: Learning,
    /// Joints of natural poses, (V * C) each, and their visible major bones as 1 and 0, (B).
    natural: Vec<(Vec<f32>, Vec<f32>)>,
    /// The same of the clip's own poses before the attack.
    own: Vec<(Vec<f32>, Vec<f32>)>,
    /// The attacked clip's poses with a person: the index among its T * M poses, and the visible major bones as 1 and
    /// 0, (B).
    present: Vec<(i32, Vec<f32>)>,
}

/// The losses of both sides for one clip.
pub struct Game {
    /// The attacker's loss, (1): the mean of (D(X(V')) - 1)^2 over the poses. Its gradient reaches the clip alone.
    pub attacker: Tensor<1>,
    /// The discriminator's loss, (1): the means of (D(X(V~)) - 1)^2 and of D(X(V'))^2, summed. Its gradient reaches
    /// `weights` alone.
    pub discriminator: Tensor<1>,
    /// The discriminator's weights, (W), tracked for their gradient.
    pub weights: Tensor<1>,
    /// The mean of D(X(V')), each between 0 and 1, (1).
    pub score: Tensor<1>,
}

impl Plausibility {
    /// A fresh discriminator for a clip. It learns from the poses of other clips, which are never paired with the
    /// clip's.
    ///
    /// # Errors
    /// A config error if a natural clip has another layout, or if there is no person in any of them.
    pub fn new(clip: &Sequence, natural: &[Sequence], learning: Learning, seed: u64) -> Result<Self> {
        let layout = clip.layout();
        if natural.iter().any(|n| n.layout().id != layout.id) {
            return Err(Error::config(format!("one clip is not in the layout {}; leave it out", layout.id.as_str()))
                .at("natural"));
        }
        let of = |n: &Sequence| -> Vec<_> {
            poses(n).into_iter().map(|(t, m)| (n.person(t, m).to_vec(), bones(n, t, m))).collect()
        };
        let natural: Vec<_> = natural.iter().flat_map(of).collect();
        if natural.is_empty() {
            return Err(Error::config("the clips show no person; add others").at("natural"));
        }
        let index = |t: usize, m: usize| (t * clip.people() + m) as i32;
        let present = poses(clip).into_iter().map(|(t, m)| (index(t, m), bones(clip, t, m))).collect();
        let discriminator = fresh(layout, learning, seed);
        Ok(Self { layout, discriminator, seed, learning, natural, own: of(clip), present })
    }

    /// Starts over with a fresh discriminator.
    pub fn reset(&mut self, learning: Learning, seed: u64) {
        self.discriminator = fresh(self.layout, learning, seed);
        (self.learning, self.seed) = (learning, seed);
    }

    /// The losses for V' = `x`, (T, M, V, C), and as many natural poses, drawn anew for each `round`, from 1. `weights`
    /// are the discriminator's, (W), without autodiff.
    pub fn play(&self, x: Tensor<4>, weights: Tensor<1>, round: usize) -> Game {
        let device = x.device();
        let [t, m, v, c] = x.dims();
        let n = self.present.len();

        let indices: Vec<i32> = self.present.iter().map(|(i, _)| *i).collect();
        let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [n]), &device);
        let there = self.present.iter().flat_map(|(_, b)| b).copied().collect();
        let fake = feature_map(x.reshape([t * m, v, c]).select(0, indices), there, self.layout);

        let mut rng = Pcg32::seed_from_u64(self.seed.wrapping_add(round as u64));
        let drawn: Vec<_> = (0..n).map(|i| self.draw(i, &mut rng)).collect();
        let joints: Vec<f32> = drawn.iter().flat_map(|(joints, _)| joints).copied().collect();
        let there = drawn.iter().flat_map(|(_, there)| there).copied().collect();
        let joints = Tensor::from_data(TensorData::new(joints, [n, v, c]), &device);
        let real = feature_map(joints, there, self.layout);

        // The clip's poses pass twice: each side's loss has gradients for its own parameters only.
        let score = self.discriminator.forward(&weights, fake.clone());
        let weights = Tensor::from_inner(weights).require_grad();
        let both = Tensor::cat(vec![real, fake.detach()], 0);
        let judged = self.discriminator.forward(&weights, both);
        let (real, fake) = (judged.clone().narrow(0, 0, n), judged.narrow(0, n, n));
        Game {
            attacker: (score.clone() - 1.0).square().mean(),
            discriminator: (real - 1.0).square().mean() + fake.square().mean(),
            weights,
            score: score.clamp(0.0, 1.0).mean(),
        }
    }

    /// The natural pose number `i` of a round.
    fn draw(&self, i: usize, rng: &mut Pcg32) -> &(Vec<f32>, Vec<f32>) {
        let other = rng.random_range(0..self.natural.len() as u32) as usize;
        match self.learning == Learning::Perturbation && i.is_multiple_of(2) {
            true => &self.own[i],
            false => &self.natural[other],
        }
    }

    /// Updates the discriminator by one Adam step down its gradient, (W).
    pub fn learn(&mut self, gradient: &[f32], alpha: f32) {
        self.discriminator.adam_step(gradient, alpha);
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &Discriminator {
        &self.discriminator
    }

    /// The discriminator, to take over its steps on a GPU.
    #[cfg(feature = "gpu")]
    pub(in crate::attack) fn discriminator_mut(&mut self) -> &mut Discriminator {
        &mut self.discriminator
    }
}

fn fresh(layout: &Layout, learning: Learning, seed: u64) -> Discriminator {
    Discriminator::new(layout.major.len(), learning, &mut Pcg32::seed_from_u64(seed))
}

/// X: the cosines between all pairs of the major bones (Eq. 13), (F, 1, B, B), of poses (F, V, C). `there`, (F, B), is
/// 1 for a visible bone and 0 for another. The cosines of an invisible bone are 0, and so are those of a bone of length
/// 0. In 2-D layouts bones are 2-D.
pub fn feature_map(joints: Tensor<3>, there: Vec<f32>, layout: &Layout) -> Tensor<4> {
    let (device, [f, v, _], b) = (joints.device(), joints.dims(), layout.major.len());
    // A product with -1 at the parent and +1 at the joint gives the bone and its gradient exactly.
    let mut ends = vec![0.0_f32; b * v];
    for (row, &joint) in ends.chunks_mut(v).zip(layout.major) {
        row[layout.parents[joint]] = -1.0;
        row[joint] = 1.0;
    }
    let ends = Tensor::<2>::from_data(TensorData::new(ends, [b, v]), &device).unsqueeze::<3>();
    let bones = product(ends, joints.narrow(2, 0, layout.dims));
    let lengths = (bones.clone().square().sum_dim(2) + SOFT * SOFT).sqrt();
    let there = Tensor::from_data(TensorData::new(there, [f, b, 1]), &device);
    let directions = bones / lengths * there;
    product(directions.clone(), directions.swap_dims(1, 2)).unsqueeze_dim(1)
}

/// The visible major bones of a pose, (B): 1 if both ends are seen, else 0.
fn bones(clip: &Sequence, t: usize, m: usize) -> Vec<f32> {
    let layout = clip.layout();
    let there = |&j: &usize| clip.seen(t, m, j) && clip.seen(t, m, layout.parents[j]);
    layout.major.iter().map(|j| if there(j) { 1.0 } else { 0.0 }).collect()
}

/// The (frame, person) of each pose of a clip.
fn poses(clip: &Sequence) -> Vec<(usize, usize)> {
    let all = (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m)));
    all.filter(|&(t, m)| clip.present(t, m)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::losses::check;
    use crate::skeleton::LayoutId;
    use burn::tensor::Device;

    fn clip(layout: LayoutId, frames: usize, people: usize, phase: f32) -> Sequence {
        let l = layout.layout();
        let mut data: Vec<f32> =
            (0..frames * people * l.len() * l.channels()).map(|i| (i as f32 * 1.7 + phase).sin()).collect();
        if l.confidence {
            data.chunks_mut(3).for_each(|joint| joint[2] = 0.8);
        }
        Sequence::new(layout, 30.0, frames, people, data).unwrap()
    }

    fn weights(game: &Plausibility) -> Tensor<1> {
        game.discriminator.weights(&Device::flex())
    }

    fn tensor(clip: &Sequence, device: &Device) -> Tensor<4> {
        let l = clip.layout();
        let shape = [clip.frames(), clip.people(), l.len(), l.channels()];
        Tensor::from_data(TensorData::new(clip.data().to_vec(), shape), device)
    }

    #[test]
    fn cosines_by_hand() {
        let layout = LayoutId::KinectV1.layout();
        let mut joints = vec![0.0; 60];
        let mut put = |name: &str, at: [f32; 3]| {
            let j = layout.joint(name).unwrap();
            joints[j * 3..j * 3 + 3].copy_from_slice(&at);
        };
        // Upper arm along x, forearm at 60 degrees to it, thigh without a length.
        put("shoulder centre", [0.0, 0.0, 0.0]);
        put("left shoulder", [0.0, 0.2, 0.0]);
        put("left elbow", [0.3, 0.2, 0.0]);
        put("left wrist", [0.3 + 0.1, 0.2 + 0.1 * 3_f32.sqrt(), 0.0]);
        let b = layout.major.len();
        let joints = Tensor::<1>::from_floats(joints.as_slice(), &Device::flex()).reshape([1, 20, 3]);
        let map: Vec<f32> = feature_map(joints, vec![1.0; b], layout).into_data().try_to_vec().unwrap();
        let at = |a: &str, c: &str| {
            let row = |name| layout.major.iter().position(|&j| j == layout.joint(name).unwrap()).unwrap();
            map[row(a) * b + row(c)]
        };
        for (got, want) in [
            (at("left elbow", "left elbow"), 1.0),
            (at("left elbow", "left wrist"), 0.5),
            (at("left wrist", "left elbow"), 0.5),
            (at("left shoulder", "left elbow"), 0.0),
            (at("left shoulder", "left wrist"), 0.75_f32.sqrt()),
            (at("left knee", "left elbow"), 0.0),
            (at("left knee", "left knee"), 0.0),
        ] {
            assert!((got - want).abs() < 1e-5, "{got} is not {want}");
        }
    }

    #[test]
    fn the_maps_gradient_agrees_with_finite_differences_in_3d_and_2d() {
        for id in [LayoutId::KinectV1, LayoutId::OpenPose18] {
            let layout = id.layout();
            let (v, c, b) = (layout.len(), layout.channels(), layout.major.len());
            let clip = clip(id, 2, 1, 0.0);
            let there: Vec<f32> = (0..2 * b).map(|i| if i % 5 == 2 { 0.0 } else { 1.0 }).collect();
            check::gradient(clip.data(), 3e-3, |x| {
                let weigh = core::array::from_fn::<f32, 512, _>(|i| (i as f32 * 0.7).cos());
                let weigh = Tensor::<1>::from_floats(&weigh[..2 * b * b], &x.device());
                (feature_map(x.reshape([2, v, c]), there.clone(), layout).reshape([2 * b * b]) * weigh).sum()
            });
        }
    }

    #[test]
    fn the_attackers_gradient_reaches_the_skeleton_and_is_right() {
        for id in [LayoutId::KinectV1, LayoutId::OpenPose18] {
            let layout = id.layout();
            let (victim, other) = (clip(id, 3, 2, 0.0), clip(id, 4, 1, 0.4));
            let shape = [3, 2, layout.len(), layout.channels()];
            check::gradient(victim.data(), 1e-3, |x| {
                let game = Plausibility::new(&victim, std::slice::from_ref(&other), Learning::Paper, 5).unwrap();
                game.play(x.reshape(shape), weights(&game), 1).attacker
            });
        }
    }

    #[test]
    fn each_sides_loss_has_gradients_for_its_own_parameters_only() {
        let (victim, other) = (clip(LayoutId::KinectV1, 3, 1, 0.0), clip(LayoutId::KinectV1, 4, 1, 0.4));
        let game = Plausibility::new(&victim, &[other], Learning::Paper, 5).unwrap();
        let x = tensor(&victim, &Device::flex().autodiff()).require_grad();
        let round = game.play(x.clone(), weights(&game), 1);
        let grads = round.attacker.backward();
        assert!(x.grad(&grads).is_some() && round.weights.grad(&grads).is_none());
        let grads = round.discriminator.backward();
        assert!(x.grad(&grads).is_none() && round.weights.grad(&grads).is_some());
    }

    #[test]
    fn the_discriminators_gradient_agrees_with_finite_differences_and_it_learns() {
        let (victim, other) = (clip(LayoutId::KinectV1, 6, 1, 0.0), clip(LayoutId::KinectV1, 6, 1, 0.9));
        let mut game = Plausibility::new(&victim, &[other], Learning::Paper, 5).unwrap();
        let x = tensor(&victim, &Device::flex().autodiff());
        let fresh = game.discriminator.weights(&Device::flex()).into_data().try_to_vec::<f32>().unwrap();
        let n = 6;
        let real = feature_map(
            Tensor::from_data(
                TensorData::new(game.natural.iter().flat_map(|p| p.0.clone()).collect(), [n, 20, 3]),
                &x.device(),
            ),
            vec![1.0; n * 15],
            game.layout,
        );
        let fake = feature_map(x.clone().reshape([n, 20, 3]), vec![1.0; n * 15], game.layout);
        check::gradient(&fresh, 1e-3, |weights| {
            let judge = |maps: &Tensor<4>| game.discriminator.forward(&weights, maps.clone());
            (judge(&real) - 1.0).square().mean() + judge(&fake).square().mean()
        });

        let mut losses = Vec::new();
        for i in 1..=80 {
            let round = game.play(x.clone(), weights(&game), i);
            losses.push(round.discriminator.clone().into_scalar::<f32>());
            let gradient = round.weights.grad(&round.discriminator.backward()).unwrap();
            game.learn(&gradient.into_data().try_to_vec::<f32>().unwrap(), 0.01);
        }
        // Undecided it scores 1/4 + 1/4.
        assert!((losses[0] - 0.5).abs() < 0.1 && losses[79] < 0.25, "{losses:?}");
    }

    #[test]
    fn a_discriminator_of_the_perturbation_sees_the_clips_own_poses_and_does_not_saturate() {
        let (victim, other) = (clip(LayoutId::KinectV1, 4, 1, 0.0), clip(LayoutId::KinectV1, 5, 1, 0.4));
        let game = Plausibility::new(&victim, &[other], Learning::Perturbation, 5).unwrap();
        let mut rng = Pcg32::seed_from_u64(1);
        let drawn: Vec<_> = (0..4).map(|i| game.draw(i, &mut rng).0.clone()).collect();
        assert_eq!((drawn[0].as_slice(), drawn[2].as_slice()), (victim.person(0, 0), victim.person(2, 0)));
        assert!((0..4).all(|t| drawn[1] != victim.person(t, 0) && drawn[3] != victim.person(t, 0)));
        // Weights that score far beyond 1: the attacker still has a gradient, and the score that is shown is 1.
        let x = tensor(&victim, &Device::flex().autodiff()).require_grad();
        let round = game.play(x.clone(), weights(&game) * 30.0, 1);
        let gradient = x.grad(&round.attacker.backward()).unwrap();
        assert!(gradient.abs().max().into_scalar::<f32>() > 1e-3);
        let score: f32 = round.score.into_scalar();
        assert!((0.0..=1.0).contains(&score));
    }

    #[test]
    fn absent_people_are_not_judged() {
        let one = clip(LayoutId::KinectV1, 3, 1, 0.0);
        // The same person beside an empty one, with a frame of nobody between.
        let mut data = Vec::new();
        for t in [0, 1, 1, 2] {
            let gap = data.len() == 2 * 120;
            data.extend(if gap { vec![0.0; 60] } else { one.person(t, 0).to_vec() });
            data.extend([0.0; 60]);
        }
        let two = Sequence::new(LayoutId::KinectV1, 30.0, 4, 2, data).unwrap();
        let score = |clip: &Sequence| {
            let game = Plausibility::new(clip, std::slice::from_ref(&one), Learning::Paper, 5).unwrap();
            game.play(tensor(clip, &Device::flex().autodiff()), weights(&game), 1).score.into_scalar::<f32>()
        };
        assert!((score(&one) - score(&two)).abs() < 1e-6);
    }

    #[test]
    fn unusable_natural_clips_are_refused() {
        let one = clip(LayoutId::KinectV1, 3, 1, 0.0);
        let refused =
            |natural: &[Sequence]| Plausibility::new(&one, natural, Learning::Paper, 0).err().unwrap().to_string();
        assert!(refused(&[clip(LayoutId::Ntu, 3, 1, 0.0)]).starts_with("natural: "));
        assert!(refused(&[one.with_data(vec![0.0; 180]).unwrap()]).starts_with("natural: "));
    }
}
