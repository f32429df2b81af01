//! The experiments on clips and networks that the user names.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ciasa::attack::Projection;
use ciasa::contract::manifest::Architecture;
use ciasa::eval::experiments::experiment;
use ciasa::eval::inputs::{Inputs, Model, Named, Source};
use ciasa::eval::row::Row;
use ciasa::eval::run::{run, run_each};
use ciasa::eval::schedule::{Amount, Only, schedule};
use ciasa::eval::setting::{Preset, Protocol};
use ciasa::eval::table::read;
use ciasa::skeleton::LayoutId;

use crate::support::portable_recogniser;
use crate::toy::{CLASSES, clip};

fn named(i: usize) -> Named {
    Named {
        file: format!("clip-{i}.json"),
        clip: clip(LayoutId::KinectV1, 8, 1, false, 40 + i as u64),
        label: i % CLASSES,
    }
}

/// An ST-GCN and a stream of 2s-AGCN that are attacked, and another ST-GCN that only judges.
fn inputs() -> Inputs {
    let model =
        |id, architecture| Model::new(portable_recogniser(id, architecture, LayoutId::KinectV1, CLASSES), Some(0));
    let attacked = vec![model("one", Architecture::StGcn), model("two", Architecture::AgcnJoint)];
    let judging = vec![model("two", Architecture::AgcnJoint), model("three", Architecture::Agcn)];
    Inputs::given(attacked, judging, Source::of_files("mine", (0..3).map(named).collect(), Vec::new(), 1).unwrap())
}

fn rows(inputs: &Inputs, experiments: &[&str], preset: Preset) -> Vec<Row> {
    let protocol = Protocol { iterations: 4, hold: None, seed: 7, projection: Projection::Exact, preset };
    let chosen: Vec<_> = experiments.iter().map(|id| experiment(id).unwrap()).collect();
    let amount = Amount { few: 2, many: 2 };
    let plan = schedule(inputs, &chosen, Only::default(), amount, protocol, &HashSet::new()).unwrap();
    assert!(plan.skipped.is_empty(), "{:?}", plan.skipped);
    let mut rows = Vec::new();
    run(inputs, &plan.units, 2, |_, more| {
        rows.extend(more);
        Ok(())
    })
    .unwrap();
    rows
}

#[test]
fn each_network_is_attacked_and_judged_by_all() {
    let inputs = inputs();
    // The network that is named twice is one.
    assert_eq!((inputs.models.len(), inputs.given), (3, Some(2)));
    let rows = rows(&inputs, &["table3"], Preset::Paper);
    let pairs: HashSet<(&str, &str)> = rows.iter().map(|r| (r.model.as_str(), r.judge.as_str())).collect();
    assert_eq!(pairs.len(), 2 * 3);
    // Two settings on two clips.
    assert_eq!(rows.len(), 2 * 3 * 2 * 2);
    let hash = |id: &str| inputs.models.iter().find(|m| m.id() == id).unwrap().weights.clone();
    for row in &rows {
        assert_eq!((&row.weights, &row.judge_weights), (&hash(&row.model), &hash(&row.judge)));
        assert!(row.file.starts_with("clip-") && row.data.len() == 8 && row.dataset == "mine");
        assert_eq!((row.projection.as_str(), row.protocol.as_str()), ("exact", "paper"));
        assert!(row.epsilon_excess <= 1e-6, "{}", row.epsilon_excess);
    }
}

#[test]
fn robustbenchhar_judges_the_best_iterate_within_its_bound() {
    let inputs = inputs();
    let rows = rows(&inputs, &["table1", "peers"], Preset::RobustBenchHar);
    let own: Vec<&Row> = rows.iter().filter(|r| r.judge == r.model).collect();
    // One CIASA instead of nine epsilons, and twenty-two attacks, on two clips of two networks.
    assert_eq!(own.len(), 2 * 2 * (1 + 22));
    for row in own {
        assert_eq!((row.epsilon, row.protocol.as_str()), (Some(0.01), "robustbenchhar"));
        // Judged is the best one: if any iterate met the goal, the judged one does.
        assert_eq!(row.best, Some(row.hit.unwrap_or(row.fooled)), "{} {}", row.setting, row.file);
        assert!(row.linf <= 0.01 + 1e-6, "{} {}", row.setting, row.linf);
    }
}

#[test]
fn one_clip_has_no_other_to_learn_from() {
    let alone = |natural| Source::of_files("mine", vec![named(0)], natural, 1);
    assert!(alone(Vec::new()).err().unwrap().to_string().contains("--natural"));
    let with = alone(vec![named(1), named(2), named(0)]).unwrap();
    // The attacked clip is no natural one for itself, whatever its file is called.
    assert_eq!((with.test.len(), with.natural(0).len()), (1, 2));
    assert!(with.detector.is_some());
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs `ciasa eval figure2` on a folder of clips.
fn figure2(clips: &Path, more: &[&str], out: &Path) -> Output {
    let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    run.current_dir(root()).args(["eval", "figure2", "--network", "utd-mhad-st-gcn"]);
    run.arg("--clips").arg(clips).args(more).arg("--out").arg(out).output().unwrap()
}

fn timeless(path: &Path) -> Vec<Row> {
    read(path).unwrap().into_iter().map(|r| Row { seconds: 0.0, ..r }).collect()
}

#[test]
fn two_shards_make_the_rows_of_one_run_and_a_killed_one_goes_on() {
    let here = std::env::temp_dir().join(format!("ciasa-given-{}", std::process::id()));
    let clips = here.join("clips");
    std::fs::create_dir_all(clips.join("more")).unwrap();
    let gallery = |name: &str| root().join("web/public/clips").join(name);
    std::fs::copy(gallery("synthetic-wave-1.json"), clips.join("a.json")).unwrap();
    std::fs::copy(gallery("synthetic-clap-1.json"), clips.join("more/b.json")).unwrap();
    let whole = std::fs::read(gallery("synthetic-throw-1.json")).unwrap();
    std::fs::write(clips.join("torn.json"), &whole[..whole.len() / 2]).unwrap();
    let [one, first, second, both] = ["one.csv", "1.csv", "2.csv", "both.csv"].map(|name| here.join(name));

    let run = figure2(&clips, &["--project", "1000"], &one);
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{err}");
    assert!(err.contains("left out: torn.json: ") && err.contains("2 clips, 1 file left out"), "{err}");
    assert!(
        out.contains(" on this machine, with 8 attacks")
            && out.contains("1000 clips would take")
            && out.contains("64 machines")
    );
    let rows = timeless(&one);
    assert_eq!(rows.len(), 2 * 8);
    assert_eq!(rows.iter().map(|r| r.file.as_str()).collect::<HashSet<_>>(), HashSet::from(["a.json", "more/b.json"]));

    assert!(figure2(&clips, &["--shard", "1/2"], &first).status.success());
    assert!(figure2(&clips, &["--shard", "2/2"], &second).status.success());
    // The second one is killed in the middle of a line, and run again.
    let bytes = std::fs::read(&second).unwrap();
    let cut = &bytes[..bytes.len() - bytes.len() / 3];
    std::fs::write(&second, cut).unwrap();
    assert!(figure2(&clips, &["--shard", "2/2"], &second).status.success());
    let mut merge = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let merged = merge.args(["eval", "merge"]).args([&first, &second]).arg("--out").arg(&both).output().unwrap();
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    assert_eq!(timeless(&both), rows);

    let mut report = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let page =
        report.args(["eval", "report", "--rows"]).arg(&both).arg("--out").arg(here.join("page")).output().unwrap();
    assert!(page.status.success(), "{}", String::from_utf8_lossy(&page.stderr));
    for file in ["report.md", "report.html", "tables.tex", "plots/figure2.svg"] {
        assert!(here.join("page").join(file).exists(), "{file}");
    }
    std::fs::remove_dir_all(&here).unwrap();
}

/// A folder with clips of the gallery under these names.
fn folder(name: &str, clips: &[(&str, &str)]) -> PathBuf {
    let here = std::env::temp_dir().join(format!("ciasa-given-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&here);
    std::fs::create_dir_all(here.join("clips")).unwrap();
    for (to, from) in clips {
        std::fs::copy(root().join("web/public/clips").join(from), here.join("clips").join(to)).unwrap();
    }
    here
}

const WAVE: &str = "synthetic-wave-1.json";
const CLAP: &str = "synthetic-clap-1.json";
const THROW: &str = "synthetic-throw-1.json";

#[test]
fn an_attack_that_fails_is_named_and_the_others_are_done() {
    // The second clip's discriminator has no other clip to learn from.
    let source = Source::of_files("mine", (0..3).map(named).collect(), vec![named(1)], 1).unwrap();
    let network = portable_recogniser("one", Architecture::StGcn, LayoutId::KinectV1, CLASSES);
    let inputs = Inputs::given(vec![Model::new(network, Some(0))], Vec::new(), source);
    let protocol =
        Protocol { iterations: 1, hold: None, seed: 7, projection: Projection::Exact, preset: Preset::Paper };
    let amount = Amount { few: 3, many: 3 };
    let plan = schedule(&inputs, &[experiment("table1").unwrap()], Only::default(), amount, protocol, &HashSet::new())
        .unwrap();
    let (mut rows, mut failed) = (0, Vec::new());
    run_each(&inputs, &plan.units, 2, |at, result| {
        match result {
            Ok(more) => rows += more.len(),
            Err(e) => failed.push(format!("{}: {e}", plan.units[at].name(&inputs))),
        }
        Ok(())
    })
    .unwrap();
    assert!(!failed.is_empty() && failed.iter().all(|why| why.starts_with("clip-1.json, ")), "{failed:?}");
    assert_eq!((3 * failed.len(), rows + failed.len()), (plan.units.len(), plan.units.len()));
}

#[test]
fn a_run_with_failed_attacks_writes_the_others_and_says_so() {
    // Two copies of one clip: the discriminator of an attack with many steps has no other clip to learn from.
    let here = folder("failed", &[("a.json", WAVE), ("b.json", WAVE)]);
    let mut run = Command::new(env!("CARGO_BIN_EXE_ciasa"));
    let out = here.join("rows.csv");
    run.current_dir(root()).args(["eval", "figure2", "table1", "--iterations", "1", "--network", "utd-mhad-st-gcn"]);
    let run = run.arg("--clips").arg(here.join("clips")).arg("--out").arg(&out).output().unwrap();
    let err = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{err}");
    assert!(err.contains("failed: a.json, utd-mhad-st-gcn, table1 e="), "{err}");
    assert!(err.contains("needs natural clips") && err.contains(" attacks failed, for the reasons above"), "{err}");
    let rows = read(&out).unwrap();
    assert!(rows.len() >= 2 * 8 && rows.iter().all(|r| r.experiment == "figure2"), "{}", rows.len());
    std::fs::remove_dir_all(&here).unwrap();
}

#[test]
fn a_list_takes_a_part_of_the_clips() {
    let here = folder("split", &[("a.json", WAVE), ("b.json", CLAP), ("c.json", THROW)]);
    let (clips, list, out) = (here.join("clips"), here.join("list.txt"), here.join("rows.csv"));
    let with = |lines: &str| {
        std::fs::write(&list, lines).unwrap();
        let run = figure2(&clips, &["--split", list.to_str().unwrap()], &out);
        (run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    let (done, err) = with("# two of three\na\nc.json\nmissing\n");
    assert!(done && err.contains("--split: 1 of 3 lines name no clip that is here; the first is line 4, missing"));
    let files: HashSet<String> = read(&out).unwrap().into_iter().map(|r| r.file).collect();
    assert_eq!(files, HashSet::from(["a.json".into(), "c.json".into()]));
    let (done, err) = with("a\nb\na\n");
    assert!(!done && err.contains("--split, ") && err.contains("line 3: a is there twice, first in line 1"), "{err}");
    let (done, err) = with("x\ny\n");
    assert!(!done && err.contains("none of its 2 lines names a clip"), "{err}");
    // A name without an ending is a split of a file of many; these clips have none.
    let run = figure2(&clips, &["--split", "xsub_val"], &out);
    let err = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && err.contains("left out: a.json: is one clip, without splits"), "{err}");
    assert!(!figure2(&clips, &["--split", "gone.txt"], &out).status.success());
    std::fs::remove_dir_all(&here).unwrap();
}

#[test]
fn a_split_of_a_file_of_many_is_the_one_behind_the_mark() {
    let pkl = root().join("tests/fixtures/cases/clips_pyskl_protocol4.pkl");
    let out = std::env::temp_dir().join(format!("ciasa-given-{}-many.csv", std::process::id()));
    // The network reads another layout: each clip is named with the reason, so the names show what was taken.
    let said = |clips: &Path, more: &[&str]| String::from_utf8_lossy(&figure2(clips, more, &out).stderr).into_owned();
    let marked = PathBuf::from(format!("{}#xview_train", pkl.display()));
    let (by_option, by_mark) = (said(&pkl, &["--split", "xview_train"]), said(&marked, &[]));
    assert_eq!(by_option, by_mark);
    assert!(by_option.contains("pkl#S001C001P001R001A010: its layout is ntu"), "{by_option}");
    assert!(!by_option.contains("pkl#video") && said(&pkl, &[]).contains("pkl#video"));
    assert!(said(&marked, &["--split", "xview_train"]).contains("#xview_train chooses already"));
    assert!(said(&pkl, &["--split", "test"]).contains("there is no clip \"test\""));
    let _ = std::fs::remove_file(&out);
}

#[test]
fn clips_of_classes_above_the_networks_are_counted_and_left_out() {
    let here = folder("above", &[("a.json", WAVE), ("b.json", CLAP), ("c.json", THROW)]);
    let table = here.join("labels.csv");
    std::fs::write(&table, "file,label\na,1\nb,2\nc,61\n").unwrap();
    let run = figure2(&here.join("clips"), &["--labels", table.to_str().unwrap()], &here.join("rows.csv"));
    let err = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{err}");
    assert!(err.contains("--clips: 1 more left out, of classes above 27") && err.contains("c.json, class 61"), "{err}");
    assert_eq!(read(&here.join("rows.csv")).unwrap().len(), 2 * 8);
    std::fs::remove_dir_all(&here).unwrap();
}
