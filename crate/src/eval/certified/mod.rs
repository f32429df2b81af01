//! Certificates of a randomly smoothed network on test clips, and attacks within their radii.

pub mod attack;
pub mod report;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use attack::{Way, attacked};

use crate::attack::Victim;
use crate::attack::noise::{Filter, Noise};
use crate::attack::run::block_on;
use crate::contract::report::top;
use crate::contract::stats::Rate;
use crate::defence::certificate::{Sampling, certify, offset, predict};
use crate::defence::defended::{Defence, Defended};
use crate::error::{Error, Result};
use crate::eval::growing::{Line, parsed, written};
use crate::eval::inputs::digest;
use crate::model::clip_tensor;
use crate::skeleton::Sequence;

/// An attack ends just within the radius: beyond it nothing is certified.
const WITHIN: f64 = 0.999;

/// What is measured for each clip.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The noise.
    pub noise: Noise,
    /// The draws of a certificate.
    pub sampling: Sampling,
    /// The attacks on each certificate, if there are any.
    pub attack: Option<Against>,
}

/// Attacks up the steepest way within the radius ([`attack`]). The first one on a clip leads away from its class; the
/// next ones lead to the other classes, the likeliest first, and so on with new noise.
#[derive(Clone, Copy, Debug)]
pub struct Against {
    /// Steps.
    pub iterations: usize,
    /// Draws of noise a step.
    pub draws: usize,
    /// Attacks on each clip.
    pub attempts: usize,
    /// Draws of noise for the answer to an attacked clip.
    pub answer: usize,
}

impl Plan {
    /// The plan in words: clips that were measured by another one are other measurements.
    pub fn words(&self) -> String {
        let Self { noise, sampling, attack } = self;
        let cutoff = noise.cutoff.map_or("no cutoff".into(), |cutoff| format!("cutoff {cutoff} Hz"));
        let of = |a: &Against| {
            format!(
                "; {} attacks of {} steps with {} draws, answers of {} draws",
                a.attempts, a.iterations, a.draws, a.answer
            )
        };
        format!(
            "noise {} with {cutoff}, {} + {} draws, alpha {}{}",
            noise.deviation,
            sampling.select,
            sampling.estimate,
            sampling.alpha,
            attack.as_ref().map_or(String::new(), of)
        )
    }
}

/// A clip's line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certified {
    /// The network.
    pub model: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// [`Plan::words`].
    pub plan: String,
    /// Seed of the run.
    pub seed: u64,
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
    /// Attacks on the certificate.
    pub attacks: usize,
    /// Attacked clips within the radius whose class contradicts the certificate.
    pub broken: usize,
    /// Attacked clips within the radius for which the smoothed network abstains. That contradicts nothing.
    pub unsure: usize,
}

/// What identifies a line: network, weights, plan, seed, clip, its hash.
pub type Place = (String, String, String, u64, usize, String);

impl Line for Certified {
    type Key = Place;

    fn key(&self) -> Place {
        let (model, weights, plan) = (self.model.clone(), self.weights.clone(), self.plan.clone());
        (model, weights, plan, self.seed, self.clip, self.data.clone())
    }

    fn parse(bytes: &[u8]) -> Result<Vec<Self>> {
        parsed(bytes, |line: &Self| match line.broken + line.unsure <= line.attacks {
            true => Ok(()),
            false => Err(Error::data("has more broken and unsure attacks than attacks")),
        })
    }

    fn serialise(lines: &[Self], header: bool) -> Result<Vec<u8>> {
        written(lines, header)
    }
}

/// What the attacks on certificates came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attacked {
    /// Attacked clips that contradict their certificate, of all.
    pub attacks: Rate,
    /// Certificates with such a clip, of those that were attacked. Attacks on one certificate are no independent
    /// trials; certificates of several clips are.
    pub certificates: Rate,
    /// Attacked clips for which the smoothed network abstains.
    pub unsure: usize,
}

impl Attacked {
    /// Counts them.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Certified>) -> Self {
        lines.into_iter().filter(|line| line.attacks > 0).fold(Self::default(), |sum, line| Self {
            attacks: Rate { hits: sum.attacks.hits + line.broken, of: sum.attacks.of + line.attacks },
            certificates: Rate {
                hits: sum.certificates.hits + usize::from(line.broken > 0),
                of: sum.certificates.of + 1,
            },
            unsure: sum.unsure + line.unsure,
        })
    }
}

/// A network under its names in rows.
pub struct Named<'a> {
    /// The network.
    pub victim: &'a Arc<dyn Victim>,
    /// Its id.
    pub id: &'a str,
    /// [`crate::eval::inputs::weights`].
    pub weights: &'a str,
    /// Its classes.
    pub classes: &'a [String],
}

/// The line of a clip before anything is measured: what identifies it.
pub fn line(network: &Named<'_>, (at, clip, label): (usize, &Sequence, usize), plan: Plan) -> Certified {
    Certified {
        model: network.id.into(),
        weights: network.weights.into(),
        plan: plan.words(),
        seed: plan.sampling.seed,
        clip: at,
        data: digest(clip),
        label: network.classes.get(label).cloned().unwrap_or_default(),
        class: String::new(),
        correct: false,
        probability: None,
        radius: None,
        offset: None,
        attacks: 0,
        broken: 0,
        unsure: 0,
    }
}

/// Certifies a clip, and attacks the certificate if the plan says so.
///
/// # Errors
/// A config error of the plan; a device error.
pub fn certified(network: &Named<'_>, (at, clip, label): (usize, &Sequence, usize), plan: Plan) -> Result<Certified> {
    plan.noise.validate()?;
    let (victim, filter) = (&**network.victim, Filter::new(plan.noise, clip));
    let sampling = Sampling { seed: plan.sampling.seed.wrapping_add(at as u64), ..plan.sampling };
    let mut line = line(network, (at, clip, label), plan);
    let Some(certificate) = block_on(certify(victim, clip, &filter, sampling))? else { return Ok(line) };
    line.class = network.classes.get(certificate.class).cloned().unwrap_or_default();
    line.correct = certificate.class == label;
    line.probability = Some(certificate.probability);
    line.radius = Some(certificate.radius);
    line.offset = offset(clip, &filter, certificate.radius);
    let Some(against) = plan.attack else { return Ok(line) };
    let others = others(victim, clip, certificate.class)?;
    for attempt in 0..against.attempts {
        let way = match attempt % (others.len() + 1) {
            0 => Way::From(certificate.class),
            i => Way::To(others[i - 1]),
        };
        // Draws of their own for each attack and each answer: those of the certificate would repeat its luck.
        let seed = sampling.seed ^ ((attempt as u64 + 1) << 32);
        let defence = Defence::Randomised { noise: plan.noise, draws: against.draws };
        let defended = Defended::new(network.victim.clone(), defence, clip, seed)?;
        let plan = (WITHIN * certificate.radius, against.iterations);
        let moved = clip.with_data(attacked(&defended, clip, &filter, way, plan)?)?;
        let fresh = Sampling { seed: !seed, estimate: against.answer, ..sampling };
        let answer = block_on(predict(victim, &moved, &filter, fresh))?;
        line.attacks += 1;
        line.broken += usize::from(answer.is_some_and(|class| class != certificate.class));
        line.unsure += usize::from(answer.is_none());
    }
    Ok(line)
}

/// The classes other than this one, the likeliest for the clip without noise first.
fn others(victim: &dyn Victim, clip: &Sequence, class: usize) -> Result<Vec<usize>> {
    let logits = victim.logits(clip_tensor(clip, victim.device())).try_into_data();
    let logits = logits.map_err(|e| Error::device(e.to_string()))?.try_to_vec::<f32>();
    let ranked = top(&logits.map_err(|e| Error::device(format!("{e:?}")))?, victim.classes());
    Ok(ranked.into_iter().map(|t| t.index).filter(|index| *index != class).collect())
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A certified clip after some attacks.
    pub fn certified(
        model: &str,
        clip: usize,
        radius: f64,
        (attacks, broken, unsure): (usize, usize, usize),
    ) -> Certified {
        Certified {
            model: model.into(),
            weights: "abcd".into(),
            plan: "noise".into(),
            seed: 1,
            clip,
            data: "ef01".into(),
            label: "wave".into(),
            class: "wave".into(),
            correct: true,
            probability: Some(0.9),
            radius: Some(radius),
            offset: Some(0.01 * radius),
            attacks,
            broken,
            unsure,
        }
    }

    #[test]
    fn attacks_and_certificates_are_counted_apart() {
        let lines =
            [certified("a", 0, 1.0, (5, 2, 1)), certified("a", 1, 1.0, (5, 0, 3)), certified("a", 2, 1.0, (0, 0, 0))];
        let attacked = Attacked::of(&lines);
        assert_eq!(attacked.attacks, Rate { hits: 2, of: 10 });
        assert_eq!((attacked.certificates, attacked.unsure), (Rate { hits: 1, of: 2 }, 4));
    }

    #[test]
    fn lines_are_read_as_they_were_written_and_impossible_counts_are_refused() {
        let lines = vec![certified("a", 0, 1.0, (5, 2, 1)), certified("a", 1, 0.5, (0, 0, 0))];
        assert_eq!(Certified::parse(&Certified::serialise(&lines, true).unwrap()).unwrap(), lines);
        let wrong = Certified::serialise(&[certified("a", 0, 1.0, (5, 4, 2))], true).unwrap();
        let refused = Certified::parse(&wrong).unwrap_err().to_string();
        assert_eq!(refused, "row 1: has more broken and unsure attacks than attacks");
    }
}
