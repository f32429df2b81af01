//! The command line as a user meets it: the real program, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ciasa::format::{self, Format};
use ciasa::skeleton::LayoutId;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

pub fn gallery(name: &str) -> PathBuf {
    root().join("web/public/clips").join(name)
}

/// A folder that is removed at the end of a test.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ciasa-line-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `ciasa` in this folder, far from the repository.
    pub fn ciasa(&self, args: &[&dyn AsRef<std::ffi::OsStr>]) -> Run {
        let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
        run.current_dir(&self.0).env_remove("CIASA_MODELS").env_remove("CIASA_CLIPS").env_remove("CIASA_DATA");
        args.iter().for_each(|arg| {
            run.arg(arg.as_ref());
        });
        Run(run.output().unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Run(Output);

impl Run {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub fn succeeds(self) -> Self {
        assert!(self.0.status.success(), "{}\n{}", self.out(), self.err());
        self
    }

    /// The error of a run that must fail, and must say all of this.
    pub fn fails(self, parts: &[&str]) -> Self {
        assert!(!self.0.status.success(), "{}", self.out());
        let error = self.err();
        assert!(parts.iter().all(|part| error.contains(part)), "{parts:?} are not all in: {error}");
        self
    }
}

/// Arguments of several types.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { &[$(&$arg as &dyn AsRef<std::ffi::OsStr>),*] };
}
pub(crate) use args;

/// The shortest attack.
pub fn quick<'a>() -> [&'a str; 5] {
    ["--iterations", "1", "--without", "smooth,plausible", "--epsilon"]
}

#[test]
fn classes_count_from_1_everywhere_and_are_named() {
    let here = Scratch::new("classes");
    let list = here.ciasa(args!["models", "utd-mhad-st-gcn"]).succeeds().out();
    // UTD-MHAD's third action is "wave".
    assert!(list.lines().any(|l| l.trim() == "3  wave"), "{list}");
    let clip = gallery("synthetic-wave-1.json");
    let seen = here.ciasa(args!["recognise", clip, "--top", "1"]).succeeds();
    assert!(seen.out().contains("wave (class 3)"), "{}", seen.out());
    assert!(seen.err().contains("utd-mhad-st-gcn"), "the network is named: {}", seen.err());
    let [a, b, c, d, e] = quick();
    // A number, a name in another case and the beginning of a name.
    for (target, class) in [("2", "swipe right (class 2)"), ("CLAP", "clap (class 4)"), ("thro", "throw (class 5)")] {
        let run = here.ciasa(args!["attack", clip, a, b, c, d, e, "0.01", "--target", target]).succeeds();
        assert!(run.out().contains(&format!("target: {class}")), "{target}: {}", run.out());
        assert!(run.out().contains("recognised as wave (class 3)"), "{}", run.out());
    }
    let run = here.ciasa(args!["attack", clip, a, b, c, d, e, "0.01"]).succeeds();
    assert!(run.out().contains(", the least likely"), "{}", run.out());
    let attack = |target: &str| here.ciasa(args!["attack", clip, "--target", target]);
    attack("3").fails(&["target", "the class that the network sees in the original"]);
    attack("0").fails(&["--target", "numbered from 1 to 27"]);
    attack("28").fails(&["--target", "numbered from 1 to 27"]);
    attack("draw").fails(&["--target", "several classes begin with", "draw x (class 8)"]);
    attack("swim").fails(&["--target", "there is no class \"swim\""]);
    let help = here.ciasa(args!["attack", "--help"]).succeeds().out();
    assert!(help.contains("from 1"), "{help}");
}

#[test]
fn the_ending_decides_the_format_and_to_overrules_it() {
    let here = Scratch::new("formats");
    let clip = gallery("ntu-wave-1.json");
    let help = here.ciasa(args!["convert", "--help"]).succeeds().out();
    for format in Format::ALL {
        assert!(help.contains(format.as_str()), "{} is not in the help", format.as_str());
    }
    let kind = |name: &str| {
        let bytes = std::fs::read(here.0.join(name)).unwrap();
        format::read(&bytes, "").unwrap();
        if bytes.starts_with(b"{\"format\"") { "clip" } else { "other" }
    };
    here.ciasa(args!["convert", clip, "a.skeleton"]).succeeds();
    here.ciasa(args!["convert", "a.skeleton", "b.json"]).succeeds();
    here.ciasa(args!["convert", "a.skeleton", "c.skeleton", "--to", "ciasa-clip"]).succeeds();
    here.ciasa(args!["convert", "a.skeleton", "d.txt", "--to", "ntu-skeleton"]).succeeds();
    let kinds = ["a.skeleton", "b.json", "c.skeleton", "d.txt"].map(kind);
    assert_eq!(kinds, ["other", "clip", "clip", "other"]);
    here.ciasa(args!["convert", "a.skeleton", "e.txt"]).fails(&["e.txt", "ending", "--to"]);
    here.ciasa(args!["convert", "a.skeleton", "e.json", "--to", "kinetics-json"]).fails(&["kinetics-skeleton"]);
    // The layout of NTU RGB+D does not fit into Kinetics-skeleton.
    here.ciasa(args!["convert", "a.skeleton", "e.kinetics.json"]).fails(&["a.skeleton", "cannot hold"]);
    here.ciasa(args!["convert", "a.skeleton", "a.skeleton"]).fails(&["a.skeleton", "input"]);
    assert_eq!(here.names(), ["a.skeleton", "b.json", "c.skeleton", "d.txt"]);
}

#[test]
fn a_bad_file_does_not_end_a_batch() {
    let here = Scratch::new("batch");
    let bad = here.file("bad.skeleton", "103\n2\n");
    let (one, two) = (gallery("synthetic-wave-1.json"), gallery("synthetic-clap-1.json"));
    let run = here.ciasa(args!["recognise", one, bad, two, "missing.json", "--top", "1"]);
    let run = run.fails(&["bad.skeleton", "missing.json", "2 of 4 clips failed"]);
    assert!(run.out().contains("wave") && run.out().contains("clap"), "{}", run.out());

    std::fs::create_dir(here.0.join("out")).unwrap();
    here.ciasa(args!["convert", one, bad, two, "out"]).fails(&["bad.skeleton", "1 of 3 clips failed"]);
    assert!(["synthetic-wave-1.json", "synthetic-clap-1.json"].iter().all(|n| here.0.join("out").join(n).exists()));

    let [a, b, c, d, e] = quick();
    let run = here.ciasa(args!["attack", one, bad, two, a, b, c, d, e, "0.01", "--out", "out", "--report", "out/"]);
    run.fails(&["bad.skeleton", "1 of 3 clips failed"]);
    for clip in ["synthetic-wave-1", "synthetic-clap-1"] {
        let attacked = here.0.join("out").join(format!("{clip}-attacked.json"));
        let bytes = std::fs::read(attacked).unwrap();
        assert!(format::read(&bytes, "").is_ok());
        let steps = std::fs::read_to_string(here.0.join("out").join(format!("{clip}-steps.csv"))).unwrap();
        assert!(steps.starts_with("iteration,") && steps.lines().count() == 2, "{steps}");
        let word = clip.split('-').nth(1).unwrap();
        assert!(steps.contains(&format!(",{word},")), "classes are named: {steps}");
    }
    // Two clips of one name may not overwrite each other, and several clips need a folder.
    here.ciasa(args!["convert", one, one, "out"]).fails(&["two of the clips"]);
    here.ciasa(args!["convert", one, two, "new.json"]).fails(&["new.json", "folder"]);
}

#[test]
fn an_output_is_checked_before_the_work_and_a_result_is_never_lost() {
    let here = Scratch::new("outputs");
    let clip = gallery("synthetic-wave-1.json");
    let folder = here.0.join("folder");
    std::fs::create_dir(&folder).unwrap();
    for (option, path, cause) in [
        ("--out", "missing/a.json", "does not exist"),
        ("--report", "missing/a.csv", "does not exist"),
        ("--out", "a.txt", "ending"),
        ("--out", "a.skeleton", "cannot hold"),
    ] {
        // A million steps would take hours.
        let run = here.ciasa(args!["attack", clip, "--iterations", "1000000", option, path]);
        let run = run.fails(&[cause]);
        assert!(!run.out().contains("step "), "{option} {path}: {}", run.out());
    }
    here.ciasa(args!["attack", clip, "--to", "ciasa-clip"]).fails(&["--to", "no effect"]);
    here.ciasa(args!["plot", "a.csv", "-o", "missing/a.svg"]).fails(&["missing", "does not exist"]);
    assert_eq!(here.names(), ["folder"]);

    // A clip at the edge of the range that clips may have: the attack leaves it, and the steps are kept.
    let near = format::read(&std::fs::read(&clip).unwrap(), "").unwrap();
    let shifted = near.data().iter().enumerate().map(|(i, x)| if i % 3 == 0 { x + 99_950.0 } else { *x }).collect();
    let edge = here.0.join("edge.json");
    std::fs::write(&edge, format::write(&near.with_data(shifted).unwrap(), Format::Clip).unwrap()).unwrap();
    let far = ["--attack", "mi-fgsm", "--without", "clip,realign", "--alpha", "100", "--iterations", "2"];
    let [a, b, c, d, e, f, g, h] = far;
    let files = ["--out", "far.json", "--report", "far.csv"];
    let [i, j, k, l] = files;
    let run = here.ciasa(args!["attack", edge, "--target", "untargeted", a, b, c, d, e, f, g, h, i, j, k, l]);
    run.fails(&["--out", "leave clipping on"]);
    assert_eq!(std::fs::read_to_string(here.0.join("far.csv")).unwrap().lines().count(), 3);

    // A device that is full accepts the check and refuses the bytes.
    if cfg!(target_os = "linux") {
        let [a, b, c, d, e] = quick();
        let full = here.0.join("full.json");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let run = here.ciasa(args!["attack", clip, a, b, c, d, e, "0.01", "--out", "full.json"]);
        run.fails(&["full.json", "the result was saved as ./rescued-full.json"]);
        let saved = std::fs::read(here.0.join("rescued-full.json")).unwrap();
        assert_eq!(format::read(&saved, "").unwrap().layout().id, LayoutId::KinectV1);
    }
}

#[test]
fn a_bvh_file_is_attacked_and_written_back() {
    let here = Scratch::new("bvh");
    here.file("wave.bvh", include_bytes!("../fixtures/wave.bvh"));
    let [a, b, c, d, e] = quick();
    let run = here.ciasa(args!["attack", "wave.bvh", "--out", "attacked.bvh", a, b, c, d, e, "0.02"]).succeeds();
    assert!(run.out().contains("bones of the BVH file follow to within"), "{}", run.out());
    let read = |name: &str| format::read(&std::fs::read(here.0.join(name)).unwrap(), name).unwrap();
    let apart = |(a, b): (&f32, &f32)| (a - b).abs();
    let far = read("wave.bvh").data().iter().zip(read("attacked.bvh").data()).map(apart).fold(0.0, f32::max);
    assert!((0.005..0.06).contains(&far), "{far}");
    here.ciasa(args!["convert", "wave.bvh", "wave.json"]).succeeds();
    let only = "a BVH file is written only from a clip that was read from a BVH file";
    here.ciasa(args!["convert", "wave.json", "other.bvh"]).fails(&["wave.json", only]);
    here.ciasa(args!["convert", "wave.bvh"]).fails(&["one path only"]);
}

#[test]
fn the_network_is_chosen_by_the_layout_and_found_from_anywhere() {
    let here = Scratch::new("networks");
    for (clip, id) in [
        ("synthetic-wave-1.json", "utd-mhad-st-gcn"),
        ("openpose-wave-1.json", "utd-mhad-openpose-st-gcn"),
        ("hdm05-squat-1.json", "hdm05-st-gcn"),
    ] {
        let run = here.ciasa(args!["recognise", gallery(clip)]).succeeds();
        assert!(run.err().contains(&format!("--model {id}")), "{clip}: {}", run.err());
    }
    let ntu = gallery("ntu-wave-1.json");
    here.ciasa(args!["recognise", ntu]).fails(&["no shipped network reads the layout ntu", "--weights"]);
    here.ciasa(args!["recognise", ntu]).fails(&["convert the clip by --layout kinect-v1"]);
    here.ciasa(args!["recognise", ntu, "--model", "utd-mhad-st-gcn"])
        .fails(&["convert the clip by --layout kinect-v1"]);
    let seen = here.ciasa(args!["recognise", ntu, "--layout", "kinect-v1"]).succeeds();
    assert!(seen.err().contains("invented, on lines between others: hip centre, spine, left hip, right hip"));
    here.ciasa(args!["convert", ntu, "--layout", "kinect-v1", "kinect.json"]).succeeds();
    let kinect = format::read(&std::fs::read(here.0.join("kinect.json")).unwrap(), "kinect.json").unwrap();
    assert_eq!(kinect.layout().id, LayoutId::KinectV1);
    here.ciasa(args!["convert", ntu, "--layout", "hdm05", "x.json"])
        .fails(&["--layout: there is no conversion from ntu to hdm05; it can be converted to kinect-v1"]);
    here.ciasa(args!["recognise", ntu, "--model", "hdm05-st-gcn"]).fails(&["its layout is ntu", "reads hdm05"]);
    here.ciasa(args!["recognise", ntu, "--model", "unknown"]).fails(&["--model", "utd-mhad-st-gcn"]);
    here.ciasa(args!["recognise", ntu, "--models", "nowhere"]).fails(&["nowhere/manifest.json"]);
    // A variable that is set is the only place.
    let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let run = run.current_dir(&here.0).env("CIASA_MODELS", "elsewhere").args(["models"]).output().unwrap();
    Run(run).fails(&["elsewhere", "--models DIR", "--weights FILE"]);
}

#[test]
fn the_smallest_epsilon_is_searched_for_within_the_exact_projection() {
    let here = Scratch::new("smallest");
    let clip = gallery("synthetic-wave-1.json");
    let [a, b, c, d] = ["--smallest", "--without", "plausible", "--iterations"];
    let run = here
        .ciasa(args![
            "attack",
            clip,
            "--attack",
            "pgd",
            "--smallest",
            "--iterations",
            "4",
            "--epsilon",
            "0.2",
            "--target",
            "untargeted",
            "--out",
            "near.json"
        ])
        .succeeds();
    assert!(run.out().contains("reaches the goal after") && run.out().contains("fails after"), "{}", run.out());
    assert!(run.out().contains("the smallest epsilon that reaches the goal is"), "{}", run.out());
    assert!(run.out().contains("% of the body's height"), "{}", run.out());
    assert_eq!(here.names(), ["near.json"]);
    here.ciasa(args!["attack", clip, a, b, c, d, "1", "--epsilon", "0.00001"]).fails(&["--smallest", "--iterations"]);
    let paper = here.ciasa(args!["attack", clip, a, b, c, d, "1", "--projection", "paper"]);
    paper.fails(&["exact projection"]);
}

#[test]
fn options_without_an_effect_are_errors() {
    let here = Scratch::new("effect");
    let clip = gallery("synthetic-wave-1.json");
    for (option, value) in [("--iterations", "9"), ("--alpha", "0.1"), ("--lambda", "1"), ("--seed", "1")] {
        here.ciasa(args!["attack", clip, "--fgsm", option, value]).fails(&[option, "has no effect"]);
    }
    here.ciasa(args!["attack", clip, "--hold", "3"]).fails(&["--confidence"]);
    here.ciasa(args!["attack", clip, "--attack", "pgd", "--kappa", "1"]).fails(&["--kappa", "has no effect"]);
    here.ciasa(args!["attack", clip, "--attack", "pgd", "--natural", "."]).fails(&["--natural", "has no effect"]);
    here.ciasa(args!["recognise", clip, "--frames", "30"]).fails(&["--weights"]);
    here.ciasa(args!["recognise", clip, "--top", "0"]).fails(&["--top"]);
    // A shipped weight file is an ST-GCN, which has no streams.
    let weights = root().join("models/utd-mhad-st-gcn.safetensors");
    let stream = here.ciasa(args!["recognise", clip, "--weights", weights, "--stream", "bone"]);
    stream.fails(&["--stream", "has no effect on this network", "no streams"]);
    here.ciasa(args!["recognise", clip, "--weights", weights, "--models", "."]).fails(&["--models"]);
    for (experiment, option) in [("clean", "--iterations"), ("gallery", "--clips"), ("table1", "--one-step-clips")] {
        here.ciasa(args!["eval", experiment, option, "3", "--dry-run"]).fails(&[option, "has no effect"]);
    }
    // A number after --clips leaves the experiments where they may also stand: behind it.
    here.ciasa(args!["eval", "--clips", "3", "clean", "--dry-run"]).fails(&["--clips", "has no effect"]);
    here.ciasa(args!["eval", "table1", "--clips", "."]).fails(&["--clips", "--network FILE"]);
    here.ciasa(args!["eval", "gallery", "--clips", ".", "--network", "utd-mhad-st-gcn"]).fails(&["our own clips"]);
    here.ciasa(args!["eval", "table1", "--stream", "bone"]).fails(&["--network"]);
    here.ciasa(args!["eval", "table1", "--only", "hdm05-st-gcn", "--dry-run"]).fails(&["--only", "has no effect"]);
    let ensemble = root().join("models/utd-mhad-agcn.json");
    here.ciasa(args!["train", ensemble, "--data", ".", "--out", ".", "--resume"]).fails(&["--resume", "no effect"]);
}

#[test]
fn a_forward_pass_is_timed() {
    let here = Scratch::new("time");
    let run = here.ciasa(args!["recognise", gallery("synthetic-wave-1.json"), "--time"]).succeeds();
    let line = run.out().lines().find(|l| l.contains("forward pass: ")).unwrap().to_owned();
    let ms: f64 = line.split("forward pass: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(ms > 0.0 && line.contains("median of 9"), "{line}");
}

#[test]
fn heads_without_their_network_are_refused() {
    let here = Scratch::new("heads");
    let heads = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/utd-mhad-st-gcn-heads.safetensors");
    let run = here.ciasa(args!["recognise", gallery("synthetic-wave-1.json"), "--weights", heads]);
    run.fails(&["utd-mhad-st-gcn-heads.safetensors", "heads without their network", "manifest"]);
}

#[test]
fn a_bad_configuration_is_refused_by_name() {
    let here = Scratch::new("config");
    let clip = gallery("synthetic-wave-1.json");
    for (json, parts) in [
        ("[]", ["bad.json", "a JSON object"]),
        (r#"{"stop": {"kind": "iterations", "confidence": 0.9}}"#, ["bad.json", "confidence"]),
        (r#"{"epsilon": "big"}"#, ["bad.json", "one number, or an array"]),
        (r#"{"epsilon": 1e30}"#, ["epsilon: ", "at most"]),
        (r#"{"alpha": 1e30}"#, ["alpha: ", "at most"]),
        (r#"{"lambda": 1e30}"#, ["lambda: must be from 0 to", "1e30"]),
        (r#"{"joints": [3, 4, 3]}"#, ["joints: ", "twice"]),
        (r#"{"iterations": 18446744073709551615}"#, ["iterations: ", "at most"]),
    ] {
        let path = here.file("bad.json", json);
        here.ciasa(args!["attack", clip, "--config", path]).fails(&parts);
    }
}

#[test]
fn a_reader_that_stops_early_is_no_panic() {
    if !cfg!(unix) {
        return;
    }
    let here = Scratch::new("pipe");
    let line = format!("{} models utd-mhad-st-gcn | true", env!("CARGO_BIN_EXE_ciasa"));
    let run = Command::new("sh").current_dir(&here.0).args(["-c", &line]).output().unwrap();
    assert!(!Run(run).err().contains("panicked"));
}
