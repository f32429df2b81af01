//! Steps that a GPU takes without the host: the clip, Adam's moments and the discriminator stay on it from step to step, and what
//! the steps have to tell is read once after all of them. Between two calls the host has everything, as after steps of its own.
//!
//! These are the steps of Adam with CIASA's losses, clipping and realignment. The signs of the other methods, SMART's balance of
//! two gradients, and regions whose joints are solved for between others are the host's. A GPU realigns in f32, the host in f64.
//! Several attacks take such steps together where all of theirs are of this kind.

use burn::tensor::{Int, Tensor, TensorData, Transaction};

use super::adam::Adam;
use super::forward_backward::{Entry, Graded, Seen, fetch, finite, goals, grade, missing};
use super::gpu::{self, AdamSteps};
use super::losses::adversarial::Plausibility;
use super::{Attack, Done, StepReport, project, realign};
use crate::contract::goal::Goal;
use crate::error::Result;

/// An attack on a GPU, for some steps.
pub(super) struct Resident {
    /// From where to where each value may go, (2, T M V C).
    range: Tensor<2>,
    /// The original, (T, M, V, C), the order in which joints are put at the ends of their bones, (T M, V), and how many coordinates
    /// they have, if they are put there.
    realigned: Option<(Tensor<4>, Tensor<2, Int>, usize)>,
    /// Adam's steps: the clip's and the discriminator's.
    steps: AdamSteps,
    learns: Option<AdamSteps>,
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

    /// The same, read.
    fn kept(&self, read: &mut impl Iterator<Item = Vec<f32>>) -> Result<Kept> {
        let mut next = || read.next().ok_or_else(missing);
        let moments = next()?;
        let game = if self.game.is_some() { Some((next()?, next()?)) } else { None };
        Ok(Kept { moments, game })
    }
}

/// A state but for the clip, on the host.
struct Kept {
    moments: Vec<f32>,
    game: Option<(Vec<f32>, Vec<f32>)>,
}

/// What a step has told: logits, numbers, and V' after it.
type Told = [Vec<f32>; 3];

/// A step that was taken.
struct Taken {
    seen: Seen,
    /// V' after it, (T, M, V, C).
    x: Vec<f32>,
    /// Forward passes in a row that met the stop rule.
    held: usize,
    done: Option<Done>,
}

/// Up to `count` steps of each attack, which all have them left. Those after the one that a stop rule ends with are forgotten.
pub(super) async fn batch(
    attacks: &mut [&mut Attack],
    residents: Vec<Resident>,
    count: usize,
) -> Result<Vec<Vec<StepReport>>> {
    let goals = goals(attacks).await?;
    let mut reading = Transaction::default();
    // After each step, each attack's.
    let mut states: Vec<Vec<State>> = vec![residents.iter().map(|resident| resident.state.clone()).collect()];
    for ahead in 0..count {
        let entries = attacks.iter().zip(&states[ahead]).zip(&goals).map(|((attack, state), &goal)| Entry {
            attack,
            goal,
            round: attack.iteration + ahead + 1,
            x: state.x.clone(),
            weights: state.game.as_ref().map(|(weights, _)| weights.clone()),
        });
        let graded = grade(entries.collect())?;
        let mut after = Vec::with_capacity(residents.len());
        for ((resident, state), graded) in residents.iter().zip(&states[ahead]).zip(graded) {
            reading = reading.register(graded.logits.clone()).register(graded.numbers.clone());
            let state = resident.descended(state.clone(), graded, ahead);
            reading = reading.register(state.x.clone());
            after.push(state);
        }
        states.push(after);
    }
    let mut read = fetch(states[count].iter().fold(reading, |reading, state| state.read(reading))).await?.into_iter();
    let mut told: Vec<Vec<Told>> = attacks.iter().map(|_| Vec::with_capacity(count)).collect();
    for _ in 0..count {
        for told in &mut told {
            let mut next = || read.next().ok_or_else(missing);
            told.push([next()?, next()?, next()?]);
        }
    }
    let taken = attacks.iter().zip(told).zip(&goals).map(|((attack, told), &goal)| attack.taken(told, goal));
    let taken = taken.collect::<Result<Vec<_>>>()?;

    // The step that has held moves nothing. Where others follow, the state of before them is asked for.
    let updates = |taken: &[Taken]| taken.iter().filter(|t| t.done != Some(Done::Held)).count();
    let updates: Vec<usize> = taken.iter().map(|taken| updates(taken)).collect();
    let earlier = |i: usize| (1..count).contains(&updates[i]).then(|| &states[updates[i]][i]);
    let again = (0..updates.len()).filter_map(earlier).fold(Transaction::default(), |reading, s| s.read(reading));
    let mut again = match (0..updates.len()).any(|i| earlier(i).is_some()) {
        true => fetch(again).await?.into_iter(),
        false => Vec::new().into_iter(),
    };
    let mut kept = Vec::with_capacity(updates.len());
    for (i, last) in states[count].iter().enumerate() {
        let last = last.kept(&mut read)?;
        let one = match earlier(i) {
            Some(state) => Some(state.kept(&mut again)?),
            None => (updates[i] > 0).then_some(last),
        };
        kept.push(one);
    }
    // Before anything changes.
    for kept in kept.iter().flatten() {
        finite([&kept.moments].into_iter().chain(kept.game.iter().flat_map(|(weights, moments)| [weights, moments])))?;
    }
    let all = attacks.iter_mut().zip(taken).zip(kept).zip(updates).zip(goals);
    Ok(all.map(|((((attack, taken), kept), updates), goal)| attack.took(taken, kept, updates, goal)).collect())
}

impl Attack {
    /// The attack as it is now on the victim's device for `count` steps, if that is one which takes the steps of these settings.
    pub(super) fn resident(&self, count: usize) -> Option<Resident> {
        let device = self.victim.device();
        if !gpu::keeps(device) || self.config.perceptual() {
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
        let steps = |adam: &Adam| adam.gpu_steps(self.config.alpha, count, device);
        Some(Resident {
            range: pairs([from, to].concat()),
            realigned,
            steps: steps(adam),
            learns: discriminator.map(|d| steps(d.adam())),
            state,
        })
    }

    /// What the steps have seen and done, up to the last one that counts.
    fn taken(&self, told: Vec<Told>, goal: Goal) -> Result<Vec<Taken>> {
        let (mut taken, mut held) = (Vec::with_capacity(told.len()), self.held);
        for ([logits, numbers, x], iteration) in told.into_iter().zip(self.iteration + 1..) {
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

    /// The steps are taken, so many of which moved something, and these are their reports.
    fn took(&mut self, steps: Vec<Taken>, kept: Option<Kept>, updates: usize, goal: Goal) -> Vec<StepReport> {
        if let Some(Kept { moments, game }) = kept {
            if let Some(adam) = self.update.adam_mut() {
                adam.advance(updates, &moments);
            }
            if let (Some(plausibility), Some((weights, moments))) = (&mut self.plausibility, game) {
                plausibility.discriminator_mut().advance(updates, &weights, &moments);
            }
        }
        let report = |step: Taken| {
            self.iteration += 1;
            self.held = step.held;
            if step.done != Some(Done::Held) {
                self.perturbed = step.x;
            }
            self.report(goal, step.seen, step.done)
        };
        steps.into_iter().map(report).collect()
    }
}

impl Resident {
    /// The state after the step number `ahead` of a batch, from 0: lines 9 to 13 of Algorithm 1.
    fn descended(&self, from: State, graded: Graded, ahead: usize) -> State {
        let range = Some(self.range.clone());
        let (x, moments) = gpu::adam_step(from.x, graded.gradient, from.moments, range, &self.steps, ahead);
        let x = match self.realigned.clone() {
            Some((clean, placing, dims)) => gpu::realign(x, clean, placing, dims),
            None => x,
        };
        let learns = from.game.zip(graded.discriminator).zip(self.learns.as_ref());
        let game = learns
            .map(|(((weights, moments), gradient), by)| gpu::adam_step(weights, gradient, moments, None, by, ahead));
        State { x, moments, game }
    }
}
