//! Clip files: fixtures, hostile bytes, and random changes to valid files.

use ciasa::format::{self, Format, MAX_BYTES, NTU_CLASSES};
use ciasa::skeleton::{LayoutId, Sequence};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::mutations::change;

/// Name, bytes and format of each fixture: stick figures made from formulas.
const FIXTURES: [(&str, &[u8], Format); 3] = [
    ("wave.json", include_bytes!("../fixtures/wave.json"), Format::Clip),
    ("S001C001P001R001A058.skeleton", include_bytes!("../fixtures/S001C001P001R001A058.skeleton"), Format::NtuSkeleton),
    ("juggling.json", include_bytes!("../fixtures/juggling.json"), Format::KineticsJson),
];

/// Whatever the bytes are: an error of kind format with a message of one screen, or a clip that keeps all rules.
fn judge(bytes: &[u8], name: &str) -> Result<Sequence, String> {
    match format::read(bytes, name) {
        Ok(clip) => {
            let (id, shape) = (clip.layout().id, (clip.frames(), clip.people()));
            let again = Sequence::new(id, clip.fps, shape.0, shape.1, clip.data().to_vec()).expect("a valid clip");
            assert_eq!(again.data(), clip.data());
            assert!((0..shape.0).any(|t| (0..shape.1).any(|m| clip.present(t, m))), "nobody in it");
            if clip.layout().confidence {
                let lost = |j: &[f32]| j[2] > 0.0 || j.iter().all(|v| *v == 0.0);
                assert!(clip.data().chunks_exact(3).all(lost), "a joint without confidence is somewhere");
            }
            Ok(clip)
        }
        Err(e) => {
            let message = e.to_string();
            assert!(e.is_format(), "{message}");
            assert!(!message.is_empty() && message.chars().count() < 500, "{message}");
            Err(message)
        }
    }
}

fn read(i: usize) -> Sequence {
    let (name, bytes, _) = FIXTURES[i];
    judge(bytes, name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn the_fixtures_are_read_as_what_they_hold() {
    let wave = read(0);
    assert_eq!((wave.layout().id, wave.frames(), wave.people(), wave.fps), (LayoutId::KinectV1, 3, 2, 30.0));
    assert_eq!(wave.label.as_deref(), Some("wave"));
    assert!(!wave.present(0, 1) && wave.present(1, 1));
    assert_eq!(wave.joint(0, 0, 9), [0.35, 0.55, 2.5]);

    let hands = read(1);
    assert_eq!((hands.layout().id, hands.frames(), hands.people()), (LayoutId::Ntu, 4, 2));
    assert_eq!(hands.label.as_deref(), Some("shaking hands"));
    // The second body leaves for a frame and comes back; it moves more, so it stands first.
    assert_eq!([0, 1, 2, 3].map(|t| hands.present(t, 0)), [false, true, false, true]);
    assert_eq!([0, 1, 2, 3].map(|t| hands.present(t, 1)), [true, true, false, false]);
    assert_eq!(hands.joint(3, 0, 0), [0.3, 0.0, 3.1]);

    let juggling = read(2);
    assert_eq!((juggling.layout().id, juggling.frames(), juggling.people()), (LayoutId::OpenPose18, 3, 2));
    assert_eq!(juggling.label.as_deref(), Some("juggling balls"));
    assert_eq!(juggling.joint(0, 1, 0), [0.2, 0.2, 0.6]);
    assert!(!juggling.seen(0, 0, 16) && juggling.seen(0, 0, 17));
}

#[test]
fn the_content_tells_the_format_whatever_the_name_says() {
    for (i, (name, bytes, _)) in FIXTURES.into_iter().enumerate() {
        let marked = [b"\xef\xbb\xbf", bytes].concat();
        for other in ["", "clip.json", "clip.skeleton", "clip.txt"] {
            assert_eq!(judge(bytes, other).unwrap().data(), read(i).data(), "{name} as {other}");
        }
        assert_eq!(judge(&marked, name).unwrap(), read(i), "{name} with a byte order mark");
    }
}

#[test]
fn every_format_gives_back_what_it_wrote() {
    for (i, (name, _, format)) in FIXTURES.into_iter().enumerate() {
        let clip = read(i);
        let own = judge(&format::write(&clip, format).unwrap(), name).unwrap();
        assert_eq!(own, clip, "{name}");
        // Fixtures have 5 decimals at most, our format keeps 4.
        let ours = judge(&format::write(&clip, Format::Clip).unwrap(), name).unwrap();
        assert_eq!((&ours.label, ours.layout().id), (&clip.label, clip.layout().id));
        assert!(ours.data().iter().zip(clip.data()).all(|(a, b)| (a - b).abs() < 0.6e-4), "{name}");
    }
}

#[test]
fn a_format_refuses_what_it_cannot_hold() {
    for (i, (_, _, own)) in FIXTURES.into_iter().enumerate() {
        let clip = read(i);
        for format in Format::ALL {
            let written = format::write(&clip, format);
            assert_eq!(written.is_ok(), format == own || format == Format::Clip);
            assert!(written.err().is_none_or(|e| e.is_config()));
        }
    }
    let message = |clip: &Sequence, format| format::write(clip, format).unwrap_err().to_string();
    let empty = Sequence::new(LayoutId::Ntu, 30.0, 2, 1, vec![0.0; 150]).unwrap();
    assert_eq!(message(&empty, Format::Clip), "nobody is seen in any of the clip's 2 frames");
    let crowd = Sequence::new(LayoutId::Ntu, 30.0, 1, 7, vec![1.0; 7 * 75]).unwrap();
    assert_eq!(message(&crowd, Format::NtuSkeleton), "7 people; an NTU file has at most 6");
    let mut data = vec![0.5; 54];
    data[7] = 3.0;
    let outside = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, data).unwrap();
    let expected = "frame 0, joint \"right shoulder\": 3.0 is no share of the picture (0 to 1; are these pixels?)";
    assert_eq!(message(&outside, Format::KineticsJson), expected);
}

#[test]
fn ids_and_layouts_lead_to_their_format() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.as_str()), Some(format));
    }
    assert_eq!(Format::parse("csv"), None);
    for layout in LayoutId::ALL {
        assert!(Format::for_layout(layout).holds(layout) && Format::Clip.holds(layout));
    }
    assert_eq!(Format::for_layout(LayoutId::Ntu).extension(), "skeleton");
    assert_eq!((NTU_CLASSES[0], NTU_CLASSES[59]), ("drink water", "walking apart"));
}

#[test]
fn hostile_files_are_refused_with_the_place() {
    let utf16: Vec<u8> = "{\"format\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &utf16[..]].concat();
    let mut late = FIXTURES[1].1.to_vec();
    late[500] = 0x80;
    let late_line = 1 + late[..500].iter().filter(|b| **b == b'\n').count();
    let late_place = format!("line {late_line}: the byte 0x80 is no UTF-8 text");
    let deep = "[".repeat(200_000);
    let deep_frame = format!("{{\"format\":\"ciasa-clip\",\"layout\":\"ntu\",\"frames\":{deep}");
    let deep_other = format!("{{\"x\":{deep}");
    let deep_object = "{\"frames\":".repeat(100_000);
    for (bytes, name, start) in [
        (&b""[..], "a.json", "the file is empty"),
        (b" \r\n", "a.skeleton", "the file is empty"),
        (b"\x1f\x8b\x08\x01\x02\xff", "a.json", "line 1: the byte 0x8b is no UTF-8 text"),
        (b"PK\x03\x04\0\0", "a.npz", "line 1: a zero byte"),
        (&utf16, "a.json", "line 1: a zero byte: this is UTF-16 or a binary file"),
        (&marked, "a.json", "line 1: the file is UTF-16; save it as UTF-8"),
        (&late, "a.skeleton", &late_place),
        (b"hello", "a.txt", "line 1: this is no clip: neither JSON nor NTU RGB+D's text"),
        (b"hello", "a.skeleton", "line 1: \"hello\" is not the count of frames"),
        (b"hello", "a.json", "expected value at line 1 column 1"),
        (b"[]", "a.json", "invalid type: sequence, expected an object"),
        (b"{", "a.json", "EOF while parsing an object at line 1 column 1"),
        (b"{}", "a.json", "this JSON is no clip: it has neither"),
        (b"{\"a\": 1, \"b\": [NaN]}", "a.json", "expected value at line 1 column 16"),
        (b"{\"frames\": 1}", "a.skeleton", "the key \"format\" is missing"),
        (b"{\"data\": 1}", "a.skeleton", "data: invalid type: integer `1`, expected an array of frames"),
        (b"1e3\n", "a.skeleton", "line 1: \"1e3\" is not the count of frames"),
        (b"-1\n", "a.skeleton", "line 1: \"-1\" is not the count of frames"),
        (b"162000\n", "a.skeleton", "line 2, frame 0: a count of bodies should stand here (the file ends here)"),
        (b"18446744073709551616\n", "a.skeleton", "line 1: \"18446744073709551616\" is not"),
        (deep.as_bytes(), "a.json", "invalid type: sequence, expected an object"),
        (deep_frame.as_bytes(), "a.json", "frames[0][0][0][0]: invalid type: sequence, expected a number"),
        (deep_other.as_bytes(), "a.json", "EOF while parsing a list at line 1 column 200005"),
        (deep_object.as_bytes(), "a.json", "frames: EOF while parsing"),
        (&vec![b'1'; MAX_BYTES + 1], "a.skeleton", "the file has 65 MiB; at most 64 are read"),
    ] {
        let found = judge(bytes, name).expect_err("refused");
        assert!(found.starts_with(start), "{found:?} does not start with {start:?}");
    }
}

#[test]
fn large_hostile_files_end_at_once() {
    // Quadratic work on 8 MB would take hours; a linear reader needs a fraction of a second.
    let size = 8 << 20;
    let started = std::time::Instant::now();
    let body = "1 0 0 0 0 0 0 0 0 2\n25\n".to_owned() + &"1 1 1 0 0 0 0 0 0 0 0 2\n".repeat(25);
    let ids: String = (0..8000).map(|i| format!("1\n{}", body.replacen('1', &i.to_string(), 1))).collect();
    for text in [
        "9".repeat(size),
        "[".repeat(size),
        format!("1\n{}", "0 ".repeat(size / 2)),
        format!("162000\n{}", "0\n".repeat(size / 2)),
        format!("8000\n{ids}"),
        format!("{{\"format\":\"{}\"}}", "x".repeat(size)),
        format!("{{\"frames\":[{}", "null,".repeat(size / 5)),
        format!("{{\"layout\":\"ntu\",\"frames\":[{}", "[null],".repeat(size / 7)),
        format!("{{\"layout\":\"ntu\",\"frames\":[[[[{}", "1,".repeat(size / 2)),
        format!("{{\"data\":[{}", "{\"frame_index\":1,".repeat(size / 17)),
        format!("{{\"data\":[{{\"skeleton\":[{{\"pose\":[{}", "0,".repeat(size / 2)),
        format!("{{{}", "\"k\":[],".repeat(size / 7)),
    ] {
        for name in ["a.json", "a.skeleton"] {
            let _ = judge(text.as_bytes(), name);
        }
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn every_truncation_is_a_clip_or_an_error() {
    for (name, bytes, _) in FIXTURES {
        let whole = judge(bytes, name).unwrap();
        let solid = bytes.trim_ascii_end().len();
        for end in 0..bytes.len() {
            match judge(&bytes[..end], name) {
                // Only the last line's end may be missing.
                Ok(clip) => assert!(end >= solid && clip == whole, "{name} cut at {end}"),
                Err(_) => assert!(end < solid, "{name} cut at {end}"),
            }
        }
    }
}

/// Pieces that readers trip over.
const PIECES: [&str; 24] = [
    "0",
    "-1",
    "1e999",
    "NaN",
    "Infinity",
    "-inf",
    "99999999999999999999",
    "1e-400",
    "null",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\n",
    "\r\n",
    " ",
    "[]",
    "\"frames\":",
    "\\u0000",
    "\u{feff}",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..600), name in select(vec!["a.json", "a.skeleton", "a"])) {
        let _ = judge(&bytes, name);
    }

    #[test]
    fn random_tokens_never_panic(
        tokens in vec(select(PIECES.to_vec()), 0..60),
        start in select(vec!["", "{", "1\n", "{\"data\":["]),
    ) {
        let _ = judge(format!("{start}{}", tokens.concat()).as_bytes(), "a.json");
    }

    #[test]
    fn changed_files_never_panic_and_stay_valid_where_taken(
        which in 0..FIXTURES.len(),
        changes in vec((select(vec![0u8, 1, 2, 3, 5]), any::<Index>(), 1usize..80, select(PIECES.to_vec())), 1..5),
    ) {
        let (name, bytes, format) = FIXTURES[which];
        let mut bytes = bytes.to_vec();
        for (kind, at, length, piece) in changes {
            change(&mut bytes, kind, at, length, piece.as_bytes());
        }
        if let Ok(clip) = judge(&bytes, name) {
            // What was taken can be written, and what was written can be read.
            let format = if format.holds(clip.layout().id) { format } else { Format::Clip };
            let written = format::write(&clip, format).expect("a clip that was read can be written");
            prop_assert!(judge(&written, name).is_ok());
        }
    }

    #[test]
    fn random_clips_come_back(
        layout in select(LayoutId::ALL.to_vec()), frames in 1usize..6, fps in 1.0f32..240.0,
        seeds in vec(0.001f32..1.0, 60), absent in vec(any::<bool>(), 5), label in proptest::option::of(".{0,20}"),
    ) {
        let l = layout.layout();
        let size = l.len() * l.channels();
        let value = |i: usize| (seeds[i % 60] + seeds[i * 7 % 59] * 0.37) % 1.0 + 0.001;
        let mut data: Vec<f32> = (0..frames * size).map(value).collect();
        for t in (1..frames).filter(|t| absent[*t - 1]) {
            data[t * size..(t + 1) * size].fill(0.0);
        }
        let mut clip = Sequence::new(layout, fps, frames, 1, data).unwrap();
        clip.label = label;
        let format = Format::for_layout(layout);
        let back = judge(&format::write(&clip, format).unwrap(), "a").unwrap();
        prop_assert_eq!((back.frames(), back.people()), (frames, 1));
        if format == Format::Clip {
            prop_assert_eq!((back.fps, &back.label), (fps, &clip.label));
            prop_assert!(back.data().iter().zip(clip.data()).all(|(a, b)| (a - b).abs() < 0.51e-4));
        } else {
            prop_assert_eq!(back.data(), clip.data());
        }
    }
}
