//! The matrix, the walks and the certificates by the program: rows, a run that goes on, and refusals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ciasa::eval::certified::Certified;
use ciasa::eval::growing::read;
use ciasa::eval::matrix::row::{MatrixRow, Mode};
use ciasa::eval::queries::row::QueryRow;

use crate::support::data_dir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn ciasa(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ciasa")).current_dir(root()).args(args).output().unwrap()
}

fn refusal(args: &[&str]) -> String {
    let output = ciasa(args);
    assert!(!output.status.success(), "{args:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn each_attack_is_judged_behind_every_defence_and_goes_through_it() {
    if data_dir("data/utd_mhad.npz").is_none() {
        return;
    }
    let out = std::env::temp_dir().join(format!("ciasa-matrix-test-{}.csv", std::process::id()));
    let _ = std::fs::remove_file(&out);
    let run = |attacks: &str| {
        let victim = ["--victims", "utd-mhad-st-gcn-plain", "--clips", "1", "--iterations", "2", "--attacks", attacks];
        let defences = ["--defences", "none,smoothing,detector", "--epsilon", "0.03,0.05", "--out"];
        let args = [&["eval", "matrix"], &victim[..], &defences[..], &[out.to_str().unwrap()]].concat();
        let output = ciasa(&args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        read::<MatrixRow>(&out).unwrap()
    };
    let rows = run("pgd");
    // Two epsilons: bare, and each of two defences blindly and adaptively.
    assert_eq!(rows.len(), 2 * 5);
    let count = |mode: Mode| rows.iter().filter(|r| r.mode == mode).count();
    assert_eq!([Mode::Bare, Mode::Blind, Mode::Adaptive].map(count), [2, 4, 4]);
    assert!(rows.iter().all(|r| r.queries == 2 && r.flagged.is_some() && r.natural.is_some()));
    let blind = |r: &&MatrixRow| r.mode != Mode::Adaptive && r.share == "0.03";
    // One attack, three judges: what is measured of the clip is the same.
    let changes: Vec<f32> = rows.iter().filter(blind).map(|r| r.acceleration).collect();
    assert!(changes.len() == 3 && changes[0] > 0.0 && changes.iter().all(|a| *a == changes[0]), "{changes:?}");
    assert!(rows.iter().all(|r| r.constraints == "exact" && r.iterations == 2));
    // A further run adds what is not there. A part swap asks nothing, one step is one step.
    let more = run("fgsm,pgd,part-swap");
    assert_eq!(more.len(), 3 * rows.len());
    let asks = |attack: &str| more.iter().filter(|r| r.attack == attack).all(|r| r.iterations == 1);
    assert!(asks("fgsm") && asks("part-swap"));
    assert!(
        more.iter().all(|r| r.queries == ["part-swap", "fgsm", "pgd"].iter().position(|a| *a == r.attack).unwrap())
    );
    assert!(rows.iter().all(|row| more.contains(row)));
    std::fs::remove_file(&out).unwrap();
}

#[test]
fn the_cards_of_the_page_hold_the_rows_of_the_matrix() {
    let rows = read::<MatrixRow>(&root().join("docs/robustness/matrix.csv")).unwrap();
    let there = std::fs::read_to_string(root().join("web/src/generated/robustness.ts")).unwrap();
    let made = ciasa::eval::matrix::card::typescript(&rows);
    assert!(there == made, "web/src/generated/robustness.ts is out of date. Run: ciasa eval report");
    let page = std::fs::read_to_string(root().join("docs/ROBUSTNESS.md")).unwrap();
    assert!(
        page.contains(&format!("{} rows", rows.len())),
        "docs/ROBUSTNESS.md is out of date. Run: ciasa eval report"
    );
}

#[test]
fn certificates_are_printed_with_their_seed_and_written() {
    if data_dir("data/utd_mhad.npz").is_none() {
        return;
    }
    let out = std::env::temp_dir().join(format!("ciasa-certify-test-{}.csv", std::process::id()));
    let _ = std::fs::remove_file(&out);
    let run = |clips: &str| {
        let args = ["certify", "--model", "utd-mhad-st-gcn", "--draws", "24", "--attack", "1", "--attempts", "2"];
        let output = ciasa(&[&args[..], &["--clips", clips, "--out", out.to_str().unwrap()]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8_lossy(&output.stdout).into_owned(), read::<Certified>(&out).unwrap())
    };
    let (text, lines) = run("2");
    assert!(text.contains("24 draws, alpha 0.001, seed 1") && text.contains("certificates broken: 0"), "{text}");
    assert!(lines.len() == 2 && lines.iter().all(|l| l.attacks == if l.radius.is_some() { 2 } else { 0 }), "{lines:?}");
    let certified = lines.iter().filter(|l| l.radius.is_some()).count();
    let counts = format!("attacked within the radius: {} clips, from {certified} certificates", 2 * certified);
    assert!(certified > 0 && text.contains(&counts), "{text}");
    // What the file holds is not measured again; what is printed is about all clips that were asked for.
    let (text, more) = run("3");
    assert!(more.len() == 3 && lines.iter().all(|line| more.contains(line)), "{more:?}");
    assert!(text.contains("clips: 3;"), "{text}");
    std::fs::remove_file(&out).unwrap();
}

#[test]
fn a_walk_comes_nearer_with_each_query_and_is_not_walked_twice() {
    if data_dir("data/utd_mhad.npz").is_none() {
        return;
    }
    let out = std::env::temp_dir().join(format!("ciasa-queries-test-{}.csv", std::process::id()));
    let _ = std::fs::remove_file(&out);
    let run = || {
        let args = ["eval", "queries", "--victims", "utd-mhad-st-gcn-plain", "--clips", "2", "--queries", "120"];
        let output = ciasa(&[&args[..], &["--within", "0.05", "--out", out.to_str().unwrap()]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8_lossy(&output.stdout).into_owned(), read::<QueryRow>(&out).unwrap())
    };
    let (_, rows) = run();
    let clips: BTreeSet<usize> = rows.iter().map(|r| r.clip).collect();
    assert_eq!((clips.len(), rows.len()), (2, 2 * 5));
    for clip in clips {
        let walk: Vec<&QueryRow> = rows.iter().filter(|r| r.clip == clip).collect();
        assert_eq!(walk.iter().map(|r| r.queries).collect::<Vec<_>>(), [10, 20, 50, 100, 120]);
        let far = |r: &QueryRow| r.distance.unwrap_or(f32::INFINITY);
        assert!(walk.windows(2).all(|w| far(w[1]) <= far(w[0]) && w[0].asked <= w[1].asked), "{walk:?}");
        let last = walk[4];
        if last.clean_correct() {
            // What is returned has another class, and a walk ends early only where it is near enough.
            assert!(last.distance.is_none() || last.predicted != last.clean, "{last:?}");
            assert_eq!(last.asked < 120, far(last) <= 0.05 && last.asked != 120, "{last:?}");
        } else {
            assert!(last.asked == 0 && last.distance.is_none(), "{last:?}");
        }
    }
    assert!(rows.iter().any(|r| r.distance.is_some()), "{rows:?}");
    let (text, again) = run();
    assert!(text.contains("0 walks of 120 queries at most; the file holds 10 rows already"), "{text}");
    assert_eq!(again, rows);
    std::fs::remove_file(&out).unwrap();
}

#[test]
fn what_cannot_be_measured_is_refused_with_the_reason() {
    let matrix = |more: &[&str]| refusal(&[&["eval", "matrix", "--dry-run"], more].concat());
    assert!(matrix(&["--clips", "0"]).contains("--clips: must be at least 1"));
    assert!(matrix(&["--epsilon", "2"]).contains("--epsilon: 2 must be above 0 and at most 1"));
    assert!(matrix(&["--victims", "nobody"]).contains("nobody"));
    let queries = |more: &[&str]| refusal(&[&["eval", "queries", "--out", "/nowhere/q.csv"], more].concat());
    assert!(queries(&["--queries", "0"]).contains("--queries: must be at least 1"));
    assert!(queries(&["--within", "0"]).contains("--within: 0 must be above 0 and at most 1"));
    assert!(queries(&[]).contains("/nowhere/q.csv"));
    let certify = |more: &[&str]| refusal(&[&["certify", "--data", "nowhere"], more].concat());
    assert!(certify(&["--deviation", "0"]).contains("deviation: 0 must be above 0"));
    assert!(certify(&["--alpha", "0.7"]).contains("alpha: 0.7 must be above 0 and below 0.5"));
    assert!(certify(&["--attack", "2", "--answer", "0"]).contains("--answer, draws: 0 must be from 1 to 1000000"));
    assert!(certify(&["--attempts", "3"]).contains("--attack"));
    assert!(certify(&["--draws", "0"]).contains("draws: 0 must be from 1 to 1000000"));
    if data_dir("data/utd_mhad.npz").is_some() {
        let adaptive = matrix(&["--attacks", "pgd", "--adaptive", "fgsm"]);
        assert!(adaptive.contains("--adaptive: \"fgsm\" is none of the attacks of this run"), "{adaptive}");
        assert!(matrix(&["--attacks", "guess"]).contains("--attacks: there is no attack \"guess\" in the matrix"));
        assert!(matrix(&["--defences", "hope"]).contains("there is no defence \"hope\""));
    }
}
