//! A whole BVH file: the hierarchy, and the values of its channels over time.

use super::hierarchy::{self, Joint};
use super::words::Words;
use crate::error::Result;
use crate::skeleton::Sequence;

/// A BVH file.
#[derive(Debug)]
pub(super) struct Motion {
    pub joints: Vec<Joint>,
    /// Frames a second.
    pub fps: f32,
    /// Values of a frame.
    pub channels: usize,
    /// (frames, channels), angles in degrees.
    pub values: Vec<f64>,
    /// Bytes of the file before the first frame's values.
    pub head: usize,
}

impl Motion {
    /// Reads a file.
    ///
    /// # Errors
    /// Names the line.
    pub(super) fn read(text: &str) -> Result<Self> {
        let mut words = Words::new(text);
        let joints = hierarchy::read(&mut words)?;
        let channels: usize = joints.iter().map(|joint| joint.channels.len()).sum();
        match words.next() {
            Some(word) if word.eq_ignore_ascii_case("MOTION") => {}
            Some(word) if word.eq_ignore_ascii_case("ROOT") => {
                return Err(words.error("a second body (ROOT); files of one body are read"));
            }
            other => return Err(words.unexpected(other, "\"MOTION\"")),
        }
        words.expect("Frames:")?;
        let frames = words.count("a number of frames", Sequence::MAX_FRAMES)?;
        if frames == 0 || channels == 0 {
            return Err(words.error("there is no frame, or no channel"));
        }
        words.expect("Frame")?;
        words.expect("Time:")?;
        let seconds = words.number("the seconds of a frame")?;
        if !(0.001..=1000.0).contains(&seconds) {
            return Err(words.error(format!("{seconds} seconds a frame; 0.001 to 1000 are read")));
        }
        let head = words.position();
        // A value takes two bytes in the file, its digit and a space.
        let wanted = frames * channels;
        if wanted > text.len() - head {
            let cause = format!("{frames} frames of {channels} values are announced; the file is too short for them");
            return Err(words.error(cause));
        }
        let mut values = Vec::with_capacity(wanted);
        for i in 0..wanted {
            let frame = i / channels;
            values.push(words.number("a value of a channel").map_err(|e| e.at(format!("frame {frame} of {frames}")))?);
        }
        match words.next() {
            Some(_) => Err(words.error(format!("more values than {frames} frames of {channels} channels have"))),
            None => Ok(Self { joints, fps: (1.0 / seconds) as f32, channels, values, head }),
        }
    }

    pub(super) fn frames(&self) -> usize {
        self.values.len() / self.channels
    }

    /// The values of a frame, (channels).
    pub(super) fn frame(&self, t: usize) -> &[f64] {
        &self.values[t * self.channels..(t + 1) * self.channels]
    }
}
