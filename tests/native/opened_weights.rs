//! Weight files of other projects: recognised, asked about and loaded; hostile files are refused.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::attack::run::block_on;
use ciasa::checkpoint::class_names::class_names;
use ciasa::checkpoint::{Answers, Opened};
use ciasa::contract::manifest::{Architecture, Preprocessing};
use ciasa::model::Recogniser;
use ciasa::model::agcn::{AgcnConfig, Stream};
use ciasa::model::shift_gcn::ShiftGcnConfig;
use ciasa::model::stgcn::StGcnConfig;
use ciasa::skeleton::{Graph, LayoutId, Sequence};
use ciasa::weights::State;
use ciasa::weights::joint_order::{JointOrder, reordered};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{data_dir, portable, portable_agcn, portable_shift_gcn, portable_stgcn, relative_l2};
use crate::torch_files::{legacy, safetensors, zipped};

fn file(name: &str, state: &State) -> (String, Vec<u8>) {
    (name.to_owned(), safetensors(state))
}

fn open(state: &State) -> Opened {
    Opened::read(&[file("net.pt", state)]).unwrap()
}

fn refused(state: &State) -> String {
    Opened::read(&[file("net.pt", state)])
        .map(|o| o.load(&Answers::default(), &Device::flex()))
        .map_or_else(|e| e.to_string(), |loaded| loaded.map(|_| String::new()).unwrap_or_else(|e| e.to_string()))
}

fn asked(opened: &Opened) -> Vec<&'static str> {
    opened.identified().questions.iter().map(|q| q.id).collect()
}

fn stgcn(layout: LayoutId, classes: usize) -> State {
    portable_stgcn(&StGcnConfig::published(layout, classes))
}

fn agcn(layout: LayoutId, classes: usize, people: usize) -> State {
    portable_agcn(&AgcnConfig { layout, classes, people, stream: Stream::Joint })
}

fn shift(layout: LayoutId, classes: usize, people: usize) -> State {
    portable_shift_gcn(&ShiftGcnConfig { layout, classes, people })
}

/// A shape and its values; None: no such array.
type Change<'a> = Option<(&'a [usize], Vec<f32>)>;

/// The same arrays but for some, which are replaced, added, or left out.
fn changed(state: &State, changes: &[(&str, Change<'_>)]) -> State {
    let mut new = State::new();
    for (key, array) in state.iter().filter(|(key, _)| changes.iter().all(|c| c.0 != *key)) {
        new.insert(key, &array.shape, array.data.clone());
    }
    for (key, array) in changes {
        if let Some((shape, data)) = array {
            new.insert(*key, shape, data.clone());
        }
    }
    new
}

fn clip(layout: LayoutId, people: usize) -> Tensor<5> {
    let l = layout.layout();
    let shape = [1, l.channels(), 12, l.len(), people];
    Tensor::from_data(TensorData::new(portable("clip", &shape, 0.1, 0.9), shape), &Device::flex())
}

fn logits(model: &Recogniser, x: Tensor<5>) -> Vec<f32> {
    model.logits(x).into_data().try_to_vec().unwrap()
}

#[test]
fn each_network_is_told_by_its_keys() {
    let opened = open(&stgcn(LayoutId::Ntu, 60));
    let entry = &opened.identified().entry;
    assert_eq!(
        (entry.architecture, entry.layout, entry.people, entry.frames),
        (Architecture::StGcn, LayoutId::Ntu, 2, 300)
    );
    assert_eq!((entry.preprocessing, entry.classes[22].as_str()), (Preprocessing::Padded, "hand waving"));
    assert_eq!(asked(&opened), ["people", "preprocessing", "frames"]);

    let opened = open(&stgcn(LayoutId::OpenPose18, 400));
    let entry = &opened.identified().entry;
    assert_eq!((entry.layout, entry.preprocessing), (LayoutId::OpenPose18, Preprocessing::Kinetics));
    assert_eq!((entry.classes.len(), entry.classes[399].as_str()), (400, "class 400"));

    let opened = open(&agcn(LayoutId::Ntu, 60, 2));
    let entry = &opened.identified().entry;
    assert_eq!((entry.architecture, entry.people), (Architecture::AgcnJoint, 2));
    assert_eq!((entry.preprocessing, entry.accuracy.clips), (Preprocessing::Agcn, 0));
    assert_eq!(asked(&opened), ["stream", "preprocessing", "frames"]);
    assert_eq!(opened.identified().summary, "2s-AGCN, NTU RGB+D (Kinect v2), 25 joints, 2 people, 60 classes");

    let opened = open(&shift(LayoutId::KinectV1, 27, 1));
    let entry = &opened.identified().entry;
    assert_eq!((entry.architecture, entry.layout, entry.people), (Architecture::ShiftGcn, LayoutId::KinectV1, 1));
    assert_eq!((entry.preprocessing, entry.frames), (Preprocessing::Centred, 64));
    assert_eq!(asked(&opened), ["stream", "order", "preprocessing", "frames"]);
    assert_eq!(open(&stgcn(LayoutId::Hdm05, 11)).identified().entry.layout, LayoutId::Hdm05);
}

#[test]
fn every_format_gives_the_same_network() {
    let state = shift(LayoutId::Ntu, 5, 2);
    // As training programs save it: with counters, behind a prefix, wrapped.
    let counted = changed(&state, &[("l1.tcn1.bn.num_batches_tracked", Some((&[], vec![7.0])))]);
    let of = |bytes: Vec<u8>| {
        let opened = Opened::read(&[("a.pt".to_owned(), bytes)]).unwrap();
        let answers = Answers { frames: Some(0), ..Answers::default() };
        logits(&opened.load(&answers, &Device::flex()).unwrap(), clip(LayoutId::Ntu, 1))
    };
    let plain = of(safetensors(&state));
    assert_eq!(of(legacy(&counted)), plain);
    assert_eq!(of(zipped(&counted)), plain);
    let mut prefixed = State::new();
    state
        .iter()
        .for_each(|(key, array)| prefixed.insert(format!("net.backbone.{key}"), &array.shape, array.data.clone()));
    assert_eq!(of(safetensors(&prefixed)), plain);
}

#[test]
fn published_shift_gcn_gives_the_golden_logits() {
    const FILE: &str = "weights/ntu_ShiftGCN_joint_xview.pt";
    let Some(dir) = data_dir(FILE) else { return };
    let opened =
        Opened::read(&[("ntu_ShiftGCN_joint_xview.pt".to_owned(), std::fs::read(dir.join(FILE)).unwrap())]).unwrap();
    assert_eq!(opened.identified().summary, "Shift-GCN, NTU RGB+D (Kinect v2), 25 joints, 2 people, 60 classes");
    assert_eq!(opened.identified().entry.preprocessing, Preprocessing::Agcn);
    // The case goes straight into the network.
    let answers = Answers { preprocessing: Some(Preprocessing::Raw), frames: Some(0), ..Answers::default() };
    let model = opened.load(&answers, &Device::flex()).unwrap();
    let case =
        State::from_safetensors(&std::fs::read(dir.join("golden/shift_gcn_case_T64.safetensors")).unwrap()).unwrap();
    let shape = [1, 3, 64, 25, 2];
    let x = Tensor::from_data(TensorData::new(case.get("x0", &shape).unwrap().to_vec(), shape), &Device::flex());
    let error = relative_l2(&logits(&model, x), case.get("logits", &[1, 60]).unwrap());
    println!("relative L2 {error:.2e}");
    assert!(error < 1e-4);
}

#[test]
fn two_files_are_the_streams_of_one_ensemble() {
    let (joint, bone) = (agcn(LayoutId::Ntu, 4, 1), {
        let state = agcn(LayoutId::Ntu, 4, 1);
        changed(&state, &[("fc.bias", Some((&[4], vec![0.5, -0.5, 0.25, 0.0])))])
    });
    let device = Device::flex();
    let x = || clip(LayoutId::Ntu, 1);
    let answers = |stream| Answers { stream: Some(stream), frames: Some(0), ..Answers::default() };
    let single = |state: &State, stream| logits(&open(state).load(&answers(stream), &device).unwrap(), x());
    let sum = |a: Vec<f32>, b: Vec<f32>| a.iter().zip(&b).map(|(a, b)| a + b).collect::<Vec<_>>();
    let wanted = sum(single(&joint, Stream::Joint), single(&bone, Stream::Bone));

    let both = |files: [(String, Vec<u8>); 2], answers: &Answers| {
        let model = Opened::read(&files).unwrap().load(answers, &device).unwrap();
        assert_eq!(model.entry.architecture, Architecture::Agcn);
        (logits(&model, x()), model.entry.weights.iter().map(|w| w.file.clone()).collect::<Vec<_>>())
    };
    let bare = Answers { frames: Some(0), ..Answers::default() };
    let (found, order) = both([file("a-bone.pt", &bone), file("a-joint.pt", &joint)], &bare);
    assert_eq!((order, &found), (vec!["a-joint.pt".to_owned(), "a-bone.pt".to_owned()], &wanted));
    // Where names say nothing, the first is the joint stream, unless somebody says otherwise.
    assert_eq!(both([file("1.pt", &joint), file("2.pt", &bone)], &bare).0, wanted);
    assert_eq!(both([file("1.pt", &bone), file("2.pt", &joint)], &answers(Stream::Bone)).0, wanted);

    let error = |files: &[(String, Vec<u8>)]| Opened::read(files).unwrap_err().to_string();
    let other = file("s.pt", &shift(LayoutId::Ntu, 4, 1));
    assert!(error(&[file("1.pt", &joint), other.clone()]).contains("streams of one 2s-AGCN"));
    assert!(error(&[file("1.pt", &joint), file("2.pt", &agcn(LayoutId::Ntu, 5, 1))]).contains("4 classes"));
    assert!(error(&[file("1.pt", &joint), file("2.pt", &joint), file("3.pt", &joint)]).contains("3 files"));
    let mut five = vec![other; 5];
    assert!(error(&five).contains("5 files"));
    // Four are the four streams of Shift-GCN.
    five.truncate(4);
    assert!(Opened::read(&five).is_ok());
    assert!(error(&[]).contains("0 files"));
}

#[test]
fn joints_in_another_order_are_brought_into_ours() {
    let device = Device::flex();
    let mut state = shift(LayoutId::KinectV1, 6, 1);
    // PyTorch counts batches beside each normalisation.
    state.insert("l1.gcn1.bn.num_batches_tracked", &[], vec![3.0]);
    state.insert("data_bn.num_batches_tracked", &[], vec![3.0]);
    let order = JointOrder::MsrAction3d.indices().unwrap();
    // As somebody would have trained it: joint order[j] of theirs is our joint j.
    let mut inverse = vec![0; 20];
    order.iter().enumerate().for_each(|(j, i)| inverse[*i] = j);
    let theirs = reordered(&state, &inverse).unwrap();
    assert_ne!(theirs, state);
    assert_eq!(reordered(&theirs, order).unwrap(), state);

    let raw = |order| Answers { preprocessing: Some(Preprocessing::Raw), frames: Some(0), order, ..Answers::default() };
    let load = |state: &State, answers: &Answers| open(state).load(answers, &device).unwrap();
    let x = clip(LayoutId::KinectV1, 1);
    let index: Vec<i32> = inverse.iter().map(|j| *j as i32).collect();
    let x_theirs = x.clone().select(3, Tensor::from_data(TensorData::new(index, [20]), &device));
    let wanted = logits(&load(&state, &raw(None)), x.clone());
    // Shift-GCN has no graph beside its weights: the network as it was trained, on a clip in its order.
    assert!(relative_l2(&logits(&load(&theirs, &raw(None)), x_theirs), &wanted) < 1e-5);
    assert!(relative_l2(&logits(&load(&theirs, &raw(Some(JointOrder::MsrAction3d))), x), &wanted) < 1e-5);
}

#[test]
fn a_graph_in_the_file_tells_the_order_or_that_it_is_not_ours() {
    let state = stgcn(LayoutId::KinectV1, 3);
    let graph = Graph::stgcn(LayoutId::KinectV1.layout()).subsets.concat();
    let with = |a: Vec<f32>| changed(&state, &[("A", Some((&[3, 20, 20], a)))]);
    assert!(!asked(&open(&with(graph.clone()))).contains(&"order"));
    assert!(asked(&open(&state)).contains(&"order"));

    let order = JointOrder::UtdMhad.indices().unwrap();
    let mut inverse = vec![0; 20];
    order.iter().enumerate().for_each(|(j, i)| inverse[*i] = j);
    let theirs = open(&reordered(&with(graph.clone()), &inverse).unwrap());
    assert!(!asked(&theirs).contains(&"order"));
    let answers = Answers { frames: Some(0), ..Answers::default() };
    let ours = open(&with(graph.clone())).load(&answers, &Device::flex()).unwrap();
    let x = || clip(LayoutId::KinectV1, 1);
    assert_eq!(logits(&theirs.load(&answers, &Device::flex()).unwrap(), x()), logits(&ours, x()));

    let other: Vec<f32> = graph.iter().map(|a| a * 0.5).collect();
    assert!(refused(&with(other)).starts_with("net.pt, \"A\": is not the graph of the layout kinect-v1"));
}

#[test]
fn answers_are_checked() {
    let state = shift(LayoutId::Ntu, 3, 2);
    let error = |answers: Answers| open(&state).load(&answers, &Device::flex()).unwrap_err().to_string();
    let none = Answers::default;
    assert_eq!(error(Answers { frames: Some(1_000_000), ..none() }), "frames: must be 0 to 1000");
    let kinetics = Some(Preprocessing::Kinetics);
    assert_eq!(
        error(Answers { preprocessing: kinetics, ..none() }),
        "preprocessing: this one is not for the layout ntu"
    );
    assert_eq!(error(Answers { class_names: Some("a\nb".into()), ..none() }), "class names: 2 names for 3 classes");
    let people = open(&stgcn(LayoutId::Ntu, 3)).load(&Answers { people: Some(0), ..none() }, &Device::flex());
    assert_eq!(people.unwrap_err().to_string(), "people: must be 1 to 8");

    let named = Answers { class_names: Some("\u{feff}walk\r\n\n sit \nrun\n".into()), frames: Some(0), ..none() };
    assert_eq!(open(&state).load(&named, &Device::flex()).unwrap().entry.classes, ["walk", "sit", "run"]);
    assert_eq!(class_names(r#"["a", "b"]"#, 2).unwrap(), ["a", "b"]);
    assert!(class_names("a\na", 2).unwrap_err().to_string().contains("\"a\" is there twice"));
    assert!(class_names("[1]", 1).is_err() && class_names(&"x".repeat(300), 1).is_err());
}

#[test]
fn a_clip_that_memory_cannot_bear_and_an_answer_that_is_no_number_are_errors() {
    let seen = |recogniser: &Recogniser, frames: usize| {
        let clip = Sequence::new(LayoutId::Ntu, 30.0, frames, 1, vec![0.5; frames * 75]).unwrap();
        block_on(recogniser.recognise(&clip)).map_err(|e| e.to_string())
    };
    let answers = Answers { frames: Some(0), preprocessing: Some(Preprocessing::Raw), ..Answers::default() };
    let good = shift(LayoutId::Ntu, 3, 2);
    let recogniser = open(&good).load(&answers, &Device::flex()).unwrap();
    let refused = seen(&recogniser, 3001).unwrap_err();
    assert_eq!(refused, "clip: has 3001 frames; this network reads 3000 at most: cut the clip");
    assert!(seen(&recogniser, 4).is_ok());
    // Brought to so many frames first, a long clip is none any more.
    let short = open(&good).load(&Answers { frames: Some(8), ..answers.clone() }, &Device::flex()).unwrap();
    assert!(seen(&short, 3001).is_ok());

    let huge = changed(&good, &[("fc.weight", Some((&[3, 256], vec![f32::MAX; 3 * 256])))]);
    let recogniser = open(&huge).load(&answers, &Device::flex()).unwrap();
    assert!(
        seen(&recogniser, 4)
            .unwrap_err()
            .ends_with("the network gives a score that is not finite; its weights are damaged or do not fit")
    );
}

#[test]
fn hostile_files_get_an_error_that_names_the_key() {
    let good = shift(LayoutId::Ntu, 60, 2);
    let with = |key: &str, array: Change<'_>| refused(&changed(&good, &[(key, array)]));
    assert_eq!(with("l7.tcn1.bn2.bias", None), "net.pt: missing from this Shift-GCN: \"l7.tcn1.bn2.bias\"");
    assert_eq!(
        with("l3.gcn1.Linear_weight", Some((&[64, 65], vec![0.0; 64 * 65]))),
        "net.pt, \"l3.gcn1.Linear_weight\": has shape [64, 65] where [64, 64] is needed"
    );
    assert!(
        with("l3.gcn1.attention.weight", Some((&[1], vec![0.0])))
            .contains("a variant of it: \"l3.gcn1.attention.weight\"")
    );
    let mut nan = vec![0.0; 128];
    nan[5] = f32::NAN;
    assert_eq!(with("l5.tcn1.bn.bias", Some((&[128], nan))), "net.pt, \"l5.tcn1.bn.bias\": value 5 is NaN");
    let index = with("l2.gcn1.shift_in", Some((&[1600], vec![1600.0; 1600])));
    assert_eq!(index, "net.pt, \"l2.gcn1.shift_in\": 1600 is not an index into 1600 values");
    assert!(with("l2.tcn1.shift_in.ypos", Some((&[64], vec![1e30; 64]))).contains("is not an offset in frames"));
    assert!(with("l2.tcn1.shift_in.xpos", Some((&[64], vec![0.5; 64]))).contains("shifts by 0.5 along the joints"));
    assert!(
        with("data_bn.weight", Some((&[151], vec![0.0; 151])))
            .contains("\"data_bn.weight\": 151 values; one person has 75")
    );
    assert!(with("data_bn.weight", Some((&[7500], vec![0.0; 7500]))).contains("at most 8"));
    assert!(with("fc.weight", Some((&[0, 256], vec![]))).contains("\"fc.weight\": 0 classes"));
    let joints = with("l1.gcn1.Feature_Mask", Some((&[1, 16, 3], vec![0.0; 48])));
    assert!(joints.contains("16 joints; skeletons of 20, 25, 18, 31, 17, 33 are known"), "{joints}");

    let part = changed(&stgcn(LayoutId::Ntu, 60), &[("edge_importance.0", Some((&[1, 25, 25], vec![1.0; 625])))]);
    assert!(refused(&part).contains("\"edge_importance.0\": has shape [1, 25, 25]: a graph in other than 3 parts"));

    let mut other = State::new();
    (0..9).for_each(|i| other.insert(format!("layer{i}.weight"), &[1], vec![0.0]));
    let found = refused(&other);
    assert!(
        found.contains("\"edge_importance.0\" (ST-GCN)") && found.contains("\"layer4.weight\" and 4 more"),
        "{found}"
    );
    assert!(refused(&State::new()).contains("found no array"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_network_with_one_wrong_array_is_refused_by_its_name(
        which in any::<Index>(),
        how in 0u8..5,
        place in any::<Index>(),
    ) {
        let good = shift(LayoutId::Ntu, 60, 2);
        let (key, array) = good.iter().nth(which.index(good.iter().count())).unwrap();
        let mut data = array.data.clone();
        let place = place.index(data.len());
        let bad = match how {
            0 => None,
            1 => {
                data.push(0.0);
                Some((vec![data.len()], data))
            }
            2 => Some((Vec::new(), vec![0.0])),
            _ => {
                data[place] = if how == 3 { f32::NAN } else { f32::INFINITY };
                Some((array.shape.clone(), data))
            }
        };
        let bad = changed(&good, &[(key, bad.as_ref().map(|(shape, data)| (shape.as_slice(), data.clone())))]);
        let cause = refused(&bad);
        prop_assert!(cause.contains(&format!("{key:?}")) || cause.starts_with("net.pt: no network"), "{key}: {cause}");
    }
}
