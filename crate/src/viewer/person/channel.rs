//! What a camera and a pose estimator do to a perturbation, measured on a film: how much of it comes through, and what
//! noise is added. An attack that is made for a camera reckons with these figures.

use std::f64::consts::TAU;

use super::recover::around_pelvis;
use super::studio::Studio;
use crate::error::{Error, Result};
use crate::geometry::{Vec3, dot, sub};
use crate::skeleton::{LayoutId, Sequence};

/// Time in seconds over which the change of the noise is measured; pictures are closer together.
const LAG: f32 = 0.2;

/// The figures of one film. The first of two is for the picture's plane, the second for depth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channel {
    /// The share of the perturbation that comes through: the slope of a line through the origin.
    pub gain: [f64; 2],
    /// Root mean square difference of the clean clip as the network gets it from the filmed one, around the pelvis, in
    /// metres.
    pub deviation: [f64; 2],
    /// The frequency in hertz at which the variance of that difference is half, if it falls as in an
    /// attack's views; from its change over a fifth of a second.
    pub cutoff: f64,
}

/// The four clips of a film, all of Kinect v1 and of the same frames.
#[derive(Clone, Copy, Debug)]
pub struct Filmed<'a> {
    /// The clean clip.
    pub clean: &'a Sequence,
    /// The attacked clip.
    pub attacked: &'a Sequence,
    /// The clean clip as the network gets it from the film.
    pub seen_clean: &'a Sequence,
    /// The attacked clip as the network gets it.
    pub seen_attacked: &'a Sequence,
}

impl Channel {
    /// The figures; `None` if nothing was perturbed or nobody is in the clip.
    ///
    /// # Errors
    /// A config error if one of the clips is not of Kinect v1, or their frames differ.
    pub fn of(studio: &Studio, filmed: Filmed<'_>) -> Result<Option<Self>> {
        let Filmed { clean, attacked, seen_clean, seen_attacked } = filmed;
        let fits = |c: &Sequence| c.layout().id == LayoutId::KinectV1 && c.frames() == clean.frames();
        if ![clean, attacked, seen_clean, seen_attacked].into_iter().all(fits) {
            return Err(Error::config("four clips of Kinect v1 with equal frames are needed"));
        }
        let in_camera = |a: &Sequence, b: &Sequence, t: usize, j: usize| -> [f64; 3] {
            let change: Vec3 = sub(around_pelvis(a, t, j), around_pelvis(b, t, j));
            studio.axes.map(|axis| f64::from(dot(change, axis)))
        };
        let lag = (LAG * clean.fps).round().max(1.0) as usize;
        let joints = (0..clean.layout().len()).filter(|j| *j != clean.layout().pelvis);
        let (mut own, mut both, mut noise, mut n) = ([0.0; 3], [0.0; 3], [0.0; 3], 0.0);
        let (mut change, mut pairs) = (0.0, 0.0);
        for j in joints {
            for t in (0..clean.frames()).filter(|t| clean.present(*t, 0)) {
                let (put, got) = (in_camera(attacked, clean, t, j), in_camera(seen_attacked, seen_clean, t, j));
                let off = in_camera(seen_clean, clean, t, j);
                for k in 0..3 {
                    own[k] += put[k] * put[k];
                    both[k] += put[k] * got[k];
                    noise[k] += off[k] * off[k];
                }
                n += 1.0;
                if t + lag < clean.frames() && clean.present(t + lag, 0) {
                    let later = in_camera(seen_clean, clean, t + lag, j);
                    change += (0..3).map(|k| (later[k] - off[k]).powi(2)).sum::<f64>();
                    pairs += 1.0;
                }
            }
        }
        let plane = |sums: [f64; 3]| [sums[0] + sums[1], sums[2]];
        let ([own_plane, own_depth], [both_plane, both_depth]) = (plane(own), plane(both));
        if own_plane <= 0.0 || own_depth <= 0.0 || pairs == 0.0 {
            return Ok(None);
        }
        let [wide, deep] = plane(noise);
        let alike = 1.0 - change / pairs / (2.0 * (wide + deep) / n).max(f64::MIN_POSITIVE);
        Ok(Some(Self {
            gain: [both_plane / own_plane, both_depth / own_depth],
            deviation: [(wide / (2.0 * n)).sqrt(), (deep / n).sqrt()],
            cutoff: -alike.clamp(1e-3, 1.0).ln() / (TAU * f64::from(lag as f32 / clean.fps)),
        }))
    }

    /// All figures, in their order: (5).
    pub fn numbers(&self) -> [f64; 5] {
        [self.gain[0], self.gain[1], self.deviation[0], self.deviation[1], self.cutoff]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A camera that looks along -z.
    fn studio() -> Studio {
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        Studio { axes, eye: [0.0, 1.0, 4.0], target: [0.0; 3], floor: 0.0, size: 1.0 }
    }

    fn clip(at: impl Fn(usize, usize) -> Vec3) -> Sequence {
        let data = (0..30).flat_map(|t| (0..20).flat_map(|j| at(t, j)).collect::<Vec<_>>()).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, 30, 1, data).unwrap()
    }

    #[test]
    fn gains_noise_and_its_pace_are_found_again() {
        let pelvis = LayoutId::KinectV1.layout().pelvis;
        let place = |j: usize| [0.1 * j as f32, 1.0 + 0.05 * j as f32, 2.0];
        let put = |t: usize, j: usize| {
            if j == pelvis { [0.0; 3] } else { [0, 1, 2].map(|k| 0.1 * ((t + j + k) as f32).sin()) }
        };
        let off = |j: usize| if j == pelvis { [0.0; 3] } else { [0.03, -0.03, 0.05] };
        let sum = |a: Vec3, b: Vec3| crate::geometry::add(a, b);
        let clean = clip(|_, j| place(j));
        let attacked = clip(|t, j| sum(place(j), put(t, j)));
        let seen_clean = clip(|_, j| sum(place(j), off(j)));
        let seen_attacked = clip(|t, j| {
            let [x, y, z] = put(t, j);
            sum(sum(place(j), off(j)), [0.8 * x, 0.8 * y, 0.25 * z])
        });
        let filmed =
            Filmed { clean: &clean, attacked: &attacked, seen_clean: &seen_clean, seen_attacked: &seen_attacked };
        let found = Channel::of(&studio(), filmed).unwrap().unwrap().numbers();
        for (found, want) in found.into_iter().zip([0.8, 0.25, 0.03, 0.05, 0.0]) {
            assert!((found - want).abs() < 1e-4, "{found} is not {want}");
        }
        let trembling =
            clip(|t, j| sum(place(j), if t / 6 % 2 == 0 { off(j) } else { crate::geometry::scale(off(j), -1.0) }));
        let fast = Channel::of(&studio(), Filmed { seen_clean: &trembling, ..filmed }).unwrap().unwrap();
        assert!(fast.cutoff > 3.0, "{fast:?}");
        assert_eq!(Channel::of(&studio(), Filmed { attacked: &clean, ..filmed }), Ok(None));
    }
}
