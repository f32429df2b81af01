//! Files that people mistake for weights, named with what to do instead.

use crate::error::{Error, short};

/// Why the bytes cannot be a weight file, where their start shows that they are something else.
pub(super) fn refusal(bytes: &[u8]) -> Option<Error> {
    let refused = |cause: &str| Some(Error::weights(cause));
    let start = &bytes[..bytes.len().min(512)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if bytes.is_empty() {
        return refused("the file is empty");
    }
    if text.starts_with("version https://git-lfs") {
        let size = text.lines().find_map(|line| line.strip_prefix("size "));
        let size = size.map_or_else(String::new, |n| format!(" of {} bytes", short(n, 20)));
        return refused(&format!(
            "this is a Git LFS pointer to a file{size}, not the weights: run `git lfs pull`, or download the file"
        ));
    }
    if text.starts_with('<') {
        return refused(
            "this is a web page, not weights: a sign-in or error page was saved under the file's name; download the \
             file itself",
        );
    }
    if text.starts_with('{') || text.starts_with('[') {
        return refused("this is JSON text, not weights");
    }
    let magic: [(&[u8], &str); 5] = [
        (b"\x1f\x8b", "this is compressed with gzip: unpack it first"),
        (b"\x89HDF", "this is an HDF5 file (Keras, h5py): save the weights as safetensors"),
        (b"\x93NUMPY", "this is a single NumPy array: save the weights as safetensors or with torch.save"),
        (b"7z\xbc\xaf", "this is a 7z archive: unpack it first"),
        (b"Rar!", "this is a RAR archive: unpack it first"),
    ];
    if let Some((_, cause)) = magic.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return refused(cause);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return refused("this is a tar archive: unpack it first, and open the weight file in it");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_with_what_to_do() {
        let cause = |bytes: &[u8]| refusal(bytes).map(|e| e.to_string()).unwrap_or_default();
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
        assert!(
            cause(pointer).contains("Git LFS pointer to a file of 12 bytes") && cause(pointer).contains("git lfs pull")
        );
        for page in [&b"<!DOCTYPE html><html>"[..], b"\xef\xbb\xbf\n <html>", b"<?xml version='1.0'?>"] {
            assert!(cause(page).contains("web page"));
        }
        assert_eq!(cause(b""), "the file is empty");
        assert!(cause(b"\x1f\x8b\x08").contains("gzip") && cause(b"\x89HDF\r\n").contains("HDF5"));
        assert!(cause(b"{\"a\": 1}").contains("JSON"));
        assert_eq!(cause(b"\x40\0\0\0\0\0\0\0{"), "");
        assert_eq!(cause(b"PK\x03\x04"), "");
    }
}
