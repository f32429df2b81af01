//! Small valid inputs of each parser: from our writers, and the fixtures of other tests.

use ciasa::contract::messages::ClipHead;
use ciasa::contract::{AttackConfig, Done, Losses, Metrics, Peer, Ranked, StepReport};
use ciasa::format::result_file::{self, ResultFile};
use ciasa::format::{self, Format};
use ciasa::skeleton::LayoutId;
use ciasa::weights::State;

use crate::targets::{network_header, toy};
use crate::torch_files::{legacy, safetensors, zipped};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/", $name)).to_vec()
    };
}

/// The seeds of a target.
pub fn of(name: &str) -> Vec<Vec<u8>> {
    match name {
        "clip-json" => own(),
        "clip-kinetics" => vec![fixture!("juggling.json")],
        "clip-ucla" => vec![ucla()],
        "clip-mediapipe" => mediapipe(),
        "clip-openpose" => openpose(),
        "clip-ntu" => vec![fixture!("S001C001P001R001A058.skeleton"), ntu()],
        "clip-bvh" => vec![fixture!("wave.bvh")],
        "many-npy" => vec![fixture!("cases/clips_NCTVM.npy"), short_npy()],
        "many-npz" => vec![fixture!("cases/clips_ctrgcn.npz"), fixture!("cases/clips_ctrgcn_compressed.npz")],
        "many-pickle" => vec![
            fixture!("cases/clips_pyskl_protocol2.pkl"),
            fixture!("cases/clips_pyskl_protocol4.pkl"),
            fixture!("cases/clips_pyskl_protocol5.pkl"),
            fixture!("cases/clips_list_protocol3.pkl"),
        ],
        "many-labels" => vec![fixture!("cases/clips_label.pkl")],
        "result" => results(),
        "weights-safetensors" => {
            vec![safetensors(&small()), small().to_safetensors_16().unwrap(), small().to_safetensors_8().unwrap()]
        }
        "weights-zip" => {
            vec![zipped(&small()), fixture!("cases/bystanders_protocol2.pt"), fixture!("cases/big_endian.pt")]
        }
        "weights-legacy" => vec![legacy(&small())],
        "weights-numpy" => vec![
            fixture!("cases/numpy_protocol2.pkl"),
            fixture!("cases/numpy_protocol4.pkl"),
            fixture!("cases/numpy_protocol5.pkl"),
        ],
        "network" => vec![network_header().to_vec()],
        "class-names" => vec![b"a\nb\nc\nd\ne\nf\ng".to_vec(), br#"["a","b","c","d","e","f","g"]"#.to_vec()],
        "manifest" => vec![manifest()],
        "settings" => settings(),
        "messages" => messages(),
        "training" => vec![
            include_bytes!("../../models/utd-mhad-st-gcn.json").to_vec(),
            include_bytes!("../../models/utd-mhad-agcn.json").to_vec(),
        ],
        "rows-csv" => vec![rows(), b"file,label\na.json,wave\nb.json,clap\n".to_vec()],
        _ => panic!("{name} has no seeds"),
    }
}

fn own() -> Vec<Vec<u8>> {
    let layouts = [LayoutId::KinectV1, LayoutId::Ntu, LayoutId::OpenPose18, LayoutId::H36m17];
    let made = layouts.into_iter().enumerate().map(|(i, layout)| {
        let mut clip = toy::clip(layout, 2, 1 + i % 2, i % 2 == 1, 5 + i as u64);
        clip.label = (i != 3).then(|| "wave".to_owned());
        format::write(&clip, Format::Clip)
    });
    made.flatten().chain([fixture!("wave.json")]).collect()
}

fn ntu() -> Vec<u8> {
    format::write(&toy::clip(LayoutId::Ntu, 2, 2, true, 7), Format::NtuSkeleton).unwrap()
}

fn ucla() -> Vec<u8> {
    let joint = |frame: usize, j: usize| format!("[{}, {}, 2.5]", 0.01 * frame as f32, 0.08 * j as f32);
    let frame = |frame: usize| format!("[{}]", (0..20).map(|j| joint(frame, j)).collect::<Vec<_>>().join(", "));
    format!("{{\"file_name\": \"a01_s01_e00_v01\", \"skeletons\": [{}, {}]}}", frame(0), frame(1)).into_bytes()
}

/// With an attack of one step, and without one.
fn results() -> Vec<Vec<u8>> {
    let clip = toy::clip(LayoutId::KinectV1, 2, 1, false, 3);
    let report = |settings: &str, attack: &str| {
        format!(
            r#"{{"format": "ciasa-result", "version": 1, "name": "wave", "settings": "{settings}", "network": "net",
            "attack": {attack}}}"#
        )
    };
    let attack = serde_json::json!({
        "config": AttackConfig::default(),
        "classes": ["clap", "wave"],
        "reports": [StepReport {
            iteration: 1,
            losses: Losses::default(),
            predicted: 1,
            original: 0,
            target: Some(1),
            p_original: 0.25,
            p_target: Some(0.75),
            top: vec![Ranked { index: 1, p: 0.75 }],
            figures: Metrics::default(),
            yielded_frames: 0,
            fooled: true,
            done: Some(Done::Held),
            gradient: 0.5,
            distance: None,
            outcome: None,
        }],
        "end": Done::Held,
        "probabilities": [0.25, 0.75],
    });
    let moved = clip.data().iter().map(|v| v + 1e-3).collect();
    [(report("eps=0.03", &attack.to_string()), Some(moved)), (report("", "null"), None)]
        .into_iter()
        .map(|(head, attacked)| result_file::write(&ResultFile { head, clip: clip.clone(), attacked }, &[]).unwrap())
        .collect()
}

/// The fixture, and one with its first frames only.
fn mediapipe() -> Vec<Vec<u8>> {
    let whole: Vec<u8> = fixture!("mediapipe.json");
    let mut value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    let frames = match &mut value {
        serde_json::Value::Array(frames) => Some(frames),
        value => value.as_object_mut().unwrap().values_mut().find_map(|v| v.as_array_mut()),
    };
    frames.unwrap().truncate(1);
    vec![serde_json::to_vec(&value).unwrap(), whole]
}

fn openpose() -> Vec<Vec<u8>> {
    let frame: Vec<u8> = fixture!("cases/openpose_frame.json");
    let empty = b"{\"version\": 1.3, \"people\": []}".to_vec();
    vec![[frame.clone(), frame.clone()].join(&0x1e), [frame.clone(), empty, frame].join(&0x1e)]
}

/// Version 1 of the format, one frame of one Kinect body: (3, 1, 20, 1).
fn short_npy() -> Vec<u8> {
    let header = format!("{:<117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1, 20, 1), }");
    let values = (0..60).flat_map(|i| (0.02 * i as f32).to_le_bytes());
    b"\x93NUMPY\x01\x00\x76\x00".iter().copied().chain(header.bytes()).chain(values).collect()
}

fn small() -> State {
    let mut state = State::new();
    state.insert("fc.weight", &[2, 3], vec![1.0, -2.0, 0.5, 4.0, 0.25, 8.0]);
    state.insert("fc.bias", &[2], vec![0.5, 1.5]);
    state.insert("n", &[], vec![3.0]);
    state
}

/// Its first network.
fn manifest() -> Vec<u8> {
    let mut value: serde_json::Value = serde_json::from_slice(include_bytes!("../../models/manifest.json")).unwrap();
    value["models"].as_array_mut().unwrap().truncate(1);
    serde_json::to_vec_pretty(&value).unwrap()
}

fn settings() -> Vec<Vec<u8>> {
    let every = Peer::ALL.map(|peer| serde_json::to_vec(&peer.apply(AttackConfig::default())).unwrap());
    let by_hand: [&[u8]; 3] = [
        br#"{"target": {"kind": "class", "index": 2}, "epsilon": 0.1, "stop": {"kind": "iterations"}}"#,
        br#"{"method": "adam", "prediction": {"kind": "margin", "kappa": 0.5}, "joints": [3, 4], "seed": 7}"#,
        br#"{"projection": "paper", "constraints": {"clip": true, "realign": false, "plausible": true}}"#,
    ];
    every.into_iter().chain(by_hand.map(<[u8]>::to_vec)).collect()
}

fn messages() -> Vec<Vec<u8>> {
    let clip = ClipHead { layout: LayoutId::Ntu, fps: 30.0, frames: 2, people: 1, label: Some("wave".into()) };
    let by_hand: [&[u8]; 4] = [
        br#"{"stream":"bone","order":"utd-mhad","people":2,"preprocessing":"raw","frames":64,"classNames":"a\nb"}"#,
        br#"{"logits":1e-6,"gradient":1e-5,"tolerance":0.001,"ok":true,"gpuMs":3.5,"cpuMs":4.5}"#,
        br#"{"top":[{"index":1,"p":0.75}]}"#,
        br#"{"kind":"cpu","name":"x","reason":"y","software":false,"parity":null}"#,
    ];
    let made = [serde_json::to_vec(&clip).unwrap(), serde_json::to_vec(&AttackConfig::default()).unwrap()];
    made.into_iter().chain(by_hand.map(<[u8]>::to_vec)).collect()
}

/// Header and two rows of a table of results.
fn rows() -> Vec<u8> {
    let table = include_str!("../../docs/results/table1.csv");
    table.lines().take(3).map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}
