//! Certificates of a randomly smoothed network on test clips, and attacks within their radii.

use std::sync::Arc;

use serde::Serialize;

use super::inputs::digest;
use crate::attack::run::{block_on, run};
use crate::attack::{Attack, AttackConfig, Constraints, Epsilon, Peer, Target, Victim};
use crate::contract::optimiser::Optimiser;
use crate::defence::certificate::{Certificate, Sampling, certify, predict};
use crate::defence::defended::{Defence, Defended};
use crate::defence::noise::{Filter, Noise};
use crate::error::Result;
use crate::skeleton::Sequence;

/// An attack ends just within the radius: beyond it nothing is certified.
const WITHIN: f64 = 0.999;

/// What is measured for each clip.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The noise.
    pub noise: Noise,
    /// The draws of a certificate, and of the answer to an attacked clip.
    pub sampling: Sampling,
    /// The attack on each certificate, if there is one.
    pub attack: Option<Against>,
}

/// PGD without a target on the smoothed network itself: its gradient is the mean over new draws of noise in each step.
#[derive(Clone, Copy, Debug)]
pub struct Against {
    /// Epsilon as a share of the body's height, before the change is brought within the radius.
    pub share: f32,
    /// Steps.
    pub iterations: usize,
    /// Draws of noise a step.
    pub draws: usize,
}

/// A clip's line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Certified {
    /// The network.
    pub model: String,
    /// The clip's index in its set.
    pub clip: usize,
    /// The first digits of its hash.
    pub data: String,
    /// Its class.
    pub label: String,
    /// The smoothed network's class; empty if it abstains.
    pub class: String,
    /// Whether that is right.
    pub correct: bool,
    /// Lower bound of the class's probability under noise.
    pub probability: Option<f64>,
    /// The certified radius, in standard deviations of the noise.
    pub radius: Option<f64>,
    /// The radius as an offset of one coordinate of one joint over the whole clip, in the layout's unit.
    pub offset: Option<f64>,
    /// How far the attack went before it was brought within the radius, in standard deviations of the noise.
    pub reached: Option<f64>,
    /// The smoothed network's class for the attacked clip within the radius; empty if it abstains.
    pub attacked: Option<String>,
    /// Whether that contradicts the certificate. An abstention does not.
    pub broken: Option<bool>,
}

/// Certifies a clip, and attacks the certificate if the plan says so.
///
/// # Errors
/// A config error of the plan; a device error.
pub fn certified(
    victim: &Arc<dyn Victim>,
    classes: &[String],
    (at, clip, label): (usize, &Sequence, usize),
    plan: Plan,
) -> Result<Certified> {
    plan.noise.validate()?;
    let filter = Filter::new(plan.noise, clip);
    let sampling = Sampling { seed: plan.sampling.seed.wrapping_add(at as u64), ..plan.sampling };
    let certificate = block_on(certify(&**victim, clip, &filter, sampling))?;
    let named = |class: usize| classes.get(class).cloned().unwrap_or_default();
    let mut line = Certified {
        model: String::new(),
        clip: at,
        data: digest(clip),
        label: named(label),
        class: certificate.map_or(String::new(), |c| named(c.class)),
        correct: certificate.is_some_and(|c| c.class == label),
        probability: certificate.map(|c| c.probability),
        radius: certificate.map(|c| c.radius),
        offset: certificate.and_then(|c| offset(clip, &filter, c.radius)),
        reached: None,
        attacked: None,
        broken: None,
    };
    if let Some((certificate, against)) = certificate.zip(plan.attack) {
        let change = change(victim, clip, plan.noise, against, sampling.seed)?;
        let (length, moved) = within(clip, &filter, &change, certificate)?;
        // Draws of their own: those of the certificate would repeat its luck.
        let fresh = Sampling { seed: !sampling.seed, ..sampling };
        let answer = block_on(predict(&**victim, &moved, &filter, fresh))?;
        line.reached = Some(length);
        line.attacked = Some(answer.map_or(String::new(), named));
        line.broken = Some(answer.is_some_and(|class| class != certificate.class));
    }
    Ok(line)
}

/// The change that the attack makes, (T, M, V, C).
fn change(victim: &Arc<dyn Victim>, clip: &Sequence, noise: Noise, against: Against, seed: u64) -> Result<Vec<f32>> {
    let height = clip.body_height().filter(|h| *h > 0.0).unwrap_or(1.0);
    let base = AttackConfig {
        target: Target::Untargeted,
        epsilon: Epsilon::Global(against.share * height),
        iterations: against.iterations,
        // The radius bounds the change's length and nothing else.
        constraints: Constraints { clip: true, ..Constraints::NONE },
        optimiser: Optimiser::PLAIN,
        seed,
        ..AttackConfig::default()
    };
    let defence = Defence::Randomised { noise, draws: against.draws };
    let defended = Defended::new(victim.clone(), defence, clip, seed)?;
    let mut attack = Attack::new(Arc::new(defended), clip, &[], Peer::Pgd.apply(base))?;
    run(&mut attack, |_| std::ops::ControlFlow::Continue(()))?;
    Ok(attack.perturbed().iter().zip(clip.data()).map(|(a, b)| a - b).collect())
}

/// The change's length, and the clip with the change scaled to just within the radius: up to it, so that the attack
/// uses all that the certificate allows.
fn within(clip: &Sequence, filter: &Filter, change: &[f32], certificate: Certificate) -> Result<(f64, Sequence)> {
    let length = filter.length(clip, change);
    let share = if length > 0.0 { WITHIN * certificate.radius / length } else { 0.0 };
    let data = clip.data().iter().zip(change).map(|(x, d)| x + d * share as f32).collect();
    Ok((length, clip.with_data(data)?))
}

/// How far one coordinate of one joint may be shifted over the whole clip within a radius: the first joint that is seen
/// in every frame. None if there is none.
fn offset(clip: &Sequence, filter: &Filter, radius: f64) -> Option<f64> {
    let (layout, people) = (clip.layout(), clip.people());
    let joint = (0..layout.len()).find(|&j| (0..clip.frames()).all(|t| clip.seen(t, 0, j)))?;
    let mut change = vec![0.0; clip.data().len()];
    (0..clip.frames()).for_each(|t| change[(t * people * layout.len() + joint) * layout.channels()] = 1.0);
    Some(radius / filter.length(clip, &change))
}
