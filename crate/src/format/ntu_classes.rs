//! The class in the name of an NTU RGB+D file.

use crate::skeleton::NTU_120_CLASSES;

/// The class of a file named like `S001C002P003R002A023.skeleton` (set-up, camera, performer, replication, action).
/// None for other names. Actions above 60 are those of NTU RGB+D 120.
pub(super) fn label(file_name: &str) -> Option<&'static str> {
    const PATTERN: &[u8; 20] = b"SdddCdddPdddRdddAddd";
    let fits = |window: &&[u8]| {
        window.iter().zip(PATTERN).all(|(b, p)| if *p == b'd' { b.is_ascii_digit() } else { b.eq_ignore_ascii_case(p) })
    };
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = base.as_bytes().windows(PATTERN.len()).find(fits)?;
    let action = name[17..].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
    NTU_120_CLASSES.get(action.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_in_the_name_is_the_label() {
        for (name, expected) in [
            ("S001C001P001R001A001.skeleton", Some("drink water")),
            ("a/b/S017C003P020R002A060.skeleton", Some("walking apart")),
            (r"c:\clips\s001c001p001r001a023 (copy).skeleton", Some("hand waving")),
            ("S001C001P001R001A000.skeleton", None),
            ("S018C001P008R001A061.skeleton", Some("put on headphone")),
            ("S032C003P106R002A120.skeleton", Some("finger-guessing game (playing rock-paper-scissors)")),
            ("S032C003P106R002A121.skeleton", None),
            ("S001C001P001R001A023/other.skeleton", None),
            ("MARA001.skeleton", None),
            ("SéééCéééPéééRéééAééé", None),
            ("", None),
        ] {
            assert_eq!(label(name), expected, "{name}");
        }
    }
}
