//! Whole networks under the names that other publishers use: they are the networks under the usual names.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::checkpoint::{Answers, Opened};
use ciasa::contract::manifest::{Architecture, Preprocessing};
use ciasa::contract::weight_files::Stream;
use ciasa::model::agcn::AgcnConfig;
use ciasa::model::ctrgcn::CtrGcnConfig;
use ciasa::model::shift_gcn::ShiftGcnConfig;
use ciasa::model::stgcn::StGcnConfig;
use ciasa::model::stgcn_pp::StGcnPpConfig;
use ciasa::skeleton::{Graph, LayoutId};
use ciasa::weights::State;

use crate::support::{portable, portable_agcn, portable_branches, portable_shift_gcn, portable_stgcn, relative_l2};
use crate::torch_files::{safetensors, zipped};

const CLASSES: usize = 7;

/// A state dict under other names; None leaves an array out.
fn named(state: &State, name: impl Fn(&str) -> Option<String>) -> State {
    let mut new = State::new();
    for (key, array) in state.iter() {
        if let Some(name) = name(key) {
            new.insert(name, &array.shape, array.data.clone());
        }
    }
    new
}

fn opened(state: &State) -> Opened {
    Opened::read(&[("network.pth".to_owned(), zipped(state))]).unwrap()
}

fn logits(opened: &Opened, answers: Answers) -> Vec<f32> {
    let shape = [1, 3, 12, 25, 2];
    let x = Tensor::<5>::from_data(TensorData::new(portable("clip", &shape, 0.1, 0.9), shape), &Device::flex());
    opened.load(&answers, &Device::flex()).unwrap().logits(x).into_data().try_to_vec().unwrap()
}

fn raw() -> Answers {
    Answers { frames: Some(0), preprocessing: Some(Preprocessing::Raw), people: None, ..Answers::default() }
}

fn agcn(people: usize) -> State {
    portable_agcn(&AgcnConfig { layout: LayoutId::Ntu, classes: CLASSES, people, stream: Stream::Joint })
}

fn stgcn() -> State {
    portable_stgcn(&StGcnConfig::published(LayoutId::Ntu, CLASSES))
}

#[test]
fn agcn_as_its_author_released_it() {
    let state = agcn(2);
    let theirs = named(&state, |key| {
        let key = key.replace(".down.", ".conv_res.");
        Some(match key.split_once('.') {
            Some((block, rest)) if block.starts_with('l') => format!("{block}a.{rest}"),
            _ => key,
        })
    });
    assert!(theirs.contains("l1a.gcn1.conv_res.0.weight") && !theirs.contains("l1.gcn1.PA"));
    assert_eq!(logits(&opened(&theirs), raw()), logits(&opened(&state), raw()));
}

#[test]
fn st_gcn_as_mmaction2_0_names_it() {
    let state = stgcn();
    let mut theirs = named(&state, |key| {
        Some(match key.strip_prefix("fcn.") {
            Some(rest) => format!("cls_head.fc.{rest}"),
            None => format!("backbone.{key}"),
        })
    });
    theirs.insert("backbone.A", &[3, 25, 25], Graph::stgcn(LayoutId::Ntu.layout()).subsets.concat());
    assert_eq!(logits(&opened(&theirs), raw()), logits(&opened(&state), raw()));
}

/// The name that pyskl gives an array of ST-GCN.
fn pyskl(key: &str) -> String {
    if let Some(i) = key.strip_prefix("edge_importance.") {
        return format!("backbone.gcn.{i}.gcn.PA");
    }
    if let Some(rest) = key.strip_prefix("fcn.") {
        return format!("cls_head.fc_cls.{rest}");
    }
    let key = key.replace("st_gcn_networks.", "backbone.gcn.");
    let parts = [
        (".tcn.0.", ".gcn.bn."),
        (".tcn.2.", ".tcn.conv."),
        (".tcn.3.", ".tcn.bn."),
        (".residual.0.", ".residual.conv."),
        (".residual.1.", ".residual.bn."),
    ];
    let key = parts.iter().fold(key, |key, (ours, theirs)| key.replace(ours, theirs));
    if key.starts_with("data_bn.") { format!("backbone.{key}") } else { key }
}

#[test]
fn st_gcn_as_pyskl_and_mmaction2_1_name_it() {
    let state = stgcn();
    let graph = Graph::stgcn(LayoutId::Ntu.layout()).subsets.concat();
    let mut theirs = named(&state, |key| Some(pyskl(key)));
    (0..10).for_each(|i| theirs.insert(format!("backbone.gcn.{i}.gcn.A"), &[3, 25, 25], graph.clone()));
    // pyskl's head is a matrix.
    let head = theirs.take("cls_head.fc_cls.weight").unwrap();
    theirs.insert("cls_head.fc_cls.weight", &[CLASSES, 256], head.data.clone());
    let found = opened(&theirs);
    let entry = &found.identified().entry;
    assert_eq!((entry.architecture, entry.preprocessing), (Architecture::StGcn, Preprocessing::Pyskl));
    assert_eq!((entry.frames, entry.people), (100, 2));
    let asked: Vec<_> = found.identified().questions.iter().map(|q| q.id).collect();
    assert_eq!(asked, ["stream", "people", "preprocessing", "frames"]);
    let wanted = logits(&opened(&state), raw());
    assert!(relative_l2(&logits(&found, raw()), &wanted) < 1e-5);

    // MMAction2 1.x differs in the name of the head.
    let theirs = named(&theirs, |key| Some(key.replace("cls_head.fc_cls.", "cls_head.fc.")));
    assert!(relative_l2(&logits(&opened(&theirs), raw()), &wanted) < 1e-5);

    // Another graph gives another answer: the file's is used.
    let mut other = named(&theirs, |key| Some(key.to_owned()));
    other.insert("backbone.gcn.3.gcn.A", &[3, 25, 25], graph.iter().map(|a| a * 0.5).collect());
    assert!(relative_l2(&logits(&opened(&other), raw()), &wanted) > 1e-3);
    // Without learned importance the graph counts alone.
    let bare = named(&theirs, |key| (!key.ends_with(".PA")).then(|| key.to_owned()));
    assert!(relative_l2(&logits(&opened(&bare), raw()), &wanted) > 1e-3);
}

#[test]
fn st_gcn_pp_and_ctr_gcn_are_named_by_their_keys() {
    let config = StGcnPpConfig { layout: LayoutId::Ntu, classes: CLASSES };
    let state = portable_branches("stgcnpp", config.keys());
    let theirs = named(&state, |key| {
        Some(if key.starts_with("fc_cls") { format!("cls_head.{key}") } else { format!("backbone.{key}") })
    });
    let found = opened(&theirs);
    let entry = &found.identified().entry;
    assert_eq!((entry.architecture, entry.preprocessing), (Architecture::StGcnPp, Preprocessing::Pyskl));
    let mmaction = named(&theirs, |key| Some(key.replace("cls_head.fc_cls.", "cls_head.fc.")));
    assert_eq!(logits(&opened(&mmaction), raw()), logits(&found, raw()));

    let config = CtrGcnConfig { layout: LayoutId::Ntu, classes: CLASSES, people: 2 };
    let mut state = portable_branches("ctrgcn", config.keys());
    state.insert("l1.gcn1.bn.num_batches_tracked", &[], vec![3.0]);
    let found = opened(&state);
    let entry = &found.identified().entry;
    assert_eq!((entry.architecture, entry.preprocessing), (Architecture::CtrGcn, Preprocessing::CtrGcn));
    assert_eq!((entry.frames, entry.people), (64, 2));
    state.take("l4.tcn1.branches.2.4.bias");
    let error = Opened::read(&[("net.pt".to_owned(), zipped(&state))]).unwrap_err().to_string();
    assert_eq!(error, "net.pt: missing from this CTR-GCN: \"l4.tcn1.branches.2.4.bias\"");
}

#[test]
fn four_files_are_the_streams_of_one_shift_gcn() {
    let config = ShiftGcnConfig { layout: LayoutId::Ntu, classes: CLASSES, people: 2 };
    let state = portable_shift_gcn(&config);
    let bytes = safetensors(&state);
    let single = |stream| {
        let opened = Opened::read(&[("weights.pt".to_owned(), bytes.clone())]).unwrap();
        logits(&opened, Answers { stream: Some(stream), ..raw() })
    };
    let streams = Stream::ALL.map(single);
    assert!((1..4).all(|i| relative_l2(&streams[i], &streams[0]) > 1e-3));
    let wanted: Vec<f32> = (0..CLASSES).map(|c| streams.iter().map(|s| s[c]).sum()).collect();
    let names = ["ntu_bone_motion.pt", "ntu_joint.pt", "ntu_joint_motion.pt", "ntu_bone.pt"];
    for names in [names, ["1.pt", "2.pt", "3.pt", "4.pt"]] {
        let opened = Opened::read(&names.map(|name| (name.to_owned(), bytes.clone()))).unwrap();
        assert!(opened.identified().questions.iter().all(|q| q.id != "stream"));
        assert!(relative_l2(&logits(&opened, raw()), &wanted) < 1e-5);
        let error = opened.load(&Answers { stream: Some(Stream::Bone), ..raw() }, &Device::flex()).unwrap_err();
        assert!(error.to_string().starts_with("stream: has no effect on several files"));
    }
    let named = Opened::read(&names.map(|name| (name.to_owned(), bytes.clone()))).unwrap();
    assert!(named.identified().summary.contains("\"ntu_bone_motion.pt\" is the bone motion stream"));
    // A single file's name says which it is.
    let one = Opened::read(&[("jm.pt".to_owned(), bytes.clone())]).unwrap();
    assert_eq!(logits(&one, raw()), streams[2]);
}
