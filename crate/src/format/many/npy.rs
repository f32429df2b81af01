//! `.npy` arrays of clips, as ST-GCN, 2s-AGCN and Shift-GCN keep their sets.

use super::super::picture::{Picture, unused};
use super::arrays::{Layouts, Size, Traits, clip};
use super::entry::Entry;
use super::labels::Labels;
use super::set::{Clip, Set};
use crate::container::Array;
use crate::error::{Error, Result};

/// Clips from which the file's layout and the middle of its coordinates are judged.
const SAMPLE: usize = 32;

/// An array of clips.
pub(super) struct Npy<'a> {
    grid: Grid<'a>,
    count: usize,
    size: Size,
    traits: Traits,
    labels: Option<&'a Labels>,
}

/// An array, and what its axes are.
struct Grid<'a> {
    array: Array<'a>,
    axes: Axes,
    frames: usize,
    joints: usize,
    people: usize,
    channels: usize,
}

#[derive(Clone, Copy)]
enum Axes {
    /// (N, C, T, V, M), the first missing for a single clip.
    ChannelsFirst,
    /// (M, T, V, C), the first missing for a single person.
    ChannelsLast,
}

impl Grid<'_> {
    /// The number of a clip at (frame, person, joint, channel).
    fn number(&self, clip: usize, [t, m, v, c]: [usize; 4]) -> f64 {
        let Self { frames, joints, people, channels, .. } = self;
        self.array.number(match self.axes {
            Axes::ChannelsFirst => (((clip * channels + c) * frames + t) * joints + v) * people + m,
            Axes::ChannelsLast => ((m * frames + t) * joints + v) * channels + c,
        })
    }

    /// The three numbers of every joint of a clip.
    fn joints(&self, clip: usize) -> impl Iterator<Item = [f64; 3]> {
        (0..self.frames * self.people * self.joints).map(move |i| {
            let (t, m, v) = (i / (self.people * self.joints), i / self.joints % self.people, i % self.joints);
            [0, 1, 2].map(|c| self.number(clip, [t, m, v, c]))
        })
    }
}

impl<'a> Npy<'a> {
    pub fn read(bytes: &'a [u8], labels: Option<&'a Labels>) -> Result<Self> {
        let array = Array::npy(bytes)?;
        if array.is_empty() {
            return Err(Error::format(format!("an array of shape {:?} holds no clip", array.shape)));
        }
        if !array.is_numeric() {
            return Err(Error::format("the array holds texts, no joints"));
        }
        let known = |joints: usize, channels: usize| Layouts::of(joints, channels).is_ok();
        let (axes, count, [frames, joints, people, channels]) = match *array.shape.as_slice() {
            [n, c, t, v, m] => (Axes::ChannelsFirst, n, [t, v, m, c]),
            [c, t, v, m] if known(v, c) => (Axes::ChannelsFirst, 1, [t, v, m, c]),
            [m, t, v, c] => (Axes::ChannelsLast, 1, [t, v, m, c]),
            [t, v, c] => (Axes::ChannelsLast, 1, [t, v, 1, c]),
            _ => {
                let shape = &array.shape;
                return Err(Error::format(format!(
                    "an array of shape {shape:?}; (N, C, T, V, M), (C, T, V, M), (M, T, V, C) and (T, V, C) are read"
                )));
            }
        };
        if let Some(labels) = labels.filter(|labels| labels.len() != count) {
            return Err(Error::format(format!("{} labels for {count} clips; use the set's own", labels.len())));
        }
        let layouts = Layouts::of(joints, channels)?;
        let grid = Grid { array, axes, frames, joints, people, channels };
        let step = count.div_ceil(SAMPLE).max(1);
        let (layout, traits) = layouts.judged(|| (0..count).step_by(step).flat_map(|clip| grid.joints(clip)));
        Ok(Self { count, size: Size { layout, frames, people }, traits, labels, grid })
    }
}

impl Set for Npy<'_> {
    fn len(&self) -> usize {
        self.count
    }

    fn entry(&self, index: usize) -> Entry {
        let name = self.labels.and_then(|labels| labels.name(index)).filter(|name| !name.is_empty());
        Entry {
            id: name.map_or_else(|| (index + 1).to_string(), str::to_owned),
            label: self.labels.and_then(|labels| labels.of(index)),
            splits: Vec::new(),
            frames: self.size.frames,
            people: self.size.people,
        }
    }

    fn clip(&self, index: usize, picture: Option<Picture>) -> Result<Clip> {
        unused(picture)?;
        clip(self.size, &self.traits, |t, m, v, c| self.grid.number(index, [t, m, v, c]))
    }
}
