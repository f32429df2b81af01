//! Zip archives: the directory at the end, and the entries as slices of the file.
//!
//! PyTorch and `numpy.savez` store entries without compression, so nothing has to be copied, and an entry cannot be
//! larger than the file. An archive of compressed entries is unpacked into one of stored entries first
//! ([`super::unpack`]).

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// More entries than a network or a set of clips has.
const ENTRIES: u64 = 50_000;
/// The record that ends an archive, without its comment.
const END: usize = 22;
/// An entry of the directory, without its name.
const ENTRY: usize = 46;
/// Methods of compression.
const STORED: u16 = 0;
const DEFLATE: u16 = 8;

/// An archive whose directory was read.
#[derive(Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    names: Vec<&'a str>,
    entries: BTreeMap<&'a str, Entry>,
}

/// An entry's bytes as they stand in the file, and their size and check sum when unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed<'a> {
    pub bytes: &'a [u8],
    /// Whether they are compressed by Deflate.
    pub deflated: bool,
    pub size: usize,
    pub check: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    flags: u16,
    method: u16,
    check: u32,
    packed: u64,
    size: u64,
    header: u64,
}

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

/// The little-endian number of N bytes at a place.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Result<u64> {
    let digits: &[u8; N] =
        bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| bad("the zip archive's directory is cut short"))?;
    Ok(digits.iter().rev().fold(0, |sum, b| (sum << 8) | u64::from(*b)))
}

fn size(number: u64) -> Result<usize> {
    usize::try_from(number).map_err(|_| bad("the zip archive's directory names bytes beyond the file"))
}

impl<'a> Archive<'a> {
    /// Do these bytes begin a zip archive, an empty one included?
    pub fn is_zip(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
    }

    /// Reads the directory.
    ///
    /// # Errors
    /// Where the directory is missing or cut short, promises too many entries, or has a name twice.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let (count, directory) = directory(bytes)?;
        let mut archive = Self { bytes, names: Vec::new(), entries: BTreeMap::new() };
        let mut at = 0;
        for _ in 0..count {
            if directory.get(at..at + 4) != Some(b"PK\x01\x02") {
                return Err(bad("the zip archive's directory is cut short"));
            }
            let of = |place| number::<2>(directory, at + place);
            let (name, extra, comment) = (size(of(28)?)?, size(of(30)?)?, size(of(32)?)?);
            let start = at + ENTRY;
            let text = directory.get(start..start + name).and_then(|n| std::str::from_utf8(n).ok());
            let text = text.ok_or_else(|| bad("a name in the zip archive is no UTF-8 text"))?;
            let extras = directory.get(start + name..start + name + extra).unwrap_or_default();
            let [packed, size, header] = large(
                extras,
                [number::<4>(directory, at + 20)?, number::<4>(directory, at + 24)?, number::<4>(directory, at + 42)?],
            )?;
            let check = number::<4>(directory, at + 16)? as u32;
            let entry = Entry { flags: of(8)? as u16, method: of(10)? as u16, check, packed, size, header };
            if archive.entries.insert(text, entry).is_some() {
                return Err(bad("is in the zip archive twice").at(format!("{text:?}")));
            }
            archive.names.push(text);
            at = start + name + extra + comment;
        }
        Ok(archive)
    }

    /// The names of its entries, in the directory's order.
    pub fn names(&self) -> &[&'a str] {
        &self.names
    }

    /// The bytes of an entry.
    ///
    /// # Errors
    /// Where there is no such entry, it is compressed or encrypted, or bytes are missing.
    pub fn get(&self, name: &str) -> Result<&'a [u8]> {
        self.find(name).map_err(|e| e.at(format!("{name:?}")))
    }

    fn find(&self, name: &str) -> Result<&'a [u8]> {
        let entry = self.entries.get(name).ok_or_else(|| bad("is not in the zip archive"))?;
        if entry.flags & 1 != 0 {
            return Err(bad("is encrypted"));
        }
        if entry.method != STORED {
            return Err(bad("is compressed; PyTorch stores without compression"));
        }
        self.bytes(entry)
    }

    /// Is an entry compressed?
    pub(super) fn is_compressed(&self) -> bool {
        self.entries.values().any(|entry| entry.method != STORED)
    }

    /// An entry's bytes as they stand in the file.
    pub(super) fn packed(&self, name: &str) -> Result<Packed<'a>> {
        let entry = self.entries.get(name).ok_or_else(|| bad("is not in the zip archive"))?;
        if entry.flags & 1 != 0 {
            return Err(bad("is encrypted"));
        }
        if entry.method != STORED && entry.method != DEFLATE {
            return Err(bad(format!("is compressed by method {}; Deflate, NumPy's, is read", entry.method)));
        }
        let (deflated, size) = (entry.method == DEFLATE, size(entry.size)?);
        Ok(Packed { bytes: self.bytes(entry)?, deflated, size, check: entry.check })
    }

    fn bytes(&self, entry: &Entry) -> Result<&'a [u8]> {
        let header = size(entry.header)?;
        if !self.bytes.get(header..).is_some_and(|b| b.starts_with(b"PK\x03\x04")) {
            return Err(bad("has no header where the zip archive's directory says"));
        }
        let names = size(number::<2>(self.bytes, header + 26)?)? + size(number::<2>(self.bytes, header + 28)?)?;
        let start = header + 30 + names;
        let end = size(entry.packed)?.checked_add(start);
        end.and_then(|end| self.bytes.get(start..end)).ok_or_else(|| bad("reaches beyond the end of the file"))
    }
}

/// The number of entries and the bytes of the directory.
fn directory(bytes: &[u8]) -> Result<(u64, &[u8])> {
    // The last record whose comment ends with the file. A comment can look like a record, but not end right as well.
    let last = bytes.len().saturating_sub(END);
    let from = last.saturating_sub(usize::from(u16::MAX));
    let ends = |at: &usize| {
        bytes[*at..].starts_with(b"PK\x05\x06")
            && number::<2>(bytes, at + 20).is_ok_and(|comment| comment == (bytes.len() - at - END) as u64)
    };
    let end = match bytes.len() >= END {
        true => (from..=last).rev().find(ends),
        false => None,
    };
    let end =
        end.ok_or_else(|| bad("not a zip file, or one that is cut short: its directory at the end is missing"))?;
    let locator = end.checked_sub(20).filter(|at| bytes[*at..].starts_with(b"PK\x06\x07"));
    let (count, length, start) = match locator {
        Some(at) => {
            let record = size(number::<8>(bytes, at + 8)?)?;
            if !bytes.get(record..).is_some_and(|b| b.starts_with(b"PK\x06\x06")) {
                return Err(bad("the zip archive's directory is cut short"));
            }
            let of = |place| number::<8>(bytes, record + place);
            (of(32)?, of(40)?, of(48)?)
        }
        None => (number::<2>(bytes, end + 10)?, number::<4>(bytes, end + 12)?, number::<4>(bytes, end + 16)?),
    };
    if count > ENTRIES {
        return Err(bad(format!("a zip of {count} entries; at most {ENTRIES} are read")));
    }
    let (start, length) = (size(start)?, size(length)?);
    let directory = start.checked_add(length).and_then(|end| bytes.get(start..end));
    Ok((count, directory.ok_or_else(|| bad("the zip archive's directory is cut short"))?))
}

/// Packed size, size and place of an entry; those that do not fit 32 bits stand in the extra field 1.
fn large(mut extras: &[u8], small: [u64; 3]) -> Result<[u64; 3]> {
    let mut all = small;
    while extras.len() >= 4 && small.contains(&u64::from(u32::MAX)) {
        let (id, length) = (number::<2>(extras, 0)?, size(number::<2>(extras, 2)?)?);
        let field = extras.get(4..4 + length).unwrap_or_default();
        if id == 1 {
            // The field has the size first.
            let mut at = 0;
            for i in [1, 0, 2] {
                if small[i] == u64::from(u32::MAX) {
                    all[i] = number::<8>(field, at)?;
                    at += 8;
                }
            }
        }
        extras = extras.get(4 + length..).unwrap_or_default();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with stored entries.
    fn zip(entries: &[(&str, &[u8])], comment: &[u8]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, data) in entries {
            let header = out.len() as u32;
            let (length, names) = ((data.len() as u32).to_le_bytes(), (name.len() as u16).to_le_bytes());
            out.extend(
                [&b"PK\x03\x04"[..], &[0; 14], &length, &length, &names, &[0; 2], name.as_bytes(), data].concat(),
            );
            directory.extend(
                [&b"PK\x01\x02"[..], &[0; 16], &length, &length, &names, &[0; 12], &header.to_le_bytes()].concat(),
            );
            directory.extend(name.as_bytes());
        }
        let (start, length) = (out.len() as u32, directory.len() as u32);
        let count = (entries.len() as u16).to_le_bytes();
        out.extend(directory);
        out.extend([&b"PK\x05\x06"[..], &[0; 4], &count, &count, &length.to_le_bytes(), &start.to_le_bytes()].concat());
        out.extend((comment.len() as u16).to_le_bytes());
        out.extend(comment);
        out
    }

    fn message(bytes: &[u8]) -> String {
        Archive::open(bytes).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn entries_are_slices_of_the_file() -> Result<()> {
        for comment in [&b""[..], b"made by hand", b"PK\x05\x06", &[b'x'; 400]] {
            let bytes = zip(&[("a/b", b"one"), ("c", b"")], comment);
            let archive = Archive::open(&bytes)?;
            assert_eq!(archive.names(), ["a/b", "c"]);
            assert_eq!((archive.get("a/b")?, archive.get("c")?), (&b"one"[..], &b""[..]));
            assert!(archive.get("d").is_err_and(|e| e.to_string() == "\"d\": is not in the zip archive"));
        }
        Ok(())
    }

    #[test]
    fn cut_files_and_names_that_stand_twice_are_errors() {
        let bytes = zip(&[("a/b", b"one"), ("c", b"two")], b"");
        for cut in 0..bytes.len() {
            assert!(Archive::open(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(message(&zip(&[("a", b"1"), ("a", b"2")], b"")), "\"a\": is in the zip archive twice");
        assert_eq!(message(&zip(&[], b"")), "");
    }

    #[test]
    fn a_promise_of_a_billion_entries_is_refused_even_behind_a_comment() {
        for comment in [&b""[..], b"PK\x05\x06"] {
            let mut bytes = b"PK\x03\x04".to_vec();
            bytes.resize(200, 0);
            bytes.extend([&b"PK\x06\x06"[..], &[0; 28], &(1u64 << 30).to_le_bytes(), &[0; 16]].concat());
            bytes.extend([&b"PK\x06\x07"[..], &[0; 4], &200u64.to_le_bytes(), &[0; 4]].concat());
            bytes.extend([&b"PK\x05\x06"[..], &[0; 16], &(comment.len() as u16).to_le_bytes(), comment].concat());
            assert!(message(&bytes).starts_with("a zip of 1073741824 entries"), "{}", message(&bytes));
        }
    }
}
