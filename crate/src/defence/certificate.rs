//! The certified radius of a randomly smoothed network (Cohen, Rosenfeld and Kolter, "Certified Adversarial Robustness
//! via Randomized Smoothing", 2019).
//!
//! The smoothed network answers the class that the network gives most often for the clip with noise. If that class has
//! a probability of at least p > 1/2, no change that is shorter than the normal quantile of p changes the answer. The
//! length is measured in the noise ([`Filter::length`]): the theorem holds for noise of any spectrum, because the clip
//! is a linear map of numbers whose noise is independent. p is a lower bound by Clopper and Pearson, from draws of its
//! own, so the certificate is right with confidence 1 - alpha.

use burn::tensor::Tensor;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::chance::{at_least, differ, normal_quantile};
use super::defended::tensor;
use crate::attack::Victim;
use crate::attack::noise::Filter;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Clips with noise that share a forward pass.
const BATCH: usize = 16;

/// How many clips with noise are recognised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Draws that choose the class.
    pub select: usize,
    /// Draws that bound its probability.
    pub estimate: usize,
    /// The probability of a wrong certificate, at most.
    pub alpha: f64,
    /// Seed of the noise.
    pub seed: u64,
}

/// A certified answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// The class of the smoothed network.
    pub class: usize,
    /// A lower bound of its probability under noise.
    pub probability: f64,
    /// No change that is shorter than this ([`Filter::length`]) changes the class.
    pub radius: f64,
}

impl Sampling {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A config error that names the value.
    pub fn validate(&self) -> Result<()> {
        let counts = [("select", self.select), ("draws", self.estimate)];
        if let Some((name, n)) = counts.into_iter().find(|(_, n)| !(1..=1_000_000).contains(n)) {
            return Err(Error::config(format!("{n} must be from 1 to 1000000")).at(name));
        }
        match self.alpha > 0.0 && self.alpha < 0.5 {
            true => Ok(()),
            false => Err(Error::config(format!("{} must be above 0 and below 0.5", self.alpha)).at("alpha")),
        }
    }
}

/// Certifies the class of a clip; none if the network abstains: no class is sure to have more than half of the answers.
///
/// # Errors
/// A config error of [`Sampling::validate`]; a device error.
pub async fn certify(
    victim: &dyn Victim,
    clip: &Sequence,
    filter: &Filter,
    sampling: Sampling,
) -> Result<Option<Certificate>> {
    let mut vote = Vote::new(victim.classes(), clip, filter.clone(), sampling)?;
    while !vote.done() {
        vote.step(victim, BATCH).await?;
    }
    Ok(vote.certificate())
}

/// A vote over noise that is taken step by step: first the draws that choose the class, then those that bound its
/// probability.
pub struct Vote {
    clip: Sequence,
    filter: Filter,
    sampling: Sampling,
    chooses: Ballot,
    bounds: Ballot,
}

impl Vote {
    /// A vote of which nothing is counted yet.
    ///
    /// # Errors
    /// A config error of [`Sampling::validate`].
    pub fn new(classes: usize, clip: &Sequence, filter: Filter, sampling: Sampling) -> Result<Self> {
        sampling.validate()?;
        let mut rng = Pcg64Mcg::seed_from_u64(sampling.seed);
        let mut ballot = |n| Ballot::new(classes, n, rng.random());
        let (chooses, bounds) = (ballot(sampling.select), ballot(sampling.estimate));
        Ok(Self { clip: clip.clone(), filter, sampling, chooses, bounds })
    }

    /// Has the network recognise up to `most` clips with noise. The result does not depend on `most`.
    ///
    /// # Errors
    /// A device error.
    pub async fn step(&mut self, victim: &dyn Victim, most: usize) -> Result<()> {
        let ballot = if self.chooses.left > 0 { &mut self.chooses } else { &mut self.bounds };
        ballot.step(victim, &self.clip, &self.filter, most).await
    }

    /// Draws so far.
    pub fn drawn(&self) -> usize {
        self.sampling.select + self.sampling.estimate - self.chooses.left - self.bounds.left
    }

    /// Whether all draws are counted.
    pub fn done(&self) -> bool {
        self.chooses.left + self.bounds.left == 0
    }

    /// The certificate; none if the network abstains, or the vote is not done.
    pub fn certificate(&self) -> Option<Certificate> {
        let class = most(&self.chooses.counts);
        let probability = at_least(self.bounds.counts[class], self.sampling.estimate, self.sampling.alpha);
        let sure = self.done() && probability > 0.5;
        sure.then(|| Certificate { class, probability, radius: normal_quantile(probability) })
    }

    /// The clip.
    pub fn clip(&self) -> &Sequence {
        &self.clip
    }

    /// The noise.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}

/// How far one coordinate of one joint may be shifted over the whole clip within a radius, in the layout's unit: the
/// first joint that is seen in every frame. None if there is none.
pub fn offset(clip: &Sequence, filter: &Filter, radius: f64) -> Option<f64> {
    let (layout, people) = (clip.layout(), clip.people());
    let joint = (0..layout.len()).find(|&j| (0..clip.frames()).all(|t| clip.seen(t, 0, j)))?;
    let mut change = vec![0.0; clip.data().len()];
    (0..clip.frames()).for_each(|t| change[(t * people * layout.len() + joint) * layout.channels()] = 1.0);
    Some(radius / filter.length(clip, &change))
}

/// The class of the smoothed network for a clip; none if it abstains: two classes are too close to call.
///
/// # Errors
/// As [`certify`].
pub async fn predict(
    victim: &dyn Victim,
    clip: &Sequence,
    filter: &Filter,
    sampling: Sampling,
) -> Result<Option<usize>> {
    sampling.validate()?;
    let counts = counts(victim, clip, filter, sampling.estimate, sampling.seed).await?;
    let class = most(&counts);
    let next = counts.iter().enumerate().filter(|(i, _)| *i != class).map(|(_, n)| *n).max().unwrap_or(0);
    Ok(differ(counts[class], next, sampling.alpha).then_some(class))
}

/// How often the network gives each class for the clip with `n` draws of noise, (classes).
///
/// # Errors
/// A device error.
pub async fn counts(victim: &dyn Victim, clip: &Sequence, filter: &Filter, n: usize, seed: u64) -> Result<Vec<usize>> {
    let mut ballot = Ballot::new(victim.classes(), n, seed);
    while ballot.left > 0 {
        ballot.step(victim, clip, filter, BATCH).await?;
    }
    Ok(ballot.counts)
}

/// Answers to a clip with noise, while they are counted.
struct Ballot {
    /// How often each class was given, (classes).
    counts: Vec<usize>,
    /// Draws that are left.
    left: usize,
    rng: Pcg64Mcg,
}

impl Ballot {
    fn new(classes: usize, n: usize, seed: u64) -> Self {
        Self { counts: vec![0; classes], left: n, rng: Pcg64Mcg::seed_from_u64(seed) }
    }

    async fn step(&mut self, victim: &dyn Victim, clip: &Sequence, filter: &Filter, most: usize) -> Result<()> {
        let batch = self.left.min(most.max(1));
        let x = tensor(clip.data().to_vec(), clip, victim.device());
        let noise = (0..batch).map(|_| tensor(filter.draw(clip, &mut self.rng), clip, victim.device()));
        let logits = victim.logits(x + Tensor::cat(noise.collect::<Vec<_>>(), 0));
        let logits = logits.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
        let logits = logits.try_to_vec::<f32>().map_err(|e| Error::device(format!("{e:?}")))?;
        for row in logits.chunks(victim.classes()) {
            let best = (1..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best });
            self.counts[best] += 1;
        }
        self.left -= batch;
        Ok(())
    }
}

/// The class with the highest count; of equals the first.
fn most(counts: &[usize]) -> usize {
    (1..counts.len()).fold(0, |best, c| if counts[c] > counts[best] { c } else { best })
}
