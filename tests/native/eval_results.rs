//! The rows that the repository keeps are what the command measures today.

use std::path::{Path, PathBuf};
use std::process::Command;

use ciasa::eval::row::Row;
use ciasa::eval::table::read;

use crate::support::data_dir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs `ciasa eval` with these arguments and gives its rows.
fn measured(name: &str, args: &[&str]) -> Vec<Row> {
    let out = std::env::temp_dir().join(format!("ciasa-results-{name}-{}.csv", std::process::id()));
    let _ = std::fs::remove_file(&out);
    let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let output = run.current_dir(root()).arg("eval").args(args).arg("--out").arg(&out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = read(&out).unwrap();
    std::fs::remove_file(&out).unwrap();
    rows
}

/// Another processor rounds differently, and a few steps of an attack amplify it; labels and their margins stay.
fn assert_kept(experiment: &str, rows: &[Row]) {
    let file = root().join(format!("docs/results/{experiment}.csv"));
    let kept = read(&file).unwrap();
    let close = |a: f32, b: f32, share: f32| (a - b).abs() <= share * a.abs().max(b.abs()) + 1e-6;
    for row in rows {
        let place = format!("{} {}, clip {}", row.model, row.setting, row.clip);
        let Some(was) = kept.iter().find(|k| k.key() == row.key()) else {
            panic!(
                "{place}: {} has no such row; were the weights trained anew? Measure again: ciasa eval",
                file.display()
            );
        };
        assert_eq!((&row.label, &row.clean, &row.target), (&was.label, &was.clean, &was.target), "{place}");
        assert_eq!((row.used, &row.constraints, row.epsilon), (was.used, &was.constraints, was.epsilon), "{place}");
        assert!((row.confidence - was.confidence).abs() < 0.03, "{place}: {} was {}", row.confidence, was.confidence);
        // Where two classes are nearly equal, either may be said.
        if was.confidence > 0.53 {
            assert_eq!((&row.predicted, row.hit, row.fooled), (&was.predicted, was.hit, was.fooled), "{place}");
        }
        for (now, then, share) in [
            (row.linf, was.linf, 0.1),
            (row.mean_displacement, was.mean_displacement, 0.03),
            (row.acceleration_change, was.acceleration_change, 0.1),
        ] {
            assert!(close(now, then, share), "{place}: {now} was {then}");
        }
    }
}

#[test]
fn made_clips_give_the_rows_that_are_kept() {
    let rows = measured("gallery", &["gallery", "--projection", "paper"]);
    assert_eq!(rows.len(), 6);
    assert_kept("gallery", &rows);
}

#[test]
fn one_step_on_real_clips_gives_the_rows_that_are_kept() {
    if data_dir("data/utd_mhad.npz").is_none() {
        return;
    }
    let rows = measured("figure2", &["figure2", "--only", "utd-mhad-st-gcn", "--one-step-clips", "3"]);
    assert_eq!(rows.len(), 3 * 8);
    assert_kept("figure2", &rows);
}

#[test]
fn page_and_plots_are_what_the_kept_rows_make() {
    let out = std::env::temp_dir().join(format!("ciasa-report-{}", std::process::id()));
    let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let output = run.current_dir(root()).args(["eval", "report", "--out"]).arg(&out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |path: PathBuf| std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stale = "is not what the rows make: ciasa eval report";
    assert!(text(out.join("RESULTS.md")) == text(root().join("docs/RESULTS.md")), "docs/RESULTS.md {stale}");
    let plots: Vec<_> = std::fs::read_dir(out.join("results")).unwrap().map(Result::unwrap).collect();
    assert!(!plots.is_empty(), "no plot was drawn");
    for plot in plots {
        let kept = root().join("docs/results").join(plot.file_name());
        assert!(text(plot.path()) == text(kept.clone()), "{} {stale}", kept.display());
    }
    std::fs::remove_dir_all(&out).unwrap();
}
