//! Northwestern-UCLA's clips as CTR-GCN keeps them, one array of 20 joints (Kinect v1, metres) a frame:
//! `{"file_name": "a01_s01_e00_v01", "skeletons": [[[x, y, z], ...], ...]}`

use serde::de::{Deserializer, Error as _};

use super::json::{self, List, Record, Value};
use super::rules::{channel, fits, somebody};
use crate::error::{self, Error};
use crate::skeleton::{LayoutId, Sequence};

const FPS: f32 = 30.0;
const VALUES: usize = 20 * 3;
/// The actions by their number in a file's name.
const ACTIONS: [(&str, &str); 10] = [
    ("a01", "pick up with one hand"),
    ("a02", "pick up with two hands"),
    ("a03", "drop trash"),
    ("a04", "walk around"),
    ("a05", "sit down"),
    ("a06", "stand up"),
    ("a08", "donning"),
    ("a09", "doffing"),
    ("a11", "throw"),
    ("a12", "carry"),
];

/// The action of a file or folder named like `a01_s01_e00`.
pub(super) fn action(name: &str) -> Option<&'static str> {
    ACTIONS.into_iter().find(|(id, _)| name.strip_prefix(id).is_some_and(|rest| rest.starts_with("_s"))).map(|(_, a)| a)
}

/// Reads a clip.
pub(super) fn read(text: &str) -> error::Result<Sequence> {
    let mut document = Document { most: json::most_numbers(text), ..Document::default() };
    json::parse(text, &mut document)?;
    let mut values = document.frames.ok_or_else(|| Error::format("the key \"skeletons\" is missing"))?.0;
    values.shrink_to_fit();
    let layout = LayoutId::KinectV1.layout();
    let frames = values.len() / VALUES;
    if frames == 0 {
        return Err(Error::format("there is no frame").at("skeletons"));
    }
    fits(layout, frames, 1, text.len())?;
    let mut clip = Sequence::new(layout.id, FPS, frames, 1, values)?;
    somebody(&clip)?;
    clip.label = document.name.as_deref().and_then(action).map(str::to_owned);
    Ok(clip)
}

#[derive(Default)]
struct Document {
    /// Numbers that the text can hold.
    most: usize,
    name: Option<String>,
    frames: Option<Frames>,
}

impl Record for Document {
    const EXPECTED: &'static str = "an object with the key \"skeletons\"";
    const KEYS: &'static [&'static str] = &["file_name", "skeletons"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        if key == "file_name" {
            self.name = value.text()?;
            return Ok(());
        }
        let mut frames = Frames(Vec::new());
        frames.0.reserve_exact(self.most);
        value.list(&mut frames)?;
        self.frames = Some(frames);
        Ok(())
    }
}

struct Frames(Vec<f32>);

impl List for Frames {
    const EXPECTED: &'static str = "an array of frames";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if index >= Sequence::MAX_FRAMES {
            return Err(D::Error::custom(format!("more than {} frames", Sequence::MAX_FRAMES)));
        }
        match value.list(&mut Joints(&mut self.0))?.unwrap_or(0) {
            20 => Ok(()),
            count => Err(D::Error::custom(format!("{count} joints; a frame has 20"))),
        }
    }
}

struct Joints<'a>(&'a mut Vec<f32>);

impl List for Joints<'_> {
    const EXPECTED: &'static str = "an array of joints";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if index >= 20 {
            return value.skip(); // The count is reported when the frame is whole.
        }
        match value.list(&mut Joint(self.0))?.unwrap_or(0) {
            3 => Ok(()),
            count => Err(D::Error::custom(format!("{count} numbers; a joint has 3"))),
        }
    }
}

struct Joint<'a>(&'a mut Vec<f32>);

impl List for Joint<'_> {
    const EXPECTED: &'static str = "an array of coordinates";

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if index >= 3 {
            return value.skip(); // As above.
        }
        self.0.push(channel(LayoutId::KinectV1.layout(), index, value.number()?).map_err(D::Error::custom)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_has_its_frames_and_its_action() -> error::Result<()> {
        let body = |x: f32| format!("[{}]", vec![format!("[{x},1,2.5]"); 20].join(","));
        let file = |frames: &str| format!(r#"{{"file_name":"a08_s01_e00_v01","skeletons":[{frames}],"label":7}}"#);
        let clip = read(&file(&format!("{},{}", body(0.25), body(0.5))))?;
        assert_eq!((clip.frames(), clip.people(), clip.label.as_deref()), (2, 1, Some("donning")));
        assert_eq!(clip.joint(1, 0, 19), [0.5, 1.0, 2.5]);
        let message = |frames: &str| read(&file(frames)).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(message("[[0,1,2]]").starts_with("skeletons[0]: 1 joints; a frame has 20"));
        assert!(message(&body(0.0).replacen("2.5", "1e9", 1)).starts_with("skeletons[0][0][2]: 1000000000.0 is no"));
        assert!(message("").starts_with("skeletons: there is no frame"));
        Ok(())
    }
}
