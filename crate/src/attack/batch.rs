//! Steps of several attacks that share a forward pass, a backward pass and a read-back: a small clip alone leaves most
//! of a GPU idle. The clips have one shape and the recogniser is the same; goals, losses, bounds and discriminators are
//! each attack's own. An attack alone is a batch of one.
//!
//! Each attack takes the same steps as alone, up to rounding: a frozen recogniser treats each clip of a batch by
//! itself, and the gradient of the summed losses with respect to one clip is the gradient of that clip's loss. The
//! caller leaves out attacks that are over. Nothing changes in any attack if a call fails or is dropped half-way.

use std::sync::Arc;

use super::forward_backward::{logits, missing};
use super::state::Attack;
use super::{algorithm, ending};
use crate::contract::report::softmax;
use crate::contract::{Goal, StepReport};
use crate::error::{Error, Result};

/// One step of each attack on the host, and the reports in the same order.
///
/// # Errors
/// A config error if the clips differ in frames or people, the attacks in their recogniser, or if one of them has used
/// up its iterations; a device error if the device fails.
pub async fn step(attacks: &mut [&mut Attack]) -> Result<Vec<StepReport>> {
    if !ending::waits(attacks) {
        left(attacks)?;
        let goals = goals(attacks).await?;
        let reports = algorithm::host_step(attacks, &goals).await?;
        return ending::settle(attacks, reports.into_iter().map(|report| vec![report]).collect()).await.map(flat);
    }
    ending::resume(attacks).await.map(flat)
}

/// Up to `count` steps of each attack, and the reports of each in the same order.
///
/// If a GPU takes the steps of all of them without the host (see `gpu_steps.rs`), there are as many as the attack with
/// the fewest has left, and fewer for an attack that its stop rule ends. Otherwise each takes one step.
///
/// # Errors
/// As [`step`].
pub async fn steps(attacks: &mut [&mut Attack], count: usize) -> Result<Vec<Vec<StepReport>>> {
    if count == 0 || attacks.is_empty() {
        return Ok(attacks.iter().map(|_| Vec::new()).collect());
    }
    #[cfg(feature = "gpu")]
    if !ending::waits(attacks) {
        let count = count.min(left(attacks)?);
        let goals = goals(attacks).await?;
        if let Some(reports) = algorithm::gpu_steps(attacks, &goals, count).await? {
            return ending::settle(attacks, reports).await;
        }
    }
    Ok(step(attacks).await?.into_iter().map(|report| vec![report]).collect())
}

fn flat(reports: Vec<Vec<StepReport>>) -> Vec<StepReport> {
    reports.into_iter().flatten().collect()
}

/// The recogniser's probabilities for each V', (classes) each.
///
/// # Errors
/// A config error if the clips or the recognisers differ as in [`step`]; a device error if the device fails.
pub async fn recognise(attacks: &[&Attack]) -> Result<Vec<Vec<f32>>> {
    alike(attacks.iter().copied())?;
    let logits = logits(attacks, |attack| attack.perturbed().to_vec()).await?;
    Ok(logits.iter().map(|logits| softmax(logits)).collect())
}

impl Attack {
    /// One step on the host: lines 3 to 13 of Algorithm 1. Nothing changes if it fails or is dropped half-way.
    ///
    /// # Errors
    /// As [`step`].
    pub async fn step(&mut self) -> Result<StepReport> {
        step(&mut [self]).await?.pop().ok_or_else(missing)
    }

    /// Up to `count` steps and their reports, as [`steps`]. Nothing changes if it fails or is dropped half-way.
    ///
    /// # Errors
    /// As [`step`].
    pub async fn steps(&mut self, count: usize) -> Result<Vec<StepReport>> {
        steps(&mut [self], count).await?.pop().ok_or_else(missing)
    }

    /// The recogniser's probabilities for V', (classes).
    ///
    /// # Errors
    /// A device error if the device fails.
    pub async fn recognise(&self) -> Result<Vec<f32>> {
        recognise(&[self]).await?.pop().ok_or_else(missing)
    }
}

/// The goals. Attacks without the original's logits share a forward pass of their originals first.
async fn goals(attacks: &mut [&mut Attack]) -> Result<Vec<Goal>> {
    let unknown: Vec<&Attack> = attacks.iter().map(|a| &**a).filter(|a| a.clean_logits.is_none()).collect();
    let found = logits(&unknown, |attack| attack.clean().data().to_vec()).await?;
    let unknown = attacks.iter_mut().filter(|a| a.clean_logits.is_none());
    unknown.zip(found).for_each(|(attack, logits)| attack.clean_logits = Some(logits));
    attacks.iter().map(|attack| attack.goal().ok_or_else(missing)?.away()).collect()
}

/// The number of steps that every one of them may still take: at least one, if there is an attack.
fn left(attacks: &[&mut Attack]) -> Result<usize> {
    alike(attacks.iter().map(|a| &**a))?;
    let left = |attack: &&mut Attack| match attack.config.steps().checked_sub(attack.progress.iteration) {
        None | Some(0) => {
            let taken = attack.progress.iteration;
            Err(Error::config(format!("all {taken} are taken; raise the number to go on")).at("iterations"))
        }
        Some(left) => Ok(left),
    };
    let left = attacks.iter().map(left).collect::<Result<Vec<_>>>()?;
    Ok(left.into_iter().min().unwrap_or(0))
}

/// # Errors
/// A config error that names the first attack that does not fit into one pass with the first one.
fn alike<'a>(mut attacks: impl Iterator<Item = &'a Attack>) -> Result<()> {
    let Some(first) = attacks.next() else { return Ok(()) };
    let shape = |attack: &Attack| [attack.clean().frames(), attack.clean().people()];
    for (i, attack) in attacks.enumerate() {
        let refused = |cause: String| Err(Error::config(cause).at(format!("attack {}", i + 2)));
        if !Arc::ptr_eq(&first.victim, &attack.victim) {
            return refused("its recogniser is not that of attack 1; attacks of one batch share a recogniser".into());
        }
        let ([t, m], [frames, people]) = (shape(attack), shape(first));
        if [t, m] != [frames, people] {
            return refused(format!(
                "its clip has {t} frames and {m} people, that of attack 1 has {frames} and {people}; \
                 attacks of one batch have clips of one shape"
            ));
        }
    }
    Ok(())
}
