//! BASAR (Diao et al., "BASAR: Black-box Attack on Skeletal Action Recognition", 2021): an attack that sees labels
//! only.
//!
//! The walk starts at a clip of another class and keeps to the far side of the decision boundary while it nears the
//! original. Its steps, one query each:
//!
//! 1. *Start*: other clips, the nearest first, until one has the wanted label; then random motions of growing size.
//! 2. *Halve* the way between the original and the start, a few times.
//! 3. *Explore*: a random step along the boundary, at right angles to the way to the original.
//! 4. *Aim*: a step towards the original.
//!
//! Explore and aim alternate. A query with the wanted label becomes the walk's place; the size of each kind of step
//! grows with its successes and shrinks with its failures.
//!
//! The published walk minimises changes of poses and accelerations in a solver after each step. Here the exact
//! projection takes its place: each query has the original's bone lengths, and no coordinate is farther from the
//! original than the walk's distance, so the distance never grows. Random steps are smooth in time, which stands for
//! the solver's term of accelerations. The distance is the largest change of a coordinate, as epsilon is.
//!
//! [`HardLabel`] is all that the loop gives to a walk: no logits, no probabilities, no gradients.

mod motion;
mod start;

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::{project, projection};
use crate::contract::{AttackConfig, Goal, metrics};
use crate::skeleton::Sequence;
use motion::{length, smooth};

/// Halvings of the way to the start.
const HALVINGS: usize = 8;
/// Sizes of the first steps: along the boundary and towards the original, as shares of the distance.
const FIRST: [f32; 2] = [0.2, 0.1];
/// By this factor a step grows after a success; two failures undo it.
const GROWS: f32 = 1.2;
const SHRINKS: f32 = 0.9;
/// The range of both sizes.
const SIZES: (f32, f32) = (1e-3, 0.5);

/// An attack that asks for labels, and for nothing else.
pub trait HardLabel {
    /// The clip whose label it asks for, (T, M, V, C).
    fn query(&self) -> &[f32];

    /// The label of that clip.
    fn answer(&mut self, label: usize, goal: Goal);
}

/// A walk along the decision boundary.
#[derive(Clone, Debug)]
pub struct Walk {
    clean: Arc<Sequence>,
    /// The epsilon of each value, (T, M, V, C). Only whether it is 0 counts: there the value stays.
    bounds: Arc<[f32]>,
    /// Whether bone lengths are kept.
    realign: bool,
    rng: Pcg32,
    /// Clips to start from, the nearest last.
    starts: Vec<Vec<f32>>,
    /// Random motions tried as starts.
    random: usize,
    phase: Phase,
    query: Vec<f32>,
    /// The nearest clip with the wanted label, and its distance.
    place: Option<(Vec<f32>, f32)>,
    /// Sizes of the next steps along the boundary and towards the original.
    sizes: [f32; 2],
}

/// What the open query is.
#[derive(Clone, Debug)]
enum Phase {
    Start,
    /// A share of the way from the original to the start, between one without and one with the label.
    Halve {
        start: Vec<f32>,
        fails: f32,
        works: f32,
        left: usize,
    },
    Explore,
    Aim,
}

impl Walk {
    /// A walk to `clean` that may start from `others`, clips of the same layout.
    pub fn new(config: &AttackConfig, clean: &Arc<Sequence>, bounds: &Arc<[f32]>, others: &[Sequence]) -> Self {
        let mut walk = Self {
            clean: clean.clone(),
            bounds: bounds.clone(),
            realign: config.constraints.realign,
            rng: Pcg32::seed_from_u64(config.seed),
            starts: Vec::new(),
            random: 0,
            phase: Phase::Start,
            query: Vec::new(),
            place: None,
            sizes: FIRST,
        };
        walk.starts = start::starts(clean, bounds, others);
        walk.query = walk.start();
        walk
    }

    /// The nearest clip with the wanted label so far, (T, M, V, C), and its largest change of a coordinate.
    pub fn found(&self) -> Option<(&[f32], f32)> {
        self.place.as_ref().map(|(clip, distance)| (clip.as_slice(), *distance))
    }

    /// The next clip to start from.
    fn start(&mut self) -> Vec<f32> {
        let clip = self.starts.pop().unwrap_or_else(|| {
            self.random += 1;
            let size = 0.1 * self.random.min(20) as f32;
            let moves = smooth(&self.clean, &self.bounds, &mut self.rng);
            let most = moves.iter().copied().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs()));
            self.clean.data().iter().zip(moves).map(|(x, v)| x + v * size / most).collect()
        });
        self.within(clip, f32::INFINITY)
    }

    /// The clip projected to where bones have their lengths and no coordinate is farther than `most`.
    fn within(&self, mut clip: Vec<f32>, most: f32) -> Vec<f32> {
        let bounds: Vec<f32> = self.bounds.iter().map(|b| if *b > 0.0 { most } else { 0.0 }).collect();
        project::hold(&mut clip, self.clean.data(), &bounds);
        match (self.realign, most.is_finite()) {
            (true, _) => {
                projection::project(&mut clip, &self.clean, &bounds);
            }
            (false, true) => project::clip(&mut clip, self.clean.data(), &bounds),
            (false, false) => {}
        }
        clip
    }

    /// The original plus a share of the way to `clip`.
    fn share(&self, clip: &[f32], share: f32) -> Vec<f32> {
        self.clean.data().iter().zip(clip).map(|(clean, x)| clean + share * (x - clean)).collect()
    }

    /// A random step at right angles to the way to the original, to a place as far from it.
    fn explore(&mut self, place: &[f32], distance: f32) -> Vec<f32> {
        let way: Vec<f32> = place.iter().zip(self.clean.data()).map(|(x, clean)| x - clean).collect();
        let mut step = smooth(&self.clean, &self.bounds, &mut self.rng);
        let far = length(&way);
        let along: f64 = way.iter().zip(&step).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
            / (far * far).max(f64::MIN_POSITIVE);
        step.iter_mut().zip(&way).for_each(|(step, way)| *step -= along as f32 * way);
        let scale = f64::from(self.sizes[0]) * far / length(&step).max(f64::MIN_POSITIVE);
        let moved: Vec<f32> = way.iter().zip(step).map(|(way, step)| way + scale as f32 * step).collect();
        let back = (far / length(&moved).max(f64::MIN_POSITIVE)) as f32;
        let clip = self.clean.data().iter().zip(moved).map(|(clean, v)| clean + back * v).collect();
        self.within(clip, distance)
    }

    /// A step towards the original: the whole change becomes smaller, or, as often, only what lies beyond the new
    /// distance.
    fn aim(&mut self, place: &[f32], distance: f32) -> Vec<f32> {
        let share = 1.0 - self.sizes[1];
        let whole = self.rng.random_range(0..2_u32) == 0;
        let clip = if whole { self.share(place, share) } else { place.to_vec() };
        self.within(clip, share * distance)
    }

    /// Takes the query as the walk's place if it is no farther away.
    fn take(&mut self) {
        let distance = metrics::linf(&self.clean, &self.query);
        if self.place.as_ref().is_none_or(|(_, known)| distance <= *known) {
            self.place = Some((self.query.clone(), distance));
        }
    }

    /// The next phase, and its query.
    fn next(&mut self, phase: Phase) {
        self.query = match (&phase, self.place.take()) {
            (Phase::Halve { start, fails, works, .. }, place) => {
                let half = 0.5 * (fails + works);
                let clip = self.share(start, half);
                let most = half * metrics::linf(&self.clean, start);
                self.place = place;
                self.within(clip, most)
            }
            (Phase::Explore, Some((place, distance))) => {
                let query = self.explore(&place, distance);
                self.place = Some((place, distance));
                query
            }
            (Phase::Aim, Some((place, distance))) => {
                let query = self.aim(&place, distance);
                self.place = Some((place, distance));
                query
            }
            (_, place) => {
                self.place = place;
                self.start()
            }
        };
        self.phase = phase;
    }
}

impl HardLabel for Walk {
    fn query(&self) -> &[f32] {
        &self.query
    }

    fn answer(&mut self, label: usize, goal: Goal) {
        let works = goal.reached(label);
        if works {
            self.take();
        }
        let grown = |size: f32| (size * if works { GROWS } else { SHRINKS }).clamp(SIZES.0, SIZES.1);
        let next = match std::mem::replace(&mut self.phase, Phase::Start) {
            Phase::Start if works => Phase::Halve { start: self.query.clone(), fails: 0.0, works: 1.0, left: HALVINGS },
            Phase::Start => Phase::Start,
            Phase::Halve { start, fails, works: from, left } => {
                let half = 0.5 * (fails + from);
                let (fails, from) = if works { (fails, half) } else { (half, from) };
                if left > 1 { Phase::Halve { start, fails, works: from, left: left - 1 } } else { Phase::Explore }
            }
            Phase::Explore => {
                self.sizes[0] = grown(self.sizes[0]);
                Phase::Aim
            }
            Phase::Aim => {
                self.sizes[1] = grown(self.sizes[1]);
                Phase::Explore
            }
        };
        self.next(next);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::metrics::bone_deviation;
    use crate::skeleton::LayoutId;

    const GOAL: Goal = Goal { original: 0, target: None };

    fn clip(phase: f32) -> Sequence {
        let value = |i: usize| 1.0 + 0.05 * (i % 60) as f32 + 0.2 * ((i / 60) as f32 * 0.5 + phase + i as f32).sin();
        let data = (0..8 * 60).map(value).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, 8, 1, data).unwrap()
    }

    fn walk(seed: u64, others: &[Sequence]) -> Walk {
        let clean = Arc::new(clip(0.0));
        let bounds = Arc::from(vec![0.1; clean.data().len()]);
        Walk::new(&AttackConfig { seed, ..AttackConfig::default() }, &clean, &bounds, others)
    }

    /// A plane 4 cm in front of the original, in the coordinates of one joint.
    fn label(clean: &Sequence, x: &[f32]) -> usize {
        let moves: f32 = (0..8).map(|t| x[t * 60 + 21] - clean.data()[t * 60 + 21]).sum();
        usize::from(moves.abs() / 8.0 > 0.04)
    }

    #[test]
    fn the_distance_never_grows_and_nears_the_boundary() {
        let mut walk = walk(1, &[clip(2.0), clip(3.0)]);
        let mut known = f32::INFINITY;
        for _ in 0..400 {
            let label = label(&walk.clean, walk.query());
            assert!(bone_deviation(&walk.clean, walk.query()) < 2e-3);
            walk.answer(label, GOAL);
            if let Some((place, distance)) = walk.found() {
                assert!(distance <= known && metrics::linf(&walk.clean, place) == distance);
                assert_eq!(super::tests::label(&walk.clean, place), 1);
                known = distance;
            }
        }
        assert!(known < 0.08, "{known} is far from the boundary at 0.04");
    }

    #[test]
    fn a_seed_repeats_its_walk_and_another_one_differs() {
        let go = |seed: u64| {
            let mut walk = walk(seed, &[clip(2.0)]);
            for _ in 0..60 {
                let label = label(&walk.clean, walk.query());
                walk.answer(label, GOAL);
            }
            walk.found().map(|(place, _)| place.to_vec())
        };
        assert_eq!(go(1), go(1));
        assert_ne!(go(1), go(2));
    }

    #[test]
    fn without_other_clips_it_starts_from_random_motions_and_without_the_label_it_has_no_place() {
        let mut walk = walk(1, &[]);
        for _ in 0..30 {
            assert!(bone_deviation(&walk.clean, walk.query()) < 2e-3);
            walk.answer(0, GOAL);
        }
        assert!(walk.found().is_none());
        walk.answer(1, GOAL);
        assert!(walk.found().is_some_and(|(_, distance)| distance > 0.0));
    }
}
