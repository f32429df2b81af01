//! The motion prior: draws new clips of a known action from several people's performances of it.
//!
//! A draw picks one performance as the anchor and aligns the performances of *other* people to it in time. Of each
//! person the nearest performance counts, and of the people the nearest few. They are mixed with the anchor by random
//! weights, in the space of bone directions and positions in leg lengths, where a mixture is a movement again. A little
//! of the Gaussian that they span is added, so that a draw can leave their hull. Timing is mixed by the same weights.
//! The result is performed by a new body: a random mixture of the people's bone lengths.
//!
//! Neighbours are mixed, not the whole class, because the mean of two ways to do an action is often not a way to do it.
//! Different people are mixed, not only performances, because four takes of one person are nearly one clip, and a
//! mixture of them would be a copy. For the same reason a draw is rejected if it is nearer to an example than examples
//! typically are to their nearest other (mostly another take of the same person).

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use super::align::align;
use super::body::Body;
use super::distance::{Compared, spacing};
use super::ground::Ground;
use super::motion::Motion;
use super::series;
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};

/// People whose performances are mixed into an anchor.
const NEIGHBOURS: usize = 2;
/// Spread of the Gaussian part, as a share of the mixed performances' spread.
const SPREAD: f32 = 0.4;
/// Spread of the tempo and of the body's size, as shares.
const TEMPO: f32 = 0.06;
const SIZE: f32 = 0.03;

/// Draws after which the one furthest from all examples is accepted.
const ATTEMPTS: usize = 32;

struct Performance {
    label: usize,
    person: usize,
    motion: Motion,
    /// The example as the mean body performs it.
    neutral: Compared,
}

/// The fitted prior: performances without bodies, and the bodies.
pub struct Prior {
    tilt: f32,
    bodies: Vec<Body>,
    mean_body: Body,
    performances: Vec<Performance>,
}

/// A draw.
pub struct Draw {
    /// The clip, performed by a new body.
    pub clip: Sequence,
    /// The same movement as the mean body performs it, for comparison with [`Prior::neutral`].
    pub neutral: Compared,
}

/// A training clip: class, performer, clip.
pub type Example<'a> = (usize, &'a str, &'a Sequence);

impl Prior {
    /// Fits the prior to clips of the Kinect v1 layout that one sensor recorded on one floor.
    ///
    /// # Errors
    /// A data error if there is no clip, or one has another layout.
    pub fn fit(examples: &[Example<'_>]) -> Result<Self> {
        if examples.is_empty() || examples.iter().any(|(_, _, clip)| clip.layout().id != LayoutId::KinectV1) {
            return Err(Error::data("a motion prior needs clips, all in the layout kinect-v1"));
        }
        let mut people: Vec<&str> = examples.iter().map(|(_, person, _)| *person).collect();
        people.sort_unstable();
        people.dedup();
        let body =
            |person: &&str| Body::measure(&examples.iter().filter(|e| e.1 == *person).map(|e| e.2).collect::<Vec<_>>());
        let bodies: Vec<Body> = people.iter().map(body).collect();
        let ground = Ground::fit(examples.iter().map(|(_, _, clip)| *clip));
        let mean_body = mean_body(&bodies);
        let performances = examples
            .iter()
            .map(|(label, name, clip)| {
                let person = people.iter().position(|p| p == name).unwrap_or(0);
                let motion = Motion::of(clip, &bodies[person], &ground);
                let neutral = Compared::of(&motion.perform(&mean_body)?);
                Ok(Performance { label: *label, person, motion, neutral })
            })
            .collect::<Result<_>>()?;
        Ok(Self { tilt: ground.tilt(), bodies, mean_body, performances })
    }

    /// How far the sensor looks down on the floor, in degrees.
    pub fn tilt(&self) -> f32 {
        self.tilt
    }

    /// Draws a clip of the class. The same seed gives the same clip.
    ///
    /// # Errors
    /// A data error if no example has this class.
    pub fn sample(&self, label: usize, seed: u64) -> Result<Draw> {
        let class: Vec<&Performance> = self.performances.iter().filter(|p| p.label == label).collect();
        if class.is_empty() {
            return Err(Error::data(format!("the prior has no example of class {label}")));
        }
        let examples: Vec<&Compared> = class.iter().map(|p| &p.neutral).collect();
        let (apart, _) = spacing(&examples);
        let mut rng = Pcg64::seed_from_u64(seed);
        let mut furthest: Option<(f32, Draw)> = None;
        for _ in 0..ATTEMPTS {
            let draw = self.attempt(&class, &mut rng)?;
            let (_, away) = draw.neutral.nearest(examples.iter().copied()).unwrap_or_default();
            if furthest.as_ref().is_none_or(|(most, _)| away > *most) {
                furthest = Some((away, draw));
            }
            if away >= apart {
                break;
            }
        }
        furthest.map(|(_, draw)| draw).ok_or_else(|| Error::data("no draw"))
    }

    fn attempt(&self, class: &[&Performance], rng: &mut Pcg64) -> Result<Draw> {
        let anchor = class[rng.random_range(0..class.len())];
        let mut near: Vec<_> = class
            .iter()
            .filter(|p| p.person != anchor.person)
            .map(|p| (align(&anchor.motion, &p.motion), *p))
            .collect();
        near.sort_by(|a, b| a.0.cost.total_cmp(&b.0.cost));
        let mut taken = Vec::new();
        near.retain(|(_, p)| {
            let new = !taken.contains(&p.person) && taken.len() < NEIGHBOURS;
            if new {
                taken.push(p.person);
            }
            new
        });

        // Weights from a flat Dirichlet distribution, drawn towards the middle so that no single performance dominates.
        let mut weights: Vec<f32> = (0..=near.len()).map(|_| 1.5 - (1.0 - rng.random::<f32>()).ln()).collect();
        let total: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        let tempo = 1.0 + TEMPO * rng.sample::<f32, _>(StandardNormal).clamp(-2.0, 2.0);
        let mut noise: Vec<f32> = weights.iter().map(|_| rng.sample(StandardNormal)).collect();
        let mean = noise.iter().sum::<f32>() / noise.len() as f32;
        noise.iter_mut().for_each(|g| *g = SPREAD * (*g - mean) / (weights.len() as f32).sqrt());

        let frames = anchor.motion.frames();
        let mut clock: Vec<f32> = (0..frames).map(|t| weights[0] * t as f32).collect();
        let mut parts = vec![(weights[0] + noise[0], anchor.motion.clone())];
        for (i, (alignment, performance)) in near.iter().enumerate() {
            let times = &alignment.times;
            clock.iter_mut().zip(times).for_each(|(c, t)| *c += weights[i + 1] * t);
            parts.push((weights[i + 1] + noise[i + 1], performance.motion.at(times)));
        }
        let duration = (clock[frames - 1] * tempo).round().clamp(44.0, 119.0) as usize;
        let moments: Vec<f32> = series::spread(duration + 1, duration + 1)
            .map(|t| inverse(&clock, t * clock[frames - 1] / duration as f32))
            .collect();
        let motion = Motion::mix(&parts).at(&moments);
        let neutral = Compared::of(&motion.perform(&self.mean_body)?);
        Ok(Draw { clip: motion.perform(&self.body(rng))?, neutral })
    }

    /// All examples in their order, as the mean body performs them, so that only movement is compared.
    pub fn neutral(&self) -> impl Iterator<Item = &Compared> {
        self.performances.iter().map(|p| &p.neutral)
    }

    /// A random mixture of the people's bodies, a little taller or smaller.
    fn body(&self, rng: &mut Pcg64) -> Body {
        let weights: Vec<f32> = self.bodies.iter().map(|_| 0.5 - (1.0 - rng.random::<f32>()).ln()).collect();
        let total: f32 = weights.iter().sum();
        let size = 1.0 + SIZE * rng.sample::<f32, _>(StandardNormal).clamp(-2.0, 2.0);
        Body::mix(weights.iter().map(|w| w / total).zip(&self.bodies), size)
    }
}

fn mean_body(bodies: &[Body]) -> Body {
    let share = 1.0 / bodies.len() as f32;
    Body::mix(bodies.iter().map(|b| (share, b)), 1.0)
}

/// The fractional frame at which an increasing clock shows `time`.
fn inverse(clock: &[f32], time: f32) -> f32 {
    let after = clock.partition_point(|c| *c < time).clamp(1, clock.len() - 1);
    let (a, b) = (clock[after - 1], clock[after]);
    (after - 1) as f32 + ((time - a) / (b - a).max(1e-6)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A person of the given size who raises the right arm, quickly or slowly.
    fn raise(size: f32, frames: usize) -> Sequence {
        let standing = [
            [0.0, 0.95, 2.9],
            [0.0, 1.02, 2.9],
            [0.0, 1.35, 2.9],
            [0.0, 1.53, 2.9],
            [-0.17, 1.25, 2.9],
            [-0.19, 1.0, 2.9],
            [-0.2, 0.78, 2.9],
            [-0.2, 0.72, 2.9],
            [0.17, 1.25, 2.9],
            [0.19, 1.0, 2.9],
            [0.2, 0.78, 2.9],
            [0.2, 0.72, 2.9],
            [-0.08, 0.88, 2.9],
            [-0.1, 0.48, 2.89],
            [-0.1, 0.1, 2.9],
            [-0.1, 0.06, 2.83],
            [0.08, 0.88, 2.9],
            [0.1, 0.48, 2.89],
            [0.1, 0.1, 2.9],
            [0.1, 0.06, 2.83],
        ];
        let mut data = Vec::new();
        for t in 0..frames {
            let angle = (t as f32 / frames as f32 * 3.0).min(2.0);
            for (j, p) in standing.iter().enumerate() {
                let mut p: [f32; 3] = *p;
                if (9..12).contains(&j) {
                    let reach = 1.25 - p[1];
                    p = [0.19, 1.25 - reach * angle.cos(), 2.9 - reach * angle.sin()];
                }
                data.extend([p[0] * size, p[1] * size, 2.9 + (p[2] - 2.9) * size]);
            }
        }
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    fn prior() -> Prior {
        let clips = [raise(1.0, 60), raise(1.1, 50), raise(0.9, 80), raise(0.95, 64)];
        let examples: Vec<Example<'_>> = ["a", "b", "c", "d"].into_iter().zip(&clips).map(|(p, c)| (3, p, c)).collect();
        Prior::fit(&examples).unwrap()
    }

    #[test]
    fn a_draw_has_constant_bones_and_does_what_the_examples_do() {
        let clip = prior().sample(3, 1).unwrap().clip;
        for (parent, joint) in clip.layout().bones() {
            let of = |t: usize| clip.distance(t, 0, parent, joint);
            assert!((0..clip.frames()).all(|t| (of(t) - of(0)).abs() < 1e-5), "{}", clip.layout().joints[joint]);
        }
        let hand = |t: usize| clip.joint(t, 0, 11)[1];
        assert!(hand(clip.frames() - 1) > hand(0) + 0.5, "{} {}", hand(0), hand(clip.frames() - 1));
        let feet = (0..clip.frames()).map(|t| clip.joint(t, 0, 15)[1]).fold(f32::INFINITY, f32::min);
        assert!(feet.abs() < 1e-3 && (45..=120).contains(&clip.frames()));
    }

    #[test]
    fn the_seed_decides() {
        let prior = prior();
        let draw = |seed| prior.sample(3, seed).unwrap().clip;
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(prior.sample(2, 7).is_err_and(|e| e.is_data()));
    }

    #[test]
    fn a_clock_is_read_backwards() {
        assert_eq!(inverse(&[0.0, 1.0, 3.0], 2.0), 1.5);
        assert_eq!(inverse(&[0.0, 1.0, 3.0], 3.0), 2.0);
        assert_eq!(inverse(&[0.0, 1.0, 3.0], 0.0), 0.0);
    }
}
