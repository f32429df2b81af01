//! Our own clip format: JSON, any layout. Its description for others is `docs/CLIP_FORMAT.md`.

use std::fmt::Write as _;

use serde::de::{Deserializer, Error as _};

use super::json::{self, List, Record, Value};
use super::rules::{channel, fits, somebody};
use crate::error::{self, Error, short};
use crate::skeleton::{Layout, LayoutId, Sequence};

/// The value of the key `format`.
pub(super) const NAME: &str = "ciasa-clip";

/// Reads a clip.
pub(super) fn read(text: &str) -> error::Result<Sequence> {
    let most = json::most_numbers(text);
    let mut document = Document { most, ..Document::default() };
    json::parse(text, &mut document)?;
    if document.skipped {
        // The layout stands after the frames: now that it is known, read them.
        document = Document { most, known: document.layout, ..Document::default() };
        json::parse(text, &mut document)?;
    }
    let missing = |key: &str| Error::format(format!("the key {key:?} is missing"));
    if !document.format {
        return Err(missing("format"));
    }
    if !document.version {
        return Err(missing("version"));
    }
    let layout = document.layout.ok_or_else(|| missing("layout"))?.layout();
    let fps = document.fps.ok_or_else(|| missing("fps"))?;
    let frames = document.frames.ok_or_else(|| missing("frames"))?;
    let people = frames.people.ok_or_else(|| Error::format("there is no frame").at("frames"))?;
    if let Some(stated) = document.people.filter(|stated| *stated != people) {
        return Err(Error::format(format!("{stated} people, but the frames have {people}")).at("people"));
    }
    let count = frames.present.len() / people;
    let data = spread(frames, fits(layout, count, people, text.len())?);
    let mut clip = Sequence::new(layout.id, fps, count, people, data)?;
    somebody(&clip)?;
    clip.label = document.label;
    Ok(clip)
}

/// The values of the people who are present in their places, and zeros in those of the absent.
fn spread(frames: Frames, values: usize) -> Vec<f32> {
    if frames.present.iter().all(|present| *present) {
        let mut values = frames.values;
        values.shrink_to_fit();
        return values;
    }
    let size = frames.layout.len() * frames.layout.channels();
    let mut room = vec![0.0; values];
    let mut read = frames.values.chunks_exact(size);
    for (place, _) in room.chunks_exact_mut(size).zip(&frames.present).filter(|(_, present)| **present) {
        if let Some(person) = read.next() {
            place.copy_from_slice(person);
        }
    }
    room
}

/// Writes a clip, one frame a line, 4 decimals. A joint that 4 decimals would turn into an absent one is written
/// exactly.
pub(super) fn write(clip: &Sequence) -> Vec<u8> {
    let layout = clip.layout();
    let mut out = format!(r#"{{"format":"{NAME}","version":1,"layout":"{}","fps":{}"#, layout.id.as_str(), clip.fps);
    if let Some(label) = &clip.label {
        let _ = write!(out, r#","label":{}"#, serde_json::Value::from(label.as_str()));
    }
    let _ = write!(out, r#","people":{},"frames":["#, clip.people());
    for t in 0..clip.frames() {
        out.push_str(if t == 0 { "\n[" } else { ",\n[" });
        for m in 0..clip.people() {
            if m > 0 {
                out.push(',');
            }
            if !clip.present(t, m) {
                out.push_str("null");
                continue;
            }
            for j in 0..layout.len() {
                out.push_str(if j == 0 { "[" } else { "," });
                let joint = clip.joint(t, m, j);
                let exact = lost(layout, joint);
                for (c, v) in joint.iter().enumerate() {
                    let comma = if c == 0 { '[' } else { ',' };
                    let _ = match exact {
                        true => write!(out, "{comma}{v}"),
                        false => write!(out, "{comma}{}", rounded(*v)),
                    };
                }
                out.push(']');
            }
            out.push(']');
        }
        out.push(']');
    }
    out.push_str("\n]}\n");
    out.into_bytes()
}

/// To 4 decimals; adding zero turns a negative zero into a plain one.
fn rounded(v: f32) -> f64 {
    (f64::from(v) * 1e4).round() / 1e4 + 0.0
}

/// Would rounding make the joint absent: all its numbers zero, or its confidence?
fn lost(layout: &Layout, joint: &[f32]) -> bool {
    let zero = |v: &f32| rounded(*v) == 0.0;
    let unsure = layout.confidence && zero(&joint[layout.dims]);
    (joint.iter().all(zero) || unsure) && joint.iter().any(|v| *v != 0.0)
}

#[derive(Default)]
struct Document {
    /// Numbers that the text can hold.
    most: usize,
    /// The layout, where an earlier pass found it.
    known: Option<LayoutId>,
    /// Were the frames passed over because the layout was not known yet?
    skipped: bool,
    format: bool,
    version: bool,
    layout: Option<LayoutId>,
    fps: Option<f32>,
    label: Option<String>,
    people: Option<usize>,
    frames: Option<Frames>,
}

impl Record for Document {
    const EXPECTED: &'static str = "an object with the keys of a ciasa-clip";
    const KEYS: &'static [&'static str] = &["format", "version", "layout", "fps", "label", "people", "frames"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        match key {
            "format" => {
                let name = value.text()?.unwrap_or_default();
                if name != NAME {
                    return Err(D::Error::custom(format!("{:?} is not {NAME:?}", short(&name, 40))));
                }
                self.format = true;
            }
            "version" => {
                let version = value.number()?;
                if version != 1.0 {
                    return Err(D::Error::custom(format!("version {version:?} is not known, only 1 is")));
                }
                self.version = true;
            }
            "layout" => {
                let id = value.text()?.unwrap_or_default();
                let known = || LayoutId::ALL.map(LayoutId::as_str).join(", ");
                self.layout = Some(LayoutId::parse(&id).ok_or_else(|| {
                    D::Error::custom(format!("{:?} is no layout; known are {}", short(&id, 40), known()))
                })?);
            }
            "fps" => {
                let fps = value.number()? as f32;
                if !(fps > 0.0 && fps <= 1000.0) {
                    return Err(D::Error::custom(format!("{fps:?} is not above 0 and at most 1000")));
                }
                self.fps = Some(fps);
            }
            "label" => self.label = value.text()?,
            "people" => self.people = Some(value.count()?),
            _ => match self.layout.or(self.known) {
                Some(id) => {
                    let layout = id.layout();
                    let mut frames = Frames { layout, people: None, present: Vec::new(), values: Vec::new() };
                    frames.values.reserve_exact(self.most);
                    value.list(&mut frames)?;
                    self.frames = Some(frames);
                }
                None => {
                    value.skip()?;
                    self.skipped = true;
                }
            },
        }
        Ok(())
    }
}

/// T frames of M people; `values` are those of the people who are present, each (V, C).
struct Frames {
    layout: &'static Layout,
    people: Option<usize>,
    present: Vec<bool>,
    values: Vec<f32>,
}

impl List for Frames {
    const EXPECTED: &'static str = "an array of frames";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if index >= Sequence::MAX_FRAMES {
            return Err(D::Error::custom(format!("more than {} frames", Sequence::MAX_FRAMES)));
        }
        let first = self.people;
        let count = value.list(&mut Frame(self))?.unwrap_or(0);
        match first {
            Some(people) if people != count => Err(D::Error::custom(format!(
                "{count} people, but the first frame has {people} (null is an absent one)"
            ))),
            None if count == 0 => Err(D::Error::custom("no people (null is an absent one)")),
            _ => {
                self.people = Some(count);
                Ok(())
            }
        }
    }
}

struct Frame<'a>(&'a mut Frames);

impl List for Frame<'_> {
    const EXPECTED: &'static str = "an array of people";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let most = self.0.people.unwrap_or(Sequence::MAX_PEOPLE);
        if index >= most {
            return Err(D::Error::custom(format!("more than {most} people")));
        }
        let (id, joints) = (self.0.layout.id.as_str(), self.0.layout.len());
        let count = value.list(&mut Person(self.0))?;
        if let Some(count) = count.filter(|n| *n != joints) {
            return Err(D::Error::custom(format!("{count} joints; the layout {id} has {joints}")));
        }
        self.0.present.push(count.is_some());
        Ok(())
    }
}

struct Person<'a>(&'a mut Frames);

impl List for Person<'_> {
    const EXPECTED: &'static str = "an array of joints, or null for an absent person";
    const NULLABLE: bool = true;

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        let (layout, values) = (self.0.layout, &mut self.0.values);
        if index >= layout.len() {
            return value.skip(); // The count is checked, and reported, when the person is whole.
        }
        let start = values.len();
        let count = value.list(&mut Joint { layout, values })?.unwrap_or(0);
        if count != layout.channels() {
            let (id, channels) = (layout.id.as_str(), layout.channels());
            return Err(D::Error::custom(format!("{count} numbers; a joint of layout {id} has {channels}")));
        }
        // A joint that the detector did not find is nowhere.
        if layout.confidence && values[start + layout.dims] == 0.0 {
            values[start..].fill(0.0);
        }
        Ok(())
    }
}

struct Joint<'a> {
    layout: &'static Layout,
    values: &'a mut Vec<f32>,
}

impl List for Joint<'_> {
    const EXPECTED: &'static str = "an array of coordinates";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if index >= self.layout.channels() {
            return value.skip(); // As above.
        }
        self.values.push(channel(self.layout, index, value.number()?).map_err(D::Error::custom)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
