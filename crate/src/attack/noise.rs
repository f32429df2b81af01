//! Gaussian noise along motions, of a defence or of a pose estimator: slow, as a body moves, so that a network that
//! reads motion keeps its answer under far more of it than under noise that is new in each frame.
//!
//! The noise of each coordinate is a sum of cosines over the clip (the orthonormal DCT-II) whose random weights have a
//! variance that falls with the frequency f as 1 / (1 + (f / cutoff)^2). Without a cutoff all frequencies have the same
//! variance: independent noise in each frame.

use std::f64::consts::PI;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Gaussian noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Standard deviation of a coordinate, in the layout's unit: root mean square over the frames.
    pub deviation: f32,
    /// The frequency at which the variance is half of that of a constant offset, in hertz; none for noise that is
    /// independent in each frame.
    pub cutoff: Option<f32>,
}

impl Noise {
    /// The noise of the matrix: 0.02 in the layout's unit, along motions of up to 1 Hz.
    pub const USUAL: Self = Self { deviation: 0.02, cutoff: Some(1.0) };

    /// Checks the ranges.
    ///
    /// # Errors
    /// A config error that names the value.
    pub fn validate(&self) -> Result<()> {
        let positive = |v: f32| v > 0.0 && v.is_finite();
        if !positive(self.deviation) {
            return Err(Error::config(format!("{} must be above 0", self.deviation)).at("deviation"));
        }
        match self.cutoff.filter(|cutoff| !positive(*cutoff)) {
            Some(cutoff) => Err(Error::config(format!("{cutoff} must be above 0")).at("cutoff")),
            None => Ok(()),
        }
    }
}

/// The noise of the clips of one length and frame rate: a linear map from independent standard normal numbers.
#[derive(Clone, Debug)]
pub struct Filter {
    frames: usize,
    /// The cosines, (frequencies, frames): each row has the length 1 and is perpendicular to the others.
    basis: Vec<f64>,
    /// Standard deviation of each cosine's weight, (frequencies).
    deviations: Vec<f64>,
}

impl Filter {
    /// The noise of clips like this one.
    pub fn new(noise: Noise, clip: &Sequence) -> Self {
        let frames = clip.frames();
        let t = frames as f64;
        let row = |k: usize| {
            let scale = if k == 0 { (1.0 / t).sqrt() } else { (2.0 / t).sqrt() };
            (0..frames).map(move |i| scale * (PI * (i as f64 + 0.5) * k as f64 / t).cos())
        };
        let power = |k: usize| {
            let frequency = k as f64 * f64::from(clip.fps) / (2.0 * t);
            noise.cutoff.map_or(1.0, |cutoff| 1.0 / (1.0 + (frequency / f64::from(cutoff)).powi(2)))
        };
        let mean = (0..frames).map(power).sum::<f64>() / t;
        let deviation = |k: usize| f64::from(noise.deviation) * (power(k) / mean).sqrt();
        Self { frames, basis: (0..frames).flat_map(row).collect(), deviations: (0..frames).map(deviation).collect() }
    }

    /// Noise for a clip, (T, M, V, C); 0 where a joint was not seen, and for confidences.
    pub fn draw(&self, clip: &Sequence, rng: &mut impl Rng) -> Vec<f32> {
        let mut noise = vec![0.0; clip.data().len()];
        for series in columns(clip) {
            let weights: Vec<f64> =
                self.deviations.iter().map(|d| d * Distribution::<f64>::sample(&StandardNormal, rng)).collect();
            for (t, at) in series.iter().enumerate().filter_map(|(t, at)| Some((t, (*at)?))) {
                let sum: f64 =
                    weights.iter().zip(self.basis[t..].iter().step_by(self.frames)).map(|(w, b)| w * b).sum();
                noise[at] = sum as f32;
            }
        }
        noise
    }

    /// The direction in which a function of the clip rises most for its length in the noise ([`Filter::length`]), from
    /// the function's gradient: the way of the independent numbers' own gradient. Its size says nothing.
    ///
    /// # Shapes
    /// - gradient and result: (T, M, V, C)
    pub fn steepest(&self, clip: &Sequence, gradient: &[f32]) -> Vec<f32> {
        let mut way = vec![0.0; gradient.len()];
        for series in columns(clip) {
            let values: Vec<f64> = series.iter().map(|at| at.map_or(0.0, |at| f64::from(gradient[at]))).collect();
            for (row, deviation) in self.basis.chunks(self.frames).zip(&self.deviations) {
                let weight: f64 = row.iter().zip(&values).map(|(b, v)| b * v).sum();
                for (at, b) in series.iter().zip(row).filter_map(|(at, b)| Some(((*at)?, b))) {
                    way[at] += (deviation * deviation * weight * b) as f32;
                }
            }
        }
        way
    }

    /// How far a clip's change reaches in the noise: the length of the independent numbers that make this change. With
    /// it a radius of Cohen et al. is the same for noise of any spectrum. A change of a joint that was not seen, or of
    /// a confidence, is infinitely far: the noise does not reach it, so nothing is certified there.
    ///
    /// # Shapes
    /// - change: (T, M, V, C), in the layout's unit
    pub fn length(&self, clip: &Sequence, change: &[f32]) -> f64 {
        let mut squares = 0.0;
        let mut reached = vec![false; change.len()];
        for series in columns(clip) {
            series.iter().flatten().for_each(|at| reached[*at] = true);
            let values: Vec<f64> = series.iter().map(|at| at.map_or(0.0, |at| f64::from(change[at]))).collect();
            for (row, deviation) in self.basis.chunks(self.frames).zip(&self.deviations) {
                let weight: f64 = row.iter().zip(&values).map(|(b, v)| b * v).sum();
                squares += (weight / deviation).powi(2);
            }
        }
        let beyond = change.iter().zip(reached).any(|(v, reached)| *v != 0.0 && !reached);
        if beyond { f64::INFINITY } else { squares.sqrt() }
    }
}

/// For each person, joint and coordinate its place in (T, M, V, C) in each frame; none where the joint was not seen.
fn columns(clip: &Sequence) -> impl Iterator<Item = Vec<Option<usize>>> + '_ {
    let layout = clip.layout();
    let of = move |m: usize, j: usize, c: usize| {
        let at = |t: usize| ((t * clip.people() + m) * layout.len() + j) * layout.channels() + c;
        (0..clip.frames()).map(|t| clip.seen(t, m, j).then(|| at(t))).collect()
    };
    let joints = (0..clip.people()).flat_map(move |m| (0..layout.len()).map(move |j| (m, j)));
    joints.flat_map(move |(m, j)| (0..layout.dims).map(move |c| of(m, j, c)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;
    use rand::SeedableRng;
    use rand_pcg::Pcg64Mcg;

    fn clip(frames: usize) -> Sequence {
        let data = (0..frames * 60).map(|i| 5.0 + (i as f32 * 0.1).sin()).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    fn with(cutoff: Option<f32>) -> Noise {
        Noise { deviation: 0.04, cutoff }
    }

    #[test]
    fn the_noise_has_its_deviation_and_a_cutoff_makes_it_slow() {
        let clip = clip(60);
        let figures = |cutoff| {
            let filter = Filter::new(with(cutoff), &clip);
            let mut rng = Pcg64Mcg::seed_from_u64(1);
            let (mut size, mut step) = (0.0, 0.0);
            for _ in 0..20 {
                let noise = filter.draw(&clip, &mut rng);
                size += noise.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / noise.len() as f64 / 20.0;
                let steps = noise.iter().zip(&noise[60..]).map(|(a, b)| f64::from(b - a).powi(2));
                step += steps.sum::<f64>() / (noise.len() - 60) as f64 / 20.0;
            }
            (size.sqrt(), step.sqrt())
        };
        let (white, jump) = figures(None);
        let (slow, creep) = figures(Some(1.0));
        assert!((white - 0.04).abs() < 0.001 && (slow - 0.04).abs() < 0.004, "{white} {slow}");
        // Independent numbers differ by the root of 2 of their deviation.
        assert!((jump - 0.04 * 2_f64.sqrt()).abs() < 0.001 && creep < 0.4 * jump, "{jump} {creep}");
    }

    #[test]
    fn the_length_of_a_change_is_that_of_the_numbers_that_make_it() {
        let clip = clip(20);
        // Independent noise: the change's own length over the deviation.
        let change: Vec<f32> = (0..1200).map(|i| (i as f32 * 0.7).sin() * 0.01).collect();
        let own = change.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        let white = Filter::new(with(None), &clip).length(&clip, &change);
        assert!((white - own / 0.04).abs() < 1e-6 * white, "{white}");
        // A constant offset is cheap along slow noise: it is one cosine.
        let offset: Vec<f32> = (0..1200).map(|i| if i % 60 == 0 { 0.01 } else { 0.0 }).collect();
        let slow = Filter::new(with(Some(1.0)), &clip);
        assert!(slow.length(&clip, &offset) < 0.6 * Filter::new(with(None), &clip).length(&clip, &offset));
        // Numbers in, length out.
        let mut rng = Pcg64Mcg::seed_from_u64(2);
        let mean = (0..20).map(|_| slow.length(&clip, &slow.draw(&clip, &mut rng)).powi(2)).sum::<f64>() / 20.0;
        assert!((mean - 1200.0).abs() < 60.0, "{mean}");
    }

    #[test]
    fn no_way_of_the_same_length_is_steeper() {
        let clip = clip(20);
        let filter = Filter::new(with(Some(1.0)), &clip);
        let gradient: Vec<f32> = (0..1200).map(|i| (i as f32 * 1.3).sin() + 0.2 * (i % 7) as f32).collect();
        let rise = |way: &[f32]| {
            let sum: f64 = way.iter().zip(&gradient).map(|(w, g)| f64::from(*w) * f64::from(*g)).sum();
            sum / filter.length(&clip, way)
        };
        let best = rise(&filter.steepest(&clip, &gradient));
        let mut rng = Pcg64Mcg::seed_from_u64(5);
        for size in [0.001, 0.03, 1.0] {
            // A little aside, far aside, and any other way.
            let aside = filter.draw(&clip, &mut rng);
            let way: Vec<f32> = filter
                .steepest(&clip, &gradient)
                .iter()
                .zip(&aside)
                .map(|(w, a)| w * (1.0 - size) + a * size)
                .collect();
            assert!(rise(&way) < best, "{size}: {} is not below {best}", rise(&way));
        }
        // The gradient itself, which is the steepest way without a filter, is not.
        assert!(rise(&gradient) < 0.9 * best);
    }

    #[test]
    fn joints_that_were_not_seen_stay() {
        let mut data = clip(8).data().to_vec();
        data[3 * 60..3 * 60 + 3].fill(0.0);
        let clip = clip(8).with_data(data).unwrap();
        assert!(!clip.seen(3, 0, 0));
        let filter = Filter::new(with(Some(2.0)), &clip);
        let noise = filter.draw(&clip, &mut Pcg64Mcg::seed_from_u64(3));
        assert_eq!(noise[180..183], [0.0; 3]);
        assert!(noise[183..].iter().all(|v| *v != 0.0));
        let mut change = vec![0.0; 480];
        change[180] = 1.0;
        assert_eq!(filter.length(&clip, &change), f64::INFINITY);
        change[180] = 0.0;
        assert_eq!(filter.length(&clip, &change), 0.0);
    }

    #[test]
    fn noise_without_size_is_refused() {
        assert!(with(Some(1.0)).validate().is_ok());
        let refused = |noise: Noise| noise.validate().unwrap_err().to_string();
        assert_eq!(refused(Noise { deviation: 0.0, cutoff: None }), "deviation: 0 must be above 0");
        assert_eq!(refused(with(Some(f32::NAN))), "cutoff: NaN must be above 0");
    }
}
