//! A find with as few bytes as possible.

use crate::targets::Target;
use crate::trial::{self, Outcome};

/// Trials, at most.
const TRIALS: usize = 3_000;

/// Removes parts, long ones first, as long as the same kind of find stays.
pub fn minimise(target: &Target, mut bytes: Vec<u8>, find: &str) -> Vec<u8> {
    let kind = trial::kind(find);
    let same = |bytes: &[u8]| matches!(trial::run(target, bytes), Outcome::Find(other) if trial::kind(&other) == kind);
    // A slow input is slow each time.
    let most = if find.starts_with("time") { TRIALS / 50 } else { TRIALS };
    let (mut length, mut trials) = (bytes.len() / 2, 0);
    while length > 0 && trials < most {
        let mut at = 0;
        while at < bytes.len() && trials < most {
            let shorter = [&bytes[..at], &bytes[(at + length).min(bytes.len())..]].concat();
            trials += 1;
            match same(&shorter) {
                true => bytes = shorter,
                false => at += length,
            }
        }
        length /= 2;
    }
    bytes
}
