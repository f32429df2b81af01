//! A skeleton clip.

use super::{Layout, LayoutId};
use crate::error::{Error, Result};

/// A clip: joints of one or more people over time.
///
/// `data` is (T, M, V, C): frames, people, joints, channels. A person who is not in a frame is all zeros there, as is a
/// 2-D joint that the detector did not find (its confidence is 0).
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    layout: LayoutId,
    /// Frames a second.
    pub fps: f32,
    /// The action's name, where the file tells it.
    pub label: Option<String>,
    frames: usize,
    people: usize,
    data: Vec<f32>,
}

impl Sequence {
    /// The most frames that any reader accepts: an hour and a half at 30 frames a second.
    pub const MAX_FRAMES: usize = 162_000;
    /// The most people that any reader keeps.
    pub const MAX_PEOPLE: usize = 8;

    /// A clip of (T, M, V, C) values.
    ///
    /// # Errors
    /// Where the count of values is not T * M * V * C, one is not finite, or `fps` is not positive.
    pub fn new(layout: LayoutId, fps: f32, frames: usize, people: usize, data: Vec<f32>) -> Result<Self> {
        let l = layout.layout();
        if frames == 0 || people == 0 {
            return Err(Error::format("the clip has no frame or no person"));
        }
        if frames > Self::MAX_FRAMES || people > Self::MAX_PEOPLE {
            return Err(Error::format(format!(
                "{frames} frames of {people} people; at most {} of {} are read",
                Self::MAX_FRAMES,
                Self::MAX_PEOPLE
            )));
        }
        if !(fps.is_finite() && fps > 0.0 && fps <= 1000.0) {
            return Err(Error::format(format!("{fps} frames a second; must be above 0 and at most 1000")));
        }
        let expected = frames * people * l.len() * l.channels();
        if data.len() != expected {
            return Err(Error::format(format!("{} values for a clip of {expected}", data.len())));
        }
        // Positions beyond a kilometre are no skeleton, and squares of them would overflow later.
        if let Some(i) = data.iter().position(|v| !v.is_finite() || v.abs() > 1000.0) {
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

    /// T.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// M.
    pub fn people(&self) -> usize {
        self.people
    }

    /// All values, (T, M, V, C).
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The same clip with other values of the same shape.
    ///
    /// # Errors
    /// As [`Sequence::new`].
    pub fn with_data(&self, data: Vec<f32>) -> Result<Self> {
        let mut new = Self::new(self.layout, self.fps, self.frames, self.people, data)?;
        new.label.clone_from(&self.label);
        Ok(new)
    }

    /// The channels of a joint, (C).
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

    /// Is the person in the frame at all?
    pub fn present(&self, frame: usize, person: usize) -> bool {
        self.person(frame, person).iter().any(|v| *v != 0.0)
    }

    /// Was the joint seen: the person is there, and a 2-D joint has a confidence above 0.
    pub fn seen(&self, frame: usize, person: usize, joint: usize) -> bool {
        let l = self.layout();
        self.present(frame, person) && (!l.confidence || self.joint(frame, person, joint)[l.dims] > 0.0)
    }

    /// Median length of the chain from head to ankle over the frames of the first person who is there, in the layout's
    /// unit; what an epsilon is a share of. None for a clip without anybody in it.
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

    /// Distance between two joints of a person in a frame.
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
