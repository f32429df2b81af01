//! Clip files: bytes in, [`Sequence`] out, and back. No I/O, so the same code serves page, command line and tests.
//!
//! | format | layouts | read | written |
//! | --- | --- | --- | --- |
//! | [`Format::Clip`] | any | frames, people, label, frame rate | positions to 4 decimals, small ones exactly |
//! | [`Format::NtuSkeleton`] | `ntu` | the two liveliest bodies, label from the file's name, 30 frames a second | exact positions; no label, no frame rate |
//! | [`Format::KineticsJson`] | `openpose-18` | the two surest people of each frame, 30 frames a second | exact positions and label; no frame rate |
//!
//! [`bvh`] reads motion capture, and writes moved clips back into the files that they came from. Read only:
//! MediaPipe's results as JSON; OpenPose's own JSON and Northwestern-UCLA's text, one file a frame ([`open_frames`]);
//! Northwestern-UCLA's JSON; and files of many clips ([`many`]: NumPy, CTR-GCN, pyskl and MMAction2).
//!
//! A file is hostile until read. It may have [`MAX_BYTES`]; a count in it is checked against the bytes that follow;
//! reading takes memory in proportion to its size (1 to 3 times the size for recordings, up to 7 times for a file of
//! one-digit numbers); every refusal names the place: a line of a text file, or a field of a JSON file
//! such as `data[3].skeleton[0].pose`. A file in which nobody is seen is refused, because there is nothing to
//! recognise.
//!
//! What a body or a recording can hardly be (140 m tall, 9,000 frames a second) is read, with a [`Warning`] beside it.
//!
//! ```
//! use ciasa::format::{self, Format};
//! let file = br#"{"data": [{"frame_index": 1, "skeleton": []}]}"#;
//! let error = format::read(file, "empty.json").unwrap_err();
//! assert_eq!(error.to_string(), "nobody is seen in any of the clip's 1 frames");
//! ```

pub mod bvh;
mod clip;
mod detect;
mod frame_names;
mod json;
mod kinetics;
pub mod many;
pub mod mediapipe;
mod ntu;
mod ntu_classes;
pub mod openpose_frames;
mod picture;
mod reading;
pub mod result_file;
mod rules;
mod text;
mod tracks;
mod ucla;
pub mod ucla_frames;
mod unit;

use crate::error::{Error, Result};
use crate::skeleton::{LayoutId, Sequence};
use detect::Found;
use rules::{channel, somebody};

pub use crate::skeleton::NTU_CLASSES;
pub use picture::Picture;
pub use reading::{Reading, Warning};
pub use rules::MAX_BYTES;
pub use unit::Unit;

/// The formats that we read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Our own JSON (`docs/CLIP_FORMAT.md`): every layout.
    Clip,
    /// NTU RGB+D's `.skeleton` text: the `ntu` layout, metres.
    NtuSkeleton,
    /// Kinetics-skeleton JSON: the `openpose-18` layout; x to the right and y *down*, as shares of the picture.
    KineticsJson,
    /// BVH motion capture: `kinect-v1` or `hdm05`; written only into the file that a clip came from ([`bvh::write`]).
    Bvh,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Clip, Self::NtuSkeleton, Self::KineticsJson, Self::Bvh];

    /// The field's own format of a layout; our own where it has none.
    pub fn for_layout(layout: LayoutId) -> Self {
        match layout {
            LayoutId::Ntu => Self::NtuSkeleton,
            LayoutId::OpenPose18 => Self::KineticsJson,
            _ => Self::Clip,
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
            Self::Bvh => "bvh",
        }
    }

    /// A stable id for settings and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clip => clip::NAME,
            Self::NtuSkeleton => "ntu-skeleton",
            Self::KineticsJson => "kinetics-skeleton",
            Self::Bvh => "bvh",
        }
    }

    /// The format of that id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == id)
    }
}

/// Reads a clip. The content shows the format; the name's ending decides only if the content does not, and its
/// class (`...A023.skeleton`) labels an NTU clip.
///
/// # Errors
/// The bytes are no clip of a known format; the message names the line or the field.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sequence> {
    open(bytes, file_name, None).map(|reading| reading.clip)
}

/// As [`read`], with warnings beside the clip. `unit` overrules the unit of the layout.
///
/// # Errors
/// As [`read`]; or the unit does not apply to the clip's layout.
pub fn open(bytes: &[u8], file_name: &str, unit: Option<Unit>) -> Result<Reading> {
    open_for(bytes, file_name, unit, None)
}

/// As [`open`], for a clip that will be converted to a layout: of a file that holds landmarks in metres and in the
/// picture, those are read that the layout is made from.
///
/// # Errors
/// As [`open`].
pub fn open_for(bytes: &[u8], file_name: &str, unit: Option<Unit>, wanted: Option<LayoutId>) -> Result<Reading> {
    if many::is_many(bytes) {
        return many::single(bytes, unit);
    }
    let text = text::decode(bytes)?;
    let (clip, warnings) = match detect::detect(text, file_name)? {
        Found::Clip => (clip::read(text)?, Vec::new()),
        Found::Ntu => ntu::read(text, file_name)?,
        Found::Kinetics => (kinetics::read(text)?, Vec::new()),
        Found::Bvh => bvh::read(text, unit)?,
        Found::MediaPipe => mediapipe::read(text, wanted.is_some_and(|layout| layout.layout().dims == 2))?,
        Found::OpenPoseFrame => openpose_frames::read(&[(file_name, text)], None)?,
        Found::Ucla => (ucla::read(text)?, Vec::new()),
        Found::UclaFrame => ucla_frames::read(&[(file_name, text)])?,
    };
    Reading::of(clip, warnings, unit)
}

/// Is this a file that holds one frame of a clip: OpenPose's or Northwestern-UCLA's?
pub fn is_frame(bytes: &[u8]) -> bool {
    let found = text::decode(bytes).and_then(|text| detect::detect(text, ""));
    matches!(found, Ok(Found::OpenPoseFrame | Found::UclaFrame))
}

/// Reads a clip of OpenPose's or Northwestern-UCLA's files, one for each frame, given by name and bytes: the numbers in
/// the names decide the order. `picture` is the size of the picture for coordinates in pixels
/// ([`openpose_frames::pixels`]).
///
/// # Errors
/// As [`read`], and the message names the file; the names are of several recordings; pixels without a size.
pub fn open_frames<B: AsRef<[u8]>>(
    files: &[(String, B)],
    unit: Option<Unit>,
    picture: Option<Picture>,
) -> Result<Reading> {
    match files.iter().any(|(name, _)| ucla_frames::is_name(name)) {
        true => ucla_frames::open(files, unit, picture),
        false => openpose_frames::open(files, unit, picture),
    }
}

/// Writes a clip. What is written can be read again; the table of this module shows what a format leaves out.
///
/// # Errors
/// The format cannot hold the clip's layout or its number of people, nobody is in the clip, a value is outside its
/// range, or the file would be too large or too empty to be read again.
pub fn write(clip: &Sequence, format: Format) -> Result<Vec<u8>> {
    let layout = clip.layout();
    if format == Format::Bvh {
        return Err(Error::config("a BVH file is written only from a clip that was read from a BVH file"));
    }
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
    let bytes = match format {
        Format::Clip => clip::write(clip),
        Format::NtuSkeleton => ntu::write(clip)?,
        Format::KineticsJson => kinetics::write(clip),
        Format::Bvh => Vec::new(),
    };
    rules::readable(clip, bytes.len())?;
    Ok(bytes)
}
