//! The order of files that are one frame each, by the numbers in their names.

use super::reading::Warning;
use crate::error::{Error, Result};

/// The places of the names in the order of the frames, and a warning if numbers are missing between them.
///
/// The number is the last one in the name, before OpenPose's `_keypoints`. Names without a number keep their order by
/// letter.
///
/// # Errors
/// Two names have the same number, or the names differ in more than it: these are frames of several recordings.
pub(super) fn order(names: &[&str]) -> Result<(Vec<usize>, Option<Warning>)> {
    let parts: Vec<(&str, u64)> = names.iter().map(|name| split(name)).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|i| (parts[*i].1, names[*i]));
    for pair in order.windows(2) {
        let ([a, b], [first, second]) = ([pair[0], pair[1]].map(|i| parts[i]), [pair[0], pair[1]].map(|i| names[i]));
        if a.0 != b.0 {
            return Err(Error::format(format!(
                "{first:?} and {second:?} are frames of two recordings; open the frames of one"
            )));
        }
        if a.1 == b.1 {
            return Err(Error::format(format!("{first:?} and {second:?} are the same frame; remove one")));
        }
    }
    let (Some(first), Some(last)) = (order.first(), order.last()) else { return Ok((order, None)) };
    let missing = (parts[*last].1 - parts[*first].1).saturating_sub(names.len() as u64 - 1);
    let warning = (missing > 0).then(|| {
        let (from, to) = (parts[*first].1, parts[*last].1);
        Warning::new(format!("{missing} of the frames {from} to {to} are missing; the others follow each other."))
    });
    Ok((order, warning))
}

/// What stands before the frame's number, and the number; 0 where there is none.
fn split(name: &str) -> (&str, u64) {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let stem = stem.strip_suffix("_keypoints").unwrap_or(stem);
    let before = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    // 18 digits fit; a longer number is no count of frames.
    let digits = &stem[before.len()..];
    match digits.parse() {
        Ok(number) if digits.len() <= 18 => (before, number),
        _ => (stem, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_decide_the_order() -> Result<()> {
        let (places, warning) =
            order(&["v_10_keypoints.json", "v_9_keypoints.json", "a/v_000000000008_keypoints.json"])?;
        assert_eq!((places, warning), (vec![2, 1, 0], None));
        let warning = order(&["7.json", "3.json"])?.1.map(|w| w.text).unwrap_or_default();
        assert_eq!(warning, "3 of the frames 3 to 7 are missing; the others follow each other.");
        assert_eq!(order(&["frame.json"])?, (vec![0], None));
        assert_eq!(order(&[])?, (vec![], None));
        Ok(())
    }

    #[test]
    fn frames_of_two_recordings_are_refused() {
        let message = |names: &[&str]| order(names).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(message(&["a_1.json", "b_2.json"]).contains("are frames of two recordings"));
        assert!(message(&["a_1.json", "a_01.json"]).contains("are the same frame"));
        assert!(message(&["left.json", "right.json"]).contains("are frames of two recordings"));
        assert!(message(&["1/a_1.json", "2/a_1.json"]).contains("are the same frame"));
    }
}
