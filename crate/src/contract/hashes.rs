//! What the hashes in rows are made of: digits of a SHA-256, which the page computes with the browser's own.

use crate::skeleton::Sequence;

/// Hexadecimal digits of a hash in a row.
pub const HASH_DIGITS: usize = 8;

/// The bytes of a clip whose SHA-256 is its hash: the layout's id, the number of people as 64 bits, and the values
/// (T, M, V, C) as 32-bit floats, all little-endian. A clip has the same hash in every format that holds its values
/// exactly.
pub fn hashed(clip: &Sequence) -> Vec<u8> {
    let mut bytes = clip.layout().id.as_str().as_bytes().to_vec();
    bytes.extend((clip.people() as u64).to_le_bytes());
    bytes.extend(clip.data().iter().flat_map(|v| v.to_le_bytes()));
    bytes
}
