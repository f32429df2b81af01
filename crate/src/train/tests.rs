#![allow(clippy::unwrap_used)]
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::adversary::Adversary;
use super::average::Average;
use super::example::Examples;
use super::layers::{Fixed, Pass, Start};
use super::network::Network;
use super::*;
use crate::contract::manifest::{Architecture, Preprocessing};
use crate::data::dataset::{Dataset, Kind, LabelledClip};
use crate::model::{Recogniser, clip_tensor};
use crate::skeleton::{LayoutId, Sequence};

/// Generated clips: each class swings other joints; subjects "1" to "3" train, "4" tests.
pub(super) fn made(kind: Kind, classes: usize, each: usize) -> Dataset {
    let layout = LayoutId::KinectV1.layout();
    let clip = |class: usize, i: usize| {
        let mut data = Vec::new();
        for t in 0..6 {
            for j in 0..layout.len() {
                let swing = if j % classes == class { 0.8 * (t as f32 * 0.9 + i as f32).sin() } else { 0.0 };
                // Every joint moves a little: the statistics of constant values converge slowly.
                let sway = |c: usize| 0.3 * (t as f32 * (1.0 + 0.1 * (j + c) as f32) + i as f32).sin();
                data.extend([(j as f32).sin() * 0.4 + sway(0), j as f32 * 0.08 + swing + sway(1), 3.0 + sway(2)]);
            }
        }
        let clip = Sequence::new(LayoutId::KinectV1, 30.0, 6, 1, data).unwrap();
        let subject = (i % 4 + 1).to_string();
        LabelledClip { clip, solid: None, label: class, subject, view: 0 }
    };
    let clips = (0..classes).flat_map(|c| (0..each).map(move |i| clip(c, i))).collect();
    Dataset { kind, classes: (0..classes).map(|c| format!("class {c}")).collect(), clips }
}

pub(super) fn config(architecture: &str, epochs: usize) -> TrainConfig {
    let json = format!(
        r#"{{"id": "made", "name": "Made", "architecture": "{architecture}", "dataset": "utd_mhad",
        "split": {{"crossSubject": ["1", "2", "3"]}}, "validation": ["3"], "frames": 6, "epochs": {epochs}, "batch": 4,
        "learningRate": 0.002, "weightDecay": 0.01, "dropout": 0.1, "labelSmoothing": 0.05, "averaging": 0.8, "seed": 3,
        "mirrored": [], "augment": {{"turn": 5, "tilt": 0, "shear": 0, "scale": 0, "bones": 0, "offset": 0,
        "jitter": 0.002, "crop": 0, "warp": 0}}, "citation": ""}}"#
    );
    TrainConfig::parse(&json).unwrap()
}

/// Number of values in a normalisation's statistics, by its published name, for N clips of T frames and 20 joints.
fn rows(key: &str, n: usize, t: usize) -> f32 {
    let digits: String = key.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let Ok(layer) = digits.parse::<usize>() else { return (n * t) as f32 };
    // Layers count from 0 in ST-GCN and from 1 in 2s-AGCN. The frames are halved within the fifth and the eighth.
    let layer = layer - usize::from(key.starts_with('l'));
    let before = ["tcn.0", "gcn1.bn", "gcn1.down"].iter().any(|part| key.contains(part));
    let halved = [4, 7].iter().filter(|&&at| layer > at || (layer == at && !before)).count();
    (n * (t >> halved) * 20) as f32
}

#[test]
fn the_frozen_network_with_a_batchs_statistics_is_the_trained_one() {
    let device = Device::flex().autodiff();
    let layout = LayoutId::KinectV1.layout();
    let (n, t) = (4, 16);
    for architecture in [Architecture::StGcn, Architecture::AgcnJoint, Architecture::AgcnBone] {
        let mut start = Start { device: &device, rng: Pcg64Mcg::seed_from_u64(2) };
        let model = Network::new(architecture, layout.id, 5, &mut start).unwrap();
        // Changes all weights, so that none keeps an initial value at which an error would not show.
        let mut weights = Average::new(&model.valid(), 0.5).unwrap();
        weights.values.iter_mut().flatten().for_each(|w| *w += start.rng.random_range(-0.05..0.05));
        let model = weights.fill(model);
        let graph = Fixed::new(architecture, layout, &device).unwrap();
        let mut pass = Pass { graph: &graph, dropout: 0.0, rng: Pcg64Mcg::seed_from_u64(0) };
        let values: Vec<f32> = (0..n * t * 60).map(|_| start.rng.random_range(-1.0..1.0)).collect();
        let x = Tensor::<4>::from_data(TensorData::new(values, [n, t, 20, 3]), &device);

        // Each pass moves the running statistics by a tenth towards the batch's, so two passes reveal the batch's.
        let mut passed = || (model.forward(x.clone(), &mut pass).inner(), model.state());
        let ((_, first), (trained, second)) = (passed(), passed());
        let mut state = second.clone();
        for key in second.keys().filter(|key| key.contains("running_")) {
            let shape = second.shape(key).unwrap();
            let rows = if key.ends_with("running_var") { rows(key, n, t) } else { f32::INFINITY };
            let pairs = first.get(key, shape).unwrap().iter().zip(second.get(key, shape).unwrap());
            // The running variance is unbiased; a batch is normalised by its biased one.
            let values = pairs.map(|(a, b)| (10.0 * b - 9.0 * a) * (1.0 - 1.0 / rows)).collect();
            state.insert(key, shape, values);
        }
        let mut entry = config("st-gcn", 1).entry(&made(Kind::UtdMhad, 5, 1));
        (entry.architecture, entry.preprocessing, entry.frames) = (architecture, Preprocessing::Raw, 0);
        let frozen = Recogniser::from_states(entry, &[state], &Device::flex()).unwrap();
        let frozen = frozen.logits(x.inner().permute([0, 3, 1, 2]).unsqueeze_dim(4));
        let norm = |t: Tensor<2>| t.square().sum().sqrt().into_scalar::<f32>();
        let error = norm(frozen - trained.clone()) / norm(trained);
        println!("{architecture:?}: relative L2 {error:.1e}");
        assert!(error < 1e-3, "{architecture:?}: {error}");
    }
}

#[test]
fn a_few_clips_are_learned_perfectly() {
    for architecture in ["st-gcn", "2s-agcn-bone"] {
        let data = made(Kind::UtdMhad, 2, 4);
        let config = TrainConfig { batch: 6, dropout: 0.0, ..config(architecture, 70) };
        let mut trainer = Trainer::new(&config, &data, false, &Device::flex()).unwrap();
        let log: Vec<Epoch> = (0..70).map(|_| trainer.epoch(|_| ()).unwrap()).collect();
        assert!(log[69].loss < 0.5 * log[0].loss, "{architecture}: {log:?}");
        let bytes = trainer.state().to_safetensors_16().unwrap();
        let recogniser = Recogniser::load(config.entry(&data), &[bytes], &Device::flex()).unwrap();
        let (training, _) = config.split.sides(&data);
        let result = evaluate(&recogniser, training.iter().map(|&i| &data.clips[i])).unwrap();
        assert_eq!((result.clips(), result.top1()), (6, 1.0), "{architecture}: {log:?}");
    }
}

#[test]
fn a_resumed_training_ends_with_the_same_weights() {
    let data = made(Kind::UtdMhad, 3, 4);
    for architecture in ["st-gcn", "2s-agcn-bone"] {
        let config = config(architecture, 4);
        let mut whole = Trainer::new(&config, &data, false, &Device::flex()).unwrap();
        (0..2).for_each(|_| assert!(whole.epoch(|_| ()).unwrap().loss.is_finite()));
        let bytes = whole.checkpoint().unwrap();
        let mut resumed = Trainer::resume(&config, &data, false, &Device::flex(), &bytes).unwrap();
        assert_eq!(resumed.log(), whole.log());
        for _ in 2..4 {
            assert_eq!(whole.epoch(|_| ()).unwrap(), resumed.epoch(|_| ()).unwrap());
        }
        assert_eq!(whole.state(), resumed.state());

        // An earlier end is none of the two epochs' business.
        let earlier = TrainConfig { chosen_epochs: Some(2), ..config.clone() };
        let ended = Trainer::resume(&earlier, &data, false, &Device::flex(), &bytes).unwrap();
        assert_eq!((ended.log().len(), earlier.last_epoch()), (2, 2));
        let too_early = TrainConfig { chosen_epochs: Some(1), ..config.clone() };
        let other = TrainConfig { seed: 4, ..config.clone() };
        let refused =
            |config, bytes: &[u8]| Trainer::resume(config, &data, false, &Device::flex(), bytes).err().unwrap();
        assert!(refused(&other, &bytes).is_config());
        assert!(refused(&too_early, &bytes).to_string().contains("holds 2 epochs; the config has 1"));
        for cut in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(refused(&config, &bytes[..cut]).is_weights(), "cut at {cut}");
        }
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        assert!(
            refused(&config, &damaged)
                .to_string()
                .ends_with("is damaged: its SHA-256 does not match; train from the start, without --resume")
        );
    }
}

#[test]
fn validation_takes_its_subjects_from_the_training_side_only() {
    let data = made(Kind::UtdMhad, 3, 4);
    let config = config("st-gcn", 3);
    let mut trainer = Trainer::new(&config, &data, true, &Device::flex()).unwrap();
    // The same training with other test clips has the same result.
    let mut other = data.clone();
    for clip in other.clips.iter_mut().filter(|c| c.subject == "4") {
        clip.clip = clip.clip.with_data(vec![1.0; clip.clip.data().len()]).unwrap();
    }
    let start = trainer.checkpoint().unwrap();
    let mut without = Trainer::resume(&config, &other, true, &Device::flex(), &start).unwrap();
    let log: Vec<_> = (0..3).map(|_| trainer.epoch(|_| ()).unwrap().validation).collect();
    (0..3).for_each(|_| assert!(without.epoch(|_| ()).unwrap().loss.is_finite()));
    assert_eq!((trainer.log(), trainer.state()), (without.log(), without.state()));
    assert_eq!(log.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true]);
    // Three clips validate, so the share is a multiple of a third.
    assert!(log.iter().flatten().all(|v| (v * 3.0 - (v * 3.0).round()).abs() < 1e-9));

    let json = serde_json::to_string(&config).unwrap();
    let refused = |from: &str, to: &str| TrainConfig::parse(&json.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refused(r#""validation":["3"]"#, r#""validation":["4"]"#),
        "validation: \"4\" is not on the training side; name subjects of the split"
    );
    assert!(refused("st-gcn", "shift-gcn").starts_with("architecture: only st-gcn"));
    assert_eq!(refused(r#""epochs":3"#, r#""epochs":3,"chosenEpochs":4"#), "chosenEpochs: 4 must be from 1 to 3");
    assert!(refused("dropout", "dropuot").contains("dropuot"));
    assert_eq!(refused(r#""batch":4"#, r#""batch":0"#), "batch: 0 must be above 0");
    assert_eq!(refused(r#""batch":4"#, r#""batch":9999"#), "batch: 9999 must be at most 1024");
}

#[test]
fn copies_are_dropped_from_the_training_side() {
    let mut data = made(Kind::UtdMhad, 2, 4);
    let config = config("st-gcn", 1);
    assert_eq!(config.split.sides(&data).0.len(), 6);
    // Clip 3 tests, so its copy at 0 is dropped. Clip 2 copies clip 1, and one of the two stays.
    data.clips[0].clip = data.clips[3].clip.clone();
    data.clips[2].clip = data.clips[1].clip.clone();
    assert_eq!(config.split.sides(&data), (vec![1, 4, 5, 6], vec![3, 7]));
    assert!(
        config.split.describe(&data).ends_with("2 clips that are copies of others were dropped from the training side")
    );
}

#[test]
fn an_example_without_variation_equals_the_frozen_networks_input() {
    let data = made(Kind::UtdMhad, 2, 1);
    let off =
        r#"{"turn": 0, "tilt": 0, "shear": 0, "scale": 0, "bones": 0, "offset": 0, "jitter": 0, "crop": 0, "warp": 0}"#;
    for preprocessing in [Preprocessing::Centred, Preprocessing::Anchored] {
        let augment = serde_json::from_str(off).unwrap();
        let config = TrainConfig { augment, preprocessing, ..config("st-gcn", 1) };
        let found = Examples::new(&config).batch(&data, &[&data.clips[1]], 5).unwrap().try_into_vec::<f32>().unwrap();
        let frozen = config.input().forward(clip_tensor(&data.clips[1].clip, &Device::flex()));
        let frozen = frozen.permute([0, 4, 2, 3, 1]).into_data().try_to_vec::<f32>().unwrap();
        assert!(found.iter().zip(&frozen).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(frozen.iter().any(|v| v.abs() > 0.1));
    }
}

#[test]
fn projected_clips_are_seen_alike_by_trainer_and_frozen_network() {
    // Without variation and with the clip's own seed, an example equals the frozen network's input for that clip.
    let mut data = made(Kind::UtdMhadOpenPose, 2, 4);
    for clip in &mut data.clips {
        clip.solid = Some(clip.clip.clone());
        clip.clip = crate::data::openpose::project(&clip.clip, 7).unwrap();
    }
    let config = TrainConfig { dataset: Kind::UtdMhadOpenPose, ..config("st-gcn", 2) };
    let mut trainer = Trainer::new(&config, &data, false, &Device::flex()).unwrap();
    assert!(trainer.epoch(|_| ()).unwrap().loss.is_finite());
    let recogniser = Recogniser::from_states(config.entry(&data), &[trainer.state()], &Device::flex()).unwrap();
    let logits = recogniser.logits(clip_tensor(&data.clips[0].clip, &Device::flex()));
    assert!(logits.into_data().try_to_vec::<f32>().unwrap().iter().all(|v| v.is_finite()));
}

#[test]
fn weights_that_were_written_are_the_ones_that_a_training_starts_from() {
    let data = made(Kind::UtdMhad, 3, 4);
    for architecture in ["st-gcn", "2s-agcn-joint", "2s-agcn-bone"] {
        let first = config(architecture, 2);
        let mut trainer = Trainer::new(&first, &data, false, &Device::flex()).unwrap();
        trainer.epoch(|_| ()).unwrap();
        let state = trainer.state();
        let second = TrainConfig { seed: 8, ..first.clone() };
        let mut other = Trainer::new(&second, &data, false, &Device::flex()).unwrap();
        assert_ne!(other.state(), state, "{architecture}");
        other.start_from(&state).unwrap();
        assert_eq!(other.state(), state, "{architecture}");
        // All weights still learn.
        other.epoch(|_| ()).unwrap();
        let now = other.state();
        let learned =
            |key: &str| now.shape(key).is_some_and(|s| now.get(key, s).unwrap() != state.get(key, s).unwrap());
        let kept: Vec<&str> = state.keys().filter(|k| !learned(k)).collect();
        assert!(kept.iter().all(|k| k.ends_with(".bias")), "{architecture}: {kept:?}");

        let refused = |key: &str, shape: &[usize], value: f32| {
            let mut state = state.clone();
            state.insert(key, shape, vec![value; shape.iter().product()]);
            Trainer::new(&second, &data, false, &Device::flex()).unwrap().start_from(&state).unwrap_err().to_string()
        };
        let head = if architecture == "st-gcn" { "fcn.bias" } else { "fc.bias" };
        assert_eq!(refused(head, &[4], 0.0), format!("{head:?}: has shape [4] where [3] is needed"));
        let conv = if architecture == "st-gcn" { "st_gcn_networks.1.tcn.2.bias" } else { "l2.tcn1.conv.bias" };
        assert!(refused(conv, &[64], 0.5).contains("is not 0; a training starts from weights"), "{architecture}");
    }
}

/// Of a part of these examples, (T, V, 3) each: the largest change, and the largest change of a bone's length.
fn changes(before: &[f32], after: &[f32]) -> (f32, f32) {
    let layout = LayoutId::KinectV1.layout();
    let length = |pose: &[f32], (a, b): (usize, usize)| {
        (0..3).map(|c| (pose[a * 3 + c] - pose[b * 3 + c]).powi(2)).sum::<f32>().sqrt()
    };
    let moved = before.iter().zip(after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let poses = before.chunks(60).zip(after.chunks(60));
    let bones = poses.flat_map(|(a, b)| layout.bones().into_iter().map(move |e| (length(a, e) - length(b, e)).abs()));
    (moved, bones.fold(0.0, f32::max))
}

#[test]
fn a_share_of_a_batch_is_attacked_within_its_bounds() {
    let data = made(Kind::UtdMhad, 3, 4);
    for preprocessing in [Preprocessing::Centred, Preprocessing::Anchored] {
        let adversarial = Adversarial { epsilon: Reach::Metres(0.05), steps: 3, step: 0.5, share: 0.5, by: By::Pgd };
        let config = TrainConfig { preprocessing, adversarial: Some(adversarial), ..config("st-gcn", 2) };
        let mut trainer = Trainer::new(&config, &data, false, &Device::flex()).unwrap();
        let adversary = Adversary::new(&adversarial, &config, &data, &trainer.state()).unwrap();
        let clips: Vec<&LabelledClip> = data.clips.iter().take(4).collect();
        let clean = Examples::new(&config).batch(&data, &clips, 5).unwrap();
        let size = clean.shape().num_elements() / 4;
        let attacked = adversary.attack(clean.clone(), 5).unwrap();
        assert_eq!(attacked, adversary.attack(clean.clone(), 5).unwrap());
        let (clean, attacked) = (clean.try_into_vec::<f32>().unwrap(), attacked.try_into_vec::<f32>().unwrap());
        assert_eq!(clean[2 * size..], attacked[2 * size..]);
        let (moved, bones) = changes(&clean[..2 * size], &attacked[..2 * size]);
        // The pelvis, which is taken out again, moves by epsilon too.
        assert!((0.03..=0.1 + 1e-5).contains(&moved), "{preprocessing:?}: {moved}");
        assert!(bones < 1e-5, "{preprocessing:?}: {bones}");
        assert!(trainer.epoch(|_| ()).unwrap().loss.is_finite());
    }
}

#[test]
fn the_bone_length_attack_of_training_changes_bones_by_a_tenth_at_most() {
    let data = made(Kind::UtdMhad, 3, 4);
    let by = By::BoneLength;
    let adversarial = Adversarial { epsilon: Reach::Metres(0.5), steps: 3, step: 0.5, share: 0.5, by };
    let config = TrainConfig { adversarial: Some(adversarial), ..config("st-gcn", 2) };
    let mut trainer = Trainer::new(&config, &data, false, &Device::flex()).unwrap();
    let adversary = Adversary::new(&adversarial, &config, &data, &trainer.state()).unwrap();
    let clips: Vec<&LabelledClip> = data.clips.iter().take(4).collect();
    let clean = Examples::new(&config).batch(&data, &clips, 5).unwrap();
    let size = clean.shape().num_elements() / 4;
    let attacked = adversary.attack(clean.clone(), 5).unwrap();
    let (clean, attacked) = (clean.try_into_vec::<f32>().unwrap(), attacked.try_into_vec::<f32>().unwrap());
    assert_eq!(clean[2 * size..], attacked[2 * size..]);
    // PGD keeps bones to 1e-5. Beside a body without size, the longest bone changes by its length.
    let (moved, bones) = changes(&clean[..2 * size], &attacked[..2 * size]);
    let (_, longest) = changes(&clean[..2 * size], &vec![0.0; 2 * size]);
    assert!(moved > 0.0 && bones > 1e-3 && bones < 0.1 * longest + 1e-3, "{moved} {bones} {longest}");
    assert!(trainer.epoch(|_| ()).unwrap().loss.is_finite());
    let text = serde_json::to_string(&adversarial).unwrap();
    assert!(text.contains(r#""by":"bone-length""#), "{text}");
    assert_eq!(serde_json::from_str::<Adversarial>(&text).unwrap(), adversarial);
}

#[test]
fn settings_of_adversarial_training_that_make_no_attack_are_refused() {
    let json = serde_json::to_string(&config("st-gcn", 3)).unwrap();
    let with = |adversarial: &str| {
        let json = json.replace(r#""citation":"""#, &format!(r#""citation":"","adversarial":{adversarial}"#));
        TrainConfig::parse(&json).map_err(|e| e.to_string())
    };
    let config = with(r#"{"epsilon":{"height":0.03},"steps":3,"step":0.5,"share":0.5}"#).unwrap();
    assert_eq!(config.adversarial.unwrap().epsilon, Reach::Height(0.03));
    let refused = |adversarial: &str| with(adversarial).unwrap_err();
    let of = |epsilon: &str, steps: u32, step: f32, share: f32| {
        format!(r#"{{"epsilon":{epsilon},"steps":{steps},"step":{step},"share":{share}}}"#)
    };
    assert_eq!(refused(&of(r#"{"metres":0}"#, 3, 0.5, 0.5)), "adversarial.epsilon: 0 must be above 0 and at most 1");
    assert_eq!(refused(&of(r#"{"metres":0.1}"#, 0, 0.5, 0.5)), "adversarial.steps: 0 must be from 1 to 100");
    assert_eq!(refused(&of(r#"{"metres":0.1}"#, 3, 0.5, 1.5)), "adversarial.share: 1.5 must be above 0 and at most 1");
    assert!(refused(&of(r#"{"feet":0.1}"#, 3, 0.5, 0.5)).contains("feet"));
    let picture = json.replace("utd_mhad", "utd_mhad_openpose").replace(
        r#""citation":"""#,
        r#""citation":"","adversarial":{"epsilon":{"height":0.03},"steps":3,"step":0.5,"share":0.5}"#,
    );
    assert!(TrainConfig::parse(&picture).unwrap_err().to_string().starts_with("adversarial: needs a set in 3-D"));
}
