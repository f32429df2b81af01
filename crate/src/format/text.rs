//! From bytes to text: what every format checks first.

use super::rules::MAX_BYTES;
use crate::error::{Error, Result};

/// The file's text without a byte order mark.
///
/// # Errors
/// Where the file is empty, too large, UTF-16 or binary.
pub(super) fn decode(bytes: &[u8]) -> Result<&str> {
    if bytes.len() > MAX_BYTES {
        let (has, most) = (bytes.len().div_ceil(1 << 20), MAX_BYTES >> 20);
        return Err(Error::format(format!("the file has {has} MiB; at most {most} are read")));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Error::format("the file is UTF-16; save it as UTF-8").at("line 1"));
    }
    let line = |at: usize| format!("line {}", 1 + bytes[..at].iter().filter(|b| **b == b'\n').count());
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(Error::format("a zero byte: this is UTF-16 or a binary file, not UTF-8 text").at(line(at)));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        Error::format(format!("the byte {:#04x} is no UTF-8 text", bytes[at])).at(line(at))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(Error::format("the file is empty"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode(bytes).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn text_with_and_without_a_mark_is_taken() -> Result<()> {
        assert_eq!(decode(b"1\n0\n")?, "1\n0\n");
        assert_eq!(decode(b"\xef\xbb\xbf{}")?, "{}");
        Ok(())
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        assert_eq!(message(b""), "the file is empty");
        assert_eq!(message(b"\xef\xbb\xbf \r\n\t"), "the file is empty");
        assert_eq!(message(b"\xff\xfe{\0"), "line 1: the file is UTF-16; save it as UTF-8");
        assert!(message(b"{\0\"\0").starts_with("line 1: a zero byte"));
        assert_eq!(message(b"3\n0\n\xc3("), "line 3: the byte 0xc3 is no UTF-8 text");
        assert_eq!(message(&vec![b' '; MAX_BYTES + 1]), "the file has 65 MiB; at most 64 are read");
    }
}
