//! Finds the floor under a set's clips, and the feet that stand on it.

use std::ops::Range;

use super::body::LEGS;
use crate::geometry::{Vec3, add, cross, direction, dot, length, lerp, reject, scale, sub};
use crate::skeleton::Sequence;

/// A level coordinate frame. A sensor that looks down by a few degrees sees a floor that rises with distance; here the
/// second axis is the floor's normal, and the origin is at the height of a standing ankle.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    axes: [Vec3; 3],
    height: f32,
}

impl Ground {
    /// Fits the plane y = a x + b z + c to all resting ankles by least squares.
    pub fn fit<'a>(clips: impl Iterator<Item = &'a Sequence>) -> Self {
        let mut resting: Vec<Vec3> = Vec::new();
        for clip in clips {
            for leg in LEGS {
                let at = |t: usize| point(clip, t, leg[2]);
                let rests = |t: &usize| length(sub(at(t + 1), at(t - 1))) < 0.016;
                resting.extend((1..clip.frames().saturating_sub(1)).filter(rests).map(at));
            }
        }
        let mean = scale(resting.iter().fold([0.0; 3], |a, p| add(a, *p)), 1.0 / resting.len().max(1) as f32);
        let (mut xx, mut xz, mut zz, mut xy, mut zy) = (1e-6, 0.0, 1e-6, 0.0, 0.0);
        for p in &resting {
            let [x, y, z] = sub(*p, mean);
            xx += x * x;
            xz += x * z;
            zz += z * z;
            xy += x * y;
            zy += z * y;
        }
        let determinant = xx * zz - xz * xz;
        let (a, b) = ((zz * xy - xz * zy) / determinant, (xx * zy - xz * xy) / determinant);
        let up = direction([-a, 1.0, -b], [0.0, 1.0, 0.0]);
        let depth = direction(reject([0.0, 0.0, 1.0], up), [0.0, 0.0, 1.0]);
        Self { axes: [cross(up, depth), up, depth], height: dot(mean, up) }
    }

    /// A point of the sensor's frame in the level frame.
    pub fn level(&self, p: Vec3) -> Vec3 {
        [dot(p, self.axes[0]), dot(p, self.axes[1]) - self.height, dot(p, self.axes[2])]
    }

    /// The angle between the sensor's vertical and the floor's normal, in degrees.
    pub fn tilt(&self) -> f32 {
        self.axes[1][1].clamp(-1.0, 1.0).acos().to_degrees()
    }
}

/// The position of a joint of the first person.
pub fn point(clip: &Sequence, frame: usize, joint: usize) -> Vec3 {
    let p = clip.joint(frame, 0, joint);
    [p[0], p[1], p[2]]
}

/// The runs of frames in which an ankle stands: slow for at least a sixth of a second. Runs at one place that only a
/// moment of jitter separates are one run.
pub fn stands(ankle: &[Vec3]) -> Vec<Range<usize>> {
    let slow = |t: usize| {
        let (a, b) = (t.saturating_sub(2), (t + 2).min(ankle.len() - 1));
        length(sub(ankle[b], ankle[a])) < 0.006 * (b - a) as f32
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for t in (0..ankle.len()).filter(|t| slow(*t)) {
        match found.last_mut() {
            Some(run) if t == run.end => run.end += 1,
            Some(run) if t < run.end + 6 && length(sub(ankle[t], mean(&ankle[run.clone()]))) < 0.025 => run.end = t + 1,
            _ => found.push(t..t + 1),
        }
    }
    found.retain(|run| run.len() >= 5);
    found
}

/// The series with each run replaced by its mean, and shifted smoothly in between.
pub fn hold(series: &[Vec3], stretches: &[Range<usize>], place: impl Fn(Vec3) -> Vec3) -> Vec<Vec3> {
    let means: Vec<Vec3> = stretches.iter().map(|run| place(mean(&series[run.clone()]))).collect();
    let before = |t: usize| stretches.iter().rposition(|run| run.start <= t);
    (0..series.len())
        .map(|t| {
            let last = before(t);
            if let Some(i) = last.filter(|i| stretches[*i].contains(&t)) {
                return means[i];
            }
            // The shifts at the edges of the neighbouring runs, faded into each other in between.
            let left = last.map(|i| (stretches[i].end - 1, sub(means[i], series[stretches[i].end - 1])));
            let right = stretches.get(last.map_or(0, |i| i + 1));
            let right =
                right.zip(means.get(last.map_or(0, |i| i + 1))).map(|(r, m)| (r.start, sub(*m, series[r.start])));
            let shift = match (left, right) {
                (Some((a, from)), Some((b, to))) => lerp(from, to, (t - a) as f32 / (b - a) as f32),
                (Some((_, only)), None) | (None, Some((_, only))) => only,
                (None, None) => [0.0; 3],
            };
            add(series[t], shift)
        })
        .collect()
}

fn mean(points: &[Vec3]) -> Vec3 {
    scale(points.iter().fold([0.0; 3], |a, p| add(a, *p)), 1.0 / points.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn a_tilted_floor_is_found_and_levelled() {
        // Two resting ankles a frame, on y = 0.1 z - 1.3, at various places.
        let clips: Vec<Sequence> = (0..4)
            .map(|i| {
                let mut data = vec![0.0; 4 * 60];
                for t in 0..4 {
                    for (k, leg) in LEGS.iter().enumerate() {
                        let (x, z) = (0.2 * k as f32 - 0.1, 2.5 + 0.3 * i as f32 + 0.1 * k as f32);
                        data[t * 60 + leg[2] * 3..][..3].copy_from_slice(&[x, 0.1 * z - 1.3, z]);
                    }
                }
                Sequence::new(LayoutId::KinectV1, 30.0, 4, 1, data).unwrap()
            })
            .collect();
        let ground = Ground::fit(clips.iter());
        assert!((ground.tilt() - 0.1f32.atan().to_degrees()).abs() < 0.05, "{}", ground.tilt());
        assert!(ground.level([0.4, 0.1 * 2.0 - 1.3, 2.0])[1].abs() < 1e-3);
        assert!((ground.level([0.4, 0.1 * 2.0 - 0.3, 2.0])[1] - 0.995).abs() < 1e-3);
    }

    #[test]
    fn a_step_has_two_stands_and_holding_them_stills_the_foot() {
        let step = |t: usize| (t as f32 / 10.0 - 1.0).clamp(0.0, 1.0);
        let jitter = |t: usize| if t.is_multiple_of(2) { 0.002 } else { -0.002 };
        let ankle: Vec<Vec3> = (0..30).map(|t| [jitter(t), 0.0, 0.4 * step(t)]).collect();
        let runs = stands(&ankle);
        assert_eq!(runs.len(), 2, "{runs:?}");
        let held = hold(&ankle, &runs, |p| [p[0], 0.0, p[2]]);
        for run in &runs {
            assert!(run.clone().all(|t| held[t] == held[run.start]));
        }
        let jump = held.windows(2).map(|w| length(sub(w[1], w[0]))).fold(0.0, f32::max);
        assert!(jump < 0.05, "{jump}");
    }
}
