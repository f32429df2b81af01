//! Clips that went through a camera: the page's rows are rows of `ciasa eval`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ciasa::contract::crossmodal::{FilmedClip, View, csv};
use ciasa::contract::{AttackConfig, Epsilon, Metrics, StepReport, Target};
use ciasa::eval::table::{parse, read};

use crate::support::data_dir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn ciasa(args: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ciasa")).current_dir(root()).args(args).args(paths).output().unwrap()
}

fn view(camera: Option<f32>, clean: &str, predicted: &str) -> View {
    let error = camera.map(|_| 0.05);
    View {
        camera,
        clean: clean.into(),
        predicted: predicted.into(),
        confidence: 0.75,
        p_target: Some(0.125),
        error_clean: error,
        error_attacked: camera.map(|_| 0.06),
        found: error.map(|_| 1.0),
    }
}

fn filmed(clip: usize, views: Vec<View>) -> FilmedClip {
    let report = StepReport {
        iteration: 12,
        losses: Default::default(),
        predicted: 1,
        original: 0,
        target: Some(1),
        p_original: 0.25,
        p_target: Some(0.5),
        top: Vec::new(),
        figures: Metrics { linf: 0.05, ..Metrics::default() },
        yielded_frames: 0,
        fooled: true,
        done: None,
        gradient: 0.5,
        distance: None,
        outcome: None,
    };
    let config =
        AttackConfig { target: Target::LeastLikely, epsilon: Epsilon::Global(0.05), ..AttackConfig::default() };
    FilmedClip {
        model: "m".into(),
        weights: "abcd".into(),
        dataset: "made".into(),
        clip,
        file: String::new(),
        data: format!("ef0{clip}"),
        label: "wave, both hands".into(),
        target: Some("squat".into()),
        height: Some(1.25),
        region: String::new(),
        config,
        report,
        first: Some(7),
        seconds: 1.5,
        views,
    }
}

/// Three clips: all are fooled as skeletons; of the two that are recognised through the camera one is fooled there.
fn three() -> Vec<FilmedClip> {
    let wave = "wave, both hands";
    let film = [view(Some(30.0), wave, "squat"), view(Some(30.0), wave, wave), view(Some(30.0), "clap", "clap")];
    let clips = film.into_iter().enumerate();
    clips.map(|(i, film)| filmed(i, vec![view(None, wave, "squat"), film])).collect()
}

#[test]
fn the_rows_of_the_page_are_rows_of_the_evaluation() {
    let text = csv(&three());
    let rows = parse(text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 6);
    let (skeleton, film) = (&rows[0], &rows[1]);
    assert_eq!((&*skeleton.experiment, &*skeleton.setting), ("crossmodal", "ciasa e=0.05 least likely"));
    assert_eq!((skeleton.share, skeleton.used, skeleton.first), (Some(0.04), 12, Some(7)));
    assert_eq!((skeleton.film, skeleton.hit, skeleton.fooled), (None, Some(true), true));
    assert_eq!(film.film.unwrap().camera, Some(30.0));
    assert_eq!((film.film.unwrap().error_attacked, film.clean_correct), (Some(0.06), true));
    assert_eq!((rows[3].hit, rows[3].fooled), (Some(false), false));
    assert!(!rows[5].clean_correct && rows[5].clean == "clap");
}

#[test]
fn merge_and_report_take_them() {
    let folder = std::env::temp_dir().join(format!("ciasa-crossmodal-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("merged")).unwrap();
    let all = three();
    let files = ["a.csv", "b.csv"].map(|name| folder.join(name));
    std::fs::write(&files[0], csv(&all[..2])).unwrap();
    std::fs::write(&files[1], csv(&all[1..])).unwrap();
    let merged = folder.join("merged");
    let run = ciasa(&["eval", "merge"], &[&files[0], &files[1], Path::new("--out"), &merged]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let file = merged.join("crossmodal.csv");
    assert_eq!(read(&file).unwrap().len(), 6);

    let run = ciasa(&["eval", "report", "--rows"], &[&file, Path::new("--out"), &folder]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let page = std::fs::read_to_string(folder.join("report.md")).unwrap();
    let line = |seen: &str| page.lines().find(|l| l.contains(seen)).unwrap().to_owned();
    let skeleton = "| 3 | 100.0 [44, 100] | 0.0 [0, 56] | 100.0 | 100.0 [44, 100] | 100.0 [44, 100] | - | - |";
    assert!(line("| skeleton |").ends_with(skeleton), "{page}");
    let camera = "| 3 | 66.7 [21, 94] | 33.3 [6, 79] | 33.3 | 50.0 [9, 91] | 33.3 [6, 79] | 5.0 | 6.0 |";
    assert!(line("| camera 30° |").ends_with(camera), "{page}");
    assert!(line("| the paper's |").contains("| 53.3 | 38.9 |"), "{page}");
    assert!(page.contains("The person was found in 100.0 % of the pictures."), "{page}");

    // A run of other experiments does not write into this file, and this command makes no film.
    let run = ciasa(&["eval", "gallery", "--out"], &[&file]);
    assert!(!run.status.success() && String::from_utf8_lossy(&run.stderr).contains("holds rows of films"));
    let run = ciasa(&["eval", "crossmodal"], &[]);
    assert!(!run.status.success() && String::from_utf8_lossy(&run.stderr).contains("npm run crossmodal"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn test_clips_are_written_as_the_experiments_draw_them() {
    let Some(data) = data_dir("data/utd_mhad.npz") else { return };
    let folder = std::env::temp_dir().join(format!("ciasa-clips-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = ciasa(&["eval", "clips", "--clips", "3", "--data"], &[&data, Path::new("--out"), &folder]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let table1 = read(&root().join("docs/results/table1.csv")).unwrap();
    let paths = String::from_utf8(run.stdout).unwrap();
    assert_eq!(paths.lines().count(), 3);
    for path in paths.lines().map(Path::new) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let index: usize = name.strip_prefix("utd_mhad-").unwrap().parse().unwrap();
        let clip = ciasa::format::read(&std::fs::read(path).unwrap(), "clip.json").unwrap();
        let row = table1.iter().find(|row| row.dataset == "utd_mhad" && row.clip == index).unwrap();
        assert_eq!((ciasa::eval::inputs::digest(&clip), clip.label), (row.data.clone(), Some(row.label.clone())));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let run = ciasa(&["eval", "clips", "--clips", "0", "--data"], &[&data, Path::new("--out"), &folder]);
    assert!(!run.status.success() && String::from_utf8_lossy(&run.stderr).contains("--clips"));
}

#[test]
fn the_kept_rows_are_of_the_clips_that_the_other_experiments_attack() {
    let kept = root().join("docs/results/crossmodal.csv");
    if !kept.exists() {
        return;
    }
    let others = read(&root().join("docs/results/figure2.csv")).unwrap();
    let rows = read(&kept).unwrap();
    let mut compared = 0;
    for row in rows.iter().filter(|row| row.dataset == "utd_mhad") {
        let Some(other) = others.iter().find(|o| o.dataset == row.dataset && o.clip == row.clip) else { continue };
        assert_eq!((&row.data, &row.label), (&other.data, &other.label), "clip {}", row.clip);
        compared += 1;
    }
    assert!(compared > 0);
}
