//! Compressed archives, as `numpy.savez_compressed` writes them, become archives of stored entries, whose arrays can be
//! borrowed.

use miniz_oxide::inflate::decompress_slice_iter_to_slice;

use super::store::{crc32, write};
use super::zip::{Archive, Packed};
use crate::error::{Error, Result};

/// Entries unpack to so many times the file's size, at most. Skeletons with empty frames shrink to a tenth; an archive
/// that promises much more is a trap.
const MOST: usize = 100;

/// The archive with stored entries, or none if no entry is compressed. Takes memory for the unpacked entries, which are
/// at most 100 times the file.
///
/// # Errors
/// The directory is broken; or an entry is encrypted, compressed by another method than Deflate, does not unpack to the
/// size and check sum that the directory names, or to more than memory, the bound or 4 GiB allow.
pub fn unpack(bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let archive = Archive::open(bytes)?;
    if !archive.is_compressed() {
        return Ok(None);
    }
    let packed: Vec<Packed<'_>> =
        archive.names().iter().map(|name| archive.packed(name).map_err(|e| named(e, name))).collect::<Result<_>>()?;
    let sizes = packed.iter().map(|entry| entry.size).fold(0, usize::saturating_add);
    if sizes > bytes.len().saturating_mul(MOST) {
        return Err(bad(format!("the zip archive unpacks to {sizes} bytes, over {MOST} times the file")));
    }
    let entries: Vec<_> = archive
        .names()
        .iter()
        .zip(&packed)
        .map(|(name, entry)| ((*name).to_owned(), entry.size, entry.check))
        .collect();
    write(&entries, |index, place| inflate(packed[index], place).map_err(|e| named(e, &entries[index].0))).map(Some)
}

/// Unpacks an entry to its place.
fn inflate(packed: Packed<'_>, place: &mut [u8]) -> Result<()> {
    let written = match packed.deflated {
        true => decompress_slice_iter_to_slice(place, std::iter::once(packed.bytes), false, true).ok(),
        false => (packed.bytes.len() == place.len()).then(|| {
            place.copy_from_slice(packed.bytes);
            place.len()
        }),
    };
    match written {
        Some(length) if length == place.len() && crc32(place) == packed.check => Ok(()),
        _ => Err(bad("is damaged: it does not unpack to the size and check sum that the zip archive names")),
    }
}

fn named(e: Error, name: &str) -> Error {
    e.at(format!("{name:?}"))
}

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// An archive of one entry `a` that NumPy's way of compression made: 3,000 bytes of 7, as Python's zlib packs them.
    fn packed(size: u32, check: u32) -> Vec<u8> {
        let deflated = [
            0xed, 0xc1, 0x21, 0x01, 0x00, 0x00, 0x00, 0xc3, 0x20, 0xb9, 0xfe, 0x8d, 0x5f, 0xe3, 0x02, 0x28, 0x00, 0x00,
            0xe0, 0xdd, 0x00,
        ];
        let mut about = [&[20, 0, 0, 0, 8, 0][..], &[0; 4], &check.to_le_bytes(), &21u32.to_le_bytes()].concat();
        about.extend([&size.to_le_bytes()[..], &1u16.to_le_bytes(), &[0; 2]].concat());
        let mut out = [&b"PK\x03\x04"[..], &about, b"a", &deflated].concat();
        let start = out.len() as u32;
        let directory = [&b"PK\x01\x02\x14\0"[..], &about, &[0; 14], b"a"].concat();
        out.extend(&directory);
        let end = [&b"PK\x05\x06"[..], &[0; 4], &[1, 0, 1, 0], &(directory.len() as u32).to_le_bytes()].concat();
        out.extend([&end[..], &start.to_le_bytes(), &[0; 2]].concat());
        out
    }

    #[test]
    fn a_compressed_archive_becomes_a_stored_one() {
        let bytes = packed(3000, crc32(&[7; 3000]));
        let stored = unpack(&bytes).unwrap().unwrap();
        assert_eq!(Archive::open(&stored).unwrap().get("a").unwrap(), [7; 3000]);
        assert_eq!(unpack(&stored).unwrap(), None);
    }

    #[test]
    fn a_wrong_size_or_check_sum_and_a_promise_too_large_are_refused() {
        let message = |bytes: &[u8]| unpack(bytes).unwrap_err().to_string();
        let check = crc32(&[7; 3000]);
        for bytes in [packed(2999, check), packed(3001, check), packed(3000, check ^ 1)] {
            assert!(message(&bytes).contains("\"a\": is damaged"), "{}", message(&bytes));
        }
        assert!(message(&packed(u32::MAX - 1, check)).contains("over 100 times the file"));
    }
}
