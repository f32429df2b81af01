//! Part swap: a body part moves as in another clip. Nothing is asked of the recogniser.
//!
//! After ISAAC-N ("Bones of Contention", arXiv 2501.16843), which replaces joints that do not matter to the action and
//! reports that recognisers are fooled by it without a single query. Which joints matter is the paper's knowledge of
//! the actions; here it is the part that moves least, because no list of actions covers every network. The bones of the
//! part take the other clip's directions and keep this clip's lengths, which the paper does not ask for. Without
//! clipping the part goes as far as it does in the other clip, as in the paper; with clipping only as far as epsilon.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::skeleton::Sequence;

/// The parts to choose from: both arms and the legs.
const PARTS: [&str; 3] = ["set-1", "set-2", "set-4"];

/// Where the part's motion comes from.
#[derive(Clone, Debug)]
pub struct PartSwap {
    /// None without other clips.
    donor: Option<Sequence>,
}

impl PartSwap {
    /// Draws one of the other clips, which have the clip's layout.
    pub fn new(others: &[Sequence], seed: u64) -> Self {
        let draw = |n: usize| Pcg32::seed_from_u64(seed).random_range(0..n);
        Self { donor: (!others.is_empty()).then(|| others[draw(others.len())].clone()) }
    }

    /// Puts the clip with the part's new motion into `x`. `x` and `bounds` are (T, M, V, C), in the layout's unit.
    /// Joints that must stay do, and with a region only its joints are swapped.
    pub fn swap(&self, x: &mut [f32], clean: &Sequence, bounds: &[f32]) {
        x.copy_from_slice(clean.data());
        let Some(donor) = &self.donor else { return };
        let layout = clean.layout();
        let (joints, channels) = (layout.len(), layout.channels());
        let part = part(clean, bounds);
        let order: Vec<usize> =
            layout.order().into_iter().filter(|j| *j != layout.centre && part.contains(j)).collect();
        for (pose, x) in x.chunks_mut(joints * channels).enumerate() {
            let (frame, person) = (pose / clean.people(), pose % clean.people());
            let bounds = &bounds[pose * joints * channels..];
            let other = (frame * donor.frames() / clean.frames(), person.min(donor.people() - 1));
            for &joint in &order {
                let parent = layout.parents[joint];
                let both = |clip: &Sequence, (t, m): (usize, usize)| clip.seen(t, m, joint) && clip.seen(t, m, parent);
                if bounds[joint * channels] == 0.0 || !both(clean, (frame, person)) {
                    continue;
                }
                let from = if both(donor, other) { (donor, other) } else { (clean, (frame, person)) };
                let bone = bone(from.0, from.1, parent, joint);
                let is = norm(bone);
                let length = f64::from(clean.distance(frame, person, parent, joint));
                let scale = if is > 1e-9 { length / is } else { 0.0 };
                for (c, bone) in bone.into_iter().enumerate().take(layout.dims) {
                    x[joint * channels + c] = (f64::from(x[parent * channels + c]) + scale * bone) as f32;
                }
            }
        }
    }
}

/// The joints of the part that moves least, measured against the centre; with a region, all joints that may move.
fn part(clean: &Sequence, bounds: &[f32]) -> Vec<usize> {
    let layout = clean.layout();
    let channels = layout.channels();
    let moves = |joint: usize| bounds.chunks(channels).skip(joint).step_by(layout.len()).any(|b| b[0] > 0.0);
    let free: Vec<usize> = (0..layout.len()).filter(|&joint| moves(joint)).collect();
    let seen = |joint: usize| (0..clean.frames()).any(|t| (0..clean.people()).any(|m| clean.seen(t, m, joint)));
    if (0..layout.len()).any(|joint| seen(joint) && !free.contains(&joint)) {
        return free;
    }
    let parts = PARTS.into_iter().filter_map(|id| layout.region(id)).map(|region| region.joints);
    let least = parts.map(|joints| (speed(clean, joints), joints)).min_by(|a, b| a.0.total_cmp(&b.0));
    least.map_or(free, |(_, joints)| joints.to_vec())
}

/// The mean distance that the joints move from frame to frame, relative to the centre.
fn speed(clean: &Sequence, joints: &[usize]) -> f64 {
    let centre = clean.layout().centre;
    let (mut sum, mut n) = (0.0, 0);
    for (t, m) in (1..clean.frames()).flat_map(|t| (0..clean.people()).map(move |m| (t, m))) {
        for &joint in joints {
            if [t - 1, t].iter().all(|&t| clean.seen(t, m, joint) && clean.seen(t, m, centre)) {
                let [was, is] = [t - 1, t].map(|t| bone(clean, (t, m), centre, joint));
                sum += norm([0, 1, 2].map(|c| is[c] - was[c]));
                n += 1;
            }
        }
    }
    // A part that is never seen is no part to swap.
    if n == 0 { f64::INFINITY } else { sum / f64::from(n) }
}

fn bone(clip: &Sequence, (frame, person): (usize, usize), from: usize, to: usize) -> [f64; 3] {
    let (a, b) = (clip.joint(frame, person, from), clip.joint(frame, person, to));
    std::array::from_fn(|c| if c < clip.layout().dims { f64::from(b[c]) - f64::from(a[c]) } else { 0.0 })
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::metrics;
    use crate::skeleton::LayoutId;

    /// Only the right arm and the legs move; `tilt` turns everything.
    fn clip(frames: usize, tilt: f32) -> Sequence {
        let layout = LayoutId::KinectV1.layout();
        let still = layout.region("set-1").unwrap().joints;
        let value = |t: usize, j: usize, c: usize| {
            let sway = if still.contains(&j) || j == layout.centre { 0.0 } else { 0.1 * (t as f32 + j as f32).sin() };
            1.0 + sway + 0.2 * (tilt + (j * 3 + c) as f32).sin()
        };
        let data = (0..frames * 60).map(|i| value(i / 60, i / 3 % 20, i % 3)).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    #[test]
    fn the_part_that_moves_least_takes_the_other_directions_and_keeps_its_lengths() {
        let (clean, donor) = (clip(6, 0.0), clip(9, 1.0));
        let part = LayoutId::KinectV1.layout().region("set-1").unwrap().joints;
        let bounds = vec![1.0; clean.data().len()];
        let mut x = clean.data().to_vec();
        PartSwap::new(std::slice::from_ref(&donor), 1).swap(&mut x, &clean, &bounds);
        for (i, (x, was)) in x.iter().zip(clean.data()).enumerate() {
            assert!(part.contains(&(i / 3 % 20)) || x == was, "joint {} moved", i / 3 % 20);
        }
        assert!(metrics::linf(&clean, &x) > 0.05 && metrics::bone_deviation(&clean, &x) < 1e-5);
        let after = clean.with_data(x).unwrap();
        let hand = part.iter().copied().find(|j| part.contains(&clean.layout().parents[*j])).unwrap();
        let [is, want] = [(&after, 2), (&donor, 3)].map(|(clip, t)| {
            let bone = bone(clip, (t, 0), clip.layout().parents[hand], hand);
            bone.map(|b| b / norm(bone))
        });
        assert!((0..3).all(|c| (is[c] - want[c]).abs() < 1e-5), "{is:?} is not {want:?}");
    }

    #[test]
    fn a_region_says_what_is_swapped_and_without_other_clips_nothing_is() {
        let (clean, donor) = (clip(4, 0.0), clip(4, 1.0));
        let bounds: Vec<f32> = (0..clean.data().len()).map(|i| if i / 3 % 20 == 7 { 1.0 } else { 0.0 }).collect();
        let mut x = clean.data().to_vec();
        PartSwap::new(&[donor], 1).swap(&mut x, &clean, &bounds);
        let moved: Vec<usize> = (0..x.len()).filter(|&i| x[i] != clean.data()[i]).map(|i| i / 3 % 20).collect();
        assert!(!moved.is_empty() && moved.iter().all(|joint| *joint == 7));
        PartSwap::new(&[], 1).swap(&mut x, &clean, &vec![1.0; clean.data().len()]);
        assert_eq!(x, clean.data());
    }
}
