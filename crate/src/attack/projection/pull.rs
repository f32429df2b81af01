//! Parts of poses that cannot be brought within their bounds as they are yield: they are pulled towards the original,
//! smoothly in time.

use super::finish;
use super::plan::{Part, Plan};
use super::point::Point;
use super::pose::Pose;
use super::retract::retract;

/// A part's share of its perturbation differs from that in the frame before by this much at most.
const SLOPE: f64 = 0.125;
/// The largest share that fits is looked for this often between two that do and do not.
const HALVINGS: usize = 5;
/// Below this the original pose is taken.
const LEAST: f64 = 1.0 / 64.0;

/// A person at a moment.
pub(super) struct Moment {
    pose: Pose,
    plan: Plan,
    /// Where the joints are wanted, (V).
    wanted: Vec<[f32; 3]>,
    /// Where they are, (V).
    at: Vec<[f32; 3]>,
    /// The share of the perturbation that is left to each part.
    shares: Vec<f64>,
}

impl Moment {
    /// `x` is (V, C).
    pub fn new(pose: Pose, plan: Plan, x: &[f32]) -> Self {
        let channels = x.len() / pose.clean.len();
        let wanted = |(j, values): (usize, &[f32])| {
            std::array::from_fn(|c| match values.get(c) {
                Some(v) if pose.low[j][c] < pose.high[j][c] && v.is_finite() => *v,
                _ => pose.clean[j][c],
            })
        };
        let wanted = x.chunks(channels).enumerate().map(wanted).collect();
        Self { at: pose.clean.clone(), shares: vec![1.0; plan.parts().len()], pose, plan, wanted }
    }

    /// Was a part pulled towards the original?
    pub fn yields(&self) -> bool {
        self.shares.iter().any(|share| *share < 1.0)
    }

    /// Writes the coordinates that may move into a pose, (V, C).
    pub fn write(&self, x: &mut [f32], channels: usize) {
        for (j, values) in x.chunks_mut(channels).enumerate() {
            for (c, value) in values.iter_mut().take(3).enumerate() {
                if self.pose.low[j][c] < self.pose.high[j][c] {
                    *value = self.at[j][c];
                }
            }
        }
    }

    /// Takes the largest share of a part's perturbation that fits, up to `most`.
    fn take(&mut self, number: usize, most: f64) {
        let plan = self.plan.clone();
        let part = &plan.parts()[number];
        let mut settled = |share: f64| -> bool {
            let Some(at) = with(&self.pose, part, &self.wanted, share) else { return false };
            part.joints().zip(at).for_each(|(j, at)| self.at[j] = at);
            self.shares[number] = share;
            true
        };
        if settled(most) {
            return;
        }
        let (mut fits, mut fails) = (0.0, most);
        settled(0.0);
        for _ in 0..HALVINGS {
            let share = (fits + fails) / 2.0;
            if share < LEAST {
                break;
            }
            if settled(share) { fits = share } else { fails = share }
        }
    }
}

/// Where the joints of a part go with this share of their perturbation, in the order of placing. None if it cannot be
/// brought within the bounds.
fn with(pose: &Pose, part: &Part, wanted: &[[f32; 3]], share: f64) -> Option<Vec<[f32; 3]>> {
    let all = |at: &[[f32; 3]]| part.joints().map(|j| at[j]).collect();
    if share <= 0.0 {
        return Some(all(&pose.clean));
    }
    if share >= 1.0 && part.holds(pose, wanted) {
        return Some(all(wanted));
    }
    let mut x: Vec<Point> = pose.clean.iter().map(|at| at.map(f64::from)).collect();
    for j in part.joints() {
        x[j] = std::array::from_fn(|c| {
            let (clean, wanted) = (x[j][c], f64::from(wanted[j][c]));
            if share < 1.0 { clean + share * (wanted - clean) } else { wanted }
        });
    }
    let right = retract(pose, part, &mut x);
    // Joints between others have no sphere of their own to be put on.
    if !right && part.tied() { None } else { finish::finish(pose, part, &x) }
}

/// Brings all moments of a person within their bounds.
pub(super) fn settle(track: &mut [Moment]) {
    for moment in track.iter_mut() {
        (0..moment.shares.len()).for_each(|part| moment.take(part, 1.0));
    }
    // A share that is lowered for its neighbours may turn out not to fit, and is lowered further.
    while let Some(limits) = limits(track) {
        for (moment, limits) in track.iter_mut().zip(limits) {
            for (part, limit) in limits.into_iter().enumerate() {
                if moment.shares[part] > limit {
                    moment.take(part, limit);
                }
            }
        }
    }
}

/// The share that each part of each moment may keep so that it fits the frames before and after. None if all do
/// already.
fn limits(track: &[Moment]) -> Option<Vec<Vec<f64>>> {
    if !track.iter().any(Moment::yields) {
        return None;
    }
    // Parts differ between frames where other joints are seen, so shares are compared joint by joint.
    let joints = track.first().map_or(0, |moment| moment.at.len());
    let mut limits: Vec<Vec<f64>> = track.iter().map(|moment| moment.shares.clone()).collect();
    let pass = |frames: &mut dyn Iterator<Item = usize>, limits: &mut [Vec<f64>]| {
        let mut before = vec![f64::INFINITY; joints];
        for frame in frames {
            let mut now = vec![f64::INFINITY; joints];
            for (part, limit) in track[frame].plan.parts().iter().zip(&mut limits[frame]) {
                *limit = part.joints().map(|j| before[j] + SLOPE).fold(*limit, f64::min);
                part.joints().for_each(|j| now[j] = *limit);
            }
            before = now;
        }
    };
    pass(&mut (0..track.len()), &mut limits);
    pass(&mut (0..track.len()).rev(), &mut limits);
    let lower = |(moment, limits): (&Moment, &Vec<f64>)| moment.shares.iter().zip(limits).any(|(s, l)| *s > *l);
    track.iter().zip(&limits).any(lower).then_some(limits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::{LayoutId, Sequence};

    /// The trunk of a person who stands still for 40 frames, held by the limbs, wanted up to 60 mm from there.
    fn track() -> Vec<Moment> {
        let at = [
            [0.0, 0.9],
            [0.0, 1.1],
            [0.01, 1.4],
            [0.0, 1.6],
            [-0.2, 1.4],
            [-0.3, 1.1],
            [-0.3, 0.9],
            [-0.3, 0.8],
            [0.2, 1.4],
            [0.3, 1.1],
            [0.3, 0.9],
            [0.3, 0.8],
            [-0.1, 0.85],
            [-0.1, 0.45],
            [-0.1, 0.1],
            [-0.1, 0.05],
            [0.1, 0.85],
            [0.1, 0.45],
            [0.1, 0.1],
            [0.1, 0.05],
        ];
        let frame: Vec<f32> = at.iter().flat_map(|[x, y]| [*x, *y, 3.0]).collect();
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 40, 1, frame.repeat(40)).unwrap();
        let bounds: Vec<f32> = (0..60).map(|i| if i < 12 { 0.04 } else { 0.0 }).collect();
        let mut random = 1_u64;
        let mut wanted = |(x, bound): (&f32, &f32)| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            x + bound * 1.5 * if random >> 40 & 1 == 0 { 1.0 } else { -1.0 }
        };
        let moment = |t: usize| {
            let pose = Pose::new(&clean, t, 0, &bounds);
            let plan = Plan::new(clean.layout(), &pose);
            let x: Vec<f32> = frame.iter().zip(&bounds).map(&mut wanted).collect();
            Moment::new(pose, plan, &x)
        };
        (0..40).map(moment).collect()
    }

    #[test]
    fn neighbours_of_a_frame_that_yields_follow_by_an_eighth_each() {
        let mut track = track();
        assert!(track.iter().all(|moment| moment.plan.parts().len() == 1) && limits(&track).is_none());
        track[10].shares[0] = 0.25;
        track[12].shares[0] = 0.0;
        let limits = limits(&track).unwrap();
        assert_eq!(limits[5..16].concat(), [0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0.0, 0.125, 0.25, 0.375]);
        assert_eq!(limits[21][0], 1.0);
    }

    #[test]
    fn shares_are_smooth_in_time_and_what_is_left_fits() {
        let mut track = track();
        settle(&mut track);
        let shares: Vec<f64> = track.iter().map(|moment| moment.shares[0]).collect();
        assert!(shares.iter().any(|share| *share < 1.0) && shares.iter().any(|share| *share > 0.0), "{shares:?}");
        assert!(shares.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= SLOPE + 1e-12), "{shares:?}");
        for moment in &track {
            assert!(moment.plan.parts()[0].holds(&moment.pose, &moment.at));
        }
    }
}
