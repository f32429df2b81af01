//! CTR-GCN's `.npz`: clips in `x_train` and `x_test`, (N, T, M V C), their classes as one-hot rows in `y_train` and
//! `y_test`.

use super::super::picture::{Picture, unused};
use super::arrays::{Size, Traits, class, clip};
use super::entry::Entry;
use super::set::{Clip, Set};
use crate::container::{Archive, Array};
use crate::error::{Error, Result};
use crate::skeleton::LayoutId;

/// Numbers a frame, and the layout and the people that they stand for.
const FRAMES: [(usize, LayoutId, usize); 3] =
    [(150, LayoutId::Ntu, 2), (75, LayoutId::Ntu, 1), (60, LayoutId::KinectV1, 1)];

/// The parts of a set.
pub(super) struct Npz<'a> {
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    name: &'a str,
    size: Size,
    clips: Array<'a>,
    classes: Option<Array<'a>>,
}

impl<'a> Npz<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let archive = Archive::open(bytes)?;
        let array =
            |name: &str| archive.get(name).and_then(|bytes| Array::npy(bytes).map_err(|e| e.at(format!("{name:?}"))));
        let mut parts = Vec::new();
        for entry in archive.names() {
            let Some(name) = entry.strip_prefix("x_").and_then(|name| name.strip_suffix(".npy")) else { continue };
            let clips = array(entry)?;
            let size = size(&clips).map_err(|e| e.at(format!("{entry:?}")))?;
            let key = format!("y_{name}.npy");
            let classes = if archive.names().contains(&key.as_str()) { Some(array(&key)?) } else { None };
            parts.push(Part { name, size, clips, classes });
        }
        if parts.is_empty() {
            let names: Vec<_> = archive.names().iter().take(8).map(|name| format!("{name:?}")).collect();
            let cause = format!("no array x_train or x_test, as CTR-GCN's sets have; found {}", names.join(", "));
            return Err(Error::format(cause));
        }
        Ok(Self { parts })
    }

    /// The part that the clip is in, and its place there.
    fn place(&self, mut index: usize) -> Option<(&Part<'a>, usize)> {
        for part in &self.parts {
            if index < part.clips.shape[0] {
                return Some((part, index));
            }
            index -= part.clips.shape[0];
        }
        None
    }
}

fn size(clips: &Array<'_>) -> Result<Size> {
    let known = |values: usize| FRAMES.into_iter().find(|frame| frame.0 == values);
    match *clips.shape.as_slice() {
        [_, frames, values] if frames > 0 && clips.is_numeric() => {
            known(values).map(|(_, layout, people)| Size { layout, frames, people })
        }
        _ => None,
    }
    .ok_or_else(|| {
        let known = FRAMES.map(|(values, layout, people)| format!("{values} ({}, {people})", layout.as_str()));
        let cause = "has shape {:?}; (N, T, M V C) is read, the last axis one of";
        Error::format(format!("{} {}", cause.replace("{:?}", &format!("{:?}", clips.shape)), known.join(", ")))
    })
}

impl Set for Npz<'_> {
    fn len(&self) -> usize {
        self.parts.iter().map(|part| part.clips.shape[0]).sum()
    }

    fn entry(&self, index: usize) -> Entry {
        let place = self.place(index);
        Entry {
            // CTR-GCN's own name of the clip, which counts from 0 in each part.
            id: place.map_or_else(|| (index + 1).to_string(), |(part, at)| format!("{}_{at}", part.name)),
            label: place.and_then(|(part, at)| part.label(at)),
            splits: place.map(|(part, _)| part.name.to_owned()).into_iter().collect(),
            frames: place.map_or(0, |(part, _)| part.size.frames),
            people: place.map_or(0, |(part, _)| part.size.people),
        }
    }

    fn clip(&self, index: usize, picture: Option<Picture>) -> Result<Clip> {
        unused(picture)?;
        let (part, at) = self.place(index).ok_or_else(|| Error::format("there is no such clip"))?;
        let Size { layout, frames, people } = part.size;
        let body = layout.layout().len() * 3;
        let value = |t: usize, m: usize, v: usize, c: usize| {
            part.clips.number((at * frames + t) * people * body + m * body + v * 3 + c)
        };
        clip(part.size, &Traits::default(), value)
    }
}

impl Part<'_> {
    /// One-hot rows (N, classes), or numbers (N).
    fn label(&self, at: usize) -> Option<String> {
        let classes = self.classes.as_ref().filter(|classes| classes.is_numeric())?;
        let number = match *classes.shape.as_slice() {
            [n, width] if at < n => (0..width).find(|c| classes.number(at * width + c) > 0.5)? as i64,
            [n] if at < n => classes.number(at) as i64,
            _ => return None,
        };
        Some(class(self.size.layout, number))
    }
}
