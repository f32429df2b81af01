//! What every reader holds to: how large a file is, what a coordinate is, how much room a clip takes.

use crate::error::{Error, Result};
use crate::skeleton::{Layout, Sequence};

/// The largest file that is read: 64 MiB. An hour of one Kinect v1 body in our own format takes 47 MiB.
pub const MAX_BYTES: usize = 64 << 20;

/// No coordinate is larger: a body at 100 m in millimetres.
pub(super) const FARTHEST: f64 = 100_000.0;

/// A file's number as the value of a joint's channel, or why it is none.
pub(super) fn channel(layout: &Layout, channel: usize, value: f64) -> std::result::Result<f32, String> {
    if !value.is_finite() || value.abs() > FARTHEST {
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
pub(super) fn room(layout: &Layout, frames: usize, people: usize, file: usize) -> Result<Vec<f32>> {
    Ok(vec![0.0; fits(layout, frames, people, file)?])
}

/// The number of values of a clip for which there is [`room`].
///
/// # Errors
/// There are too many frames, or the file is too small for them.
pub(super) fn fits(layout: &Layout, frames: usize, people: usize, file: usize) -> Result<usize> {
    if frames > Sequence::MAX_FRAMES {
        return Err(Error::format(format!("{frames} frames; at most {} are read", Sequence::MAX_FRAMES)));
    }
    let values = frames * people * layout.len() * layout.channels();
    if values * size_of::<f32>() > most_memory(file) {
        return Err(Error::format(format!(
            "{frames} frames, but hardly anybody in them: the file is too small for it"
        )));
    }
    Ok(values)
}

/// A file that was written is read again only if it is not too large and not nearly empty.
///
/// # Errors
/// The file would be refused.
pub(super) fn readable(clip: &Sequence, file: usize) -> Result<()> {
    if file > MAX_BYTES {
        let (has, most) = (file.div_ceil(1 << 20), MAX_BYTES >> 20);
        return Err(Error::config(format!("the file would have {has} MiB; at most {most} are read: cut the clip")));
    }
    if size_of_val(clip.data()) > most_memory(file) {
        let frames = clip.frames();
        return Err(Error::config(format!("{frames} frames, but hardly anybody in them: cut the empty frames off")));
    }
    Ok(())
}

/// Bytes that a clip read from a file of that size may take.
fn most_memory(file: usize) -> usize {
    16 * file + (4 << 20)
}

pub(super) fn somebody(clip: &Sequence) -> Result<()> {
    if clip.data().iter().all(|v| *v == 0.0) {
        return Err(Error::format(format!("nobody is seen in any of the clip's {} frames", clip.frames())));
    }
    Ok(())
}
