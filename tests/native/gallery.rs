//! The shipped clips in `web/public/clips`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ciasa::attack::run::block_on;
use ciasa::cli::gallery::{Entry, Index, Origin};
use ciasa::contract::Manifest;
use ciasa::data::convert::converted;
use ciasa::data::dataset::{Dataset, Kind};
use ciasa::data::prior::{Example, Prior};
use ciasa::format;
use ciasa::model::Recogniser;
use ciasa::skeleton::{LayoutId, Sequence};

use crate::support::data_dir;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/public/clips")
}

fn gallery() -> Vec<(Entry, Sequence)> {
    let read = |entry: Entry| {
        let bytes = std::fs::read(directory().join(&entry.file)).unwrap_or_else(|e| panic!("{}: {e}", entry.file));
        let clip = format::read(&bytes, &entry.file).unwrap_or_else(|e| panic!("{}: {e}", entry.file));
        (entry, clip)
    };
    Index::read(&directory()).unwrap().0.into_iter().map(read).collect()
}

#[test]
fn the_index_describes_its_files() {
    let gallery = gallery();
    for (entry, clip) in &gallery {
        assert_eq!(entry.label, clip.label, "{}", entry.id);
        assert_eq!((entry.frames, entry.fps), (clip.frames(), clip.fps), "{}", entry.id);
        assert_eq!(entry.layout, clip.layout().id, "{}", entry.id);
        assert_eq!(entry.file, format!("{}.json", entry.id));
        assert!(entry.thumb.len() < 1500 && entry.thumb.starts_with("<svg "), "{}", entry.id);
        assert!(entry.thumb.contains("currentColor") && !entry.credit.is_empty());
    }
    let listed: BTreeSet<String> = gallery.iter().map(|(e, _)| e.file.clone()).collect();
    assert_eq!(listed.len(), gallery.len(), "two entries name one file");
    let there: BTreeSet<String> = std::fs::read_dir(directory())
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .filter(|f| f.ends_with(".json") && f != "index.json")
        .collect();
    assert_eq!(listed, there);
}

#[test]
fn every_class_has_a_synthetic_clip_and_motion_capture_is_marked_as_foreign() {
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    let mut captured = 0;
    for (entry, _) in gallery() {
        match entry.origin {
            Origin::Synthetic => {
                assert!(!entry.out_of_distribution && entry.seed.is_some(), "{}", entry.id);
                *classes.entry(entry.label.unwrap()).or_default() += 1;
            }
            Origin::MotionCapture => {
                assert!(entry.out_of_distribution && entry.label.is_none() && entry.seed.is_none(), "{}", entry.id);
                assert!(entry.credit.contains("zlib"), "{}", entry.id);
                captured += 1;
            }
            Origin::Converted => {
                assert!(entry.layout != LayoutId::KinectV1, "{}", entry.id);
                assert_eq!(entry.out_of_distribution, entry.layout == LayoutId::Hdm05, "{}", entry.id);
                assert!(entry.credit.contains("converted"), "{}", entry.id);
            }
        }
    }
    assert_eq!(classes.len(), 27, "{classes:?}");
    assert!((6..=8).contains(&captured), "{captured}");
}

#[test]
fn bones_do_not_change_feet_are_on_the_floor_and_clips_are_short() {
    for (entry, clip) in gallery().into_iter().filter(|(entry, _)| entry.origin != Origin::Converted) {
        for (parent, joint) in clip.layout().bones() {
            let lengths = (0..clip.frames()).map(|t| clip.distance(t, 0, parent, joint));
            let (least, most) = lengths.fold((f32::INFINITY, 0.0f32), |(a, b), l| (a.min(l), b.max(l)));
            // Files are rounded to tenths of a millimetre.
            assert!(most - least < 3e-4, "{} {}: {least} to {most}", entry.id, clip.layout().joints[joint]);
        }
        let heights = clip.data().chunks_exact(3).map(|p| p[1]);
        let lowest = heights.fold(f32::INFINITY, f32::min);
        assert!((-0.005..0.02).contains(&lowest), "{}: {lowest}", entry.id);
        assert!((45..=120).contains(&clip.frames()) && clip.fps == 30.0, "{}", entry.id);
        assert!(clip.body_height().is_some_and(|h| (1.1..1.7).contains(&h)), "{}: {:?}", entry.id, clip.body_height());
    }
}

#[test]
fn every_skeleton_has_clips_and_converted_ones_are_made_again_from_their_source() {
    let all: BTreeMap<String, Sequence> = gallery().into_iter().map(|(entry, clip)| (entry.id, clip)).collect();
    let mut layouts = BTreeMap::new();
    for (entry, clip) in gallery().iter().filter(|(entry, _)| entry.origin == Origin::Converted) {
        let nth = layouts.entry(entry.layout.as_str()).or_insert(0);
        *nth += 1;
        let source = &all[&format!("synthetic-{}", entry.id.split_once('-').unwrap().1)];
        let again = converted(source, entry.layout, *nth).unwrap();
        assert_eq!((again.frames(), &again.label), (clip.frames(), &clip.label));
        let off = again.data().iter().zip(clip.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-4, "{}: {off}", entry.id);
        assert!(clip.body_height().is_some_and(|h| (0.2..1.7).contains(&h)), "{}: {:?}", entry.id, clip.body_height());
    }
    assert!(layouts.len() == 3 && layouts.values().all(|n| *n >= 6), "{layouts:?}");
}

#[test]
fn clips_of_a_simulated_camera_are_recognised() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let manifest = Manifest::parse(&std::fs::read_to_string(models.join("manifest.json")).unwrap()).unwrap();
    let entry = manifest.models.into_iter().find(|m| m.layout == LayoutId::OpenPose18).unwrap();
    let weights = [std::fs::read(models.join(&entry.weights[0].file)).unwrap()];
    let recogniser = Recogniser::load(entry, &weights, &Device::flex()).unwrap();
    let clips: Vec<_> = gallery().into_iter().filter(|(entry, _)| entry.layout == LayoutId::OpenPose18).collect();
    let known = |(entry, clip): &&(Entry, Sequence)| {
        let seen = block_on(recogniser.recognise(clip)).unwrap();
        let best = (0..seen.len()).max_by(|&a, &b| seen[a].total_cmp(&seen[b])).unwrap();
        entry.label.as_ref() == Some(&recogniser.entry.classes[best])
    };
    let known = clips.iter().filter(known).count();
    // Nine of ten, as on the network's test side.
    assert!(clips.len() == 8 && known >= 7, "{known} of {}", clips.len());
}

#[test]
fn the_prior_still_draws_the_clips_that_ship() {
    let Some(data) = data_dir("data/utd_mhad.npz") else { return };
    let dataset = Dataset::read(&data.join("data"), Kind::UtdMhad).unwrap();
    let training = dataset.clips.iter().filter(|c| ["1", "3", "5", "7"].contains(&c.subject.as_str()));
    let examples: Vec<Example<'_>> = training.map(|c| (c.label, c.subject.as_str(), &c.clip)).collect();
    let prior = Prior::fit(&examples).unwrap();
    let drawn = gallery().into_iter().filter_map(|(entry, clip)| entry.seed.map(|seed| (entry, clip, seed)));
    for (entry, clip, seed) in drawn.step_by(9) {
        let label = dataset.classes.iter().position(|c| Some(c) == entry.label.as_ref()).unwrap();
        let again = prior.sample(label, seed).unwrap().clip;
        assert_eq!(again.frames(), clip.frames(), "{}", entry.id);
        let off = again.data().iter().zip(clip.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 2e-4, "{}: {off} m", entry.id);
    }
}
