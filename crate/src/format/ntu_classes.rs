//! The 60 classes of NTU RGB+D, and the class in a file's name.

/// NTU RGB+D's class names in order: `A001` is the first.
pub const CLASSES: [&str; 60] = [
    "drink water",
    "eat meal",
    "brush teeth",
    "brush hair",
    "drop",
    "pick up",
    "throw",
    "sit down",
    "stand up",
    "clapping",
    "reading",
    "writing",
    "tear up paper",
    "put on jacket",
    "take off jacket",
    "put on a shoe",
    "take off a shoe",
    "put on glasses",
    "take off glasses",
    "put on a hat/cap",
    "take off a hat/cap",
    "cheer up",
    "hand waving",
    "kicking something",
    "reach into pocket",
    "hopping",
    "jump up",
    "phone call",
    "play with phone/tablet",
    "type on a keyboard",
    "point to something",
    "taking a selfie",
    "check time (from watch)",
    "rub two hands",
    "nod head/bow",
    "shake head",
    "wipe face",
    "salute",
    "put palms together",
    "cross hands in front",
    "sneeze/cough",
    "staggering",
    "falling down",
    "headache",
    "chest pain",
    "back pain",
    "neck pain",
    "nausea/vomiting",
    "fan self",
    "punch/slap",
    "kicking",
    "pushing",
    "pat on back",
    "point finger",
    "hugging",
    "giving object",
    "touch pocket",
    "shaking hands",
    "walking towards",
    "walking apart",
];

/// The class of a file named like `S001C002P003R002A023.skeleton` (set-up, camera, performer, replication, action).
/// None for other names, and for the actions above 60 of the set's extension.
pub(super) fn label(file_name: &str) -> Option<&'static str> {
    const PATTERN: &[u8; 20] = b"SdddCdddPdddRdddAddd";
    let fits = |window: &&[u8]| {
        window.iter().zip(PATTERN).all(|(b, p)| if *p == b'd' { b.is_ascii_digit() } else { b.eq_ignore_ascii_case(p) })
    };
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = base.as_bytes().windows(PATTERN.len()).find(fits)?;
    let action = name[17..].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
    CLASSES.get(action.checked_sub(1)?).copied()
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
            ("S018C001P008R001A061.skeleton", None),
            ("S001C001P001R001A023/other.skeleton", None),
            ("MARA001.skeleton", None),
            ("SéééCéééPéééRéééAééé", None),
            ("", None),
        ] {
            assert_eq!(label(name), expected, "{name}");
        }
    }
}
