//! The size of the picture that coordinates in pixels are measured in.

use crate::error::{Error, Result};

/// Width and height of a picture in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Picture {
    /// Width, above 0.
    pub width: f64,
    /// Height, above 0.
    pub height: f64,
}

impl Picture {
    /// The size of that text, such as `1920x1080`.
    pub fn parse(text: &str) -> Option<Self> {
        let (width, height) = text.split_once(['x', 'X', '×'])?;
        let length = |text: &str| text.trim().parse().ok().filter(|n: &u32| (1..=65_536).contains(n)).map(f64::from);
        Some(Self { width: length(width)?, height: length(height)? })
    }

    pub(super) fn missing() -> Error {
        Error::format("the coordinates are pixels; give the size of the picture, such as --size 1920x1080")
    }

    /// Refuses a picture far outside of which its farthest pixel lies: the size is that of another one.
    pub(super) fn reaches(self, far: Self) -> Result<()> {
        if far.width <= 2.0 * self.width && far.height <= 2.0 * self.height {
            return Ok(());
        }
        let cause = format!(
            "a joint is at {:.0}, {:.0}: far outside a picture of {}x{}; give the size of the video",
            far.width, far.height, self.width, self.height
        );
        Err(Error::config(cause).at("size"))
    }
}

/// Refuses a size that nothing is divided by.
pub(super) fn unused(picture: Option<Picture>) -> Result<()> {
    match picture {
        None => Ok(()),
        Some(_) => {
            let cause = "has no effect: the file holds the picture's size, or coordinates that are not pixels";
            Err(Error::config(cause).at("size"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_whole_numbers() {
        assert_eq!(Picture::parse("1920x1080"), Some(Picture { width: 1920.0, height: 1080.0 }));
        assert_eq!(Picture::parse(" 640 X 480 "), Some(Picture { width: 640.0, height: 480.0 }));
        for text in ["", "x", "640", "640x", "0x480", "-1x1", "1e3x1", "640x480x3", "99999x1", "NaNxNaN"] {
            assert_eq!(Picture::parse(text), None, "{text}");
        }
    }
}
