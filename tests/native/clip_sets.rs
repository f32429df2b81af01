//! Files of many clips and folders of frames on the command line.

use std::path::{Path, PathBuf};

use ciasa::format;

use crate::command_line::{Scratch, args};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/cases").join(name).canonicalize().unwrap()
}

/// A path with a choice behind it.
fn part(path: &Path, wanted: &str) -> PathBuf {
    PathBuf::from(format!("{}#{wanted}", path.display()))
}

#[test]
fn clips_of_a_set_are_listed() {
    let here = Scratch::new("list");
    let set = case("set_kinect.pkl");
    let list = here.ciasa(args!["clips", set]).succeeds().out();
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0][1..], ["8", "clips"], "{list}");
    assert_eq!(lines[1], ["#", "id", "label", "split", "frames", "people"]);
    assert_eq!(lines[2], ["1", "wave-1", "class", "1", "train", "66", "1"]);
    assert_eq!((lines.len(), lines[9][..2].to_vec()), (10, vec!["8", "squat-2"]));
    let part = here.ciasa(args!["clips", part(&set, "val")]).succeeds().out();
    let numbers: Vec<_> = part.lines().skip(2).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(numbers, ["2", "4", "6", "8"], "{part}");
    // A file of one clip, and one of none.
    let clip = here.ciasa(args!["clips", case("openpose.json")]).succeeds().out();
    assert_eq!(clip.lines().count(), 3, "{clip}");
    here.ciasa(args!["clips", case("args_namespace.pt")]).fails(&["args_namespace.pt", "no array x_train or x_test"]);
}

#[test]
fn numbers_ids_splits_and_all_choose_clips() {
    let here = Scratch::new("choose");
    let set = case("set_kinect.pkl");
    here.ciasa(args!["recognise", set]).fails(&[
        "set_kinect.pkl: the file holds 8 clips",
        "FILE#3",
        "FILE#all",
        "ciasa clips FILE",
    ]);
    let first = here.ciasa(args!["recognise", part(&set, "1"), part(&set, "throw-1"), "--top", "1"]).succeeds().out();
    let lines: Vec<&str> = first.lines().collect();
    assert!(lines[0].ends_with("set_kinect.pkl#wave-1") && lines[1].contains("wave (class 3)"), "{first}");
    assert!(lines[2].ends_with("#throw-1") && lines[3].contains("throw (class 5)"), "{first}");
    let val = here.ciasa(args!["recognise", part(&set, "val"), "--top", "1"]).succeeds().out();
    assert_eq!(val.lines().filter(|line| line.contains("set_kinect.pkl#")).count(), 4, "{val}");
    // What is not there fails, and the others are done.
    let bad = here.ciasa(args!["recognise", part(&set, "9"), part(&set, "swim"), part(&set, "2"), "--top", "1"]);
    let bad =
        bad.fails(&["there is no clip 9; clips are numbered from 1 to 8", "no clip \"swim\"", "2 of 3 clips failed"]);
    assert!(bad.out().contains("#wave-2"), "{}", bad.out());
    here.ciasa(args!["recognise", part(&case("openpose.json"), "1")])
        .fails(&["is no file of many clips; leave #1 out"]);
}

#[test]
fn every_clip_of_a_set_is_converted_to_a_file_of_its_own() {
    let here = Scratch::new("convert");
    let set = case("set_kinect.pkl");
    std::fs::create_dir(here.0.join("out")).unwrap();
    here.ciasa(args!["convert", part(&set, "all"), "one.json"]).fails(&["8 clips need a folder that exists"]);
    here.ciasa(args!["convert", part(&set, "all"), "out"]).succeeds();
    assert_eq!(std::fs::read_dir(here.0.join("out")).unwrap().count(), 8);
    let bytes = std::fs::read(here.0.join("out/set_kinect-clap-2.json")).unwrap();
    let clip = format::read(&bytes, "clap.json").unwrap();
    assert_eq!((clip.frames(), clip.label.as_deref()), (55, Some("class 2")));
    // A file that has a # in its name is that file.
    std::fs::rename(here.0.join("out/set_kinect-clap-2.json"), here.0.join("a#1.json")).unwrap();
    here.ciasa(args!["convert", "a#1.json", "b.skeleton"]).fails(&["cannot hold a clip of layout kinect-v1"]);
    here.ciasa(args!["convert", "a#1.json", "b.json"]).succeeds();
}

#[test]
fn labels_beside_an_array_are_found() {
    let here = Scratch::new("labels");
    let copy = |from: &str, to: &str| here.file(to, std::fs::read(case(from)).unwrap());
    copy("clips_NCTVM.npy", "val_data_joint.npy");
    let plain = here.ciasa(args!["clips", "val_data_joint.npy"]).succeeds();
    assert!(plain.out().lines().nth(2).unwrap().trim().starts_with("1  1   -"), "{}", plain.out());
    let labels = copy("clips_label.pkl", "other.pkl");
    let given = here.ciasa(args!["clips", "val_data_joint.npy", "--labels", labels]).succeeds();
    assert!(given.out().contains("S001C001P001R001A010.skeleton  clapping"), "{}", given.out());
    copy("clips_label.pkl", "val_label.pkl");
    let found = here.ciasa(args!["clips", "val_data_joint.npy"]).succeeds();
    assert!(found.err().contains("labels from val_label.pkl"), "{}", found.err());
    assert_eq!(found.out(), given.out());
    here.ciasa(args!["convert", "val_data_joint.npy#S001C001P001R001A050.skeleton", "b.json"]).succeeds();
    let clip = format::read(&std::fs::read(here.0.join("b.json")).unwrap(), "").unwrap();
    assert_eq!((clip.label.as_deref(), clip.people()), (Some("punch/slap"), 2));
    // Labels of another set are left out if they only lie there, and an error if they are given.
    copy("clip_N3TV1.npy", "val_data.npy");
    assert!(here.ciasa(args!["clips", "val_data.npy"]).succeeds().err().contains("val_label.pkl left out"));
    here.ciasa(args!["clips", "val_data.npy", "--labels", "val_label.pkl"]).fails(&["2 labels for 1 clips"]);
    here.ciasa(args!["convert", case("openpose.json"), "c.json", "--labels", "val_label.pkl"])
        .fails(&["has no effect"]);
}

#[test]
fn a_folder_of_openpose_frames_is_a_clip() {
    let here = Scratch::new("frames");
    let frame = std::fs::read_to_string(case("openpose_frame.json")).unwrap();
    std::fs::create_dir(here.0.join("frames")).unwrap();
    for n in 0..12 {
        here.file(&format!("frames/wave_{n}_keypoints.json"), &frame);
    }
    let convert = |options: &[&str]| {
        let mut all = vec!["convert", "frames", "wave.json"];
        all.extend(options);
        here.ciasa(&all.iter().map(|a| a as &dyn AsRef<std::ffi::OsStr>).collect::<Vec<_>>())
    };
    convert(&[]).fails(&["frames: the coordinates are pixels", "--size 1920x1080"]);
    convert(&["--size", "big"]).fails(&["a size is width and height in pixels"]);
    convert(&["--size", "640x480"]).succeeds();
    let clip = format::read(&std::fs::read(here.0.join("wave.json")).unwrap(), "").unwrap();
    assert_eq!((clip.frames(), clip.people()), (12, 1));
    assert_eq!(clip.joint(11, 0, 0), [0.5188, 0.3633, 0.854]);
    here.ciasa(args!["convert", "wave.json", "b.json", "--size", "640x480"]).fails(&["--size", "has no effect"]);
    here.file("frames/other_1_keypoints.json", &frame);
    convert(&["--size", "640x480"]).fails(&["frames of two recordings"]);
    here.ciasa(args!["recognise", "."]).fails(&["a folder is read as OpenPose's frames, but \"wave.json\" is none"]);
}
