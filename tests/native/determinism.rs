//! The same clip, network, settings and seed give the same bits with any number of threads, and the numbers of
//! `tests/fixtures/determinism.json` within the tolerance of `docs/DETERMINISM.md`. The browsers' suites run the same
//! attack and are held to the same file (`tests/e2e/determinism.spec.ts`, `tests/firefox`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use ciasa::attack::run::block_on;
use ciasa::attack::{Attack, AttackConfig, StepReport};
use ciasa::contract::Manifest;
use ciasa::format;
use ciasa::model::Recogniser;
use ciasa::skeleton::Sequence;
use serde_json::{Value, json};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn fixture() -> Value {
    serde_json::from_str(&std::fs::read_to_string(root("tests/fixtures/determinism.json")).unwrap()).unwrap()
}

fn clip(file: &str) -> Sequence {
    let bytes = std::fs::read(root("web/public/clips").join(file)).unwrap();
    format::read(&bytes, file).unwrap()
}

fn network(id: &str) -> Recogniser {
    let manifest = Manifest::parse(&std::fs::read_to_string(root("models/manifest.json")).unwrap()).unwrap();
    let entry = manifest.models.into_iter().find(|entry| entry.id == id).unwrap();
    let files: Vec<_> = entry.weights.iter().map(|w| std::fs::read(root("models").join(&w.file)).unwrap()).collect();
    Recogniser::load(entry, &files, &Device::flex()).unwrap()
}

/// The fixture's attack: its reports and the iterate that it returns.
fn attacked(case: &Value) -> (Vec<StepReport>, Vec<f32>) {
    let name = case["clip"].as_str().unwrap();
    let natural = case["natural"].as_array().unwrap().iter().map(|file| clip(file.as_str().unwrap()));
    let natural: Vec<Sequence> = natural.collect();
    let config: AttackConfig = serde_json::from_value(case["config"].clone()).unwrap();
    let network = Arc::new(network(case["model"].as_str().unwrap()));
    let mut attack = Attack::new(network, &clip(&format!("{name}.json")), &natural, config).unwrap();
    let mut reports = Vec::new();
    while reports.last().is_none_or(|report: &StepReport| report.done.is_none()) {
        reports.push(block_on(attack.step()).unwrap());
    }
    (reports, attack.perturbed().to_vec())
}

fn with_threads(threads: usize, case: &Value) -> (Vec<StepReport>, Vec<f32>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| attacked(case))
}

/// The figures of a report that the tolerance is for.
fn figures(report: &StepReport) -> Value {
    let losses = report.losses;
    json!({
        "total": losses.total, "prediction": losses.prediction, "smooth": losses.smooth,
        "adversarial": losses.adversarial, "discriminator": losses.discriminator, "pOriginal": report.p_original,
    })
}

#[test]
fn one_seed_gives_the_same_bits_with_any_number_of_threads_and_the_fixtures_numbers() {
    let mut case = fixture();
    let (reports, moved) = with_threads(1, &case);
    for threads in [2, 3] {
        let (others, other) = with_threads(threads, &case);
        let bits = |x: &[f32]| x.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&moved), bits(&other), "{threads} threads");
        assert_eq!(reports, others, "{threads} threads");
    }
    let every = case["every"].as_u64().unwrap() as usize;
    let sampled: Vec<f32> = moved.iter().copied().step_by(every).collect();
    if std::env::var_os("UPDATE_DETERMINISM").is_some() {
        case["steps"] = reports.iter().map(figures).collect();
        case["sampled"] = json!(sampled);
        let text = serde_json::to_string(&case).unwrap();
        std::fs::write(root("tests/fixtures/determinism.json"), format!("{text}\n")).unwrap();
        return;
    }
    let number = |value: &Value| value.as_f64().unwrap();
    let (coordinate, relative) = (number(&case["tolerance"]["coordinate"]), number(&case["tolerance"]["relative"]));
    let wanted: Vec<f64> = case["sampled"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(wanted.len(), sampled.len());
    let apart = wanted.iter().zip(&sampled).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
    println!("coordinates: at most {apart:.1e} apart from the fixture");
    assert!(apart <= coordinate, "{apart}");
    let steps = case["steps"].as_array().unwrap();
    assert_eq!(steps.len(), reports.len());
    for (want, report) in steps.iter().zip(&reports) {
        let have = figures(report);
        for (name, want) in want.as_object().unwrap() {
            let (have, want) = (number(&have[name]), number(want));
            assert!((have - want).abs() <= relative * want.abs().max(1e-3), "{name}: {have}, not {want}");
        }
    }
}
