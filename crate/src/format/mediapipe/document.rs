//! The document: frames, and what it says about all of them.

use serde::de::{Deserializer, Error as _};

use super::landmarks::{Node, Pose, poses};
use crate::error::{self, Error};
use crate::format::json::{self, List, Mixed, Record, Value};
use crate::skeleton::Sequence;

/// Keys of a frame; `x` shows a landmark where a frame is expected.
const FRAME_KEYS: &[&str] = &[
    "landmarks",
    "poseLandmarks",
    "pose_landmarks",
    "worldLandmarks",
    "poseWorldLandmarks",
    "pose_world_landmarks",
    "landmark",
    "timestamp",
    "timestampMs",
    "timestamp_ms",
    "time",
    "x",
];

/// What the file holds.
#[derive(Default)]
pub(super) struct Document {
    pub fps: Option<f32>,
    pub label: Option<String>,
    pub frames: Vec<Frame>,
    size: [Option<f64>; 2],
}

/// The poses of a frame, by kind.
#[derive(Default)]
pub(super) struct Frame {
    /// In metres.
    pub world: Vec<Pose>,
    /// In the picture.
    pub picture: Vec<Pose>,
    /// Of a kind that the file does not name.
    pub plain: Vec<Pose>,
    pub time: Option<f64>,
}

impl Document {
    /// Reads the document.
    ///
    /// # Errors
    /// It is no JSON with frames; the message names the field.
    pub(super) fn parse(text: &str) -> error::Result<Self> {
        let mut document = Self::default();
        json::parse_mixed(text, &mut document)?;
        match document.frames.is_empty() {
            true => Err(Error::format("there is no frame").at("frames")),
            false => Ok(document),
        }
    }

    /// Width of the picture by its height, where the file has both.
    pub(super) fn aspect(&self) -> Option<f64> {
        let [width, height] = self.size;
        Some(width? / height?)
    }
}

impl Record for Document {
    const EXPECTED: &'static str = "MediaPipe's results: an array of frames, or an object with \"frames\"";
    const KEYS: &'static [&'static str] =
        &["fps", "frameRate", "frame_rate", "label", "width", "height", "frames", "results"];

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        match key {
            "label" => self.label = value.text()?,
            "width" | "height" => {
                let n = value.number()?;
                if !(1.0..=100_000.0).contains(&n) {
                    return Err(D::Error::custom(format!("{n:?} is no size of a picture in pixels")));
                }
                self.size[usize::from(key == "height")] = Some(n);
            }
            "frames" | "results" => drop(value.list(self)?),
            _ => {
                let fps = value.number()? as f32;
                if !(fps > 0.0 && fps <= 1000.0) {
                    return Err(D::Error::custom(format!("{fps:?} is not above 0 and at most 1000")));
                }
                self.fps = Some(fps);
            }
        }
        Ok(())
    }
}

impl List for Document {
    const EXPECTED: &'static str = "an array of frames";

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        if self.frames.len() >= Sequence::MAX_FRAMES {
            return Err(D::Error::custom(format!("more than {} frames", Sequence::MAX_FRAMES)));
        }
        let mut frame = Reader::default();
        value.mixed(&mut frame)?;
        self.frames.push(frame.finish().map_err(D::Error::custom)?);
        Ok(())
    }
}

impl Mixed for Document {}

/// A frame while it is read. One that is an array holds the landmarks of a person, or the poses of several.
#[derive(Default)]
struct Reader {
    frame: Frame,
    array: Node,
}

impl Reader {
    fn finish(mut self) -> Result<Frame, String> {
        let plain = self.array.poses()?;
        if !plain.is_empty() {
            self.frame.plain = plain;
        }
        Ok(self.frame)
    }
}

impl Record for Reader {
    const EXPECTED: &'static str = "a frame: MediaPipe's result, or its landmarks";
    const KEYS: &'static [&'static str] = FRAME_KEYS;

    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error> {
        match key {
            "landmarks" | "poseLandmarks" | "pose_landmarks" => self.frame.picture = poses(value)?,
            "worldLandmarks" | "poseWorldLandmarks" | "pose_world_landmarks" => self.frame.world = poses(value)?,
            "x" => return Err(D::Error::custom("this is a landmark, not a frame of 33")),
            "landmark" => self.frame.plain = poses(value)?,
            _ => {
                let time = value.number()?;
                self.frame.time = time.is_finite().then_some(time);
            }
        }
        Ok(())
    }
}

impl List for Reader {
    const EXPECTED: &'static str = "a frame";
    const NULLABLE: bool = true;

    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        self.array.item(index, value)
    }
}

impl Mixed for Reader {}

/// Are these frames MediaPipe's: objects, or arrays that lead to objects? Frames of our own format are arrays of
/// people, who are `null` or arrays of arrays of numbers.
pub(in crate::format) fn are_frames<'de, D: Deserializer<'de>>(value: Value<'_, D>) -> bool {
    let mut peek = Peek::default();
    // The error is how the reading stops early.
    let _ = value.mixed(&mut peek);
    peek.0 == Some(true)
}

/// Is this text an array that leads to landmarks, as objects or as numbers?
pub(in crate::format) fn are_poses(text: &str) -> bool {
    let mut peek = Peek::default();
    let _ = json::parse_mixed(text, &mut peek);
    peek.0.is_some()
}

/// The first number or key of a landmark or frame, whichever comes first.
#[derive(Default)]
struct Peek(Option<bool>);

impl Record for Peek {
    const EXPECTED: &'static str = "a frame";
    const KEYS: &'static [&'static str] = FRAME_KEYS;

    fn field<'de, D: Deserializer<'de>>(&mut self, _: &'static str, _: Value<'_, D>) -> Result<(), D::Error> {
        self.0 = Some(true);
        Err(D::Error::custom("found")) // The only way to stop early; never shown.
    }
}

impl List for Peek {
    const EXPECTED: &'static str = "an array of frames";
    const NULLABLE: bool = true;

    fn item<'de, D: Deserializer<'de>>(&mut self, _: usize, value: Value<'_, D>) -> Result<(), D::Error> {
        value.mixed(self)
    }
}

impl Mixed for Peek {
    fn number(&mut self, _: f64) -> Result<(), String> {
        self.0 = Some(false);
        Err("found".to_owned())
    }
}
