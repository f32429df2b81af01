//! From numbers in any order of axes to a clip.

use super::super::reading::Warning;
use super::super::rules::{channel, somebody};
use super::set::Clip;
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, NTU_120_CLASSES, Sequence};

/// The sets' videos have 30 frames a second.
const FPS: f32 = 30.0;

/// A class by its number from 0, as files of arrays number them.
pub(super) fn class(layout: LayoutId, number: i64) -> String {
    let ntu = usize::try_from(number).ok().and_then(|n| NTU_120_CLASSES.get(n));
    match ntu.filter(|_| layout == LayoutId::Ntu) {
        Some(name) => (*name).to_owned(),
        None => format!("class {}", number.saturating_add(1)),
    }
}

/// The layouts with as many joints, and as many numbers a joint, as an array has.
pub(super) struct Layouts(Vec<LayoutId>);

impl Layouts {
    pub fn of(joints: usize, channels: usize) -> Result<Self> {
        let fits = |id: &LayoutId| id.layout().len() == joints && id.layout().channels() == channels;
        let all: Vec<LayoutId> = LayoutId::ALL.into_iter().filter(fits).collect();
        if all.is_empty() {
            let size = |id: LayoutId| format!("{} x {} ({})", id.layout().len(), id.layout().channels(), id.as_str());
            let known = LayoutId::ALL.map(size).join(", ");
            let cause = format!("{joints} joints of {channels} numbers; joints x numbers that are read: {known}");
            return Err(Error::format(cause));
        }
        Ok(Self(all))
    }

    /// The layout in space, x, y and z, with so many joints.
    pub fn in_space(joints: usize) -> Result<LayoutId> {
        Self::with(joints, "in space", |id| id.layout().dims == 3 && !id.layout().confidence)
    }

    /// The layout in the picture, x, y and a confidence, with so many joints.
    pub fn in_picture(joints: usize) -> Result<LayoutId> {
        Self::with(joints, "in a picture", |id| id.layout().dims == 2 && id.layout().confidence)
    }

    fn with(joints: usize, place: &str, fits: impl Fn(LayoutId) -> bool) -> Result<LayoutId> {
        let mut known = LayoutId::ALL.into_iter().filter(|id| fits(*id));
        known.clone().find(|id| id.layout().len() == joints).ok_or_else(|| {
            let list: Vec<_> = known.by_ref().map(|id| format!("{} ({})", id.layout().len(), id.as_str())).collect();
            Error::format(format!("{joints} joints {place}; read are {}", list.join(", ")))
        })
    }

    /// The layout that the numbers look like, and what else they show. `joints` gives the numbers of sampled joints.
    pub fn judged<I: Iterator<Item = [f64; 3]>>(&self, joints: impl Fn() -> I) -> (LayoutId, Traits) {
        let mut traits = Traits::default();
        let mut layout = self.0[0];
        if self.0.len() > 1 {
            // The third number is a distance, or a confidence.
            let picture = joints().all(|[_, _, third]| (0.0..=1.0).contains(&third));
            layout = self.0.iter().copied().find(|id| (id.layout().dims == 2) == picture).unwrap_or(layout);
            if picture {
                let name = layout.as_str();
                traits.notes.push(format!("Read as {name}, because the third number of all joints is from 0 to 1."));
            }
        }
        if layout.layout().dims == 2 && centred(joints()) {
            traits.offset = 0.5;
            traits.notes.push("The coordinates are centred on the picture; 0.5 is added to bring them back.".into());
        }
        (layout, traits)
    }
}

/// Are coordinates measured from the middle of the picture, as in ST-GCN's arrays of Kinetics-skeleton?
fn centred(joints: impl Iterator<Item = [f64; 3]>) -> bool {
    let seen = joints.filter(|[_, _, confidence]| *confidence > 0.0).flat_map(|[x, y, _]| [x, y]);
    let (least, most) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    least < -0.1 && most <= 0.6
}

/// What the numbers of a file have shown.
#[derive(Default)]
pub(super) struct Traits {
    /// What is added to x and y.
    offset: f64,
    /// What a person should know about it.
    notes: Vec<String>,
}

/// The lengths of a clip's axes.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub layout: LayoutId,
    pub frames: usize,
    pub people: usize,
}

/// A clip of the numbers that `value` gives for (frame, person, joint, channel). Empty frames at the end and absent
/// people are left out: sets are filled up with them.
pub(super) fn clip(size: Size, traits: &Traits, value: impl Fn(usize, usize, usize, usize) -> f64) -> Result<Clip> {
    let Size { layout: id, frames, people } = size;
    let layout = id.layout();
    if people > Sequence::MAX_PEOPLE || frames > Sequence::MAX_FRAMES {
        return Err(Error::format(format!(
            "{frames} frames of {people} people; at most {} frames of {} people are read",
            Sequence::MAX_FRAMES,
            Sequence::MAX_PEOPLE
        )));
    }
    let body = layout.len() * layout.channels();
    let at = |t: usize, m: usize, i: usize| value(t, m, i / layout.channels(), i % layout.channels());
    let there = |t: usize, m: usize| (0..body).any(|i| at(t, m, i) != 0.0);
    let last = (0..frames).rev().find(|t| (0..people).any(|m| there(*t, m))).unwrap_or(0);
    let mut seen: Vec<usize> = (0..people).filter(|m| (0..=last).any(|t| there(t, *m))).collect();
    if seen.is_empty() {
        seen.push(0); // Nobody is there, which is reported below with the number of frames.
    }
    let mut data = Vec::with_capacity((last + 1) * seen.len() * body);
    for (t, &m) in (0..=last).flat_map(|t| seen.iter().map(move |m| (t, m))) {
        for (joint, name) in layout.joints.iter().enumerate() {
            let found = !layout.confidence || value(t, m, joint, layout.dims) > 0.0;
            for c in 0..layout.channels() {
                let offset = if c < layout.dims { traits.offset } else { 0.0 };
                let number = if found { value(t, m, joint, c) + offset } else { 0.0 };
                let place = |cause| Error::format(cause).at(format!("frame {t}, person {m}, joint {name:?}"));
                data.push(channel(layout, c, number).map_err(place)?);
            }
        }
    }
    let clip = Sequence::new(id, FPS, last + 1, seen.len(), data)?;
    somebody(&clip)?;
    Ok((clip, traits.notes.iter().map(Warning::new).collect()))
}
