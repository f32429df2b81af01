//! Files as people bring them: what trackers, converters and training programs make of clips and weights.

use ciasa::format::{self, Reading, Unit};
use ciasa::skeleton::Sequence;
use ciasa::weights;

macro_rules! case {
    ($name:literal) => {
        (include_bytes!(concat!("../fixtures/cases/", $name)) as &[u8])
    };
}

const CLAP: &[u8] = case!("clap.skeleton");
const TWO_PEOPLE: &[u8] = case!("two_people.skeleton");

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn open(text: &str, unit: Option<Unit>) -> Reading {
    format::open(text.as_bytes(), "S001C001P001R001A010.skeleton", unit).unwrap()
}

/// The file with the line of each body changed: its frame, and its fields.
fn bodies(text: &str, change: impl Fn(usize, &str) -> String) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (mut out, mut at) = (vec![lines[0].to_owned()], 1);
    for frame in 0..lines[0].parse::<usize>().unwrap() {
        let count: usize = lines[at].parse().unwrap();
        out.push(lines[at].to_owned());
        at += 1;
        for _ in 0..count {
            let (id, rest) = lines[at].split_once(' ').unwrap();
            out.push(format!("{} {rest}", change(frame, id)));
            out.extend(lines[at + 1..at + 27].iter().map(|line| line.to_string()));
            at += 27;
        }
    }
    out.join("\n") + "\n"
}

/// The file with every coordinate multiplied.
fn scaled(text: &str, factor: f64) -> String {
    let joint = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        if fields.len() != 12 {
            return line.to_owned();
        }
        let xyz = fields[..3].iter().map(|v| (v.parse::<f64>().unwrap() * factor).to_string());
        xyz.chain(fields[3..].iter().map(|f| f.to_string())).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(|line| joint(line) + "\n").collect()
}

fn close(a: &Sequence, b: &Sequence) -> bool {
    (a.frames(), a.people()) == (b.frames(), b.people())
        && a.data().iter().zip(b.data()).all(|(a, b)| (a - b).abs() < 1e-5)
}

#[test]
fn one_person_whose_id_changes_stays_one_person() {
    let control = open(&text(CLAP), None);
    assert_eq!((control.clip.people(), control.warnings.len()), (1, 0));
    for at in [1, 5, 31, 61] {
        let changed =
            bodies(&text(CLAP), |frame, id| if frame < at { id.to_owned() } else { "72057594037939999".into() });
        assert_eq!(open(&changed, None), control, "changed at frame {at}");
    }
    // A new id in each frame.
    assert_eq!(open(&bodies(&text(CLAP), |frame, _| format!("{frame}")), None), control);
}

#[test]
fn two_people_whose_ids_change_together_stay_two_people() {
    let control = open(&text(TWO_PEOPLE), None);
    assert_eq!(control.clip.people(), 2);
    for at in [5, 31] {
        let changed = bodies(&text(TWO_PEOPLE), |frame, id| if frame < at { id.to_owned() } else { format!("9{id}") });
        assert_eq!(open(&changed, None), control, "changed at frame {at}");
    }
}

#[test]
fn other_units_are_warned_of_and_can_be_given() {
    let control = open(&text(CLAP), None).clip;
    for (factor, unit, word) in [(100.0, Unit::Centimetres, "centimetres"), (1000.0, Unit::Millimetres, "millimetres")]
    {
        let file = scaled(&text(CLAP), factor);
        let guessed = open(&file, None);
        assert_eq!(guessed.warnings.len(), 1);
        assert!(guessed.warnings[0].text.contains(word) && guessed.warnings[0].unit == Some(unit), "{guessed:?}");
        let given = open(&file, Some(unit));
        assert!(given.warnings.is_empty() && close(&given.clip, &control));
    }
    let percent = text(case!("openpose.json"));
    let control = format::open(percent.as_bytes(), "a.json", None).unwrap();
    assert_eq!(control.warnings, []);
    let scores = |text: &str| {
        let (head, tail) = text.split_once("\"score\": [").unwrap();
        let (list, tail) = tail.split_once(']').unwrap();
        let list: Vec<_> = list.split(',').map(|v| (v.trim().parse::<f64>().unwrap() * 100.0).to_string()).collect();
        (head.to_owned(), list.join(","), tail.to_owned())
    };
    let (mut out, mut rest) = (String::new(), percent.clone());
    while rest.contains("\"score\": [") {
        let (head, list, tail) = scores(&rest);
        out += &format!("{head}\"score\": [{list}]");
        rest = tail;
    }
    out += &rest;
    let guessed = format::open(out.as_bytes(), "a.json", None).unwrap();
    assert!(guessed.warnings[0].text.contains("are these percent") && guessed.warnings[0].unit == Some(Unit::Percent));
    assert!(close(&format::open(out.as_bytes(), "a.json", Some(Unit::Percent)).unwrap().clip, &control.clip));
    for (bytes, unit) in [(CLAP, Unit::Percent), (case!("openpose.json"), Unit::Centimetres)] {
        let error = format::open(bytes, "a", Some(unit)).unwrap_err();
        assert!(error.is_config() && error.to_string().starts_with(&format!("unit: {unit} has no effect")), "{error}");
    }
}

#[test]
fn odd_rates_labels_and_heights_are_warned_of() {
    let clip = open(&text(CLAP), None).clip;
    let warned = |change: &dyn Fn(&mut Sequence), part: &str| {
        let mut clip = clip.clone();
        change(&mut clip);
        let file = format::write(&clip, format::Format::Clip).unwrap();
        let warnings = format::open(&file, "a.json", None).unwrap().warnings;
        assert!(warnings.iter().any(|w| w.text.contains(part)), "{part}: {warnings:?}");
    };
    warned(&|clip| clip.fps = 0.25, "0.25 frames a second");
    warned(&|clip| clip.fps = 900.0, "900 frames a second");
    warned(&|clip| clip.label = Some("x".repeat(60_000)), "60000 characters; the first 200 are kept");
    warned(&|clip| clip.label = Some("\u{1b}[2J".into()), "holds 1 control characters");
    warned(&|clip| *clip = clip.with_data(vec![0.5; clip.data().len()]).unwrap(), "has no height");
    warned(
        &|clip| {
            let tall: Vec<f32> = clip.data().iter().map(|v| v * 8.0).collect();
            *clip = clip.with_data(tall).unwrap();
        },
        "is taller than a person",
    );
}

#[test]
fn a_file_that_ends_early_is_located() {
    let whole = text(CLAP);
    let half = &whole[..whole.len() / 2];
    let error = format::read(half.as_bytes(), "a.skeleton").unwrap_err().to_string();
    let line = half.lines().count();
    assert!(error.starts_with(&format!("line {line}, frame 3")) && error.ends_with("(the file ends here)"), "{error}");
}

#[test]
fn bystanders_in_a_checkpoint_do_not_make_it_unreadable() {
    for bytes in [
        case!("args_namespace.pt"),
        case!("numpy_scalar.pt"),
        case!("defaultdict.pt"),
        case!("multisteplr_counter.pt"),
        case!("torch_size.pt"),
    ] {
        let state = weights::read(bytes).unwrap();
        assert_eq!(state.keys().collect::<Vec<_>>(), ["l1.gcn1.PA"]);
        assert_eq!(state.shape("l1.gcn1.PA"), Some(&[3, 25, 25][..]));
    }
    // Arguments, dates, paths, sets, counters, devices, sizes, and an object that contains itself.
    for bytes in [case!("bystanders_protocol2.pt"), case!("bystanders_protocol4.pt")] {
        let state = weights::read(bytes).unwrap();
        assert_eq!(state.get("fc.weight", &[2, 3]).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(state.get("fc.bias", &[2]).unwrap(), [0.5, 1.5]);
        let sparse = state.get("mask", &[1]).unwrap_err().to_string();
        assert!(
            sparse.contains("\"mask\": is a tensor that calls \"torch._utils._rebuild_sparse_tensor\""),
            "{sparse}"
        );
    }
}

#[test]
fn pickles_of_numpy_arrays_are_state_dicts() {
    for bytes in [case!("numpy_protocol2.pkl"), case!("numpy_protocol4.pkl"), case!("numpy_protocol5.pkl")] {
        let state = weights::read(bytes).unwrap();
        assert_eq!(state.get("conv.weight", &[2, 3]).unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        // In Fortran's order, 64 bits, the highest byte first.
        assert_eq!(state.get("f", &[2, 2]).unwrap(), [0.0, 1.0, 2.0, 3.0]);
    }
}

#[test]
fn the_byte_order_of_a_file_is_kept() {
    assert_eq!(weights::read(case!("big_endian.pt")).unwrap().get("w", &[2]).unwrap(), [1.0, -2.0]);
}

#[test]
fn a_folder_of_northwestern_ucla_s_frames_is_one_clip() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let original =
        format::read(&std::fs::read(root.join("web/public/clips/synthetic-throw-1.json")).unwrap(), "a.json").unwrap();
    let here = std::env::temp_dir().join(format!("ciasa-ucla-{}", std::process::id()));
    let folder = here.join("a11_s03_e01");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("fileList.txt"), "not a frame\n").unwrap();
    for t in 0..original.frames() {
        let joint = |j: usize| original.joint(t, 0, j).iter().map(|v| format!("{v},")).collect::<String>() + "2\n";
        let body: String = (0..20).map(joint).collect();
        // The file names' order by letter is another one: frame_10 before frame_9.
        let name = format!("frame_{}_tc_{}_skeletons.txt", t + 3, 77 * t);
        std::fs::write(folder.join(name), format!("1\n{body}")).unwrap();
    }
    let out = here.join("out.json");
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let run = run.arg("convert").arg(&folder).arg(&out).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let clip = format::read(&std::fs::read(&out).unwrap(), "out.json").unwrap();
    assert_eq!(clip.label.as_deref(), Some("throw"));
    assert!(close(&clip, &original));
    // One of its files is a clip of one frame.
    let one = std::fs::read(folder.join("frame_4_tc_77_skeletons.txt")).unwrap();
    let alone = format::read(&one, "frame_4_tc_77_skeletons.txt").unwrap();
    assert_eq!((alone.frames(), alone.joint(0, 0, 7)), (1, original.joint(1, 0, 7)));
    std::fs::remove_dir_all(&here).unwrap();
}
