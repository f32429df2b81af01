//! The trainer's splits on the real sets, if they are installed, and the config files in `models/`.

use std::path::Path;

use ciasa::data::dataset::{Dataset, Kind};
use ciasa::train::{Ensemble, HeadsConfig, TrainConfig};

use crate::support::data_dir;

fn models() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

fn config(name: &str) -> TrainConfig {
    TrainConfig::parse(&std::fs::read_to_string(models().join(name)).unwrap()).unwrap()
}

#[test]
fn every_config_file_is_valid_and_has_its_models_name() {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(models()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") || path.ends_with("manifest.json") {
            continue;
        }
        let json = std::fs::read_to_string(&path).unwrap();
        if let Some(ensemble) = Ensemble::parse(&json).unwrap() {
            ensemble.members.iter().for_each(|m| assert!(ids.len() < 100 && !config(m).id.is_empty()));
            ids.push(ensemble.id);
        } else if let Some(heads) = HeadsConfig::parse(&json).unwrap() {
            assert!(!config(&heads.base).id.is_empty());
            ids.push(heads.id);
        } else {
            ids.push(TrainConfig::parse(&json).unwrap_or_else(|e| panic!("{}: {e}", path.display())).id);
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(count >= 7 && ids.len() == count, "{ids:?}");
}

#[test]
fn copies_across_views_leave_the_training_side_and_short_clips_stay_on_the_test_side() {
    let Some(dir) = data_dir("data/nw_ucla.npz") else { return };
    let data = Dataset::read(&dir.join("data"), Kind::NwUcla).unwrap();
    let split = config("nw-ucla-st-gcn.json").split;
    let (training, test) = split.sides(&data);
    // 1,020 clips of views 1 and 2, 95 of which are copies of clips of view 3; all 464 of view 3 test.
    assert_eq!((training.len(), test.len()), (925, 464));
    assert!(split.describe(&data).contains("95 clips"), "{}", split.describe(&data));
    let shortest = test.iter().map(|&i| data.clips[i].clip.frames()).min();
    assert!(shortest < Some(10), "{shortest:?}");
}

#[test]
fn the_projected_set_is_the_same_each_time_and_looks_like_people_in_pictures() {
    let Some(dir) = data_dir("data/utd_mhad.npz") else { return };
    let read = || Dataset::read(&dir.join("data"), Kind::UtdMhadOpenPose).unwrap();
    let (data, again) = (read(), read());
    let (mut seen, mut upright, mut inside, mut frames) = (0, 0, 0, 0);
    for (a, b) in data.clips.iter().zip(&again.clips) {
        assert_eq!(a.clip, b.clip);
        frames += a.clip.frames();
        for t in 0..a.clip.frames() {
            seen += (0..18).filter(|&j| a.clip.seen(t, 0, j)).count();
            let (neck, ankle) = (a.clip.joint(t, 0, 1), a.clip.joint(t, 0, 10));
            upright += usize::from(neck[2] == 0.0 || ankle[2] == 0.0 || neck[1] < ankle[1]);
            inside += usize::from(neck[..2].iter().all(|v| (0.0..1.0).contains(v)));
        }
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    let shares = [share(seen, 18 * frames), share(upright, frames), share(inside, frames)];
    println!("seen, upright, inside: {shares:.3?}");
    assert!(shares[0] > 0.85 && shares[0] < 0.99, "{shares:?}");
    assert!(shares[1] > 0.99 && shares[2] > 0.99, "{shares:?}");
}
