//! Gradients of the logits with respect to the clip, through preprocessing and network, against finite differences.

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::contract::manifest::{Accuracy, Architecture, ModelEntry, Preprocessing, WeightFile};
use ciasa::model::Recogniser;
use ciasa::model::agcn::{AgcnConfig, Stream};
use ciasa::model::ctrgcn::CtrGcnConfig;
use ciasa::model::efficient_gcn::EfficientGcnConfig;
use ciasa::model::shift_gcn::ShiftGcnConfig;
use ciasa::model::stgcn::StGcnConfig;
use ciasa::model::stgcn_pp::StGcnPpConfig;
use ciasa::skeleton::{LayoutId, Sequence};
use ciasa::weights::State;

use crate::support::{
    portable, portable_agcn, portable_branches, portable_efficient_gcn, portable_shift_gcn, portable_stgcn,
};
use crate::toy;

const CLASSES: usize = 5;

fn recogniser(
    architecture: Architecture,
    layout: LayoutId,
    preprocessing: Preprocessing,
    (people, frames): (usize, usize),
) -> Recogniser {
    of_streams(architecture, &[Stream::Joint], layout, preprocessing, (people, frames))
}

/// A network for each stream; their scores are added.
fn of_streams(
    architecture: Architecture,
    streams: &[Stream],
    layout: LayoutId,
    preprocessing: Preprocessing,
    (people, frames): (usize, usize),
) -> Recogniser {
    let agcn = |stream| portable_agcn(&AgcnConfig { layout, classes: CLASSES, people, stream });
    let states: Vec<State> = match architecture {
        Architecture::StGcn => vec![portable_stgcn(&StGcnConfig::published(layout, CLASSES))],
        Architecture::AgcnJoint => vec![agcn(Stream::Joint)],
        Architecture::AgcnBone => vec![agcn(Stream::Bone)],
        Architecture::Agcn => vec![agcn(Stream::Joint), agcn(Stream::Bone)],
        Architecture::ShiftGcn => {
            let state = portable_shift_gcn(&ShiftGcnConfig { layout, classes: CLASSES, people });
            vec![state; streams.len()]
        }
        Architecture::StGcnPp => {
            let state = portable_branches("stgcnpp", StGcnPpConfig { layout, classes: CLASSES }.keys());
            vec![state; streams.len()]
        }
        Architecture::CtrGcn => {
            let state = portable_branches("ctrgcn", CtrGcnConfig { layout, classes: CLASSES, people }.keys());
            vec![state; streams.len()]
        }
        Architecture::EfficientGcn => vec![portable_efficient_gcn(&EfficientGcnConfig { layout, classes: CLASSES })],
    };
    let weight = |i: usize| {
        let stream = streams.get(i).copied().filter(|_| architecture.files().1 == Stream::ALL.len());
        WeightFile { file: String::new(), bytes: 0, sha256: String::new(), stream, heads: false }
    };
    let entry = ModelEntry {
        id: "random".into(),
        name: String::new(),
        architecture,
        layout,
        classes: (0..CLASSES).map(|c| c.to_string()).collect(),
        people,
        frames,
        preprocessing,
        weights: (0..states.len()).map(weight).collect(),
        accuracy: Accuracy { top1: 0.0, clips: 0 },
        split: String::new(),
        data: String::new(),
        licence: String::new(),
        retrain: String::new(),
    };
    Recogniser::from_states(entry, &states, &Device::flex()).unwrap()
}

/// A weighted sum of the logits, as smooth as the network.
fn loss(model: &Recogniser, clip: &Sequence, data: Vec<f32>, tracked: bool) -> (Tensor<4>, Tensor<1>) {
    let l = clip.layout();
    let shape = [clip.frames(), clip.people(), l.len(), l.channels()];
    let device = if tracked { Device::flex().autodiff() } else { Device::flex() };
    let x = Tensor::<4>::from_data(TensorData::new(data, shape), &device);
    let x = if tracked { x.require_grad() } else { x };
    let logits = model.logits(x.clone().permute([3, 0, 2, 1]).unsqueeze());
    let weights =
        Tensor::<2>::from_data(TensorData::new(portable("loss", &[CLASSES], -1.0, 1.0), [1, CLASSES]), &device);
    (x, (logits * weights).sum())
}

fn norm(v: &[f32]) -> f32 {
    v.iter().map(|v| v * v).sum::<f32>().sqrt()
}

/// Central differences along the gradient itself and three fixed directions, which move only the joints that are in the
/// clip. ReLUs have kinks, so a difference is a mean slope: it agrees within a few percent of the gradient's size,
/// while a wrong term or factor is off by far more.
fn check(model: &Recogniser, clip: &Sequence, h: f32) {
    let (x, value) = loss(model, clip, clip.data().to_vec(), true);
    let gradient = x.grad(&value.backward()).unwrap().into_data().try_to_vec::<f32>().unwrap();
    assert!(gradient.iter().all(|g| g.is_finite()));
    let there: Vec<f32> = clip.data().iter().map(|v| if *v != 0.0 { 1.0 } else { 0.0 }).collect();
    let gradient: Vec<f32> = gradient.iter().zip(&there).map(|(g, t)| g * t).collect();
    let size = norm(&gradient);
    assert!(size > 1e-3, "there is no gradient to check");
    let wave = |f: f32| there.iter().enumerate().map(|(i, t)| t * (i as f32 * f + 1.0).sin()).collect::<Vec<_>>();
    for (i, direction) in [gradient.clone(), wave(0.37), wave(1.1), wave(2.9)].iter().enumerate() {
        let n = norm(direction);
        let at = |s: f32| {
            let moved = clip.data().iter().zip(direction).map(|(x, d)| x + s * d / n).collect();
            loss(model, clip, moved, false).1.into_scalar::<f32>()
        };
        let difference = (at(h) - at(-h)) / (2.0 * h);
        let slope: f32 = gradient.iter().zip(direction).map(|(g, d)| g * d / n).sum();
        println!("direction {i}: {difference} by differences, {slope} by gradient");
        assert!((difference - slope).abs() < 0.03 * size, "{difference} by differences, {slope} by gradient of {size}");
    }
}

/// Two people; the second one is present in a part of the clip.
fn ntu() -> Sequence {
    let clip = toy::clip(LayoutId::Ntu, 7, 2, false, 3);
    let mut data = clip.data().to_vec();
    let row = 25 * 3;
    for t in [0, 1, 6] {
        data[(t * 2 + 1) * row..(t * 2 + 2) * row].fill(0.0);
    }
    clip.with_data(data).unwrap()
}

#[test]
fn st_gcn() {
    let entry = |layout, preprocessing, people| recogniser(Architecture::StGcn, layout, preprocessing, (people, 12));
    check(&entry(LayoutId::Ntu, Preprocessing::Padded, 2), &ntu(), 2e-3);
    check(&entry(LayoutId::KinectV1, Preprocessing::Centred, 1), &toy::clip(LayoutId::KinectV1, 9, 1, false, 5), 2e-3);
    for preprocessing in [Preprocessing::Kinetics, Preprocessing::KineticsUp] {
        check(&entry(LayoutId::OpenPose18, preprocessing, 2), &toy::clip(LayoutId::OpenPose18, 8, 2, true, 7), 2e-3);
    }
}

#[test]
fn st_gcn_with_small_heads() {
    let layout = LayoutId::KinectV1;
    let mut entry = recogniser(Architecture::StGcn, layout, Preprocessing::Centred, (1, 12)).entry;
    entry.weights.push(WeightFile { heads: true, ..entry.weights[0].clone() });
    let network = portable_stgcn(&StGcnConfig::published(layout, CLASSES));
    let mut heads = State::new();
    let shapes = [("units.weight", vec![4, 16, 256]), ("units.bias", vec![4, 16])];
    for (key, shape) in
        shapes.into_iter().chain([("scores.weight", vec![4, CLASSES, 16]), ("scores.bias", vec![4, CLASSES])])
    {
        heads.insert(format!("heads.{key}"), &shape, portable(key, &shape, -0.2, 0.2));
    }
    let model = Recogniser::from_states(entry, &[network, heads], &Device::flex()).unwrap();
    check(&model, &toy::clip(layout, 9, 1, false, 5), 2e-3);
}

#[test]
fn agcn_joint_bone_and_ensemble() {
    for architecture in [Architecture::AgcnJoint, Architecture::AgcnBone, Architecture::Agcn] {
        check(&recogniser(architecture, LayoutId::Ntu, Preprocessing::Agcn, (2, 16)), &ntu(), 2e-3);
    }
}

#[test]
fn shift_gcn() {
    check(&recogniser(Architecture::ShiftGcn, LayoutId::Ntu, Preprocessing::Agcn, (2, 16)), &ntu(), 2e-3);
    check(&recogniser(Architecture::ShiftGcn, LayoutId::Ntu, Preprocessing::Raw, (2, 5)), &ntu(), 2e-3);
}

#[test]
fn shift_gcn_in_each_stream_and_all_four_together() {
    for stream in Stream::ALL {
        let model = of_streams(Architecture::ShiftGcn, &[stream], LayoutId::Ntu, Preprocessing::Agcn, (2, 16));
        check(&model, &ntu(), 5e-4);
    }
    let model = of_streams(Architecture::ShiftGcn, &Stream::ALL, LayoutId::Ntu, Preprocessing::Agcn, (2, 16));
    check(&model, &ntu(), 5e-4);
}

#[test]
fn st_gcn_pp_in_its_streams() {
    for streams in [&[Stream::Joint][..], &[Stream::BoneMotion], &Stream::ALL] {
        check(&of_streams(Architecture::StGcnPp, streams, LayoutId::Ntu, Preprocessing::Pyskl, (2, 16)), &ntu(), 1e-3);
    }
}

#[test]
fn ctr_gcn() {
    for streams in [&[Stream::Joint][..], &[Stream::Bone, Stream::JointMotion]] {
        // These weights make steep scores: a short way.
        check(&of_streams(Architecture::CtrGcn, streams, LayoutId::Ntu, Preprocessing::CtrGcn, (2, 16)), &ntu(), 1e-4);
    }
}

#[test]
fn efficient_gcn() {
    for preprocessing in [Preprocessing::Padded, Preprocessing::Agcn] {
        check(&recogniser(Architecture::EfficientGcn, LayoutId::Ntu, preprocessing, (2, 16)), &ntu(), 1e-3);
    }
}

#[test]
fn moving_the_first_frame_turns_the_whole_clip() {
    // Only the first frame moves. It affects the others through the rotation, which is differentiable too.
    let model = recogniser(Architecture::ShiftGcn, LayoutId::Ntu, Preprocessing::Agcn, (1, 0));
    let clip = toy::clip(LayoutId::Ntu, 16, 1, false, 11);
    let (x, value) = loss(&model, &clip, clip.data().to_vec(), true);
    let gradient = x.grad(&value.backward()).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let bone: Vec<usize> = [0, 4, 8].iter().flat_map(|j| j * 3..j * 3 + 3).collect();
    let size = bone.iter().map(|i| gradient[*i].powi(2)).sum::<f32>().sqrt();
    let at = |s: f32| {
        let mut moved = clip.data().to_vec();
        bone.iter().for_each(|i| moved[*i] += s * gradient[*i] / size);
        loss(&model, &clip, moved, false).1.into_scalar::<f32>()
    };
    let difference = (at(2e-3) - at(-2e-3)) / 4e-3;
    println!("{difference} by differences, {size} by gradient");
    assert!((difference - size).abs() < 0.03 * size);
}

#[test]
fn networks_with_noise_on_their_last_layer_begin_with_the_plain_one_and_have_its_gradients() {
    let layout = LayoutId::KinectV1;
    let model = of_streams(Architecture::Agcn, &[Stream::Joint, Stream::Bone], layout, Preprocessing::Agcn, (1, 16));
    let clip = toy::clip(layout, 16, 1, false, 3);
    let (draws, noise) = (3, 0.5);
    let shape = [clip.frames(), 1, 20, 3];
    let spread = |data: Vec<f32>, tracked: bool| {
        let device = if tracked { Device::flex().autodiff() } else { Device::flex() };
        let x = Tensor::<4>::from_data(TensorData::new(data, shape), &device);
        let x = if tracked { x.require_grad() } else { x };
        let input = x.clone().permute([3, 0, 2, 1]).unsqueeze();
        (x, model.logits(Tensor::clone(&input)), model.spread_logits(input, draws, noise, 7))
    };
    let (_, plain, all) = spread(clip.data().to_vec(), false);
    assert_eq!(all.dims(), [1, (1 + draws) * CLASSES]);
    let values = |t: Tensor<2>| t.into_data().try_to_vec::<f32>().unwrap();
    let (plain, all) = (values(plain), values(all));
    for (a, b) in plain.iter().zip(&all) {
        assert!((a - b).abs() < 1e-4 * a.abs().max(1.0), "{a} is not {b}");
    }
    // The draws differ from the network and from each other.
    for k in 1..=draws {
        assert_ne!(all[k * CLASSES..(k + 1) * CLASSES], all[..CLASSES]);
        assert_ne!(all[k * CLASSES..(k + 1) * CLASSES], all[(k - 1) * CLASSES..k * CLASSES]);
    }
    let weights = portable("noisy", &[(1 + draws) * CLASSES], -1.0, 1.0);
    let loss = |all: &[f32]| all.iter().zip(&weights).map(|(z, w)| z * w).sum::<f32>();
    let device = Device::flex().autodiff();
    let (x, _, tracked) = spread(clip.data().to_vec(), true);
    let weigh = Tensor::<2>::from_data(TensorData::new(weights.clone(), [1, weights.len()]), &device);
    let gradient = x.grad(&(tracked * weigh).sum().backward()).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let size = norm(&gradient);
    assert!(size > 1e-3);
    for f in [0.37_f32, 1.1] {
        let direction: Vec<f32> = (0..gradient.len()).map(|i| (i as f32 * f).sin() + gradient[i] / size).collect();
        let n = norm(&direction);
        let at = |s: f32| {
            let moved = clip.data().iter().zip(&direction).map(|(x, d)| x + s * d / n).collect();
            loss(&values(spread(moved, false).2))
        };
        let difference = (at(3e-3) - at(-3e-3)) / 6e-3;
        let slope: f32 = gradient.iter().zip(&direction).map(|(g, d)| g * d / n).sum();
        assert!((difference - slope).abs() < 0.05 * size, "{difference} by differences, {slope} by gradient");
    }
}
