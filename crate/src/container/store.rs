//! Zip archives, written. Entries are stored without compression, as [`super::Archive`] reads them.

use std::collections::BTreeSet;

use crate::error::{Error, Result};

/// Version 2.0 of the format: stored entries in folders.
const VERSION: [u8; 2] = [20, 0];
/// Bit 11: names are UTF-8.
const FLAGS: [u8; 2] = [0, 8];
/// 1 January 1980, the format's first day: equal contents give equal archives.
const TIME: [u8; 4] = [0, 0, 0x21, 0];

/// An archive of files, each a name and its bytes, in this order.
///
/// # Errors
/// A config error if a name stands twice, or if there are more files or bytes than the format without extensions holds
/// (65,535 files, 4 GiB).
pub fn store<N: AsRef<str>, B: AsRef<[u8]>>(files: &[(N, B)]) -> Result<Vec<u8>> {
    let entry = |(name, data): &(N, B)| {
        let data = data.as_ref();
        (name.as_ref().to_owned(), data.len(), crc32(data))
    };
    let entries: Vec<_> = files.iter().map(entry).collect();
    write(&entries, |index, place| {
        place.copy_from_slice(files[index].1.as_ref());
        Ok(())
    })
}

/// An archive of entries with these names, sizes and check sums. `fill` writes the bytes of an entry to their place.
pub(super) fn write(
    entries: &[(String, usize, u32)],
    mut fill: impl FnMut(usize, &mut [u8]) -> Result<()>,
) -> Result<Vec<u8>> {
    let count = u16::try_from(entries.len()).map_err(|_| Error::config("a zip archive holds at most 65,535 files"))?;
    let length =
        entries.iter().map(|(name, size, _)| size.saturating_add(76 + 2 * name.len())).fold(22, usize::saturating_add);
    long(length)?;
    let (mut out, mut directory, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    let full = |_| Error::config(format!("there is no memory for an archive of {length} bytes"));
    out.try_reserve_exact(length).map_err(full)?;
    for (index, (name, size, check)) in entries.iter().enumerate() {
        if !names.insert(name) {
            return Err(Error::config("stands twice; each file of an archive needs a name of its own").at(name));
        }
        let letters = u16::try_from(name.len()).map_err(|_| Error::config("a file name is too long").at(name))?;
        let (header, bytes) = (long(out.len())?, long(*size)?);
        let about = [&FLAGS[..], &[0; 2], &TIME, &check.to_le_bytes(), &bytes, &bytes, &letters.to_le_bytes()];
        let about = about.concat();
        out.extend([b"PK\x03\x04", &VERSION[..], &about, &[0; 2], name.as_bytes()].concat());
        let start = out.len();
        out.resize(start + size, 0);
        fill(index, &mut out[start..])?;
        directory.extend([b"PK\x01\x02", &VERSION[..], &VERSION, &about, &[0; 12], &header, name.as_bytes()].concat());
    }
    let (start, size, count) = (long(out.len())?, long(directory.len())?, count.to_le_bytes());
    out.extend(directory);
    out.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &start, &[0; 2]].concat());
    Ok(out)
}

/// A place or a length in 32 bits.
fn long(number: usize) -> Result<[u8; 4]> {
    let fits = u32::try_from(number).map_err(|_| Error::config("a zip archive holds at most 4 GiB"))?;
    Ok(fits.to_le_bytes())
}

/// The check sum of zip archives: CRC-32 with the polynomial 0xEDB88320, bits reflected.
pub(super) fn crc32(data: &[u8]) -> u32 {
    let table: [u32; 256] =
        std::array::from_fn(|i| (0..8).fold(i as u32, |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 }));
    !data.iter().fold(u32::MAX, |c, b| table[((c ^ u32::from(*b)) & 255) as usize] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Archive;
    use super::*;

    #[test]
    fn the_check_sum_is_the_one_of_the_standard() {
        // The value that every description of CRC-32 gives for this text.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let files = [("a/b.json", &b"one"[..]), ("Ä.txt", b""), ("c", &[7; 3000])];
        let bytes = store(&files).unwrap();
        let archive = Archive::open(&bytes).unwrap();
        assert_eq!(archive.names(), ["a/b.json", "Ä.txt", "c"]);
        assert!(files.iter().all(|(name, data)| archive.get(name).unwrap() == *data));
        assert_eq!(bytes, store(&files).unwrap());
        assert!(Archive::open(&store::<&str, &[u8]>(&[]).unwrap()).unwrap().names().is_empty());
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let error = store(&[("a", b"1"), ("a", b"2")]).unwrap_err().to_string();
        assert!(error.starts_with("a: stands twice"), "{error}");
    }
}
