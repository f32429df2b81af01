//! Changes of files that readers must survive.

use proptest::sample::Index;

/// One change of a file: its kind, from where, how far, and a piece that may come in. From kind 4 on the piece takes
/// the place of what was there.
pub fn change(bytes: &mut Vec<u8>, kind: u8, at: Index, length: usize, piece: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    let end = (at + length).min(bytes.len());
    match kind {
        0 => bytes[at] = bytes[at].wrapping_add(length as u8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, copy));
        }
        3 => drop(bytes.splice(at..at, piece.iter().copied())),
        4 => drop(bytes.splice(at..(at + piece.len()).min(end.max(at)), piece.iter().copied())),
        _ => {
            // A whole number or word gives way to the piece.
            let word = |b: &u8| b.is_ascii_alphanumeric() || b".-".contains(b);
            let from = bytes[..at].iter().rposition(|b| !word(b)).map_or(0, |i| i + 1);
            let to = bytes[from..].iter().position(|b| !word(b)).map_or(bytes.len(), |i| from + i);
            drop(bytes.splice(from..to, piece.iter().copied()));
        }
    }
}
