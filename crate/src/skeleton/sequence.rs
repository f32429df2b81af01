//! A skeleton clip.

use super::{Layout, LayoutId};
use crate::error::{Error, Result};

/// A clip: joints of one or more people over time.
///
/// `data` is (T, M, V, C): frames, people, joints, channels. A person who is not in a frame is all zeros there. So is a
/// joint that the detector has lost; [`Sequence::seen`] says how it differs from a joint that stands at the origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    layout: LayoutId,
    /// Frames per second.
    pub fps: f32,
    /// Name of the action; `None` if the file has none.
    pub label: Option<String>,
    frames: usize,
    people: usize,
    data: Vec<f32>,
}

impl Sequence {
    /// Frames that a clip may have: 90 minutes at 30 frames per second.
    pub const MAX_FRAMES: usize = 162_000;
    /// People that a clip may have.
    pub const MAX_PEOPLE: usize = 8;

    /// A clip from its values, (T, M, V, C).
    ///
    /// # Errors
    /// A format error if a size is 0 or above its maximum, if the number of values is not T * M * V * C, if a value is
    /// not finite or beyond 1000, or if `fps` is not above 0 and at most 1000.
    pub fn new(layout: LayoutId, fps: f32, frames: usize, people: usize, data: Vec<f32>) -> Result<Self> {
        let l = layout.layout();
        if frames == 0 || people == 0 {
            return Err(Error::format("the clip has no frame or no person"));
        }
        if frames > Self::MAX_FRAMES || people > Self::MAX_PEOPLE {
            return Err(Error::format(format!(
                "{frames} frames of {people} people; at most {} frames of {} people can be read",
                Self::MAX_FRAMES,
                Self::MAX_PEOPLE
            )));
        }
        if !(fps.is_finite() && fps > 0.0 && fps <= 1000.0) {
            return Err(Error::format(format!("{fps} frames per second; must be above 0 and at most 1000")));
        }
        let expected = frames * people * l.len() * l.channels();
        if data.len() != expected {
            return Err(Error::format(format!("has {} values; {expected} are expected", data.len())));
        }
        // A body at 100 m in millimetres has such numbers; squares of much larger ones would overflow later.
        if let Some(i) = data.iter().position(|v| !v.is_finite() || v.abs() > 100_000.0) {
            let joint = i / l.channels() % l.len();
            let frame = i / (l.channels() * l.len() * people);
            return Err(Error::format(format!("the value {} is no coordinate", data[i]))
                .at(format!("joint {:?}", l.joints[joint]))
                .at(format!("frame {frame}")));
        }
        Ok(Self { layout, fps, label: None, frames, people, data })
    }

    /// The clip's layout.
    pub fn layout(&self) -> &'static Layout {
        self.layout.layout()
    }

    /// T, the number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// M, the number of people.
    pub fn people(&self) -> usize {
        self.people
    }

    /// All values, (T, M, V, C).
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The same clip with other values, (T, M, V, C).
    ///
    /// # Errors
    /// The errors of [`Sequence::new`].
    pub fn with_data(&self, data: Vec<f32>) -> Result<Self> {
        let mut new = Self::new(self.layout, self.fps, self.frames, self.people, data)?;
        new.label.clone_from(&self.label);
        Ok(new)
    }

    /// The values of a joint, (C).
    pub fn joint(&self, frame: usize, person: usize, joint: usize) -> &[f32] {
        let c = self.layout().channels();
        let at = ((frame * self.people + person) * self.layout().len() + joint) * c;
        &self.data[at..at + c]
    }

    /// The joints of a person in a frame, (V, C).
    pub fn person(&self, frame: usize, person: usize) -> &[f32] {
        let n = self.layout().len() * self.layout().channels();
        let at = (frame * self.people + person) * n;
        &self.data[at..at + n]
    }

    /// Whether the person is in the frame: any value is not zero.
    pub fn present(&self, frame: usize, person: usize) -> bool {
        self.person(frame, person).iter().any(|v| *v != 0.0)
    }

    /// Whether the joint was seen. The person is in the frame, and
    ///
    /// - in a layout with a confidence, the joint's is above 0;
    /// - in other layouts, the joint is not lost. Trackers write a lost joint as exactly (0, 0, 0), at the camera. A
    ///   joint of a clip that is centred on the body (made clips, motion capture) may truly stand there. So a joint at
    ///   the origin counts as lost where the origin is away from the body: outside the box around the person's other
    ///   joints in that frame, grown on all sides by half of its longest edge.
    pub fn seen(&self, frame: usize, person: usize, joint: usize) -> bool {
        let l = self.layout();
        let values = self.joint(frame, person, joint);
        if l.confidence {
            return values[l.dims] > 0.0;
        }
        values.iter().any(|v| *v != 0.0) || self.origin_is_at_body(frame, person)
    }

    /// Whether the origin is within the box around a person's joints that are not at the origin, grown by half of its
    /// longest edge. False for a person who is not in the frame.
    fn origin_is_at_body(&self, frame: usize, person: usize) -> bool {
        let c = self.layout().channels();
        let joints = || self.person(frame, person).chunks_exact(c).filter(|joint| joint.iter().any(|v| *v != 0.0));
        let range = |axis: usize| {
            let values = joints().map(|joint| joint[axis]);
            values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let ranges: Vec<(f32, f32)> = (0..self.layout().dims).map(range).collect();
        let margin = 0.5 * ranges.iter().map(|(low, high)| high - low).fold(0.0, f32::max);
        ranges.iter().all(|(low, high)| low - margin <= 0.0 && 0.0 <= high + margin)
    }

    /// Median length of the chain from head to ankle, in the layout's unit, over the frames that show the whole chain.
    /// In each frame the first person present counts. A share of it makes an epsilon. `None` if no frame shows the
    /// chain.
    pub fn body_height(&self) -> Option<f32> {
        let l = self.layout();
        let mut heights: Vec<f32> = (0..self.frames)
            .filter_map(|t| {
                let m = (0..self.people).find(|&m| self.present(t, m))?;
                if !l.height_chain.iter().all(|&j| self.seen(t, m, j)) {
                    return None;
                }
                let pair = |w: &[usize]| self.distance(t, m, w[0], w[1]);
                Some(l.height_chain.windows(2).map(pair).sum())
            })
            .collect();
        heights.sort_by(f32::total_cmp);
        heights.get(heights.len() / 2).copied()
    }

    /// Distance between two joints of a person in a frame, in the layout's unit.
    pub fn distance(&self, frame: usize, person: usize, a: usize, b: usize) -> f32 {
        let (a, b) = (self.joint(frame, person, a), self.joint(frame, person, b));
        (0..self.layout().dims).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_counts_and_values_are_refused_with_their_place() {
        let n = 2 * 20 * 3;
        let of = |data| Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, data);
        assert!(of(vec![0.0; n]).is_ok());
        assert!(of(vec![0.0; n - 1]).is_err());
        let mut bad = vec![0.0; n];
        bad[60 + 3 * 3] = f32::NAN;
        let e = of(bad).err().map(|e| e.to_string()).unwrap_or_default();
        assert_eq!(e, "frame 1, joint \"head\": the value NaN is no coordinate");
        assert!(Sequence::new(LayoutId::KinectV1, 0.0, 2, 1, vec![0.0; n]).is_err());
    }

    /// A Kinect body that stands at `place`, one joint of which is at the origin.
    fn body(place: [f32; 3], origin: usize) -> Result<Sequence> {
        let l = LayoutId::KinectV1.layout();
        let at = |j: usize| [0.03 * j as f32, 1.7 - 0.085 * j as f32, 0.01 * j as f32];
        let zero = at(origin);
        let joint = |j: usize| if j == origin { [0.0; 3] } else { [0, 1, 2].map(|c| at(j)[c] + place[c] - zero[c]) };
        Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, (0..l.len()).flat_map(joint).collect())
    }

    #[test]
    fn a_joint_at_the_camera_is_lost_and_the_centre_of_a_centred_clip_is_not() -> Result<()> {
        for joint in 0..20 {
            // A person two metres, and one metre, in front of the camera; a clip centred on that joint.
            for (place, seen) in [([0.1, 0.2, 2.0], false), ([0.0, 0.0, 1.0], false), ([0.0; 3], true)] {
                let clip = body(place, joint)?;
                for j in 0..20 {
                    assert_eq!(clip.seen(0, 0, j), j != joint || seen, "joint {j} of {joint} at {place:?}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn most_joints_may_be_lost_and_nobody_has_no_seen_joint() -> Result<()> {
        let mut data = vec![0.0; 60];
        data[9..15].copy_from_slice(&[0.2, 1.6, 2.5, 0.3, 1.3, 2.4]);
        let clip = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data)?;
        let seen: Vec<usize> = (0..20).filter(|&j| clip.seen(0, 0, j)).collect();
        assert_eq!(seen, [3, 4]);
        let nobody = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, vec![0.0; 60])?;
        assert!((0..20).all(|j| !nobody.seen(0, 0, j)));
        Ok(())
    }

    #[test]
    fn height_follows_the_chain() -> Result<()> {
        let l = LayoutId::KinectV1.layout();
        let mut data = vec![0.0; 60];
        for (i, &j) in l.height_chain.iter().enumerate() {
            data[j * 3 + 1] = 1.5 - 0.25 * i as f32;
        }
        let clip = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data)?;
        assert_eq!(clip.body_height(), Some(1.5));
        Ok(())
    }
}
