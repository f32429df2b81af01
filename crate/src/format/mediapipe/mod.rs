//! MediaPipe's poses as programs save them: JSON with the results of its pose solutions, one for each frame.
//!
//! | from | a frame has |
//! | --- | --- |
//! | tasks-vision (web) | `landmarks`, `worldLandmarks`: poses of 33 landmarks `{x, y, z, visibility}` |
//! | tasks (Python) | `pose_landmarks`, `pose_world_landmarks` |
//! | the older solutions | `poseLandmarks`, `poseWorldLandmarks`, `pose_landmarks.landmark`, ... of one person |
//! | programs that keep only the landmarks | the array itself; a landmark may be `[x, y, z, visibility]` |
//!
//! The document is an array of frames, or an object with `frames` (or `results`), `fps`, `label` and the picture's
//! `width` and `height` in pixels. A frame may have a `timestamp`.
//!
//! World landmarks are preferred: layout `mediapipe-33`, metres, x and y turned so that y points up. Landmarks in the
//! picture are layout `mediapipe-33-picture`. With the picture's size, other pictures than those of 340 x 256 are
//! fitted into one, so that bodies keep their proportions. MediaPipe places every landmark, however hidden; a
//! visibility of 0 is kept as 0.001, because a confidence of 0 means that there is no position.

mod document;
mod landmarks;
mod video;

pub use video::{Cut, Video};

use super::reading::Warning;
use super::rules::{channel, room, somebody};
use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};
use document::{Document, Frame};
use landmarks::{COUNT, Landmark, Pose};

pub(super) use document::{are_frames, are_poses};

/// Values of a person's landmarks with three numbers each.
const PERSON: usize = 3 * COUNT;
/// People kept in a frame, in the file's order.
const PEOPLE: usize = 2;
/// The least visibility.
const HIDDEN: f32 = 0.001;
/// Frames a second where the file says nothing.
const FPS: f32 = 30.0;
/// Width of a picture by its height, as of Kinetics-skeleton's videos, which networks in the picture know.
const ASPECT: f64 = 340.0 / 256.0;

/// Reads a clip. `flat` asks for the landmarks in the picture where the file has both kinds.
pub(super) fn read(text: &str, flat: bool) -> Result<(Sequence, Vec<Warning>)> {
    let document = Document::parse(text)?;
    let mut warnings = Vec::new();
    let kind = Kind::of(&document.frames, flat)?;
    let layout = kind.layout().layout();
    let poses = |frame: &'_ Frame| kind.poses(frame).len();
    let most = document.frames.iter().map(poses).max().unwrap_or(0);
    if most > PEOPLE {
        warnings.push(Warning::new(format!("A frame has {most} people; the first {PEOPLE} of each frame are read.")));
    }
    let people = most.clamp(1, PEOPLE);
    let fps = match (document.fps, rate(&document.frames)) {
        (Some(fps), _) | (None, Some(fps)) => fps,
        (None, None) => {
            warnings.push(Warning::new(format!("The file has neither fps nor timestamps; {FPS} a second is assumed.")));
            FPS
        }
    };
    let mut data = room(layout, document.frames.len(), people, text.len())?;
    let size = COUNT * layout.channels();
    for (t, frame) in document.frames.iter().enumerate() {
        for (m, pose) in kind.poses(frame).iter().take(PEOPLE).enumerate() {
            let at = (t * people + m) * size;
            for (values, landmark) in data[at..at + size].chunks_exact_mut(layout.channels()).zip(pose) {
                kind.write(values, landmark, document.aspect()).map_err(|e| e.at(format!("frame {t}")))?;
            }
        }
    }
    let mut clip = Sequence::new(layout.id, fps, document.frames.len(), people, data)?;
    somebody(&clip)?;
    clip.label = document.label;
    Ok((clip, warnings))
}

/// The kind of landmarks that is read. Landmarks without a name of their kind are `Plain`, in metres or not.
#[derive(Clone, Copy)]
enum Kind {
    World,
    Picture,
    Plain { metres: bool },
}

impl Kind {
    fn of(frames: &[Frame], flat: bool) -> Result<Self> {
        let any = |poses: fn(&Frame) -> &[Pose]| frames.iter().any(|frame| !poses(frame).is_empty());
        match (any(|f| &f.world), any(|f| &f.picture), any(|f| &f.plain)) {
            (true, picture, _) if !(flat && picture) => Ok(Self::World),
            (_, true, _) => Ok(Self::Picture),
            (_, _, true) => Ok(Self::Plain { metres: frames.iter().flat_map(|f| &f.plain).all(in_metres) }),
            _ => Err(Error::format(format!("nobody is seen in any of the clip's {} frames", frames.len()))),
        }
    }

    fn layout(self) -> LayoutId {
        match self {
            Self::World | Self::Plain { metres: true } => LayoutId::MediaPipe33,
            Self::Picture | Self::Plain { metres: false } => LayoutId::MediaPipe33Picture,
        }
    }

    fn poses(self, frame: &Frame) -> &[Pose] {
        match self {
            Self::World => &frame.world,
            Self::Picture => &frame.picture,
            Self::Plain { .. } => &frame.plain,
        }
    }

    /// Writes a landmark as a joint's values, (C). One that is far outside the picture stays zero: not found.
    fn write(self, values: &mut [f32], landmark: &Landmark, aspect: Option<f64>) -> Result<()> {
        let layout = self.layout().layout();
        let [x, y, z] = landmark.at;
        let at = match self.layout() {
            LayoutId::MediaPipe33 => [-x, -y, z],
            _ => {
                let [x, y] = fitted([x, y], aspect);
                if ![x, y].iter().all(|v| (-1.0..=2.0).contains(v)) {
                    return Ok(());
                }
                [x, y, 0.0]
            }
        };
        for (c, v) in at.into_iter().take(layout.dims).enumerate() {
            // Adding zero turns a negative zero into a plain one.
            values[c] = channel(layout, c, v).map_err(Error::format)? + 0.0;
        }
        values[layout.dims] = (landmark.visibility as f32).clamp(HIDDEN, 1.0);
        Ok(())
    }
}

/// A place in a picture of another shape, as a share of one of [`ASPECT`] into which it is fitted.
fn fitted([x, y]: [f64; 2], aspect: Option<f64>) -> [f64; 2] {
    let about = |v: f64, share: f64| 0.5 + (v - 0.5) * share;
    match aspect {
        Some(aspect) if aspect < ASPECT => [about(x, aspect / ASPECT), y],
        Some(aspect) => [x, about(y, ASPECT / aspect)],
        None => [x, y],
    }
}

/// World landmarks have their origin between the hips; landmarks in the picture are hardly ever there.
fn in_metres(pose: &Pose) -> bool {
    const HIPS: [usize; 2] = [23, 24];
    (0..3).all(|c| HIPS.iter().map(|&j| pose[j].at[c]).sum::<f64>().abs() < 0.02)
}

/// Frames a second from the timestamps: the median of their distances, which are seconds, milliseconds or microseconds
/// by their size. None without timestamps.
fn rate(frames: &[Frame]) -> Option<f32> {
    let times: Vec<f64> = frames.iter().filter_map(|frame| frame.time).collect();
    let mut steps: Vec<f64> = times.windows(2).map(|w| w[1] - w[0]).filter(|step| *step > 0.0).collect();
    steps.sort_by(f64::total_cmp);
    let step = *steps.get(steps.len() / 2)?;
    let seconds = match step {
        s if s < 2.0 => s,
        s if s < 2000.0 => s / 1e3,
        s => s / 1e6,
    };
    let fps = (1.0 / seconds) as f32;
    (fps > 0.0 && fps <= 1000.0).then_some(fps)
}

#[cfg(test)]
mod tests;
