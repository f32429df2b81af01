//! An iterate whose state lives on a GPU: V', Adam's moments and the discriminator stay there from step to step.
//!
//! The host reads the results of all steps at once, applies the stop rule to them, and drops the steps after the one
//! that it ends. Between two calls the attack has everything on the host, as after steps there. A GPU takes Adam's
//! steps with CIASA's losses and either projection. The other update rules, SMART's balance of two gradients, the views
//! of a camera, several starts, and the paper's realignment of joints between joints that stay are the host's.

use burn::tensor::{Tensor, TensorData, Transaction};

use super::adam::Adam;
use super::constraints::GpuProjection;
use super::forward_backward::{Input, Pass, ReadBack, finite};
use super::gpu::{self, AdamSteps};
use super::iterate::Iterate;
use super::losses::adversarial::Plausibility;
use super::progress::{Progress, Seen};
use super::state::Attack;
use crate::contract::{Done, Goal, StepReport};
use crate::error::Result;

/// An attack during some steps on a GPU.
pub(super) struct GpuIterate<'a> {
    attack: &'a Attack,
    goal: Goal,
    projection: GpuProjection,
    /// The constants of Adam's steps: the clip's and the discriminator's.
    clip_steps: AdamSteps,
    discriminator_steps: Option<AdamSteps>,
    state: GpuState,
    /// What the forward passes have shown so far.
    shown: Vec<Shown>,
    /// The state after each step so far.
    after: Vec<GpuState>,
}

/// What a step changes.
#[derive(Clone)]
struct GpuState {
    /// V', (T, M, V, C).
    x: Tensor<4>,
    /// What each part of each pose has kept of its perturbation, (T M, parts), after the exact projection.
    shares: Option<Tensor<2>>,
    /// Adam's moments for V', (2, T M V C).
    moments: Tensor<2>,
    /// If the discriminator takes part.
    discriminator: Option<GpuDiscriminator>,
}

#[derive(Clone)]
struct GpuDiscriminator {
    /// (W)
    weights: Tensor<1>,
    /// Adam's moments for the weights, (2, W).
    moments: Tensor<2>,
}

/// What a forward pass shows, for the read-back.
struct Shown {
    /// (1, classes)
    logits: Tensor<2>,
    /// As in [`Pass`], (7).
    numbers: Tensor<1>,
}

impl<'a> GpuIterate<'a> {
    /// Uploads an attack for `count` steps; `None` if its device is no GPU with our kernels, or not one for these
    /// settings.
    pub fn new(attack: &'a Attack, goal: Goal, count: usize) -> Option<Self> {
        let device = attack.victim.device();
        let search = attack.config.search();
        if !gpu::keeps(device) || attack.config.perceptual() || attack.views.is_some() || search.starts > 1 {
            return None;
        }
        let adam = attack.update.adam()?;
        let moments = |adam: &Adam| {
            let moments = adam.moments();
            let n = moments.len() / 2;
            Tensor::from_data(TensorData::new(moments, [2, n]), device)
        };
        let discriminator = attack.adversary().map(Plausibility::discriminator);
        let (alpha, taken, each) = (attack.config.alpha, attack.progress.iteration, attack.config.iterations);
        let scheduled = |ahead| alpha * search.schedule.factor(taken + ahead, each);
        Some(Self {
            attack,
            goal,
            projection: attack.projection.on_gpu(device)?,
            clip_steps: adam.gpu_steps(scheduled, count, device),
            discriminator_steps: discriminator
                .map(|d| d.adam().gpu_steps(|_| search.discriminator.rate(alpha), count, device)),
            state: GpuState {
                x: attack.upload(&attack.perturbed),
                shares: None,
                moments: moments(adam),
                discriminator: discriminator
                    .map(|d| GpuDiscriminator { weights: d.weights(device), moments: moments(d.adam()) }),
            },
            shown: Vec::with_capacity(count),
            after: Vec::with_capacity(count),
        })
    }
}

impl Iterate for GpuIterate<'_> {
    type Pass = Pass;

    fn input(&self) -> Input<'_> {
        let weights = self.state.discriminator.as_ref().map(|d| d.weights.clone());
        let round = self.attack.progress.iteration + self.after.len() + 1;
        Input::new(self.attack, self.goal, round, self.state.x.clone(), weights)
    }

    async fn fetch(passes: Vec<Pass>) -> Result<Vec<Pass>> {
        Ok(passes)
    }

    fn holds(&mut self, pass: &Pass) -> bool {
        self.shown.push(Shown { logits: pass.logits.clone(), numbers: pass.numbers.clone() });
        false
    }

    fn update(&mut self, pass: Pass) {
        let (state, step) = (&mut self.state, self.after.len());
        let range = Some(self.projection.range.clone());
        let (x, moments) = (state.x.clone(), state.moments.clone());
        let gradient = match self.attack.config.search().surface {
            true => self.projection.along_surface(pass.gradient, x.clone()),
            false => pass.gradient,
        };
        (state.x, state.moments) = gpu::adam_step(x, gradient, moments, range, &self.clip_steps, step);
        let learns = state.discriminator.as_mut().zip(pass.discriminator).zip(self.discriminator_steps.as_ref());
        if let Some(((discriminator, gradient), steps)) = learns {
            let GpuDiscriminator { weights, moments } = discriminator.clone();
            let (weights, moments) = gpu::adam_step(weights, gradient, moments, None, steps, step);
            *discriminator = GpuDiscriminator { weights, moments };
        }
    }

    fn project(&mut self) {
        (self.state.x, self.state.shares) = self.projection.project(self.state.x.clone());
        self.after.push(self.state.clone());
    }
}

/// The results of steps on a GPU, read back and checked, for one attack.
pub(super) struct GpuSteps {
    goal: Goal,
    steps: Vec<ReadStep>,
    /// The steps that moved V': all but one that the stop rule has ended.
    updates: usize,
    /// The optimisers after these updates; `None` without an update.
    optimisers: Option<ReadOptimisers>,
}

/// A step that counts.
struct ReadStep {
    seen: Seen,
    /// V' after it, (T, M, V, C).
    x: Vec<f32>,
    /// Frames that the projection pulled towards the original.
    yielded_frames: usize,
    progress: Progress,
    done: Option<Done>,
}

/// Adam's moments for V', and the discriminator, on the host.
struct ReadOptimisers {
    moments: Vec<f32>,
    discriminator: Option<ReadDiscriminator>,
}

struct ReadDiscriminator {
    weights: Vec<f32>,
    moments: Vec<f32>,
}

/// Reads the steps of all iterates at once. An iterate that the stop rule has ended early needs its optimisers as they
/// were then; these are read in a second pass.
///
/// # Errors
/// A device error if the GPU fails or a value is not finite.
pub(super) async fn read_back(iterates: Vec<GpuIterate<'_>>) -> Result<Vec<GpuSteps>> {
    let reading = iterates.iter().fold(Transaction::default(), |reading, iterate| iterate.register(reading));
    let mut read = ReadBack::of(reading).await?;
    let mut results = iterates.iter().map(|iterate| iterate.take(&mut read)).collect::<Result<Vec<_>>>()?;

    let mut late: Vec<(&GpuState, &mut GpuSteps)> = Vec::new();
    for (iterate, result) in iterates.iter().zip(&mut results) {
        if (1..iterate.after.len()).contains(&result.updates) {
            late.push((&iterate.after[result.updates - 1], result));
        }
    }
    if !late.is_empty() {
        let reading = late.iter().fold(Transaction::default(), |reading, (state, _)| state.register(reading));
        let mut read = ReadBack::of(reading).await?;
        for (state, result) in late {
            result.optimisers = Some(state.take(&mut read)?);
        }
    }
    results.iter().filter_map(|result| result.optimisers.as_ref()).try_for_each(ReadOptimisers::check)?;
    Ok(results)
}

impl GpuIterate<'_> {
    /// Adds all steps, and the optimisers after the last one, to a reading.
    fn register(&self, reading: Transaction) -> Transaction {
        let reading = self.shown.iter().zip(&self.after).fold(reading, |reading, (shown, after)| {
            let reading = reading.register(shown.logits.clone()).register(shown.numbers.clone());
            after
                .shares
                .iter()
                .fold(reading.register(after.x.clone()), |reading, shares| reading.register(shares.clone()))
        });
        self.state.register(reading)
    }

    /// Takes the same from what was read, up to the last step that counts.
    fn take(&self, read: &mut ReadBack) -> Result<GpuSteps> {
        let (config, judged) = (&self.attack.config, self.attack.adversary().is_some());
        let (mut steps, mut progress, mut over) = (Vec::with_capacity(self.after.len()), self.attack.progress, false);
        for after in &self.after {
            let (logits, numbers, x) = (read.next()?, read.next()?, read.next()?);
            let shares = after.shares.as_ref().map_or_else(|| Ok(Vec::new()), |_| read.next())?;
            if over {
                continue;
            }
            finite([&logits, &numbers])?;
            let seen = Seen::new(&logits, &numbers, self.goal, judged);
            progress = progress.after(&seen, config);
            let done = progress.done(config);
            over = done.is_some();
            // The step that has held moves nothing, so its V' is dropped.
            if done != Some(Done::Held) {
                finite([&x])?;
            }
            let yielded_frames = self.yielded_frames(&shares);
            steps.push(ReadStep { seen, x, yielded_frames, progress, done });
        }
        let optimisers = self.state.take(read)?;
        let updates = steps.iter().filter(|step| step.done != Some(Done::Held)).count();
        Ok(GpuSteps { goal: self.goal, steps, updates, optimisers: (updates > 0).then_some(optimisers) })
    }
}

impl GpuIterate<'_> {
    /// The frames in which a part has kept less than its whole perturbation.
    fn yielded_frames(&self, shares: &[f32]) -> usize {
        let in_frame = (shares.len() / self.attack.clean.frames()).max(1);
        shares.chunks(in_frame).filter(|shares| shares.iter().any(|share| *share < 1.0)).count()
    }
}

impl GpuState {
    /// Adds the optimisers to a reading.
    fn register(&self, reading: Transaction) -> Transaction {
        let reading = reading.register(self.moments.clone());
        match self.discriminator.clone() {
            Some(GpuDiscriminator { weights, moments }) => reading.register(weights).register(moments),
            None => reading,
        }
    }

    /// Takes the same from what was read.
    fn take(&self, read: &mut ReadBack) -> Result<ReadOptimisers> {
        let moments = read.next()?;
        let discriminator = match self.discriminator {
            Some(_) => Some(ReadDiscriminator { weights: read.next()?, moments: read.next()? }),
            None => None,
        };
        Ok(ReadOptimisers { moments, discriminator })
    }
}

impl ReadOptimisers {
    /// # Errors
    /// A device error if a value is not finite.
    fn check(&self) -> Result<()> {
        finite([&self.moments].into_iter().chain(self.discriminator.iter().flat_map(|d| [&d.weights, &d.moments])))
    }
}

impl GpuSteps {
    /// Brings the attack to where these steps lead, and reports each of them.
    pub fn adopt(self, attack: &mut Attack) -> Vec<StepReport> {
        if let Some(ReadOptimisers { moments, discriminator }) = self.optimisers {
            if let Some(adam) = attack.update.adam_mut() {
                adam.advance(self.updates, &moments);
            }
            if let (Some(plausibility), Some(d)) = (&mut attack.plausibility, discriminator) {
                plausibility.discriminator_mut().advance(self.updates, &d.weights, &d.moments);
            }
        }
        let report = |step: ReadStep| {
            let updates = attack.progress.iteration;
            attack.track.see(&step.seen, updates, &attack.perturbed, &attack.clean, &attack.bounds);
            attack.progress = step.progress;
            if step.done != Some(Done::Held) {
                attack.perturbed = step.x;
                attack.yielded_frames = step.yielded_frames;
            }
            attack.report(self.goal, step.seen, step.progress, step.done)
        };
        self.steps.into_iter().map(report).collect()
    }
}
