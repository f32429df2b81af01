//! How little is enough: the smallest epsilon within which an attack reaches its goal.

use super::Attack;
use crate::contract::Judged;
use crate::contract::bisection::{Bisection, SearchStep, Trial};
use crate::contract::config::{AttackConfig, Epsilon, Projection, Stop};
use crate::error::{Error, Result};

/// A search by bisection. Each epsilon is one attack, which ends with the first iterate that reaches the goal. It
/// starts at the smallest perturbation that has reached it so far, scaled down to the new epsilon.
pub struct Smallest {
    attack: Attack,
    config: AttackConfig,
    plan: Bisection,
    /// The factor of the epsilon that is being tried.
    factor: f32,
    /// The perturbed clip, (T, M, V, C), of the smallest factor that reached the goal.
    found: Option<(f32, Vec<f32>)>,
    trials: Vec<Trial>,
}

impl Smallest {
    /// A search that begins with the attack's own epsilon and stands at the original.
    ///
    /// # Errors
    /// A config error if the attack's settings do not hold its perturbation within epsilon.
    pub fn new(mut attack: Attack) -> Result<Self> {
        let config = AttackConfig {
            stop: Stop::Confidence { confidence: f32::MIN_POSITIVE, hold: 1 },
            ..attack.config().clone()
        };
        if config.projection != Projection::Exact || !config.constraints.clip {
            let cause = "the smallest epsilon is only known if it holds: use the exact projection, with clipping on";
            return Err(Error::config(cause).at("projection"));
        }
        if config.method.draws() {
            let cause = "the search for the smallest epsilon needs an attack that follows a gradient; BASAR looks for \
                         the nearest clip by itself";
            return Err(Error::config(cause).at("method"));
        }
        attack.configure(config.clone())?;
        attack.reset();
        Ok(Self { attack, config, plan: Bisection::new(), factor: 1.0, found: None, trials: Vec::new() })
    }

    /// One step of the attack with the epsilon that is being tried.
    ///
    /// # Errors
    /// As [`Attack::step`], and a config error if the search is over.
    pub async fn step(&mut self) -> Result<SearchStep> {
        if self.plan.next().is_none() {
            return Err(Error::config("the search is over; begin another one").at("smallest epsilon"));
        }
        let (epsilon, step) = (self.epsilon(self.factor), self.attack.step().await?);
        let Some(outcome) = step.outcome.as_ref() else {
            return Ok(SearchStep { epsilon, step, trial: None, done: false });
        };
        let returned = outcome.best.unwrap_or(outcome.last);
        let trial = Trial { epsilon, reached: returned.fooled, p: probability(&returned), steps: step.iteration };
        self.trials.push(trial);
        self.plan.note(self.factor, trial.reached);
        if trial.reached && self.found.as_ref().is_none_or(|(factor, _)| self.factor < *factor) {
            self.found = Some((self.factor, self.attack.perturbed().to_vec()));
        }
        let next = self.plan.next();
        if let Some(factor) = next {
            self.try_next(factor)?;
        }
        Ok(SearchStep { epsilon, step, trial: Some(trial), done: next.is_none() })
    }

    /// The smallest epsilon that reached the goal so far, in the layout's unit, with the perturbed clip, (T, M, V, C).
    pub fn found(&self) -> Option<(f32, &[f32])> {
        self.found.as_ref().map(|(factor, clip)| (self.epsilon(*factor), clip.as_slice()))
    }

    /// The epsilons that were tried, in their order.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The attack.
    pub fn attack(&self) -> &Attack {
        &self.attack
    }

    fn try_next(&mut self, factor: f32) -> Result<()> {
        self.factor = factor;
        let config = AttackConfig { epsilon: scaled(&self.config.epsilon, factor), ..self.config.clone() };
        let from = match &self.found {
            Some((known, clip)) => {
                let share = (factor / known).min(1.0);
                let clean = self.attack.clean().data();
                clip.iter()
                    .zip(clean)
                    .map(|(x, clean)| if x == clean { *x } else { clean + share * (x - clean) })
                    .collect()
            }
            None => self.attack.perturbed().to_vec(),
        };
        self.attack.restart_from(config, from)
    }

    fn epsilon(&self, factor: f32) -> f32 {
        match scaled(&self.config.epsilon, factor) {
            Epsilon::Global(epsilon) => epsilon,
            Epsilon::PerJoint(each) => each.into_iter().fold(0.0, f32::max),
        }
    }
}

/// Of the target; untargeted, of everything but the original class.
fn probability(judged: &Judged) -> f32 {
    judged.p_target.unwrap_or(1.0 - judged.p_original)
}

fn scaled(epsilon: &Epsilon, factor: f32) -> Epsilon {
    match epsilon {
        Epsilon::Global(epsilon) => Epsilon::Global(epsilon * factor),
        Epsilon::PerJoint(each) => Epsilon::PerJoint(each.iter().map(|epsilon| epsilon * factor).collect()),
    }
}
