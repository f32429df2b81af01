//! The experiments on small stand-ins: random networks and made clips.

use std::collections::HashSet;
use std::sync::Arc;

use ciasa::attack::{AttackConfig, Constraints, Done, Epsilon, Peer, Projection, Stop, Target, Victim};
use ciasa::contract::Flag;
use ciasa::contract::manifest::Architecture;
use ciasa::error::Error;
use ciasa::eval::experiments::{BONE, ENSEMBLE, Experiment, JOINT, ST_GCN, experiment};
use ciasa::eval::inputs::{Inputs, Model, Source};
use ciasa::eval::row::{NO_FLAG, Row};
use ciasa::eval::run::{Cost, run};
use ciasa::eval::schedule::{Amount, Only, Schedule, schedule};
use ciasa::eval::setting::{Preset, Protocol};
use ciasa::eval::table::{RowFile, merge};
use ciasa::eval::trial::attack;
use ciasa::eval::unit::Unit;
use ciasa::skeleton::{LayoutId, Sequence};

use crate::support::portable_recogniser;
use crate::toy::{CLASSES, Toy, clip};

const PROTOCOL: Protocol =
    Protocol { iterations: 3, hold: None, seed: 7, projection: Projection::Exact, preset: Preset::Paper };
const AMOUNT: Amount = Amount { few: 2, many: 4 };

/// An ST-GCN, a stream of 2s-AGCN and its ensemble, all random, and six made clips. There is no bone stream.
fn inputs() -> Inputs {
    let model =
        |id, architecture| Model::new(portable_recogniser(id, architecture, LayoutId::KinectV1, CLASSES), Some(0));
    let clips = (0..6).map(|i| (clip(LayoutId::KinectV1, 8, 1, false, 20 + i), i as usize % CLASSES)).collect();
    Inputs {
        models: vec![
            model(ST_GCN, Architecture::StGcn),
            model(JOINT, Architecture::AgcnJoint),
            model(ENSEMBLE, Architecture::Agcn),
        ],
        sources: vec![Source::of_gallery(clips)],
        ..Default::default()
    }
}

fn chosen(ids: &[&str]) -> Vec<&'static Experiment> {
    ids.iter().map(|id| experiment(id).unwrap()).collect()
}

fn planned(inputs: &Inputs, ids: &[&str], protocol: Protocol) -> Schedule {
    schedule(inputs, &chosen(ids), Only::default(), AMOUNT, protocol, &HashSet::new()).unwrap()
}

fn measured(inputs: &Inputs, units: &[Unit], threads: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    run(inputs, units, threads, |_, more| {
        rows.extend(more);
        Ok(())
    })
    .unwrap();
    timeless(rows)
}

/// The rows in order, without the time that they took.
fn timeless(rows: Vec<Row>) -> Vec<Row> {
    merge([rows]).unwrap().into_iter().map(|r| Row { seconds: 0.0, ..r }).collect()
}

#[test]
fn rows_depend_neither_on_threads_nor_on_shards() {
    let inputs = inputs();
    let ids = ["clean", "figure2", "table3", "ablation"];
    let all = planned(&inputs, &ids, PROTOCOL);
    assert!(all.skipped.iter().any(|s| s.contains(BONE)), "{:?}", all.skipped);
    let one = measured(&inputs, &all.units, 1);
    assert_eq!(one.len(), all.units.iter().map(Unit::rows).sum::<usize>());
    assert_eq!(measured(&inputs, &all.units, 3), one);
    // Two shards, taken apart as the command does.
    let (mut even, mut odd) = (Vec::new(), Vec::new());
    for (i, unit) in planned(&inputs, &ids, PROTOCOL).units.into_iter().enumerate() {
        if i % 2 == 0 { even.push(unit) } else { odd.push(unit) }
    }
    let both = [measured(&inputs, &even, 2), measured(&inputs, &odd, 2)].concat();
    assert_eq!(timeless(both), one);
}

#[test]
fn an_attack_that_several_experiments_ask_for_runs_once_and_is_judged_by_each_model() {
    let inputs = inputs();
    let schedule = planned(&inputs, &["table1", "table3", "peers", "ablation"], PROTOCOL);
    // CIASA with 3 % of the body's height, on two clips: the ST-GCN's verdict for four experiments, and those of two
    // others for table3 and peers.
    let shared: Vec<&Unit> = schedule.units.iter().filter(|u| u.model == 0 && u.experiments().count() == 4).collect();
    assert_eq!(shared.len(), 2);
    for unit in shared {
        let rows = unit.work(&inputs).unwrap();
        let of = |e: &str| rows.iter().filter(|r| r.experiment == e).map(|r| r.judge.as_str()).collect::<Vec<_>>();
        assert_eq!((of("table1"), of("ablation")), (vec![ST_GCN], vec![ST_GCN]));
        assert_eq!(of("table3"), [ST_GCN, JOINT, ENSEMBLE]);
        assert_eq!(of("peers"), [ST_GCN, JOINT, ENSEMBLE]);
        for row in &rows {
            let own = row.judge == ST_GCN;
            // Only the attacked model has seen the iterates before the last.
            assert_eq!(row.best.is_some(), own);
            assert_eq!(row.hit, row.target.as_ref().map(|t| row.predicted == *t));
            assert_eq!(row.fooled, row.predicted != row.clean);
            assert!(!own || row.best >= row.hit);
        }
    }
}

#[test]
fn with_a_stop_rule_the_iterate_that_is_judged_is_the_one_that_held() {
    let clip = clip(LayoutId::KinectV1, 8, 1, false, 3);
    let config = |stop| AttackConfig {
        target: Target::Untargeted,
        epsilon: Epsilon::Global(0.4),
        iterations: 100,
        constraints: Constraints { clip: true, ..Constraints::NONE },
        stop,
        ..Default::default()
    };
    let toy = Arc::new(Toy::new(LayoutId::KinectV1));
    let trial = |stop| attack(toy.clone(), &clip, &[], Peer::Pgd.apply(config(stop))).unwrap();
    let said = |clip: &Sequence| {
        let logits = toy.logits(ciasa::model::clip_tensor(clip, toy.device()));
        logits.argmax(1).into_scalar::<i64>() as usize
    };
    let held = trial(Stop::Confidence { confidence: f32::MIN_POSITIVE, hold: 3 });
    assert_eq!(held.last.done, Some(Done::Held));
    // The pass that ended it moved nothing more; it and the two before it saw the goal met.
    assert_eq!(held.updates, held.last.iteration - 1);
    assert!(held.first.is_some_and(|first| first + 2 <= held.updates));
    assert!(said(&held.clip) != held.last.original && said(&held.clip) == held.last.predicted);
    // Without the rule it is the last of all, and it was first fooled at the same place.
    let whole = trial(Stop::Iterations);
    assert_eq!((whole.updates, whole.first), (100, held.first));
    assert_ne!(whole.clip.data(), held.clip.data());
}

#[test]
fn a_run_that_was_cut_off_goes_on_where_it_was() {
    let inputs = inputs();
    let path = std::env::temp_dir().join(format!("ciasa-eval-{}.csv", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let go = |limit: usize| {
        let mut table = RowFile::open(&path).unwrap();
        let schedule =
            schedule(&inputs, &chosen(&["figure2"]), Only::default(), AMOUNT, PROTOCOL, &table.keys()).unwrap();
        let mut left = limit;
        let result = run(&inputs, &schedule.units, 2, |_, rows| {
            table.append(rows)?;
            left -= 1;
            if left == 0 { Err(Error::device("the power went")) } else { Ok(()) }
        });
        (schedule.units.len(), result, table)
    };
    let (all, result, table) = go(5);
    assert!(result.is_err());
    drop(table);
    // The last line is torn.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    let (left, result, table) = go(usize::MAX);
    assert_eq!((left, result), (all - 4, Ok(())));
    let rows = timeless(table.finish().unwrap());
    assert_eq!(rows, measured(&inputs, &planned(&inputs, &["figure2"], PROTOCOL).units, 1));
    assert_eq!(timeless(ciasa::eval::table::read(&path).unwrap()), rows);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn what_is_missing_is_left_out_and_said() {
    let inputs = inputs();
    let schedule = planned(&inputs, &["openpose", "table1"], PROTOCOL);
    assert!(
        schedule.skipped.iter().any(|s| s.starts_with("utd-mhad-openpose-st-gcn in openpose")),
        "{:?}",
        schedule.skipped
    );
    assert!(schedule.units.iter().all(|u| u.experiments().eq(["table1"])));
    let homeless = Inputs {
        models: vec![Model::new(portable_recogniser(ST_GCN, Architecture::StGcn, LayoutId::KinectV1, CLASSES), None)],
        ..Default::default()
    };
    let schedule = planned(&homeless, &["table1"], PROTOCOL);
    assert!(schedule.units.is_empty() && schedule.skipped.iter().any(|s| s.contains("no clips")));
}

#[test]
fn a_cost_is_told_before_anything_starts() {
    let inputs = inputs();
    let schedule = planned(&inputs, &["ablation"], PROTOCOL);
    let cost = Cost::measure(&inputs, &schedule.units[0]).unwrap();
    assert!(cost.forward > 0.0 && cost.step > 0.0 && cost.game >= 0.0);
    let longer = planned(&inputs, &["ablation"], Protocol { iterations: 30, ..PROTOCOL });
    assert!(cost.of(&longer.units[0]) > cost.of(&schedule.units[0]));
}

#[test]
fn the_smallest_epsilon_is_in_the_row_and_its_clip_within_it() {
    let inputs = inputs();
    let rows = measured(&inputs, &planned(&inputs, &["smallest"], PROTOCOL).units, 2);
    assert_eq!(rows.len(), 2 * 2);
    assert!(rows.iter().any(|r| r.smallest.is_some()));
    for row in &rows {
        assert_eq!(row.success(), row.smallest.is_some(), "{}", row.setting);
        match row.smallest {
            Some(epsilon) => assert!(row.linf <= epsilon * (1.0 + 1e-4), "{} is beyond {epsilon}", row.linf),
            None => assert_eq!(row.linf, 0.0),
        }
    }
    // With the paper's projection no epsilon holds.
    let paper = planned(&inputs, &["smallest"], Protocol { projection: Projection::Paper, ..PROTOCOL });
    assert!(paper.units.is_empty() && paper.skipped.iter().any(|s| s.contains("--projection exact")));
}

#[test]
fn the_last_iterate_and_the_indicators_stand_beside_the_returned_one() {
    let inputs = inputs();
    let rows = measured(&inputs, &planned(&inputs, &["ablation"], PROTOCOL).units, 2);
    assert!(rows.iter().all(|r| r.last.is_some() && r.last <= r.best));
    // A few steps of 1 cm with nothing but an epsilon of 3 cm leave the loss falling or the clip at its bound.
    assert!(rows.iter().any(|r| r.doubtful() == Some(true)));
    let known = |name: &str| name == NO_FLAG || Flag::parse(name).is_some();
    assert!(rows.iter().all(|r| r.flags.split(' ').all(known)));
}

#[test]
fn only_the_settings_that_are_named_are_measured() {
    let inputs = inputs();
    let only = Only { settings: &["e=3%".into()], ..Only::default() };
    let plan = schedule(&inputs, &chosen(&["table1"]), only, AMOUNT, PROTOCOL, &HashSet::new()).unwrap();
    let rows = measured(&inputs, &plan.units, 2);
    assert!(rows.len() == 2 && rows.iter().all(|r| r.setting == "e=3%"));
}
