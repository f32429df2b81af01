//! The attack: CIASA (Algorithm 1 of the paper), FGSM (Eq. 10) and their peers, one step at a time.
//!
//! [`Attack`] is the loop. What it is made of is small and stands beside it: the parts of the loss in [`losses`], the way a
//! gradient moves the clip in [`update`], the bounds in [`region`](crate::contract::region) and [`project`], the bone lengths in [`realign`]. [`Peer`] names
//! the attacks of others that these make, and [`batch`] lets several attacks share their passes.

pub mod adam;
pub mod batch;
pub mod discriminator;
pub mod fgsm;
mod forward_backward;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "gpu")]
mod gpu_steps;
pub mod losses;
pub mod momentum;
pub mod pgd;
pub mod project;
pub mod realign;
#[cfg(not(target_arch = "wasm32"))]
pub mod run;
mod solve_between;
pub mod update;
mod victim;

use std::sync::Arc;

pub use crate::contract::{
    AttackConfig, Constraints, Done, Epsilon, Losses, Method, Metrics, Peer, Prediction, Ranked, Restraint, StepReport,
    Stop, Target,
};
pub use victim::Victim;

use crate::contract::{Goal, region};
use crate::error::{Error, Result};
use crate::skeleton::Sequence;
use forward_backward::{Pass, Seen, missing};
use losses::adversarial::Plausibility;
use update::Update;

/// An attack on one clip. Between two calls its state is on the host, and the device keeps nothing.
pub struct Attack {
    victim: Arc<dyn Victim>,
    clean: Sequence,
    /// V', (T, M, V, C).
    perturbed: Vec<f32>,
    /// Each value's epsilon, (T, M, V, C); 0 where it must stay.
    bounds: Vec<f32>,
    config: AttackConfig,
    update: Box<dyn Update>,
    plausibility: Option<Plausibility>,
    /// The recogniser's logits for the original, once they are known.
    clean_logits: Option<Vec<f32>>,
    iteration: usize,
    /// Forward passes in a row that met the stop rule.
    held: usize,
}

impl Attack {
    /// An attack on `clip`. The discriminator learns from the poses of `natural`, which are other clips than the one attacked;
    /// there need be none if plausibility is off.
    ///
    /// # Errors
    /// Where a setting is out of its range, the clip's layout is not the recogniser's, or nothing in the clip may move.
    pub fn new(victim: Arc<dyn Victim>, clip: &Sequence, natural: &[Sequence], config: AttackConfig) -> Result<Self> {
        let layout = clip.layout();
        if layout.id != victim.layout() {
            let [has, reads] = [layout.id, victim.layout()].map(|l| l.as_str());
            return Err(Error::config(format!("is in the layout {has}; the recogniser reads {reads}")).at("clip"));
        }
        victim.accepts(clip)?;
        config.validate(layout, victim.classes())?;
        let plausibility = match natural.is_empty() {
            true => None,
            false => Some(Plausibility::new(clip, natural, config.seed)?),
        };
        needs_natural(&config, plausibility.is_some())?;
        Ok(Self {
            victim,
            perturbed: clip.data().to_vec(),
            bounds: region::bounds(clip, &config)?,
            update: update::rule(config.method, clip.data().len()),
            clean: clip.clone(),
            config,
            plausibility,
            clean_logits: None,
            iteration: 0,
            held: 0,
        })
    }

    /// One step: the body of Algorithm 1, lines 3 to 13. Nothing changes if it fails or is dropped half-way.
    ///
    /// # Errors
    /// Where the iterations are used up, or the device fails.
    pub async fn step(&mut self) -> Result<StepReport> {
        batch::step(&mut [self]).await?.pop().ok_or_else(missing)
    }

    /// Up to `count` steps, and all their reports. A GPU takes them without the host, and what it has done is read once, in the
    /// end: see `gpu_steps.rs`, also for what it takes. Elsewhere it is one step as [`Attack::step`] takes it, which is also
    /// what those of a GPU are compared with. Nothing changes if it fails or is dropped half-way.
    ///
    /// # Errors
    /// As [`Attack::step`].
    pub async fn steps(&mut self, count: usize) -> Result<Vec<StepReport>> {
        batch::steps(&mut [self], count).await?.pop().ok_or_else(missing)
    }

    /// Lines 9 to 13 of Algorithm 1, and the report.
    fn descend(&mut self, pass: Pass, goal: Goal) -> StepReport {
        self.iteration += 1;
        self.held = self.held_after(self.held, &pass.seen);
        let done = self.done(self.iteration, self.held);
        if done != Some(Done::Held) {
            self.update.apply(&mut self.perturbed, &pass.gradient, self.config.alpha, &self.bounds);
            if let (Some(plausibility), Some(gradient)) = (&mut self.plausibility, &pass.discriminator) {
                plausibility.descend(gradient, self.config.alpha);
            }
            self.constrain();
        }
        self.report(goal, pass.seen, done)
    }

    /// How many steps may still be taken: at least one.
    fn left(&self) -> Result<usize> {
        match self.config.steps().checked_sub(self.iteration) {
            None | Some(0) => Err(Error::config(format!("all {} are taken", self.iteration)).at("iterations")),
            Some(left) => Ok(left),
        }
    }

    /// Lines 10 to 13, and the region: what must stay stays, the rest is clipped and realigned.
    fn constrain(&mut self) {
        project::hold(&mut self.perturbed, self.clean.data(), &self.bounds);
        if self.config.constraints.clip {
            project::clip(&mut self.perturbed, self.clean.data(), &self.bounds);
        }
        if self.config.constraints.realign {
            realign::realign(&mut self.perturbed, &self.clean, &self.bounds);
        }
    }

    /// Forward passes in a row that met the stop rule, one more of which has seen this.
    fn held_after(&self, held: usize, seen: &Seen) -> usize {
        let met = match self.config.stop {
            Stop::Confidence { confidence, .. } if self.config.method != Method::Fgsm => {
                seen.verdict.fooled && seen.verdict.top.first().is_some_and(|first| first.p >= confidence)
            }
            _ => false,
        };
        if met { held + 1 } else { 0 }
    }

    /// Is it over after so many iterations, the last of which have held so often?
    fn done(&self, iteration: usize, held: usize) -> Option<Done> {
        match self.config.stop {
            Stop::Confidence { hold, .. } if held >= hold => Some(Done::Held),
            _ if iteration >= self.config.steps() => Some(Done::Iterations),
            _ => None,
        }
    }

    fn report(&self, goal: Goal, seen: Seen, done: Option<Done>) -> StepReport {
        StepReport {
            iteration: self.iteration,
            losses: seen.losses,
            predicted: seen.verdict.predicted,
            original: goal.original,
            target: goal.target,
            p_original: seen.verdict.p_original,
            p_target: seen.verdict.p_target,
            top: seen.verdict.top,
            figures: Metrics::of(&self.clean, &self.perturbed, &self.bounds, seen.plausibility),
            fooled: seen.verdict.fooled,
            done,
        }
    }

    /// New settings from now on; what has been perturbed so far is kept, within the new bounds.
    ///
    /// # Errors
    /// As [`Attack::new`]; then the old settings stay.
    pub fn configure(&mut self, config: AttackConfig) -> Result<()> {
        config.validate(self.clean.layout(), self.victim.classes())?;
        needs_natural(&config, self.plausibility.is_some())?;
        let bounds = region::bounds(&self.clean, &config)?;
        let old = std::mem::replace(&mut self.config, config);
        if old.method != self.config.method {
            self.update = update::rule(self.config.method, self.perturbed.len());
        }
        if old.target != self.config.target || old.stop != self.config.stop {
            self.held = 0;
        }
        if bounds != self.bounds || old.constraints != self.config.constraints {
            self.bounds = bounds;
            self.constrain();
        }
        Ok(())
    }

    /// Back to the original and to step 0, with the settings as they are.
    pub fn reset(&mut self) {
        self.perturbed.copy_from_slice(self.clean.data());
        self.update = update::rule(self.config.method, self.perturbed.len());
        if let Some(plausibility) = &mut self.plausibility {
            plausibility.reset(self.config.seed);
        }
        self.iteration = 0;
        self.held = 0;
    }

    /// V', (T, M, V, C).
    pub fn perturbed(&self) -> &[f32] {
        &self.perturbed
    }

    /// V' as a clip.
    ///
    /// # Errors
    /// Where a joint has been driven out of every clip's range, which takes an attack without clipping.
    pub fn sequence(&self) -> Result<Sequence> {
        self.clean.with_data(self.perturbed.clone())
    }

    /// The original clip.
    pub fn clean(&self) -> &Sequence {
        &self.clean
    }

    /// The settings.
    pub fn config(&self) -> &AttackConfig {
        &self.config
    }
}

fn needs_natural(config: &AttackConfig, there: bool) -> Result<()> {
    match config.plausible() && !there {
        true => Err(Error::config("the plausibility constraint needs natural clips").at("constraints.plausible")),
        false => Ok(()),
    }
}
