//! A conversion on a clip.

use super::conversion::Conversion;
use super::place::Place;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Share of the picture's height that a metre takes where a body in metres is drawn into a picture: one of 1.25 m from
/// head to ankle fills half of it.
const METRE: f32 = 0.4;
/// Width of such a picture by its height: Kinetics-skeleton's videos.
const ASPECT: f32 = 340.0 / 256.0;

impl Conversion {
    /// The clip (T, M, V, C) in the new layout. A joint of which a source is unseen is unseen: all its numbers are
    /// zero. Its confidence is the lowest of its sources.
    ///
    /// # Errors
    /// A config error if the clip is of another layout; the errors of [`Sequence::new`].
    pub fn apply(&self, clip: &Sequence) -> Result<Sequence> {
        let (from, to) = (self.from.layout(), self.to.layout());
        if clip.layout().id != self.from {
            let cause = format!("is of the layout {}, not {}", clip.layout().id.as_str(), self.from.as_str());
            return Err(Error::config(cause).at("clip"));
        }
        let mut data = Vec::with_capacity(clip.frames() * clip.people() * to.len() * to.channels());
        for (t, m) in (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m))) {
            for place in self.places {
                let seen = clip.present(t, m) && place.sources().all(|j| clip.seen(t, m, j));
                if !seen {
                    data.extend(std::iter::repeat_n(0.0, to.channels()));
                    continue;
                }
                let point = point(clip, t, m, place);
                match from.dims == to.dims {
                    true => data.extend_from_slice(&point[..to.dims]),
                    false => data.extend([0.5 - METRE / ASPECT * point[0], 0.5 - METRE * point[1]]),
                }
                if to.confidence {
                    let of = |j: usize| if from.confidence { clip.joint(t, m, j)[from.dims] } else { 1.0 };
                    data.push(place.sources().map(of).fold(f32::INFINITY, f32::min));
                }
            }
        }
        let mut new = Sequence::new(self.to, clip.fps, clip.frames(), clip.people(), data)?;
        new.label.clone_from(&clip.label);
        Ok(new)
    }
}

/// The coordinates of a place; those that the layout does not have are 0.
fn point(clip: &Sequence, t: usize, m: usize, place: &Place) -> [f32; 3] {
    let dims = clip.layout().dims;
    let mean = |joints: &[usize]| -> [f32; 3] {
        std::array::from_fn(|c| {
            let values = joints.iter().map(|&j| if c < dims { clip.joint(t, m, j)[c] } else { 0.0 });
            values.sum::<f32>() / joints.len().max(1) as f32
        })
    };
    let start = mean(place.from);
    if place.to.is_empty() {
        return start;
    }
    let end = mean(place.to);
    std::array::from_fn(|c| start[c] + place.share * (end[c] - start[c]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::LayoutId;
    use crate::skeleton::convert::place::Kind;

    /// A person of about 1.7 m with the arms down: where the joint of that name is, metres, y up, left at negative x.
    fn at(name: &str) -> [f32; 3] {
        let side = if name.starts_with("left") { -1.0 } else { 1.0 };
        let part = name.trim_start_matches("left ").trim_start_matches("right ");
        let (x, y, z) = match part {
            "nose" => (0.0, 1.58, -0.1),
            "eye" | "eye inner" | "eye outer" => (0.03, 1.61, -0.08),
            "mouth" => (0.03, 1.54, -0.08),
            "ear" => (0.07, 1.6, 0.0),
            "top of head" => (0.0, 1.7, 0.02),
            "neck" | "thorax" | "spine (shoulder)" => (0.0, 1.45, 0.0),
            "head" => (0.0, 1.6, 0.0),
            "shoulder" => (0.17, 1.4, 0.0),
            "elbow" => (0.2, 1.14, 0.0),
            "wrist" => (0.21, 0.9, 0.0),
            "pinky" | "index" | "thumb" | "hand" | "hand tip" => (0.21, 0.82, -0.02),
            "hip" => (0.1, 0.93, 0.0),
            "knee" => (0.1, 0.5, 0.0),
            "ankle" => (0.1, 0.08, 0.0),
            "heel" => (0.1, 0.03, 0.05),
            "foot" | "foot index" | "big toe" | "small toe" => (0.1, 0.02, -0.15),
            "spine" | "middle of spine" => (0.0, 1.2, 0.0),
            _ => (0.0, 0.93, 0.0),
        };
        [side * x, y, z]
    }

    fn body(layout: LayoutId) -> Result<Sequence> {
        let l = layout.layout();
        let joint = |name: &&str| {
            let [x, y, z] = at(name);
            let mut values = if l.dims == 3 { vec![x, y, z] } else { vec![0.5 - 0.3 * x, 0.9 - 0.4 * y] };
            values.extend(l.confidence.then_some(0.75));
            values
        };
        let mut clip = Sequence::new(layout, 25.0, 1, 1, l.joints.iter().flat_map(joint).collect())?;
        clip.label = Some("stand".to_owned());
        Ok(clip)
    }

    #[test]
    fn every_table_fits_its_layouts() {
        for c in Conversion::all() {
            assert_eq!(c.places.len(), c.to.layout().len(), "{c:?}");
            assert!(c.places.iter().all(|p| !p.from.is_empty() && p.sources().all(|j| j < c.from.layout().len())));
            assert!(c.places.iter().all(|p| p.to.is_empty() == (p.share == 0.0)), "{c:?}");
            // What is made on the left is made on the right from the mirrored joints.
            let (from, to) = (c.from.layout(), c.to.layout());
            let mirrored = |joints: &[usize]| {
                let mut joints: Vec<usize> = joints.iter().map(|&j| from.mirror[j]).collect();
                joints.sort_unstable();
                joints
            };
            let sorted = |joints: &[usize]| {
                let mut joints = joints.to_vec();
                joints.sort_unstable();
                joints
            };
            for (j, place) in c.places.iter().enumerate() {
                let other = &c.places[to.mirror[j]];
                assert_eq!(mirrored(place.from), sorted(other.from), "{} {}", to.name, to.joints[j]);
                assert_eq!(mirrored(place.to), sorted(other.to), "{} {}", to.name, to.joints[j]);
                assert_eq!(place.share, other.share);
            }
        }
    }

    #[test]
    fn copied_joints_have_the_same_name_unless_the_layouts_name_them_differently() {
        let others = ["shoulder centre", "left foot", "right foot"];
        for c in Conversion::all() {
            for (place, name) in c.places.iter().zip(c.to.layout().joints) {
                let source = c.from.layout().joints[place.from[0]];
                assert!(place.kind() != Kind::Copied || source == *name || others.contains(name), "{source} {name}");
            }
        }
    }

    #[test]
    fn joints_are_near_where_their_names_say() -> Result<()> {
        for c in Conversion::all().iter().filter(|c| c.to == LayoutId::KinectV1) {
            let clip = c.apply(&body(c.from)?)?;
            assert_eq!((clip.fps, clip.label.as_deref()), (25.0, Some("stand")));
            let height = |name: &str| clip.joint(0, 0, clip.layout().joint(name).unwrap_or(0))[1];
            for (j, name) in clip.layout().joints.iter().enumerate() {
                let p = clip.joint(0, 0, j);
                let middle = !name.starts_with("left") && !name.starts_with("right");
                assert!(if middle { p[0] == 0.0 } else { (p[0] < 0.0) == name.starts_with("left") }, "{name} {p:?}");
            }
            let order = ["head", "shoulder centre", "left shoulder", "spine", "hip centre", "left hip", "left knee"];
            for pair in order.windows(2) {
                assert!(height(pair[0]) > height(pair[1]), "{}: {pair:?}", c.from.as_str());
            }
            assert!(height("left wrist") > height("left hand") && height("left ankle") > height("left foot"));
            // As Kinect v1 sees them, thighs are longer than shins.
            assert!(height("left hip") - height("left knee") > height("left knee") - height("left ankle"));
        }
        Ok(())
    }

    #[test]
    fn metres_are_drawn_upright_into_the_picture() -> Result<()> {
        let c = Conversion::find(LayoutId::MediaPipe33, LayoutId::OpenPose18)?;
        let clip = c.apply(&body(LayoutId::MediaPipe33)?)?;
        let of = |name: &str| clip.joint(0, 0, clip.layout().joint(name).unwrap_or(0)).to_vec();
        let (neck, left) = (of("neck"), of("left shoulder"));
        assert_eq!((neck[0], neck[2]), (0.5, 0.75));
        assert!((neck[1] - (0.5 - 0.4 * 1.4)).abs() < 1e-6 && (left[0] - (0.5 + 0.4 * 0.17 / ASPECT)).abs() < 1e-6);
        assert!(of("left ankle")[1] > of("left hip")[1] && of("right wrist")[0] < of("left wrist")[0]);
        Ok(())
    }

    #[test]
    fn unseen_sources_make_unseen_joints_and_the_lowest_confidence_counts() -> Result<()> {
        let c = Conversion::find(LayoutId::Coco17, LayoutId::OpenPose18)?;
        let mut data = body(LayoutId::Coco17)?.data().to_vec();
        data[5 * 3 + 2] = 0.25;
        data[9 * 3..10 * 3].fill(0.0);
        let clip = c.apply(&body(LayoutId::Coco17)?.with_data(data.clone())?)?;
        let of = |name: &str| clip.joint(0, 0, clip.layout().joint(name).unwrap_or(0)).to_vec();
        assert_eq!((of("neck")[2], of("left wrist"), of("right shoulder")[2]), (0.25, vec![0.0; 3], 0.75));
        data[5 * 3..6 * 3].fill(0.0);
        let clip = c.apply(&clip_of(&data)?)?;
        assert!(!clip.seen(0, 0, 1) && clip.seen(0, 0, 2));
        Ok(())
    }

    fn clip_of(data: &[f32]) -> Result<Sequence> {
        body(LayoutId::Coco17)?.with_data(data.to_vec())
    }

    #[test]
    fn sentences_name_every_joint_that_is_not_copied() -> Result<()> {
        for c in Conversion::all() {
            let text = c.sentence();
            for (place, name) in c.places.iter().zip(c.to.layout().joints) {
                assert!(place.kind() == Kind::Copied || text.contains(name), "{name}: {text}");
            }
            assert!(c.dropped().iter().all(|&j| text.contains(c.from.layout().joints[j])), "{text}");
        }
        let coco = Conversion::find(LayoutId::Coco17, LayoutId::OpenPose18)?.sentence();
        let expected = "OpenPose, 18 joints (2-D) from COCO, 17 joints (2-D): 17 of 18 joints are copied; averaged: \
                        neck (left shoulder, right shoulder).";
        assert_eq!(coco, expected);
        let none = Conversion::find(LayoutId::KinectV1, LayoutId::Ntu).err().map(|e| e.to_string());
        assert!(none.unwrap_or_default().contains("no conversion of this layout is known"));
        let other = Conversion::find(LayoutId::MediaPipe33, LayoutId::Ntu).err().map(|e| e.to_string());
        assert!(other.unwrap_or_default().ends_with("it can be converted to kinect-v1, openpose-18"));
        Ok(())
    }
}
