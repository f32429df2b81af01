//! Positions of joints in display space: between frames, with the difference magnified, over the recent past.
//!
//! Display space is in metres with y up, right-handed. Metric layouts are there already. A 2-D layout has x and y as
//! shares of the picture with y down: the picture becomes an upright plane at z = 0, its lower edge at y = 0.

use crate::geometry::{Vec3, along, length, lerp, sub};
use crate::skeleton::{Layout, Sequence};

/// Joints of one person at one instant, (V); `None` for an unseen joint.
pub type Pose = Vec<Option<Vec3>>;

/// All people at one instant, (M); `None` for an absent person.
pub type People = Vec<Option<Pose>>;

/// Height of a 2-D clip's picture in display space, in metres: a body that fills half of it has about its real size.
pub const PICTURE_HEIGHT: f32 = 2.5;
/// Width of that picture: Kinetics-skeleton was extracted from videos of 340 x 256 pixels.
pub const PICTURE_WIDTH: f32 = PICTURE_HEIGHT * 340.0 / 256.0;

/// A joint's coordinates, (C), in display space.
fn display(layout: &Layout, channels: &[f32]) -> Vec3 {
    if layout.dims == 3 {
        [channels[0], channels[1], channels[2]]
    } else {
        [(channels[0] - 0.5) * PICTURE_WIDTH, (1.0 - channels[1]) * PICTURE_HEIGHT, 0.0]
    }
}

/// One person in a whole frame; `None` if absent.
fn person(clip: &Sequence, frame: usize, person: usize) -> Option<Pose> {
    let joint = |j| clip.seen(frame, person, j).then(|| display(clip.layout(), clip.joint(frame, person, j)));
    clip.present(frame, person).then(|| (0..clip.layout().len()).map(joint).collect())
}

/// The frames before and after a fractional frame, and the weight of the latter; clamped to the clip.
fn between(clip: &Sequence, frame: f32) -> (usize, usize, f32) {
    let last = clip.frames() - 1;
    let frame = if frame.is_finite() { frame.clamp(0.0, last as f32) } else { 0.0 };
    let before = frame as usize;
    (before, (before + 1).min(last), frame - before as f32)
}

/// Combines two poses joint by joint; a joint that one of them lacks is `None`.
fn both(a: &Pose, b: &Pose, f: impl Fn(Vec3, Vec3) -> Vec3) -> Pose {
    a.iter().zip(b).map(|(a, b)| Some(f((*a)?, (*b)?))).collect()
}

/// All people at a fractional frame. A person or joint that only one of the two neighbouring frames shows is taken from
/// the nearer frame alone, so that nothing moves in from the origin.
pub fn at(clip: &Sequence, frame: f32) -> People {
    let (before, after, t) = between(clip, frame);
    let near = if t < 0.5 { before } else { after };
    (0..clip.people())
        .map(|m| match (person(clip, before, m), person(clip, after, m)) {
            (Some(a), Some(b)) => {
                let of_near = if near == before { &a } else { &b };
                let smooth = both(&a, &b, |a, b| lerp(a, b, t));
                Some(smooth.into_iter().zip(of_near).map(|(s, n)| s.or(*n)).collect())
            }
            _ => person(clip, near, m),
        })
        .collect()
}

/// All people of the perturbed clip with the difference magnified: clean + k (perturbed - clean). k = 1 is the
/// perturbed clip.
pub fn magnified(clean: &Sequence, perturbed: &Sequence, frame: f32, k: f32) -> People {
    let shown = |(clean, perturbed): (Option<Pose>, Option<Pose>)| {
        let (clean, perturbed) = (clean?, perturbed?);
        Some(both(&clean, &perturbed, |c, p| along(c, sub(p, c), k)))
    };
    at(clean, frame).into_iter().zip(at(perturbed, frame)).map(shown).collect()
}

/// Up to `most` joints whose recent path is drawn. Candidates are the ends of the body (head, wrists, ankles: the tips
/// of the major bones, since fingers and toes jitter); those that the attack moved farthest come first, without an
/// attack those that travel farthest.
pub fn trail_joints(clean: &Sequence, perturbed: Option<&Sequence>, most: usize) -> Vec<usize> {
    let layout = clean.layout();
    let is_end = |j: &usize| !layout.major.iter().any(|&child| layout.parents[child] == *j);
    let travel = |j: usize| -> f32 {
        let mut sum = 0.0;
        for m in 0..clean.people() {
            let mut last: Option<Vec3> = None;
            for t in 0..clean.frames() {
                let here = clean.seen(t, m, j).then(|| display(layout, clean.joint(t, m, j)));
                let from = match perturbed {
                    Some(p) => here.map(|_| display(layout, p.joint(t, m, j))),
                    None => last,
                };
                sum += here.zip(from).map_or(0.0, |(a, b)| length(sub(a, b)));
                last = here;
            }
        }
        sum
    };
    let mut ends: Vec<_> = layout.major.iter().copied().filter(is_end).map(|j| (travel(j), j)).collect();
    ends.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ends.into_iter().filter(|e| e.0 > 0.0).take(most).map(|e| e.1).collect()
}

/// The instants of a trail that ends at `frame`: the whole frames of the last `seconds`, then `frame` itself, oldest
/// first.
pub fn trail_frames(clip: &Sequence, frame: f32, seconds: f32) -> Vec<f32> {
    let (before, _, t) = between(clip, frame);
    // A fast recording is thinned out: 64 points are enough for any curve.
    let length = (seconds * clip.fps).ceil() as usize;
    let stride = length.div_ceil(64).max(1);
    let start = before.saturating_sub(length);
    let mut frames: Vec<f32> = (start..=before).rev().step_by(stride).map(|f| f as f32).collect();
    frames.reverse();
    if t > 0.0 {
        frames.push(before as f32 + t);
    }
    frames
}

/// `n` instants spread evenly from the first to the last frame.
pub fn film_frames(clip: &Sequence, n: usize) -> Vec<f32> {
    let last = (clip.frames() - 1) as f32;
    (0..n).map(|i| if n > 1 { last * i as f32 / (n - 1) as f32 } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    /// T frames of one person whose joint j at frame t is at (t, j + 1, 0); people absent where `absent` says so.
    fn clip(frames: usize, absent: &[usize]) -> Sequence {
        let v = LayoutId::KinectV1.layout().len();
        let mut data = vec![0.0; frames * v * 3];
        for t in (0..frames).filter(|t| !absent.contains(t)) {
            for j in 0..v {
                data[(t * v + j) * 3] = t as f32;
                data[(t * v + j) * 3 + 1] = j as f32 + 1.0;
            }
        }
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    #[test]
    fn halfway_between_frames_is_halfway_between_joints() {
        let c = clip(3, &[]);
        assert_eq!(at(&c, 1.5)[0].as_ref().unwrap()[4], Some([1.5, 5.0, 0.0]));
        assert_eq!(at(&c, 99.0)[0].as_ref().unwrap()[0], Some([2.0, 1.0, 0.0]));
        assert_eq!(at(&c, f32::NAN)[0].as_ref().unwrap()[0], Some([0.0, 1.0, 0.0]));
    }

    #[test]
    fn who_is_absent_stays_absent_and_nobody_comes_from_the_origin() {
        let c = clip(3, &[1]);
        assert_eq!(at(&c, 1.0), vec![None]);
        assert_eq!(at(&c, 0.6), vec![None]);
        assert_eq!(at(&c, 0.4)[0].as_ref().unwrap()[0], Some([0.0, 1.0, 0.0]));
    }

    #[test]
    fn pictures_are_turned_upright_and_unseen_joints_are_none() {
        let v = LayoutId::OpenPose18.layout().len();
        let mut data = vec![0.0; v * 3];
        data[0..3].copy_from_slice(&[0.5, 0.0, 0.9]);
        data[3..6].copy_from_slice(&[1.0, 1.0, 0.8]);
        let c = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, data).unwrap();
        let pose = at(&c, 0.0).remove(0).unwrap();
        assert_eq!(pose[0], Some([0.0, PICTURE_HEIGHT, 0.0]));
        assert_eq!(pose[1], Some([PICTURE_WIDTH / 2.0, 0.0, 0.0]));
        assert!(pose[2..].iter().all(Option::is_none));
    }

    #[test]
    fn the_difference_is_magnified_around_the_clean_clip() {
        let clean = clip(2, &[]);
        let mut data = clean.data().to_vec();
        data[2] += 0.5;
        let perturbed = clean.with_data(data).unwrap();
        for (k, z) in [(0.0, 0.0), (1.0, 0.5), (4.0, 2.0)] {
            let pose = magnified(&clean, &perturbed, 0.0, k).remove(0).unwrap();
            assert_eq!(pose[0], Some([0.0, 1.0, z]));
            assert_eq!(pose[1], Some([0.0, 2.0, 0.0]));
        }
    }

    #[test]
    fn trails_follow_the_ends_that_moved_most() {
        let clean = clip(4, &[]);
        assert_eq!(trail_joints(&clean, None, 9), vec![3, 6, 10, 14, 18]);
        let mut data = clean.data().to_vec();
        data[(20 + 14) * 3] += 0.2;
        data[(20 + 10) * 3] += 0.3;
        let perturbed = clean.with_data(data).unwrap();
        assert_eq!(trail_joints(&clean, Some(&perturbed), 4), vec![10, 14]);
    }

    #[test]
    fn a_trail_ends_at_the_present_and_begins_at_most_its_length_before() {
        let c = clip(200, &[]);
        assert_eq!(trail_frames(&c, 2.5, 1.0), vec![0.0, 1.0, 2.0, 2.5]);
        let long = trail_frames(&c, 150.0, 1.0);
        assert_eq!((long[0], long[long.len() - 1]), (120.0, 150.0));
        assert!(trail_frames(&c, 199.0, 1000.0).len() <= 66);
    }

    #[test]
    fn film_frames_span_the_clip() {
        assert_eq!(film_frames(&clip(10, &[]), 4), vec![0.0, 3.0, 6.0, 9.0]);
        assert_eq!(film_frames(&clip(10, &[]), 1), vec![0.0]);
    }
}
