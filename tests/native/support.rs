//! Shared by the tests: golden files, portable random weights, distances.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ciasa::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
use ciasa::model::Recogniser;
use ciasa::model::agcn::{AgcnConfig, Stream};
use ciasa::model::ctrgcn::CtrGcnConfig;
use ciasa::model::efficient_gcn::EfficientGcnConfig;
use ciasa::model::shift_gcn::ShiftGcnConfig;
use ciasa::model::stgcn::StGcnConfig;
use ciasa::model::stgcn_pp::StGcnPpConfig;
use ciasa::skeleton::LayoutId;
use ciasa::weights::State;

/// A golden file of the repository.
pub fn golden(name: &str) -> State {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name);
    State::from_safetensors(&std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// The data directory, where there is one; tests that need it say so and end.
pub fn data_dir(needed: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("CIASA_DATA").map(PathBuf::from).filter(|d| d.join(needed).exists());
    if dir.is_none() {
        eprintln!("skipped: CIASA_DATA names no directory with {needed} in it");
    }
    dir
}

/// `|a - b| / |b|`
pub fn relative_l2(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sq = |it: &mut dyn Iterator<Item = f64>| it.map(|v| v * v).sum::<f64>().sqrt();
    let diff = sq(&mut a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    diff / sq(&mut b.iter().map(|b| f64::from(*b)))
}

/// Values of an array made from its name alone, the same on every machine: splitmix64 seeded with the name's FNV-1a
/// hash.
pub fn portable(name: &str, shape: &[usize], lo: f64, hi: f64) -> Vec<f32> {
    let seed =
        name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    (0..shape.iter().product::<usize>() as u64)
        .map(|i| {
            let mut z = seed.wrapping_add((i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            let u = (z >> 40) as f64 / f64::from(1u32 << 24);
            (lo + (hi - lo) * u) as f32
        })
        .collect()
}

/// Portable weights of an ST-GCN, by the rules of the golden files' README.
pub fn portable_stgcn(config: &ciasa::model::stgcn::StGcnConfig) -> State {
    let mut state = State::new();
    for (key, shape) in config.keys() {
        let fan_in = shape[1..].iter().product::<usize>() as f64;
        let uniform = |a: f64| (-(a / fan_in).sqrt(), (a / fan_in).sqrt());
        let (lo, hi) = match key.as_str() {
            k if k.starts_with("edge_importance") => (0.5, 1.5),
            k if k.ends_with("running_mean") => (-0.2, 0.2),
            "data_bn.running_var" => (0.02, 0.1),
            k if k.ends_with("running_var") => (0.5, 2.0),
            k if k.ends_with("bias") => (-0.15, 0.15),
            k if k.ends_with("weight") && shape.len() == 1 => (0.5, 1.4),
            "fcn.weight" => uniform(12.0),
            k if k.ends_with("gcn.conv.weight") => uniform(6.0),
            _ => uniform(3.0),
        };
        let data = portable(&key, &shape, lo, hi);
        state.insert(key, &shape, data);
    }
    state
}

/// Portable weights of one 2s-AGCN stream, by the rules of the golden files' README.
pub fn portable_agcn(config: &ciasa::model::agcn::AgcnConfig) -> State {
    let mut state = State::new();
    for (key, shape) in config.keys() {
        let fan_in = shape[1..].iter().product::<usize>() as f64;
        let uniform = |a: f64| (-a / fan_in.sqrt(), a / fan_in.sqrt());
        let (lo, hi) = match key.as_str() {
            k if k.ends_with(".PA") => (-0.05, 0.05),
            "fc.weight" => (-(0.6f64 / 256.0).sqrt(), (0.6f64 / 256.0).sqrt()),
            k if k.ends_with("running_mean") => (-0.2, 0.2),
            "data_bn.running_var" => (0.02, 0.1),
            k if k.ends_with("running_var") => (0.5, 2.0),
            k if k.ends_with("bias") => (-0.15, 0.15),
            k if k.ends_with("weight") && shape.len() == 1 => (0.5, 1.4),
            k if k.contains(".conv_d.") => uniform(0.38 * 3f64.sqrt()),
            k if k.contains(".conv_a.") || k.contains(".conv_b.") => uniform(0.7 * 3f64.sqrt()),
            _ => uniform(3f64.sqrt()),
        };
        let data = portable(&format!("agcn.{key}"), &shape, lo, hi);
        state.insert(key, &shape, data);
    }
    state
}

/// Portable weights of a Shift-GCN: its shifts along the joints as published, those in time up to three frames.
pub fn portable_shift_gcn(config: &ShiftGcnConfig) -> State {
    let v = config.layout.layout().len();
    let mut state = State::new();
    for (key, shape) in config.keys() {
        let fan_in = shape[1..].iter().product::<usize>() as f64;
        let uniform = |a: f64| (-(a / fan_in).sqrt(), (a / fan_in).sqrt());
        let moved = |step: usize| {
            let c = shape[0] / v;
            (0..shape[0]).map(|i| ((i + step * (i % c) * c) % shape[0]) as f32).collect::<Vec<_>>()
        };
        let (lo, hi) = match key.as_str() {
            k if k.ends_with(".shift_in") => {
                state.insert(key, &shape, moved(1));
                continue;
            }
            k if k.ends_with(".shift_out") => {
                state.insert(key, &shape, moved(v - 1));
                continue;
            }
            k if k.ends_with(".ypos") => (-3.0, 3.0),
            k if k.ends_with("Feature_Mask") => (-0.5, 0.5),
            k if k.ends_with("Linear_weight") => (-(3.0 / shape[0] as f64).sqrt(), (3.0 / shape[0] as f64).sqrt()),
            k if k.ends_with("running_mean") => (-0.2, 0.2),
            "data_bn.running_var" => (0.02, 0.1),
            k if k.ends_with("running_var") => (0.5, 2.0),
            k if k.ends_with("bias") => (-0.15, 0.15),
            k if k.ends_with("weight") && shape.len() == 1 => (0.5, 1.4),
            _ => uniform(3.0),
        };
        let data = portable(&format!("shift.{key}"), &shape, lo, hi);
        state.insert(key, &shape, data);
    }
    state
}

/// Portable weights of an EfficientGCN-B0. Its edges stay near 1, so that activations stay in range.
pub fn portable_efficient_gcn(config: &EfficientGcnConfig) -> State {
    let mut state = State::new();
    for (key, shape) in config.keys() {
        let fan_in = shape[1..].iter().product::<usize>() as f64;
        let (lo, hi) = match key.as_str() {
            k if k.ends_with(".A") => (0.0, 0.08),
            k if k.ends_with(".edge") => (0.5, 1.5),
            k if k.ends_with("running_mean") => (-0.2, 0.2),
            k if k.ends_with("running_var") => (0.5, 2.0),
            k if k.ends_with("bias") => (-0.15, 0.15),
            k if k.ends_with("weight") && shape.len() == 1 => (0.5, 1.4),
            _ => (-(3.0 / fan_in).sqrt(), (3.0 / fan_in).sqrt()),
        };
        let data = portable(&format!("efficient.{key}"), &shape, lo, hi);
        state.insert(key, &shape, data);
    }
    state
}

/// Portable weights of ST-GCN++ and CTR-GCN, by the rule of `tests/golden/branches.py`.
pub fn portable_branches(prefix: &str, keys: Vec<(String, Vec<usize>)>) -> State {
    let mut state = State::new();
    for (key, shape) in keys {
        let bound = (3.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
        let (lo, hi) = match key.as_str() {
            k if k.ends_with(".A") || k.ends_with(".PA") => (-0.05, 0.15),
            k if k.ends_with(".alpha") => (0.5, 1.0),
            k if k.ends_with("running_mean") => (-0.2, 0.2),
            "data_bn.running_var" => (0.02, 0.1),
            k if k.ends_with("running_var") => (0.5, 2.0),
            k if k.ends_with("bias") => (-0.15, 0.15),
            k if k.ends_with("weight") && shape.len() == 1 => (0.5, 1.4),
            k if k.ends_with("conv3.weight") => (-0.08 * bound, 0.08 * bound),
            _ => (-bound, bound),
        };
        let data = portable(&format!("{prefix}.{key}"), &shape, lo, hi);
        state.insert(key, &shape, data);
    }
    state
}

/// A network with portable random weights, which takes 8 frames of one person.
pub fn portable_recogniser(id: &str, architecture: Architecture, layout: LayoutId, classes: usize) -> Recogniser {
    let agcn = |stream| portable_agcn(&AgcnConfig { layout, classes, people: 1, stream });
    let states = match architecture {
        Architecture::AgcnJoint => vec![agcn(Stream::Joint)],
        Architecture::AgcnBone => vec![agcn(Stream::Bone)],
        Architecture::Agcn => vec![agcn(Stream::Joint), agcn(Stream::Bone)],
        Architecture::ShiftGcn => vec![portable_shift_gcn(&ShiftGcnConfig { layout, classes, people: 1 })],
        Architecture::StGcn => vec![portable_stgcn(&StGcnConfig::published(layout, classes))],
        Architecture::EfficientGcn => vec![portable_efficient_gcn(&EfficientGcnConfig { layout, classes })],
        Architecture::StGcnPp => vec![portable_branches("stgcnpp", StGcnPpConfig { layout, classes }.keys())],
        Architecture::CtrGcn => {
            vec![portable_branches("ctrgcn", CtrGcnConfig { layout, classes, people: 1 }.keys())]
        }
    };
    let file = |i: usize| WeightFile {
        file: format!("{i}"),
        bytes: 0,
        sha256: format!("{i}{i}{i}{i}"),
        stream: None,
        heads: false,
    };
    let entry = ModelEntry {
        id: id.into(),
        name: "random weights".into(),
        architecture,
        layout,
        classes: (1..=classes).map(|c| format!("class {c}")).collect(),
        people: 1,
        frames: 8,
        preprocessing: Preprocessing::Raw,
        weights: (0..states.len()).map(file).collect(),
        accuracy: Accuracy { top1: 0.0, clips: 0 },
        split: String::new(),
        data: String::new(),
        licence: String::new(),
        retrain: String::new(),
    };
    Recogniser::from_states(entry, &states, &Device::flex()).unwrap()
}
