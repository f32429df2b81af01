//! NumPy's types of numbers and texts.

use crate::error::{Error, Result};

/// A type: what its values are, how many bytes each has, and their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtype {
    /// `f` floats, `i` and `u` integers, `b` truth values, `U` texts of four bytes a character, `S` bytes.
    pub kind: u8,
    /// Bytes of one value.
    pub size: usize,
    /// Does the highest byte stand first?
    pub big: bool,
}

impl Dtype {
    /// The type that NumPy writes as `<f4`, `|b1`, `f2` and so on.
    ///
    /// # Errors
    /// Names a type that is not read.
    pub fn parse(text: &str) -> Result<Self> {
        let unknown = || Error::weights(format!("the type {text:?} of an array is not read"));
        let (big, rest) = match text.as_bytes().first() {
            Some(b'<' | b'|' | b'=') => (false, &text[1..]),
            Some(b'>') => (true, &text[1..]),
            _ => (false, text),
        };
        let kind = *rest.as_bytes().first().ok_or_else(unknown)?;
        let count: usize = rest.get(1..).and_then(|n| n.parse().ok()).ok_or_else(unknown)?;
        let size = match (kind, count) {
            (b'f', 2 | 4 | 8) | (b'i' | b'u', 1 | 2 | 4 | 8) | (b'b', 1) => count,
            (b'S', 0..=4096) => count,
            (b'U', 0..=4096) => 4 * count,
            _ => return Err(unknown()),
        };
        Ok(Self { kind, size, big })
    }

    /// Is a value a number?
    pub fn is_number(self) -> bool {
        !matches!(self.kind, b'U' | b'S')
    }

    /// The number in these bytes.
    pub fn number(self, bytes: &[u8]) -> f64 {
        let bits = match self.big {
            true => bytes.iter().fold(0u64, |sum, b| (sum << 8) | u64::from(*b)),
            false => bytes.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b)),
        };
        match (self.kind, self.size) {
            (b'f', 2) => f64::from(half(bits as u16)),
            (b'f', 4) => f64::from(f32::from_bits(bits as u32)),
            (b'f', _) => f64::from_bits(bits),
            (b'i', size) => {
                let unused = 64 - 8 * size as u32;
                ((bits << unused) as i64 >> unused) as f64
            }
            _ => bits as f64,
        }
    }

    /// The text in these bytes, without the zeros that fill it up.
    pub fn text(self, bytes: &[u8]) -> String {
        let text: String = match self.kind {
            b'U' => bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|c| if self.big { u32::from_be_bytes(*c) } else { u32::from_le_bytes(*c) })
                .map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        };
        text.trim_end_matches('\0').to_owned()
    }
}

/// A float of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_have_their_value() -> Result<()> {
        for (text, bytes, value) in [
            ("<f4", &[0, 0, 0x80, 0x3f][..], 1.0),
            (">f4", &[0x3f, 0x80, 0, 0], 1.0),
            ("<f2", &[0x00, 0xc0], -2.0),
            ("<f2", &[0x01, 0x00], 2f64.powi(-24)),
            ("<f8", &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 1.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            (">i4", &[0xff, 0xff, 0xff, 0xfd], -3.0),
            ("|u1", &[200], 200.0),
            ("|b1", &[1], 1.0),
        ] {
            assert_eq!(Dtype::parse(text)?.number(bytes), value, "{text}");
        }
        assert_eq!(Dtype::parse("<U3")?.text(b"a\0\0\0\xe9\0\0\0\0\0\0\0"), "aé");
        assert_eq!(Dtype::parse("|S3")?.text(b"ab\0"), "ab");
        for text in ["", "<", "|O", "<f16", "<M8[ns]", "<U99999999", "é"] {
            assert!(Dtype::parse(text).is_err(), "{text}");
        }
        Ok(())
    }
}
