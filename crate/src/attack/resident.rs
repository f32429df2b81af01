//! Steps that a GPU takes without the host: the clip, Adam's moments and the discriminator stay on it from step to step, and what
//! the steps have to tell is read once after all of them. Between two calls the host has everything, as after steps of its own.
//!
//! These are the steps of Adam with CIASA's losses, clipping and realignment. The signs of the other methods, SMART's balance of
//! two gradients, and regions whose joints are solved for between others are the host's. A GPU realigns in f32, the host in f64.

use burn::tensor::{Int, Tensor, TensorData, Transaction};

use super::adam::Adam;
use super::losses::adversarial::Plausibility;
use super::pass::{Graded, Seen, fetch, finite, missing};
use super::target::Goal;
use super::{Attack, Done, StepReport, project, realign};
use crate::error::Result;
use crate::kernel::{self, Descents};

/// An attack on a GPU, for some steps.
pub(super) struct Resident {
    count: usize,
    /// From where to where each value may go, (2, T M V C).
    range: Tensor<2>,
    /// The original, (T, M, V, C), the order in which joints are put at the ends of their bones, (T M, V), and how many coordinates
    /// they have, if they are put there.
    realigned: Option<(Tensor<4>, Tensor<2, Int>, usize)>,
    /// Adam's steps: the clip's and the discriminator's.
    steps: Descents,
    learns: Option<Descents>,
    state: State,
}

/// What a step changes.
#[derive(Clone)]
struct State {
    /// V', (T, M, V, C).
    x: Tensor<4>,
    /// Adam's, (2, T M V C).
    moments: Tensor<2>,
    /// The discriminator's weights, (W), and their moments, (2, W), if it takes part.
    game: Option<(Tensor<1>, Tensor<2>)>,
}

impl State {
    /// All but the clip.
    fn read(&self, reading: Transaction) -> Transaction {
        let reading = reading.register(self.moments.clone());
        match self.game.clone() {
            Some((weights, moments)) => reading.register(weights).register(moments),
            None => reading,
        }
    }
}

/// A step that was taken.
struct Taken {
    seen: Seen,
    /// V' after it, (T, M, V, C).
    x: Vec<f32>,
    /// Forward passes in a row that met the stop rule.
    held: usize,
    done: Option<Done>,
}

impl Attack {
    /// The attack as it is now on the victim's device for `count` steps, if that is one which takes the steps of these settings.
    pub(super) fn resident(&self, count: usize) -> Option<Resident> {
        let device = self.victim.device();
        if !kernel::keeps(device) || self.config.perceptual() {
            return None;
        }
        let adam = self.update.adam()?;
        let pairs = |pairs: Vec<f32>| {
            let n = pairs.len() / 2;
            Tensor::from_data(TensorData::new(pairs, [2, n]), device)
        };
        let realigned = match self.config.constraints.realign {
            true => {
                let placing = realign::placing(&self.clean, &self.bounds)?;
                let joints = self.clean.layout().len();
                let shape = [placing.len() / joints, joints];
                let placing = Tensor::from_data(TensorData::new(placing, shape), device);
                Some((self.upload(self.clean.data(), device), placing, self.clean.layout().dims))
            }
            false => None,
        };
        let clip = self.config.constraints.clip;
        let range = |(clean, bound): (&f32, &f32)| match clip || *bound == 0.0 {
            true => project::range(*clean, *bound),
            false => (f32::MIN, f32::MAX),
        };
        let (from, to): (Vec<_>, Vec<_>) = self.clean.data().iter().zip(&self.bounds).map(range).unzip();
        let discriminator = self.plays().map(Plausibility::discriminator);
        let state = State {
            x: self.upload(&self.perturbed, device),
            moments: pairs(adam.moments()),
            game: discriminator.map(|d| (d.weights(device), pairs(d.adam().moments()))),
        };
        let descents = |adam: &Adam| adam.descents(self.config.alpha, count, device);
        Some(Resident {
            count,
            range: pairs([from, to].concat()),
            realigned,
            steps: descents(adam),
            learns: discriminator.map(|d| descents(d.adam())),
            state,
        })
    }

    /// The steps, no more than are left. Those after the one that a stop rule ends with are forgotten.
    pub(super) async fn batch(&mut self, resident: Resident) -> Result<Vec<StepReport>> {
        let count = resident.count;
        let goal = self.goal().await?;
        let mut reading = Transaction::default();
        let mut states = Vec::with_capacity(count);
        let mut state = resident.state.clone();
        for ahead in 0..count {
            let weights = state.game.as_ref().map(|(weights, _)| weights.clone());
            let graded = self.grade(state.x.clone(), weights, self.iteration + ahead + 1, goal)?;
            reading = reading.register(graded.logits.clone()).register(graded.numbers.clone());
            state = resident.descended(state, graded, ahead);
            reading = reading.register(state.x.clone());
            states.push(state.clone());
        }
        let mut read = fetch(state.read(reading)).await?.into_iter();
        let taken = self.taken(&mut read, goal, count)?;

        // The step that has held moves nothing.
        let updates = taken.iter().filter(|t| t.done != Some(Done::Held)).count();
        let kept = match updates.checked_sub(1).and_then(|last| states.get(last)) {
            None => None,
            Some(_) if updates == count => Some(read.collect()),
            Some(state) => Some(fetch(state.read(Transaction::default())).await?),
        };
        if let Some(kept) = kept {
            self.learn(&kept, updates)?;
        }
        Ok(taken.into_iter().map(|taken| self.took(taken, goal)).collect())
    }

    /// What the steps have seen and done, up to the last one that counts.
    fn taken(&self, read: &mut impl Iterator<Item = Vec<f32>>, goal: Goal, count: usize) -> Result<Vec<Taken>> {
        let (mut taken, mut held) = (Vec::with_capacity(count), self.held);
        for iteration in self.iteration + 1..=self.iteration + count {
            let mut next = || read.next().ok_or_else(missing);
            let ([logits, numbers], x) = ([next()?, next()?], next()?);
            finite([&logits, &numbers])?;
            let seen = self.seen(&logits, &numbers, goal);
            held = self.held_after(held, &seen);
            let done = self.done(iteration, held);
            // The one that has held is forgotten.
            if done != Some(Done::Held) {
                finite([&x])?;
            }
            taken.push(Taken { seen, x, held, done });
            if done.is_some() {
                break;
            }
        }
        Ok(taken)
    }

    /// Moments and discriminator after so many updates. Nothing changes if they are no numbers.
    fn learn(&mut self, kept: &[Vec<f32>], updates: usize) -> Result<()> {
        finite(kept)?;
        let [moments, game @ ..] = kept else { return Err(missing()) };
        let game = match (self.plays().is_some(), game) {
            (false, []) => None,
            (true, [weights, moments]) => Some((weights, moments)),
            _ => return Err(missing()),
        };
        if let Some(adam) = self.update.adam_mut() {
            adam.advance(updates, moments);
        }
        if let (Some(plausibility), Some((weights, moments))) = (&mut self.plausibility, game) {
            plausibility.discriminator_mut().advance(updates, weights, moments);
        }
        Ok(())
    }

    /// A step is taken, and this is its report.
    fn took(&mut self, step: Taken, goal: Goal) -> StepReport {
        self.iteration += 1;
        self.held = step.held;
        if step.done != Some(Done::Held) {
            self.perturbed = step.x;
        }
        self.report(goal, step.seen, step.done)
    }
}

impl Resident {
    /// The state after the step number `ahead` of a batch, from 0: lines 9 to 13 of Algorithm 1.
    fn descended(&self, from: State, graded: Graded, ahead: usize) -> State {
        let range = Some(self.range.clone());
        let (x, moments) = kernel::descend(from.x, graded.gradient, from.moments, range, &self.steps, ahead);
        let x = match self.realigned.clone() {
            Some((clean, placing, dims)) => kernel::realign(x, clean, placing, dims),
            None => x,
        };
        let learns = from.game.zip(graded.discriminator).zip(self.learns.as_ref());
        let game = learns
            .map(|(((weights, moments), gradient), by)| kernel::descend(weights, gradient, moments, None, by, ahead));
        State { x, moments, game }
    }
}
