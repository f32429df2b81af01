//! Steps of several attacks that share a forward pass, a backward pass and a reading: a small clip alone leaves most of a GPU
//! idle. The clips are of one shape and the recogniser is the same; goals, losses, bounds and discriminators are each attack's own.
//!
//! What an attack reports and makes of its clip is what it does alone, up to rounding: a frozen recogniser treats each clip of a
//! batch by itself, and a sum of losses, each of one clip, has each clip's own gradient. An attack alone is the case of one.
//! Who calls leaves out the attacks that are done. Nothing changes in any of them if a call fails or is dropped half-way.

use std::sync::Arc;

use super::{Attack, StepReport, forward_backward};
use crate::contract::report::softmax;
use crate::error::{Error, Result};

/// One step of each attack, and their reports in the same order.
///
/// # Errors
/// Where the clips differ in frames or people, or the attacks in their recogniser; where one has used up its iterations; where
/// the device fails.
pub async fn step(attacks: &mut [&mut Attack]) -> Result<Vec<StepReport>> {
    left(attacks)?;
    let goals = forward_backward::goals(attacks).await?;
    let passes = forward_backward::pass(&attacks.iter().map(|a| &**a).collect::<Vec<_>>(), &goals).await?;
    let steps = attacks.iter_mut().zip(passes).zip(goals);
    Ok(steps.map(|((attack, pass), goal)| attack.descend(pass, goal)).collect())
}

/// Up to `count` steps of each attack and the reports of each, in the same order. Where a GPU takes the steps of all of them without
/// the host ([`Attack::steps`]) they are as many as the one with the fewest has left, or less for one that a stop rule ends;
/// elsewhere it is one of each.
///
/// # Errors
/// As [`step`].
pub async fn steps(attacks: &mut [&mut Attack], count: usize) -> Result<Vec<Vec<StepReport>>> {
    if count == 0 || attacks.is_empty() {
        return Ok(attacks.iter().map(|_| Vec::new()).collect());
    }
    #[cfg(feature = "gpu")]
    {
        let count = count.min(left(attacks)?);
        if let Some(residents) = attacks.iter().map(|attack| attack.resident(count)).collect() {
            return super::gpu_steps::batch(attacks, residents, count).await;
        }
    }
    Ok(step(attacks).await?.into_iter().map(|report| vec![report]).collect())
}

/// The recogniser's probabilities for each clip as it is now, (classes) each.
///
/// # Errors
/// Where the clips or the recognisers differ as in [`step`], or the device fails.
pub async fn recognise(attacks: &[&Attack]) -> Result<Vec<Vec<f32>>> {
    alike(attacks.iter().copied())?;
    let logits = forward_backward::logits(attacks, Attack::perturbed).await?;
    Ok(logits.iter().map(|logits| softmax(logits)).collect())
}

/// How many steps each of them may still take: at least one, if there is an attack.
fn left(attacks: &[&mut Attack]) -> Result<usize> {
    alike(attacks.iter().map(|a| &**a))?;
    let left = attacks.iter().map(|attack| attack.left()).collect::<Result<Vec<_>>>()?;
    Ok(left.into_iter().min().unwrap_or(0))
}

/// Do they fit into one pass?
fn alike<'a>(mut attacks: impl Iterator<Item = &'a Attack>) -> Result<()> {
    let Some(first) = attacks.next() else { return Ok(()) };
    let shape = |attack: &Attack| [attack.clean.frames(), attack.clean.people()];
    for (i, attack) in attacks.enumerate() {
        let refused = |cause: String| Err(Error::config(cause).at(format!("attack {}", i + 2)));
        if !Arc::ptr_eq(&first.victim, &attack.victim) {
            return refused("is on another recogniser than the first".into());
        }
        let ([t, m], [frames, people]) = (shape(attack), shape(first));
        if [t, m] != [frames, people] {
            return refused(format!("has {t} frames of {m} people, the first {frames} of {people}"));
        }
    }
    Ok(())
}
