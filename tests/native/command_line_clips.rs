//! The command line with clips that are long, flat, or in another unit.

use ciasa::format::{self, Format};
use ciasa::skeleton::{LayoutId, Sequence};

use crate::command_line::{Scratch, args, gallery, quick, root};

/// A synthetic clip repeated to many frames.
fn long(frames: usize) -> Vec<u8> {
    let bytes = std::fs::read(gallery("synthetic-wave-1.json")).unwrap();
    let clip = format::read(&bytes, "").unwrap();
    let data = clip.data().iter().copied().cycle().take(frames * clip.data().len() / clip.frames()).collect();
    let clip = Sequence::new(clip.layout().id, clip.fps, frames, clip.people(), data).unwrap();
    format::write(&clip, Format::Clip).unwrap()
}

#[test]
fn a_recording_longer_than_a_network_takes_is_resampled() {
    let here = Scratch::new("long");
    let clip = here.file("long.json", long(9000));
    // This preprocessing looks at every frame before the network's 64 are made of them.
    let weights = root().join("models/utd-mhad-st-gcn.safetensors");
    let recognise = |frames: &str| {
        here.ciasa(args!["recognise", clip, "--weights", weights, "--preprocessing", "2s-agcn", "--frames", frames])
    };
    let run = recognise("64").succeeds();
    assert!(run.err().contains("9000 frames, resampled to 3000"), "{}", run.err());
    recognise("0").fails(&["9000 frames", "--frames 300"]);
}

#[test]
fn a_body_without_a_height_has_no_share_of_it() {
    let here = Scratch::new("height");
    // Every joint in one place: the body is there, its bones have no length.
    let data: Vec<f32> = [0.5, 0.25, 2.0].into_iter().cycle().take(30 * 20 * 3).collect();
    let clip = Sequence::new(LayoutId::KinectV1, 30.0, 30, 1, data).unwrap();
    let clip = here.file("flat.json", format::write(&clip, Format::Clip).unwrap());
    let [a, b, c, d, e] = quick();
    let run = here.ciasa(args!["attack", clip, a, b, c, d, e, "0.01"]).succeeds();
    assert!(run.out().contains("largest change of a coordinate") && !run.out().contains("inf"), "{}", run.out());
}

#[test]
fn a_clip_in_another_unit_is_warned_of_and_scaled() {
    let here = Scratch::new("unit");
    let clip = gallery("synthetic-wave-1.json");
    let metres = format::read(&std::fs::read(&clip).unwrap(), "").unwrap();
    let large = metres.with_data(metres.data().iter().map(|v| 100.0 * v).collect()).unwrap();
    here.file("large.json", format::write(&large, Format::Clip).unwrap());
    let seen = |args: &[&dyn AsRef<std::ffi::OsStr>]| here.ciasa(args).succeeds();
    let wrong = seen(args!["recognise", "large.json"]);
    assert!(wrong.err().contains("large.json: warning: ") && wrong.err().contains("--unit cm"), "{}", wrong.err());
    let right = seen(args!["recognise", "large.json", "--unit", "cm"]);
    assert!(!right.err().contains("warning") && right.out().contains("wave (class 3)"), "{}", right.out());
    seen(args!["convert", "large.json", "small.json", "--unit", "cm"]);
    let small = format::read(&std::fs::read(here.0.join("small.json")).unwrap(), "").unwrap();
    assert!(small.data().iter().zip(metres.data()).all(|(a, b)| (a - b).abs() < 1e-4));
    here.ciasa(args!["recognise", clip, "--unit", "percent"]).fails(&["percent"]);
    here.ciasa(args!["recognise", clip, "--unit", "inch"]).fails(&["--unit", "mm"]);
}
