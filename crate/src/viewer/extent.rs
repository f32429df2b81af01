//! Measures a clip: its floor, its extent, the direction in which the person faces, and the path that the camera
//! follows.

use super::pose::{self, PICTURE_HEIGHT, PICTURE_WIDTH, People};
use crate::geometry::{Vec3, add, length, sub};
use crate::skeleton::facing::facing;
use crate::skeleton::{Layout, Sequence};

/// Height of an average body (head to ankle along the bones), in metres, for which the thickness of limbs is given.
const USUAL_HEIGHT: f32 = 1.45;
/// Slices between floor and top.
pub const SLICES: usize = 8;
/// Poses measured at most, so that a clip of hours takes no longer than one of seconds.
const SAMPLES: usize = 240;
/// Seconds before and after over which the camera's path is averaged.
const FOLLOW_SECONDS: f32 = 0.7;

/// The measures of a clip that camera and drawing need, in display space.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    /// Height of the floor.
    pub floor: f32,
    /// Height of the highest joint.
    pub top: f32,
    /// Largest horizontal distance of a joint from the followed point, in each of equal slices from floor to top. Feet
    /// stay below while hands reach out, so slices frame a clip closer than one cylinder.
    pub slices: [f32; SLICES],
    /// The point that a still camera looks at.
    pub centre: [f32; 2],
    /// Whether the camera follows the person: only in a clip that travels far compared with the body.
    pub follow: bool,
    /// Horizontal direction in which the person faces at first; for 2-D clips, towards the viewer.
    pub facing: Vec3,
    /// Size of the body relative to an average one; it scales the limbs.
    pub size: f32,
    /// Whether it is a 2-D clip, drawn in the plane of its picture.
    pub flat: bool,
    /// Largest horizontal distance of a joint from its own body's middle, on which the film strip centres every pose.
    pub reach: f32,
    /// Heights of the lowest and the highest joint. In a picture they lie between floor and top.
    pub span: [f32; 2],
}

impl Extent {
    /// Measures a clip; `None` for a clip with nobody in it.
    pub fn of(clip: &Sequence) -> Option<Self> {
        let layout = clip.layout();
        let n = clip.frames().min(SAMPLES);
        let samples: Vec<People> = pose::film_frames(clip, n).into_iter().map(|f| pose::at(clip, f.round())).collect();
        let joints = |p: &People| -> Vec<Vec3> { p.iter().flatten().flatten().flatten().copied().collect() };
        let all: Vec<Vec3> = samples.iter().flat_map(joints).collect();
        let first = *all.first()?;
        let (low, high) = all.iter().fold((first, first), |(low, high), p| {
            (std::array::from_fn(|i| low[i].min(p[i])), std::array::from_fn(|i| high[i].max(p[i])))
        });
        let size = (body_height(layout, &samples)? / USUAL_HEIGHT).clamp(0.02, 20.0);
        let flat = layout.dims == 2;
        if flat {
            return Some(Self {
                floor: 0.0,
                top: PICTURE_HEIGHT,
                slices: [PICTURE_WIDTH / 2.0; SLICES],
                centre: [0.0; 2],
                follow: false,
                facing: [0.0, 0.0, 1.0],
                size,
                flat,
                reach: samples.iter().map(reach).fold(0.0, f32::max),
                span: [low[1], high[1]],
            });
        }
        // The lowest joints of single frames are noise: the floor is below the lowest joint of nearly all frames.
        let mut lowest: Vec<f32> =
            samples.iter().map(joints).filter_map(|j| j.iter().map(|p| p[1]).reduce(f32::min)).collect();
        lowest.sort_by(f32::total_cmp);
        let floor = lowest[lowest.len() / 20] - 0.03 * size;
        let middles: Vec<[f32; 2]> = samples.iter().filter_map(middle).collect();
        let centre = [0, 1].map(|i| {
            let (low, high) = middles.iter().fold((f32::MAX, f32::MIN), |(l, h), m| (l.min(m[i]), h.max(m[i])));
            (low + high) / 2.0
        });
        let reach = samples.iter().map(reach).fold(0.0, f32::max);
        let still = all.iter().map(|p| (p[0] - centre[0]).hypot(p[2] - centre[1])).fold(0.0, f32::max);
        let follow = still > 1.6 * USUAL_HEIGHT * size && reach < 0.75 * still;
        let top = high[1];
        let mut slices = [0.0f32; SLICES];
        for people in &samples {
            // A followed person deviates a little from the camera's smooth path.
            let (anchor, slack) = if follow { (middle(people).unwrap_or(centre), 1.15) } else { (centre, 1.0) };
            for p in people.iter().flatten().flatten().flatten() {
                let share = (p[1] - floor) / (top - floor).max(1e-6);
                let i = (share * SLICES as f32).clamp(0.0, SLICES as f32 - 1.0) as usize;
                slices[i] = slices[i].max(slack * (p[0] - anchor[0]).hypot(p[2] - anchor[1]));
            }
        }
        let facing = facing(clip);
        Some(Self { floor, top, slices, centre, follow, facing, size, flat, reach, span: [low[1], top] })
    }

    /// Largest horizontal distance of a joint from the followed point, over all slices.
    pub fn radius(&self) -> f32 {
        self.slices.iter().copied().fold(0.0, f32::max)
    }

    /// The point that the camera looks at in a frame: the middle of the clip, or above the person whom it follows.
    pub fn target(&self, clip: &Sequence, frame: f32) -> Vec3 {
        let [x, z] = if self.follow { path(clip, frame).unwrap_or(self.centre) } else { self.centre };
        [x, (self.floor + self.top) / 2.0, z]
    }
}

/// Middle of all people's joints in the horizontal plane; `None` if nobody is there.
pub fn middle(people: &People) -> Option<[f32; 2]> {
    let joints: Vec<Vec3> = people.iter().flatten().flatten().flatten().copied().collect();
    let n = joints.len() as f32;
    let sum = joints.into_iter().reduce(add)?;
    Some([sum[0] / n, sum[2] / n])
}

fn reach(people: &People) -> f32 {
    let Some([x, z]) = middle(people) else { return 0.0 };
    people.iter().flatten().flatten().flatten().map(|p| (p[0] - x).hypot(p[2] - z)).fold(0.0, f32::max)
}

/// The followed point: the mean middle over a window around the frame, so that the camera glides.
fn path(clip: &Sequence, frame: f32) -> Option<[f32; 2]> {
    const STEPS: i32 = 12;
    let window = FOLLOW_SECONDS * clip.fps;
    let last = (clip.frames() - 1) as f32;
    // The window shrinks at both ends of the clip, so that the frame stays its middle.
    let half = window.min(frame.max(0.0)).min((last - frame).max(0.0));
    let middles: Vec<_> =
        (-STEPS..=STEPS).filter_map(|i| middle(&pose::at(clip, frame + half * i as f32 / STEPS as f32))).collect();
    let n = middles.len() as f32;
    let sum = middles.into_iter().reduce(|a, b| [a[0] + b[0], a[1] + b[1]])?;
    Some([sum[0] / n, sum[1] / n])
}

/// Median length of the chain from head to ankle; if no pose shows all of it, three quarters of the largest pose's
/// diagonal.
fn body_height(layout: &Layout, samples: &[People]) -> Option<f32> {
    let poses = || samples.iter().flat_map(|p| p.iter().flatten());
    let chain = |pose: &pose::Pose| -> Option<f32> {
        layout.height_chain.windows(2).map(|w| Some(length(sub(pose[w[0]]?, pose[w[1]]?)))).sum()
    };
    let mut heights: Vec<f32> = poses().filter_map(chain).filter(|h| *h > 0.0).collect();
    heights.sort_by(f32::total_cmp);
    let diagonal = |pose: &pose::Pose| -> f32 {
        let seen: Vec<Vec3> = pose.iter().flatten().copied().collect();
        seen.iter().flat_map(|a| seen.iter().map(|b| length(sub(*a, *b)))).fold(0.0, f32::max)
    };
    heights.get(heights.len() / 2).copied().or_else(|| poses().map(diagonal).reduce(f32::max).map(|d| 0.75 * d))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry::scale;
    use crate::skeleton::LayoutId;

    /// A T-shaped body that walks `speed` metres a frame along x; its left hip and shoulder are at `left` from the
    /// middle.
    fn walker(frames: usize, speed: f32, left: Vec3) -> Sequence {
        let layout = LayoutId::KinectV1.layout();
        let mut data = Vec::new();
        for t in 0..frames {
            for (j, name) in layout.joints.iter().enumerate() {
                let y = match layout.height_chain.iter().position(|&c| c == j || layout.mirror[c] == j) {
                    Some(i) => 1.6 - 0.24 * i as f32,
                    None => 1.2,
                };
                let side = if name.starts_with("left") {
                    left
                } else if name.starts_with("right") {
                    scale(left, -1.0)
                } else {
                    [0.0; 3]
                };
                data.extend(add([t as f32 * speed, y, 0.0], side));
            }
        }
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    #[test]
    fn a_person_whose_left_is_at_minus_x_faces_minus_z() {
        let b = Extent::of(&walker(5, 0.0, [-0.2, 0.0, 0.0])).unwrap();
        assert!(length(sub(b.facing, [0.0, 0.0, -1.0])) < 1e-5, "{:?}", b.facing);
        assert!(!b.follow && b.floor < 0.2 && b.top > 1.5 && (b.radius() - 0.2).abs() < 1e-3);
    }

    #[test]
    fn the_camera_stays_for_a_short_way_and_follows_a_long_one() {
        let long = walker(120, 0.05, [0.0, 0.0, 0.2]);
        let b = Extent::of(&long).unwrap();
        assert!(b.follow && b.radius() < 1.0);
        let [early, late] = [0.0, 119.0].map(|f| b.target(&long, f)[0]);
        assert!(early.abs() < 0.05 && (late - 5.95).abs() < 0.05, "{early} {late}");
        let still = walker(120, 0.001, [0.0, 0.0, 0.2]);
        let b = Extent::of(&still).unwrap();
        assert_eq!(b.target(&still, 0.0), b.target(&still, 119.0));
    }

    #[test]
    fn a_slice_is_as_wide_as_its_own_joints() {
        // Hips, shoulders and hands of this body are 0.2 from its middle, and so are its feet; raise the hands and
        // reach out.
        let body = walker(3, 0.0, [-0.2, 0.0, 0.0]);
        let mut data = body.data().to_vec();
        let hand = LayoutId::KinectV1.layout().joint("left hand").unwrap() * 3;
        data[hand] = -0.8;
        data[hand + 1] = 1.59;
        let b = Extent::of(&body.with_data(data).unwrap()).unwrap();
        assert!(b.slices[0] < 0.25 && b.slices[SLICES - 1] > 0.7 && b.radius() == b.slices[SLICES - 1]);
    }

    #[test]
    fn an_empty_clip_has_no_bounds_and_a_picture_has_its_frame() {
        let empty = Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, vec![0.0; 120]).unwrap();
        assert_eq!(Extent::of(&empty), None);
        let mut data = vec![0.0; 54];
        data[0..6].copy_from_slice(&[0.5, 0.2, 0.9, 0.5, 0.6, 0.9]);
        let b = Extent::of(&Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, data).unwrap()).unwrap();
        assert!(b.flat && b.floor == 0.0 && b.top == PICTURE_HEIGHT);
        assert!((b.size * USUAL_HEIGHT - 0.75).abs() < 1e-3, "three quarters of the metre from nose to neck");
    }
}
