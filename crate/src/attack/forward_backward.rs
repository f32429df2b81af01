//! The part of a step that runs on the recogniser's device: forward through the recogniser and the losses, and the
//! gradients back.
//!
//! Several attacks on clips of one shape share the recogniser's passes; each has its own losses.

use burn::tensor::{Tensor, TensorData, Transaction};

use super::losses::adversarial::Game;
use super::losses::perceptual::perceptual;
use super::losses::{prediction::prediction, smooth::smooth};
use super::state::Attack;
use super::victim::Victim;
use crate::contract::{AttackConfig, Goal, Method, Smoothness};
use crate::error::{Error, Result};
use crate::kernel::pass;

/// V' of one attack at the start of a step.
pub(super) struct Input<'a> {
    attack: &'a Attack,
    goal: Goal,
    /// The number of the step, from 1. It seeds the choice of natural poses.
    round: usize,
    /// V', (T, M, V, C).
    x: Tensor<4>,
    /// Whether `x` is on a device with autodiff.
    tracked: bool,
    /// The discriminator's weights, (W), without autodiff, if it takes part.
    weights: Option<Tensor<1>>,
}

/// The losses of one clip, with their graphs.
pub(super) struct ClipLosses {
    x: Tensor<4>,
    /// Whether the gradient to `x` is wanted.
    guided: bool,
    /// As in [`Input`].
    tracked: bool,
    judged: Tensor<2>,
    /// As in [`Pass::numbers`], without the last one: (7).
    numbers: Tensor<1>,
    /// L_pred + lambda (L_smooth + w L_adv), (1); w is 1 in the paper.
    descended: Tensor<1>,
    /// SMART's, or the prediction loss over noisy networks, (1). Its gradient is taken apart, for the balance of both.
    apart: Option<Tensor<1>>,
    game: Option<Game>,
}

/// What the forward and the backward pass give for one clip, on the device.
pub(super) struct Pass {
    /// Of the clip, (1, classes), or of the views that judge it, (K, classes).
    pub logits: Tensor<2>,
    /// All losses in the order of [`Losses`](crate::contract::Losses), the discriminator's mean score, the largest
    /// component of the gradient: (8).
    pub numbers: Tensor<1>,
    /// Of L_pred + lambda (L_smooth + w L_adv) with respect to V', (T, M, V, C), also where the clip may not move.
    /// Zeros if the attack follows no gradient.
    pub gradient: Tensor<4>,
    /// Of the perceptual loss, or of the prediction loss over noisy networks, with respect to V', if one takes part.
    pub apart: Option<Tensor<4>>,
    /// Of the discriminator's loss with respect to its weights, (W), if it takes part.
    pub discriminator: Option<Tensor<1>>,
}

/// A [`Pass`], read back.
pub(super) struct ReadPass {
    pub logits: Vec<f32>,
    pub numbers: Vec<f32>,
    pub gradient: Vec<f32>,
    pub apart: Option<Vec<f32>>,
    pub discriminator: Option<Vec<f32>>,
}

impl<'a> Input<'a> {
    /// V', (T, M, V, C), and the discriminator's weights, (W), are on the plain device.
    pub fn new(attack: &'a Attack, goal: Goal, round: usize, x: Tensor<4>, weights: Option<Tensor<1>>) -> Self {
        Self { attack, goal, round, x, tracked: false, weights }
    }

    /// The clip as the network gets it in this step, (K, C, T, V, M): the clip itself, or what views show of it.
    fn guiding(&self) -> Tensor<5> {
        match &self.attack.views {
            Some(views) => views.of_step(self.x.clone(), self.round),
            None => clip(self.x.clone()),
        }
    }

    /// The same without a gradient, for the judgement of the clip; `None` if the one of this step serves for that.
    fn judging(&self) -> Option<Tensor<5>> {
        self.attack.views.as_ref().map(|views| views.judging(self.x.clone().inner()))
    }

    /// The logits of noisy networks, (draws, classes), if the attack follows them; other noise in each step. They have
    /// a forward pass of their own, because a backward pass uses its graph up.
    fn spread(&self) -> Option<Tensor<2>> {
        let (config, victim) = (&self.attack.config, &self.attack.victim);
        if config.method != Method::Tasar {
            return None;
        }
        let (draws, classes) = (config.transfer.draws, victim.classes());
        let seed = config.seed.wrapping_mul(1_000_003).wrapping_add(self.round as u64 * 16);
        let x = clip(self.x.clone());
        let all = victim.spread_logits(x, draws, config.transfer.noise, seed)?;
        Some(all.narrow(1, classes, draws * classes).reshape([draws, classes]))
    }

    /// Lines 4 to 7 of Algorithm 1 for a clip with these logits.
    fn losses(self, Logits { guiding, judging }: Logits) -> ClipLosses {
        let drawn = self.spread().map(|drawn| mean_prediction(drawn, self.goal, &self.attack.config));
        let (attack, x, tracked) = (self.attack, self.x, self.tracked);
        let (config, device) = (&attack.config, x.device());
        let predict = match judging {
            Some(_) => mean_prediction(guiding.clone(), self.goal, config),
            None => prediction(guiding.clone(), self.goal, config.prediction),
        };
        let smooth = if config.smooth() { smoothness(&x, attack) } else { None };
        let game = attack.adversary().zip(self.weights);
        let game = game.map(|(plausibility, weights)| plausibility.play(x.clone(), weights, self.round));
        let perceptual = config.perceptual().then(|| perceptual(x.clone(), &attack.clean));

        let weight = config.search().discriminator.weight();
        let restraint = [smooth.clone(), game.as_ref().map(|g| g.attacker.clone() * weight)];
        let descended = restraint.into_iter().flatten().fold(predict.clone(), |sum, part| sum + part * config.lambda);
        let total = perceptual.iter().fold(descended.clone(), |sum, part| sum + part.clone() * config.lambda);

        let none = || Tensor::zeros([1], &device);
        let part = |of: fn(&Game) -> &Tensor<1>| game.as_ref().map_or_else(none, |g| of(g).clone());
        let numbers = vec![
            total,
            predict,
            smooth.unwrap_or_else(none),
            part(|g| &g.attacker),
            perceptual.clone().unwrap_or_else(none),
            part(|g| &g.discriminator),
            part(|g| &g.score),
        ];
        let guided = config.method.follows_gradient();
        let (numbers, judged) = (Tensor::cat(numbers, 0), judging.unwrap_or(guiding));
        ClipLosses { numbers, x, guided, tracked, judged, descended, apart: perceptual.or(drawn), game }
    }
}

/// L_smooth of the perturbation, or of the clip as in the paper.
fn smoothness(x: &Tensor<4>, attack: &Attack) -> Option<Tensor<1>> {
    let x = match attack.config.search().smoothness {
        Smoothness::Perturbation => {
            let clean = TensorData::new(attack.clean.data().to_vec(), x.dims());
            x.clone() - Tensor::from_data(clean, &x.device())
        }
        Smoothness::Paper => x.clone(),
    };
    smooth(x, &attack.bounds)
}

/// Begins the graph of a step. Burn keeps what is computed on a device with autodiff until a backward pass, so where no
/// attack takes one, the clips stay off such a device.
pub(super) fn track<'a>(inputs: Vec<Input<'a>>) -> Vec<Input<'a>> {
    let guided = |input: &Input| input.attack.config.method.follows_gradient();
    let tracked = inputs.iter().any(|input| guided(input) || input.weights.is_some());
    if !tracked {
        return inputs;
    }
    let begin = |input: Input<'a>| {
        let (guided, x) = (guided(&input), Tensor::from_inner(input.x.clone()));
        Input { x: if guided { x.require_grad() } else { x }, tracked, ..input }
    };
    inputs.into_iter().map(begin).collect()
}

/// What the network answers to one clip.
pub(super) struct Logits {
    /// Those that the loss is of: (1, classes), or of the step's views, (K, classes).
    guiding: Tensor<2>,
    /// Of the views that judge, (K, classes), if there are views.
    judging: Option<Tensor<2>>,
}

/// Line 3 of Algorithm 1: one forward pass for all clips, and one without a graph for the views that judge.
pub(super) fn forward(inputs: &[Input]) -> Vec<Logits> {
    let Some(first) = inputs.first() else { return Vec::new() };
    let victim = &*first.attack.victim;
    let guiding = answers(victim, inputs.iter().map(Input::guiding).collect());
    let judged: Vec<Option<Tensor<5>>> = inputs.iter().map(Input::judging).collect();
    let mut judging = answers(victim, judged.iter().flatten().cloned().collect()).into_iter();
    let judging = judged.iter().map(|views| views.as_ref().and_then(|_| judging.next()).map(Tensor::from_inner));
    guiding.into_iter().zip(judging).map(|(guiding, judging)| Logits { guiding, judging }).collect()
}

/// The logits of some clips each, (K, C, T, V, M), in one pass: (K, classes).
fn answers(victim: &dyn Victim, seen: Vec<Tensor<5>>) -> Vec<Tensor<2>> {
    let counts: Vec<usize> = seen.iter().map(|clips| clips.dims()[0]).collect();
    if counts.is_empty() {
        return Vec::new();
    }
    let seen = stacked(seen);
    let logits = pass(&seen.device(), || victim.logits(seen));
    // A single part needs no copy.
    match counts.len() {
        1 => vec![logits],
        _ => logits.split_with_sizes(counts, 0),
    }
}

/// The mean prediction loss of the draws' logits, (draws, classes).
fn mean_prediction(drawn: Tensor<2>, goal: Goal, config: &AttackConfig) -> Tensor<1> {
    let [draws, _] = drawn.dims();
    let each = drawn.split(1, 0).into_iter().map(|logits| prediction(logits, goal, config.prediction)).collect();
    Tensor::cat(each, 0).sum() / draws as f32
}

/// Lines 4 to 7 of Algorithm 1, clip by clip.
pub(super) fn losses(inputs: Vec<Input>, logits: Vec<Logits>) -> Vec<ClipLosses> {
    inputs.into_iter().zip(logits).map(|(input, logits)| input.losses(logits)).collect()
}

/// Line 8 of Algorithm 1: one backward pass for all clips. No clip's losses depend on another clip, so the gradient of
/// their sum with respect to a clip is that of its own losses.
pub(super) fn backward(losses: Vec<ClipLosses>) -> Result<Vec<Pass>> {
    let back = |of: fn(&ClipLosses) -> Option<&Tensor<1>>| {
        let sum = losses.iter().filter_map(of).cloned().reduce(|sum, loss| sum + loss);
        sum.map(|sum| pass(&sum.device(), || sum.backward()))
    };
    let mut by_descended = back(|l| l.guided.then_some(&l.descended));
    let mut by_apart = back(|l| l.apart.as_ref().filter(|_| l.guided));
    let mut by_discriminator = back(|l| l.game.as_ref().map(|game| &game.discriminator));
    let lost = || Error::device("the backward pass gave no gradient");
    let of_clip = |losses: ClipLosses| {
        let ClipLosses { x, guided, tracked, judged, numbers, apart, game, .. } = losses;
        let gradient = match guided {
            true => by_descended.as_mut().and_then(|by| x.grad_remove(by)).ok_or_else(lost)?,
            false if tracked => x.clone().inner().zeros_like(),
            false => x.zeros_like(),
        };
        let largest = gradient.clone().abs().max();
        let apart = by_apart.as_mut().filter(|_| guided && apart.is_some());
        let game = game.zip(by_discriminator.as_mut());
        let (logits, numbers) = if tracked { (judged.inner(), numbers.inner()) } else { (judged, numbers) };
        Ok(Pass {
            logits,
            numbers: Tensor::cat(vec![numbers, largest], 0),
            gradient,
            apart: apart.map(|by| x.grad_remove(by).ok_or_else(lost)).transpose()?,
            discriminator: game.map(|(game, by)| game.weights.grad_remove(by).ok_or_else(lost)).transpose()?,
        })
    };
    losses.into_iter().map(of_clip).collect()
}

/// Reads passes back, all at once.
///
/// # Errors
/// A device error if the device fails or a value is not finite.
pub(super) async fn read_back(passes: Vec<Pass>) -> Result<Vec<ReadPass>> {
    let mut reading = Transaction::default();
    let mut optional = Vec::with_capacity(passes.len());
    for pass in passes {
        optional.push([pass.apart.is_some(), pass.discriminator.is_some()]);
        reading = reading.register(pass.logits).register(pass.numbers).register(pass.gradient);
        reading = pass.apart.into_iter().fold(reading, Transaction::register);
        reading = pass.discriminator.into_iter().fold(reading, Transaction::register);
    }
    let mut read = ReadBack::of(reading).await?;
    finite(read.rest())?;
    let pass = |[apart, discriminator]: [bool; 2]| {
        Ok(ReadPass {
            logits: read.next()?,
            numbers: read.next()?,
            gradient: read.next()?,
            apart: if apart { Some(read.next()?) } else { None },
            discriminator: if discriminator { Some(read.next()?) } else { None },
        })
    };
    optional.into_iter().map(pass).collect()
}

/// The recogniser's logits for one clip of each attack, (classes) each.
///
/// # Errors
/// A device error if the device fails or a value is not finite.
pub(super) async fn logits(attacks: &[&Attack], of: impl Fn(&Attack) -> Vec<f32>) -> Result<Vec<Vec<f32>>> {
    read_logits(attacks, |attack| clip(attack.upload(&of(attack)))).await
}

/// The same as the attack judges its iterates: through its views, (K classes), if it has some.
///
/// # Errors
/// As [`logits`].
pub(super) async fn judging(attacks: &[&Attack], of: impl Fn(&Attack) -> Vec<f32>) -> Result<Vec<Vec<f32>>> {
    read_logits(attacks, |attack| {
        let x = attack.upload(&of(attack));
        attack.views.as_ref().map_or_else(|| clip(x.clone()), |views| views.judging(x.clone()))
    })
    .await
}

async fn read_logits(attacks: &[&Attack], seen: impl Fn(&Attack) -> Tensor<5>) -> Result<Vec<Vec<f32>>> {
    let Some(first) = attacks.first() else { return Ok(Vec::new()) };
    let all = answers(&*first.victim, attacks.iter().map(|attack| seen(attack)).collect());
    let reading = all.into_iter().fold(Transaction::default(), Transaction::register);
    let mut read = ReadBack::of(reading).await?;
    finite(read.rest())?;
    attacks.iter().map(|_| read.next()).collect()
}

/// From a clip, (T, M, V, C), to the networks' (1, C, T, V, M).
fn clip(x: Tensor<4>) -> Tensor<5> {
    x.permute([3, 0, 2, 1]).unsqueeze()
}

/// Clips of one shape, (K, C, T, V, M) each, in one tensor.
fn stacked(mut all: Vec<Tensor<5>>) -> Tensor<5> {
    // Concatenation copies, so a single part skips it.
    if all.len() == 1 { all.remove(0) } else { Tensor::cat(all, 0) }
}

/// Tensors read back in one transaction, in the order in which they were registered.
pub(super) struct ReadBack(std::vec::IntoIter<Vec<f32>>);

impl ReadBack {
    /// Reads everything at once, without blocking: a browser's GPU allows nothing else.
    ///
    /// # Errors
    /// A device error if the device fails.
    pub async fn of(reading: Transaction) -> Result<Self> {
        let data = reading.execute_async().await.map_err(|e| failed(format!("{e:?}")))?;
        let values = data.into_iter().map(|d| d.try_to_vec::<f32>().map_err(|e| failed(format!("{e:?}"))));
        Ok(Self(values.collect::<Result<Vec<_>>>()?.into_iter()))
    }

    /// The next tensor's values.
    pub fn next(&mut self) -> Result<Vec<f32>> {
        self.0.next().ok_or_else(missing)
    }

    /// All that are left.
    pub fn rest(&self) -> &[Vec<f32>] {
        self.0.as_slice()
    }
}

/// # Errors
/// A device error if a value is infinite or NaN.
pub(super) fn finite<'a>(read: impl IntoIterator<Item = &'a Vec<f32>>) -> Result<()> {
    match read.into_iter().flatten().all(|v| v.is_finite()) {
        true => Ok(()),
        false => Err(failed("the device computed a value that is infinite or NaN".into())),
    }
}

pub(super) fn missing() -> Error {
    Error::device("a result of the step is missing")
}

fn failed(cause: String) -> Error {
    Error::device(cause).at("reading the results of a step")
}
