//! Clip files: bytes in, [`Sequence`] out, and back. No I/O, so the same code serves page, command line and tests.
//!
//! | format | layouts | read | written |
//! | --- | --- | --- | --- |
//! | [`Format::Clip`] | any | frames, people, label, frame rate | positions to 4 decimals |
//! | [`Format::NtuSkeleton`] | `ntu` | the two liveliest bodies, label from the file's name, 30 frames a second | exact positions; no label, no frame rate |
//! | [`Format::KineticsJson`] | `openpose-18` | the two surest people of each frame, 30 frames a second | exact positions and label; no frame rate |
//!
//! A file is hostile until read. It may have [`MAX_BYTES`]; counts in it are never believed before the bytes are there;
//! reading takes memory in proportion to its size (twice the size, measured on clips of 60 MiB); every refusal says
//! where: a line of a text file, or a field of a JSON file such as `data[3].skeleton[0].pose`. A file in which nobody is
//! seen is refused, because there is nothing to recognise.
//!
//! ```
//! use ciasa::format::{self, Format};
//! let file = br#"{"data": [{"frame_index": 1, "skeleton": []}]}"#;
//! let error = format::read(file, "empty.json").unwrap_err();
//! assert_eq!(error.to_string(), "nobody is seen in any of the clip's 1 frames");
//! ```

mod clip;
mod json;
mod kinetics;
mod ntu;
mod ntu_classes;
mod text;

use serde::de::{Deserializer, Error as _};

use crate::error::{Error, Result};
use crate::skeleton::{Layout, LayoutId, Sequence};

pub use crate::skeleton::NTU_CLASSES;

/// The largest file that is read: 64 MiB. An hour of one Kinect v1 body in our own format takes 47 MiB.
pub const MAX_BYTES: usize = 64 << 20;

/// The formats that we read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Our own JSON (`docs/CLIP_FORMAT.md`): every layout.
    Clip,
    /// NTU RGB+D's `.skeleton` text: the `ntu` layout, metres.
    NtuSkeleton,
    /// Kinetics-skeleton JSON: the `openpose-18` layout; x to the right and y *down*, as shares of the picture.
    KineticsJson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Clip, Self::NtuSkeleton, Self::KineticsJson];

    /// The field's own format of a layout; our own where it has none.
    pub fn for_layout(layout: LayoutId) -> Self {
        match layout {
            LayoutId::Ntu => Self::NtuSkeleton,
            LayoutId::OpenPose18 => Self::KineticsJson,
            LayoutId::KinectV1 | LayoutId::Hdm05 => Self::Clip,
        }
    }

    /// Can the format hold a clip of that layout?
    pub fn holds(self, layout: LayoutId) -> bool {
        self == Self::Clip || self == Self::for_layout(layout)
    }

    /// How files of the format end, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Clip | Self::KineticsJson => "json",
            Self::NtuSkeleton => "skeleton",
        }
    }

    /// A stable id for settings and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clip => clip::NAME,
            Self::NtuSkeleton => "ntu-skeleton",
            Self::KineticsJson => "kinetics-skeleton",
        }
    }

    /// The format of that id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == id)
    }
}

/// Reads a clip. The content tells the format; the name's ending is asked only where the content does not, and its
/// class (`...A023.skeleton`) labels an NTU clip.
///
/// # Errors
/// Where the bytes are no clip of a known format; the message names the line or the field.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sequence> {
    let text = text::decode(bytes)?;
    match detect(text, file_name)? {
        Format::Clip => clip::read(text),
        Format::NtuSkeleton => ntu::read(text, file_name),
        Format::KineticsJson => kinetics::read(text),
    }
}

/// Writes a clip. What is written can be read again; see the table of this module for what a format leaves out.
///
/// # Errors
/// Where the format cannot hold the clip's layout or its count of people, nobody is in the clip, or a value is outside
/// its range.
pub fn write(clip: &Sequence, format: Format) -> Result<Vec<u8>> {
    let layout = clip.layout();
    if !format.holds(layout.id) {
        let (format, layout) = (format.as_str(), layout.id.as_str());
        return Err(Error::config(format!("the format {format} cannot hold a clip of layout {layout}")));
    }
    somebody(clip)?;
    let per_frame = clip.people() * layout.len() * layout.channels();
    for (i, &v) in clip.data().iter().enumerate() {
        channel(layout, i % layout.channels(), f64::from(v)).map_err(|cause| {
            let joint = layout.joints[i / layout.channels() % layout.len()];
            Error::format(cause).at(format!("joint {joint:?}")).at(format!("frame {}", i / per_frame))
        })?;
    }
    match format {
        Format::Clip => Ok(clip::write(clip)),
        Format::NtuSkeleton => ntu::write(clip),
        Format::KineticsJson => Ok(kinetics::write(clip)),
    }
}

fn detect(text: &str, file_name: &str) -> Result<Format> {
    let first = text.trim_ascii_start().bytes().next();
    let named = |ending: &str| file_name.to_ascii_lowercase().ends_with(ending);
    match first {
        Some(b'{') => detect_json(text),
        Some(b'0'..=b'9' | b'+' | b'-') => Ok(Format::NtuSkeleton),
        // The reader of the named format says best what is wrong.
        _ if named(".skeleton") => Ok(Format::NtuSkeleton),
        _ if named(".json") => Ok(Format::Clip),
        _ => Err(Error::format("this is no clip: neither JSON nor NTU RGB+D's text").at("line 1")),
    }
}

/// Looks at the keys of the document and stops at the first that tells.
fn detect_json(text: &str) -> Result<Format> {
    #[derive(Default)]
    struct Probe(Option<Format>);

    impl json::Record for Probe {
        const EXPECTED: &'static str = "an object";
        const KEYS: &'static [&'static str] = &["format", "frames", "data"];

        fn field<'de, D: Deserializer<'de>>(
            &mut self,
            key: &'static str,
            _: json::Value<'_, D>,
        ) -> std::result::Result<(), D::Error> {
            self.0 = Some(if key == "data" { Format::KineticsJson } else { Format::Clip });
            Err(D::Error::custom("found")) // The only way to stop early; never shown.
        }
    }

    let mut probe = Probe::default();
    let read = json::parse(text, &mut probe);
    match probe.0 {
        Some(format) => Ok(format),
        None => read.and(Err(Error::format(
            "this JSON is no clip: it has neither \"frames\" (our own format) nor \"data\" (Kinetics-skeleton)",
        ))),
    }
}

/// A file's number as the value of a joint's channel, or why it is none.
fn channel(layout: &Layout, channel: usize, value: f64) -> std::result::Result<f32, String> {
    if !value.is_finite() || value.abs() > 1000.0 {
        Err(format!("{value:?} is no coordinate"))
    } else if channel >= layout.dims && value < 0.0 {
        Err(format!("the confidence {value:?} is negative"))
    } else if channel < layout.dims && layout.dims == 2 && !(-1.0..=2.0).contains(&value) {
        Err(format!("{value:?} is no share of the picture (0 to 1; are these pixels?)"))
    } else {
        Ok(value as f32)
    }
}

/// Room for a clip of (T, M, V, C) values, all zero.
///
/// Absent people and skipped frames take next to nothing in a file and a full share here, so a small file could ask for
/// 100 MB. A clip may take 4 MiB and 16 times its file: enough for two people of whom one is in every tenth frame.
fn room(layout: &Layout, frames: usize, people: usize, file: usize) -> Result<Vec<f32>> {
    if frames > Sequence::MAX_FRAMES {
        return Err(Error::format(format!("{frames} frames; at most {} are read", Sequence::MAX_FRAMES)));
    }
    let values = frames * people * layout.len() * layout.channels();
    if values * size_of::<f32>() > 16 * file + (4 << 20) {
        return Err(Error::format(format!(
            "{frames} frames, but hardly anybody in them: the file is too small for it"
        )));
    }
    Ok(vec![0.0; values])
}

fn somebody(clip: &Sequence) -> Result<()> {
    if clip.data().iter().all(|v| *v == 0.0) {
        return Err(Error::format(format!("nobody is seen in any of the clip's {} frames", clip.frames())));
    }
    Ok(())
}
