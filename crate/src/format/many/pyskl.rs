//! Sets of pyskl and MMAction2: a pickle of annotations, with the parts of the set beside them.

use std::collections::BTreeMap;
use std::slice;

use super::super::ntu_classes;
use super::super::picture::{Picture, unused};
use super::arrays::{Layouts, Size, Traits, clip};
use super::entry::Entry;
use super::limits::{MOST, NAME};
use super::set::{Clip, Set};
use crate::container::{Array, Value, load};
use crate::error::{Error, Result};

/// Keys of an annotation, at most; the sets have ten. Annotations can share one dict in the file, so its size is no
/// bound of the work.
const KEYS: usize = 64;

/// The annotations of a set.
pub(super) struct Pyskl<'a> {
    annotations: Vec<Annotation<'a>>,
    splits: BTreeMap<&'a str, Vec<&'a str>>,
}

/// An annotation, and what the list shows of it.
struct Annotation<'a> {
    value: Value<'a>,
    id: Option<&'a str>,
    class: Option<i64>,
    frames: usize,
    people: usize,
}

impl<'a> Pyskl<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let root = load(bytes)?.value;
        let annotations = match &root {
            Value::List(list) => annotations(&list.items())?,
            // A single annotation.
            Value::Dict(_) if root.get("keypoint").is_some() => annotations(slice::from_ref(&root))?,
            other => match other.get("annotations") {
                Some(list) => annotations(&list.items().ok_or_else(|| Error::format("is no list").at("annotations"))?)?,
                None => return Err(Error::format(no_set(other))),
            },
        };
        let splits = splits(&root)?;
        let listed = annotations.iter().filter_map(|a| splits.get(a.id?)).map(Vec::len).sum::<usize>();
        if listed > 2 * MOST {
            return Err(Error::format(format!("the splits list clips {listed} times; at most {} are read", 2 * MOST)));
        }
        Ok(Self { annotations, splits })
    }
}

/// The annotations of a list. It may be one dict named a million times, so nothing is kept twice.
fn annotations<'a>(values: &[Value<'a>]) -> Result<Vec<Annotation<'a>>> {
    if values.is_empty() || values.len() > MOST {
        return Err(Error::format(format!("a pickle of {} annotations; 1 to {MOST} are read", values.len())));
    }
    let mut annotations = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        annotations.push(Annotation::of(value).map_err(|e| e.at(format!("annotation {i}")))?);
    }
    Ok(annotations)
}

/// What a pickle without annotations is.
fn no_set(value: &Value<'_>) -> String {
    if value.items().is_some_and(|items| items.len() == 2) {
        return "this pickle holds names and labels; open the .npy file of the clips, with this file beside it".into();
    }
    let kind = value.kind();
    format!("a pickle of {kind} without annotations; sets of pyskl and MMAction2 are read")
}

impl<'a> Annotation<'a> {
    fn of(value: &Value<'a>) -> Result<Self> {
        let Value::Dict(dict) = value else {
            return Err(Error::format(format!("is {}, no dict", value.kind())));
        };
        let keys = dict.items().len();
        if keys > KEYS {
            return Err(Error::format(format!("has {keys} keys; at most {KEYS} are read")));
        }
        let joints = value.get("keypoint").ok_or_else(|| {
            let keys: Vec<_> = dict.items().iter().filter_map(|(key, _)| key.text()).take(12).map(cut).collect();
            Error::format(format!("has no keypoint, but {}; the joints have to be in the file", keys.join(", ")))
        })?;
        let shape = Array::shape_of(&joints).unwrap_or_default();
        let [people, frames, _, _] = *shape.as_slice() else {
            let what = if shape.is_empty() { joints.kind() } else { format!("of shape {shape:?}") };
            return Err(Error::format(format!("is {what}; an array (M, T, V, C) is read")).at("keypoint"));
        };
        let id = value.get("frame_dir").or_else(|| value.get("filename")).and_then(|id| id.text());
        if let Some(id) = id.filter(|id| id.len() > NAME) {
            return Err(Error::format(format!("a name of {} bytes; at most {NAME} are read", id.len())));
        }
        let class = value.get("label").and_then(|label| Array::int(&label));
        Ok(Self { id, class, frames, people, value: value.clone() })
    }

    fn array(&self, key: &str) -> Result<Option<Array<'a>>> {
        let Some(value) = self.value.get(key) else { return Ok(None) };
        if matches!(value, Value::None) {
            return Ok(None);
        }
        match Array::of(&value).map_err(|e| e.at(key))? {
            Some(array) if array.is_numeric() => Ok(Some(array)),
            _ => Err(Error::format("is no array of numbers").at(key)),
        }
    }

    /// Width and height of the picture: `img_shape` has the height first.
    fn picture(&self, given: Option<Picture>) -> Result<Picture> {
        let shape = self.value.get("img_shape").or_else(|| self.value.get("original_shape"));
        let sizes = shape
            .as_ref()
            .and_then(Value::items)
            .map(|items| items.iter().take(3).filter_map(Array::scalar).filter(|n| *n > 0.0).collect::<Vec<f64>>());
        match (sizes.as_deref(), given) {
            (Some([height, width]), None) => Ok(Picture { width: *width, height: *height }),
            (Some([_, _]), given) => unused(given).map(|()| Picture::default()),
            (_, Some(given)) => Ok(given),
            _ => Err(Picture::missing().at("img_shape")),
        }
    }
}

impl Set for Pyskl<'_> {
    fn len(&self) -> usize {
        self.annotations.len()
    }

    fn entry(&self, index: usize) -> Entry {
        let Annotation { id, class, frames, people, .. } = self.annotations[index];
        let named = id.and_then(ntu_classes::label).map(str::to_owned);
        let splits = id.and_then(|id| self.splits.get(id)).into_iter().flatten();
        Entry {
            id: id.map_or_else(|| (index + 1).to_string(), str::to_owned),
            label: named.or_else(|| class.map(|n| format!("class {}", n.saturating_add(1)))),
            splits: splits.map(|name| (*name).to_owned()).collect(),
            frames,
            people,
        }
    }

    fn pixels(&self, index: usize) -> Result<Option<Picture>> {
        let annotation = &self.annotations[index];
        let Some(joints) = annotation.array("keypoint")? else { return Ok(None) };
        if joints.shape.last() != Some(&2) || annotation.picture(None).is_ok() {
            return Ok(None);
        }
        let most = |axis: usize| (0..joints.len() / 2).map(|i| joints.number(2 * i + axis)).fold(0.0, f64::max);
        Ok(Some(Picture { width: most(0), height: most(1) }))
    }

    fn clip(&self, index: usize, picture: Option<Picture>) -> Result<Clip> {
        let annotation = &self.annotations[index];
        let missing = || Error::format("is missing").at("keypoint");
        let joints = annotation.array("keypoint")?.ok_or_else(missing)?;
        let [people, frames, count, numbers] = *joints.shape.as_slice() else { return Err(missing()) };
        let place = move |t: usize, m: usize, v: usize| (m * frames + t) * count + v;
        let number = |t: usize, m: usize, v: usize, c: usize| joints.number(place(t, m, v) * numbers + c);
        let size = |layout| Size { layout, frames, people };
        if numbers == 3 {
            unused(picture)?;
            return clip(size(Layouts::in_space(count)?), &Traits::default(), number);
        }
        if numbers != 2 {
            let cause = format!("has shape {:?}; a joint has 2 or 3 numbers", joints.shape);
            return Err(Error::format(cause).at("keypoint"));
        }
        // Pixels of a picture, the confidences beside them.
        let layout = Layouts::in_picture(count)?;
        let Picture { width, height } = annotation.picture(picture)?;
        if let (Some(far), Some(size)) = (self.pixels(index)?, picture) {
            size.reaches(far)?;
        }
        let scores = annotation.array("keypoint_score")?;
        if let Some(scores) = scores.as_ref().filter(|scores| scores.len() != people * frames * count) {
            let cause = format!("has shape {:?} beside keypoint's {:?}", scores.shape, joints.shape);
            return Err(Error::format(cause).at("keypoint_score"));
        }
        let score = |t: usize, m: usize, v: usize| match &scores {
            Some(scores) => scores.number(place(t, m, v)),
            // Without scores, a joint in the corner is one that was not found.
            None => f64::from(u8::from(number(t, m, v, 0) != 0.0 || number(t, m, v, 1) != 0.0)),
        };
        clip(size(layout), &Traits::default(), |t, m, v, c| match c {
            0 => number(t, m, v, 0) / width,
            1 => number(t, m, v, 1) / height,
            _ => score(t, m, v),
        })
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The parts that each clip belongs to, by its name.
fn splits<'a>(root: &Value<'a>) -> Result<BTreeMap<&'a str, Vec<&'a str>>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut count = 0;
    let Some(Value::Dict(parts)) = root.get("split") else { return Ok(all) };
    if parts.items().len() > KEYS {
        return Err(Error::format(format!("a pickle of {} splits; at most {KEYS} are read", parts.items().len())));
    }
    for (name, ids) in parts.items().iter() {
        let (Some(name), Some(ids)) = (name.text().filter(|name| name.len() <= NAME), ids.items()) else { continue };
        count += ids.len();
        if count > 2 * MOST {
            return Err(Error::format(format!("the splits name {count} clips; at most {} are read", 2 * MOST)));
        }
        for id in ids.iter().filter_map(Value::text).filter(|id| id.len() <= NAME) {
            all.entry(id).or_default().push(name);
        }
    }
    Ok(all)
}
