//! The bone-length attack (Tanaka, Kera, Kawamoto, "Adversarial Bone Length Attack on Action Recognition", 2022): one
//! factor a bone, the same in all frames. Directions stay, so only the proportions of the body change.
//!
//! A joint's place is the sum of the bones between it and the centre, so it is linear in the factors, and the gradient
//! of a factor is the sum of its bone's dot products with the gradients of all joints beyond it.
//!
//! **What holds.** Every factor is within 1 - tau and 1 + tau. With clipping on, all changes shrink by one common share
//! until every coordinate is within epsilon as well. Bone lengths are what the attack changes, so the rule that keeps
//! them does not apply.

use crate::skeleton::Sequence;

/// The factors of one clip.
#[derive(Clone, Debug)]
pub struct BoneLengths {
    /// The factor of the bone from each joint's parent to it, minus 1, (V).
    changes: Vec<f32>,
    /// The largest of them.
    tau: f32,
    /// Whether epsilon holds too.
    clip: bool,
}

impl BoneLengths {
    /// All factors 1, for clips of `joints` joints.
    pub fn new(joints: usize, tau: f32, clip: bool) -> Self {
        Self { changes: vec![0.0; joints], tau, clip }
    }

    /// The factors minus 1, (V); 0 for the centre.
    pub fn changes(&self) -> &[f32] {
        &self.changes
    }

    /// Moves each factor by alpha, a share of the bone's length, against its gradient's sign, and puts the clip with
    /// the new lengths into `x`. All slices are (T, M, V, C).
    pub fn step(&mut self, x: &mut [f32], gradient: &[f32], clean: &Sequence, bounds: &[f32], alpha: f32) {
        let slopes = slopes(gradient, clean);
        let free = free(clean, bounds);
        for ((change, slope), free) in self.changes.iter_mut().zip(&slopes).zip(free) {
            let step = if *slope > 0.0 { alpha } else { -alpha };
            let moved = if *slope == 0.0 { *change } else { *change - step };
            *change = if free { moved.clamp(-self.tau, self.tau) } else { 0.0 };
        }
        self.render(x, clean, bounds);
    }

    /// Puts the clip with these lengths into `x`, (T, M, V, C). The factors shrink until they fit.
    pub fn render(&mut self, x: &mut [f32], clean: &Sequence, bounds: &[f32]) {
        let mut moves = moves(&self.changes, clean);
        if self.clip {
            let room = |(moves, bound): (&f64, &f32)| match f64::from(*bound) {
                bound if bound > 0.0 && moves.abs() > bound => bound / moves.abs(),
                _ => 1.0,
            };
            let share = moves.iter().zip(bounds).map(room).fold(1.0, f64::min);
            self.changes.iter_mut().for_each(|change| *change = (f64::from(*change) * share) as f32);
            moves.iter_mut().for_each(|moves| *moves *= share);
        }
        for (((x, clean), moves), bound) in x.iter_mut().zip(clean.data()).zip(moves).zip(bounds) {
            *x = if *bound > 0.0 { (f64::from(*clean) + moves) as f32 } else { *clean };
        }
    }

    /// The same sizes with signs from `up`, for comparison with chance.
    #[must_use]
    pub fn with_signs(mut self, mut up: impl FnMut() -> bool) -> Self {
        self.changes.iter_mut().for_each(|change| *change = if up() { change.abs() } else { -change.abs() });
        self
    }
}

/// Whether a bone may change, by its far joint, (V): only if all joints beyond it may move wherever they are seen, so
/// that joints outside the region keep their places.
pub fn free(clean: &Sequence, bounds: &[f32]) -> Vec<bool> {
    let layout = clean.layout();
    let (joints, channels) = (layout.len(), layout.channels());
    let mut free = vec![true; joints];
    let mut seen = vec![false; joints];
    for (at, bound) in bounds.chunks(channels).enumerate() {
        let (frame, person, joint) = place(at, clean);
        if clean.seen(frame, person, joint) {
            seen[joint] = true;
            free[joint] &= bound[0] > 0.0;
        }
    }
    let order = layout.order();
    for &joint in order.iter().rev().filter(|&&j| j != layout.centre) {
        let parent = layout.parents[joint];
        if parent != layout.centre {
            free[parent] &= free[joint];
            seen[parent] |= seen[joint];
        }
    }
    (0..joints).map(|joint| joint != layout.centre && free[joint] && seen[joint]).collect()
}

/// The gradient of each factor, (V), from that of the coordinates, (T, M, V, C), which is 0 where a value must stay.
fn slopes(gradient: &[f32], clean: &Sequence) -> Vec<f64> {
    let layout = clean.layout();
    let (joints, channels, order) = (layout.len(), layout.channels(), layout.order());
    let mut slopes = vec![0.0; joints];
    for (pose, gradient) in gradient.chunks(joints * channels).enumerate() {
        let (frame, person) = (pose / clean.people(), pose % clean.people());
        // The sum of the gradients of a joint and of all beyond it.
        let mut beyond: Vec<[f64; 3]> = vec![[0.0; 3]; joints];
        for &joint in order.iter().rev() {
            (0..layout.dims).for_each(|c| beyond[joint][c] += f64::from(gradient[joint * channels + c]));
            if joint != layout.centre {
                let parent = layout.parents[joint];
                slopes[joint] += dot(bone(clean, frame, person, joint), beyond[joint]);
                beyond[parent] = [0, 1, 2].map(|c| beyond[parent][c] + beyond[joint][c]);
            }
        }
    }
    slopes
}

/// By how much each value moves, (T, M, V, C): the changes of all bones between its joint and the centre.
fn moves(changes: &[f32], clean: &Sequence) -> Vec<f64> {
    let layout = clean.layout();
    let (joints, channels, order) = (layout.len(), layout.channels(), layout.order());
    let mut moves = vec![0.0; clean.data().len()];
    for (pose, moves) in moves.chunks_mut(joints * channels).enumerate() {
        let (frame, person) = (pose / clean.people(), pose % clean.people());
        for &joint in order.iter().filter(|&&j| j != layout.centre) {
            let (parent, bone) = (layout.parents[joint], bone(clean, frame, person, joint));
            for (c, bone) in bone.into_iter().enumerate().take(layout.dims) {
                moves[joint * channels + c] = moves[parent * channels + c] + f64::from(changes[joint]) * bone;
            }
        }
    }
    moves
}

/// The bone from a joint's parent to it; without length if one of them is not seen.
fn bone(clean: &Sequence, frame: usize, person: usize, joint: usize) -> [f64; 3] {
    let layout = clean.layout();
    let parent = layout.parents[joint];
    if !clean.seen(frame, person, joint) || !clean.seen(frame, person, parent) {
        return [0.0; 3];
    }
    let (from, to) = (clean.joint(frame, person, parent), clean.joint(frame, person, joint));
    std::array::from_fn(|c| if c < layout.dims { f64::from(to[c]) - f64::from(from[c]) } else { 0.0 })
}

/// Frame, person and joint of place `at` in (T M V).
fn place(at: usize, clean: &Sequence) -> (usize, usize, usize) {
    let (joints, people) = (clean.layout().len(), clean.people());
    (at / joints / people, at / joints % people, at % joints)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|c| a[c] * b[c]).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    fn clip(frames: usize) -> Sequence {
        let data = (0..frames * 60).map(|i| (i as f32 * 0.7).sin() + 2.0).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    /// A loss that is curved in every coordinate, and its gradient.
    fn loss(x: &[f32]) -> (f64, Vec<f32>) {
        let weigh = |i: usize| (i as f64 * 1.3).cos();
        let sum = x.iter().enumerate().map(|(i, x)| weigh(i) * f64::from(*x).powi(2)).sum();
        (sum, x.iter().enumerate().map(|(i, x)| (2.0 * weigh(i) * f64::from(*x)) as f32).collect())
    }

    #[test]
    fn the_gradient_of_each_factor_agrees_with_finite_differences() {
        let clean = clip(4);
        let bounds = vec![1.0; clean.data().len()];
        let changes: Vec<f32> = (0..20).map(|j| 0.02 * (j as f32).sin()).collect();
        let at = |changes: &[f32]| {
            let mut x = clean.data().to_vec();
            let mut lengths = BoneLengths { changes: changes.to_vec(), tau: 0.5, clip: false };
            lengths.render(&mut x, &clean, &bounds);
            loss(&x)
        };
        let slopes = slopes(&at(&changes).1, &clean);
        for joint in (0..20).filter(|&j| j != clean.layout().centre) {
            let shifted = |by: f32| {
                let mut changes = changes.clone();
                changes[joint] += by;
                at(&changes).0
            };
            let difference = (shifted(0.01) - shifted(-0.01)) / 0.02;
            let slope = slopes[joint];
            assert!((difference - slope).abs() < 1e-2 * slope.abs().max(1.0), "joint {joint}: {difference}, {slope}");
        }
        assert_eq!(slopes[clean.layout().centre], 0.0);
    }

    #[test]
    fn a_bone_keeps_its_direction_and_has_one_factor_in_all_frames() {
        let clean = clip(3);
        let bounds = vec![10.0; clean.data().len()];
        let (mut lengths, mut x) = (BoneLengths::new(20, 0.1, false), clean.data().to_vec());
        let gradient = loss(&x).1;
        lengths.step(&mut x, &gradient, &clean, &bounds, 0.3);
        let after = clean.with_data(x).unwrap();
        for (parent, joint) in clean.layout().bones() {
            let change = lengths.changes()[joint];
            assert!(change.abs() == 0.1, "alpha is clipped to tau");
            let factor = 1.0 + change;
            for frame in 0..3 {
                for c in 0..3 {
                    let was = clean.joint(frame, 0, joint)[c] - clean.joint(frame, 0, parent)[c];
                    let is = after.joint(frame, 0, joint)[c] - after.joint(frame, 0, parent)[c];
                    assert!((is - factor * was).abs() < 2e-6, "{is} is not {factor} of {was}");
                }
            }
        }
    }

    #[test]
    fn epsilon_shrinks_all_factors_by_one_share_and_a_region_holds_the_rest() {
        let clean = clip(2);
        let bounds = vec![0.01; clean.data().len()];
        let (mut lengths, mut x) = (BoneLengths::new(20, 0.1, true), clean.data().to_vec());
        lengths.step(&mut x, &loss(clean.data()).1, &clean, &bounds, 0.1);
        let sizes: Vec<f32> = lengths.changes().iter().map(|c| c.abs()).filter(|c| *c > 0.0).collect();
        assert!(sizes.len() == 19 && sizes.iter().all(|size| (size - sizes[0]).abs() < 1e-6 && *size < 0.1));
        let most = x.iter().zip(clean.data()).map(|(x, was)| (x - was).abs()).fold(0.0, f32::max);
        assert!((most - 0.01).abs() < 1e-5);
        // Only the left hand (7) may move: of the bones towards it only its own is free.
        let hand: Vec<f32> = (0..clean.data().len()).map(|i| if i / 3 % 20 == 7 { 0.1 } else { 0.0 }).collect();
        let only: Vec<usize> = free(&clean, &hand).into_iter().enumerate().filter(|f| f.1).map(|f| f.0).collect();
        assert_eq!(only, [7]);
    }
}
