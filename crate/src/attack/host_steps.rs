//! An iterate whose state lives on the host: the attack itself.

use super::basar::HardLabel;
use super::forward_backward::{Input, Pass, ReadPass, read_back};
use super::iterate::Iterate;
use super::losses::perceptual::balance;
use super::progress::Seen;
use super::projection::surface;
use super::state::Attack;
use super::update::Step;
use crate::contract::{Done, Goal, StepReport, Stop, metrics};
use crate::error::Result;

/// An attack during one step on the host.
pub(super) struct HostIterate<'a> {
    attack: &'a mut Attack,
    goal: Goal,
    /// What the forward pass has shown, once it is read back.
    seen: Option<Seen>,
}

impl<'a> HostIterate<'a> {
    pub fn new(attack: &'a mut Attack, goal: Goal) -> Self {
        attack.next_start();
        Self { attack, goal, seen: None }
    }

    /// The report of the step; `None` if none was taken.
    pub fn report(self) -> Option<StepReport> {
        let (attack, progress) = (&*self.attack, self.attack.progress);
        self.seen.map(|seen| attack.report(self.goal, seen, progress, progress.done(&attack.config)))
    }
}

impl Iterate for HostIterate<'_> {
    type Pass = ReadPass;

    fn input(&self) -> Input<'_> {
        let (attack, device) = (&*self.attack, self.attack.victim.device());
        let weights = attack.adversary().map(|plausibility| plausibility.discriminator().weights(device));
        let round = attack.progress.iteration + 1;
        let x = attack.update.walk().map_or(&*attack.perturbed, HardLabel::query);
        Input::new(attack, self.goal, round, attack.upload(x), weights)
    }

    async fn fetch(passes: Vec<Pass>) -> Result<Vec<ReadPass>> {
        read_back(passes).await
    }

    fn holds(&mut self, pass: &ReadPass) -> bool {
        let attack = &mut *self.attack;
        let (logits, loss) = attack.judgement(&pass.logits, self.goal);
        let mut seen = Seen::new(&logits, &pass.numbers, self.goal, attack.adversary().is_some());
        if attack.views.is_some() {
            // The loss that compares iterates is that of the views which stay the same.
            seen.losses.prediction = loss;
        }
        if attack.update.walk().is_some() {
            attack.answer(seen.verdict.predicted, self.goal);
            self.seen = Some(seen);
            return true;
        }
        let updates = attack.progress.iteration;
        attack.track.see(&seen, updates, &attack.perturbed, &attack.clean, &attack.bounds);
        attack.progress = attack.progress.after(&seen, &attack.config);
        self.seen = Some(seen);
        attack.progress.done(&attack.config) == Some(Done::Held)
    }

    fn update(&mut self, pass: ReadPass) {
        let attack = &mut *self.attack;
        let (search, alpha, each) = (attack.config.search(), attack.config.alpha, attack.config.iterations);
        let (mut direction, spread) = direction(attack, pass.gradient, pass.apart);
        if search.surface {
            surface::along(&mut direction, &attack.perturbed, &attack.clean, &attack.bounds);
        }
        let step = alpha * search.schedule.factor((attack.progress.iteration - 1) % each, each);
        let step = Step { clean: &attack.clean, bounds: &attack.bounds, alpha: step, spread: spread.as_deref() };
        let before = attack.views.is_some().then(|| attack.perturbed.clone());
        attack.update.apply(&mut attack.perturbed, &direction, &step);
        if let (Some(views), Some(before)) = (&attack.views, before) {
            views.weigh(&mut attack.perturbed, &before);
        }
        if let (Some(plausibility), Some(gradient)) = (&mut attack.plausibility, &pass.discriminator) {
            plausibility.learn(gradient, alpha);
        }
    }

    fn project(&mut self) {
        self.attack.yielded_frames = self.attack.projection.project(&mut self.attack.perturbed);
    }
}

impl Attack {
    /// Passes the label of the walk's query on, and nothing else. V' is the nearest clip that meets the goal. The stop
    /// rule is met while that is within epsilon.
    fn answer(&mut self, label: usize, goal: Goal) {
        let Some(walk) = self.update.walk_mut() else { return };
        walk.answer(label, goal);
        if let Some((clip, _)) = walk.found() {
            self.perturbed.copy_from_slice(clip);
        }
        let found = self.update.walk().and_then(|walk| walk.found()).is_some();
        let within = || metrics::epsilon_excess(&self.clean, &self.perturbed, &self.bounds) <= 0.0;
        let met = self.config.stop != Stop::Iterations && self.config.constraints.clip && found && within();
        self.progress = self.progress.counted(met);
    }
}

/// The gradient that the update rule follows, (T, M, V, C): 0 where the clip may not move, and, with SMART's losses, in
/// balance with the gradient of the perceptual loss. The gradient over noisy networks stays beside it.
fn direction(attack: &Attack, mut gradient: Vec<f32>, apart: Option<Vec<f32>>) -> (Vec<f32>, Option<Vec<f32>>) {
    let hold = |gradient: &mut [f32]| {
        gradient.iter_mut().zip(&*attack.bounds).filter(|(_, bound)| **bound == 0.0).for_each(|(g, _)| *g = 0.0);
    };
    hold(&mut gradient);
    let Some(mut apart) = apart else { return (gradient, None) };
    hold(&mut apart);
    if !attack.config.perceptual() {
        return (gradient, Some(apart));
    }
    let frame = gradient.len() / attack.clean.frames();
    balance(&mut gradient, &apart, attack.config.lambda, frame);
    (gradient, None)
}
