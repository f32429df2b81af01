#![allow(clippy::unwrap_used)]
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::super::tests::{config as base, made};
use super::chain::{Chains, Pool};
use super::*;
use crate::data::dataset::{Dataset, Kind};
use crate::model::heads::Heads;
use crate::model::{Recogniser, clip_tensor};
use crate::train::{TrainConfig, Trainer};
use crate::weights::State;

const JSON: &str = r#"{"id": "made-heads", "name": "Made", "base": "made.json", "heads": 3, "units": 8, "rounds": 2,
    "steps": 40, "batch": 8, "learningRate": 0.05, "friction": 0.2, "temperature": 0.1, "prior": 1,
    "adversarial": {"epsilon": {"metres": 0.05}, "steps": 2, "step": 0.5, "share": 0.5}, "seed": 5}"#;

fn config() -> HeadsConfig {
    HeadsConfig::parse(JSON).unwrap().unwrap()
}

/// A network that has learned a little.
fn network(data: &Dataset) -> (TrainConfig, State) {
    let config = base("st-gcn", 3);
    let mut trainer = Trainer::new(&config, data, false, &Device::flex()).unwrap();
    (0..3).for_each(|_| assert!(trainer.epoch(|_| ()).unwrap().loss.is_finite()));
    let state = trainer.state();
    (config, state)
}

#[test]
fn heads_learn_and_the_same_seed_gives_the_same_heads() {
    let data = made(Kind::UtdMhad, 3, 4);
    let (base, state) = network(&data);
    let (config, entry) = (config(), base.entry(&data));
    let train = |config: &HeadsConfig| {
        let mut trainer = HeadsTrainer::new(config, &base, &data, &entry, &state).unwrap();
        let mut shares = Vec::new();
        let rounds: Vec<f32> = (0..2).map(|_| trainer.round(|share| shares.push(share)).unwrap().loss).collect();
        assert_eq!(shares.last(), Some(&1.0));
        (rounds, trainer.state().unwrap())
    };
    let (loss, heads) = train(&config);
    assert!(loss[1] < loss[0], "{loss:?}");
    assert_eq!(train(&config).1, heads);
    assert_ne!(train(&HeadsConfig { seed: 6, ..config.clone() }).1, heads);

    let with = config.entry(&entry).unwrap();
    let x = || clip_tensor(&data.clips[0].clip, &Device::flex());
    let values = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
    let recogniser = Recogniser::from_states(with.clone(), &[&state, &heads], &Device::flex()).unwrap();
    let bare = Recogniser::from_states(entry.clone(), &[&state], &Device::flex()).unwrap();
    let (features, scores) = bare.features(x());
    let own = values(log_softmax(scores.clone(), 1));
    let by_heads = values(Heads::read(&heads, [3, 256], &Device::flex()).unwrap().forward(features, scores));
    let found = values(recogniser.logits(x()));
    assert!(found.iter().zip(&by_heads).all(|(a, b)| (a - b).abs() < 1e-4), "{found:?} {by_heads:?}");
    assert!(found.iter().zip(&own).any(|(a, b)| (a - b).abs() > 1e-3), "the heads say nothing: {found:?}");
    let sum: f32 = found.iter().map(|v| v.exp()).sum();
    assert!((sum - 1.0).abs() < 1e-4, "the answer is a logarithm of probabilities: {sum}");
    // Behind the heads, the noisy last layers of TASAR are the network's.
    assert_eq!(recogniser.spread_logits(x(), 2, 0.1, 3).dims(), [1, 9]);

    // As they ship.
    let files = [&state, &heads].map(|state| state.to_safetensors_16().unwrap());
    let shipped = values(Recogniser::load(with.clone(), &files, &Device::flex()).unwrap().logits(x()));
    assert!((shipped.iter().map(|v| v.exp()).sum::<f32>() - 1.0).abs() < 1e-4, "{shipped:?}");
    let refused = |entry, files: &[&Vec<u8>]| Recogniser::load(entry, files, &Device::flex()).unwrap_err().to_string();
    let mut turned = with.clone();
    turned.weights.reverse();
    assert!(refused(turned, &[&files[1], &files[0]]).contains("the file of their network must stand before it"));
    let mut twice = with.clone();
    twice.weights.push(with.weights[1].clone());
    assert!(refused(twice, &[&files[0], &files[1], &files[1]]).contains("is a second file of heads"));
    let mut read = 0;
    let broken = [&files[0][..9], &files[1]];
    assert!(Recogniser::load(with.clone(), broken.iter().inspect(|_| read += 1), &Device::flex()).is_err());
    assert_eq!(read, 1, "a file is read when the one before it has become a network");
    assert_eq!(refused(with, &[&files[0], &files[0]]), "made-heads.safetensors, \"heads.units.weight\": is missing");
}

#[test]
fn features_and_scores_are_those_of_the_network() {
    let data = made(Kind::UtdMhad, 3, 4);
    let (base, state) = network(&data);
    let frozen = Recogniser::from_states(base.entry(&data), &[&state], &Device::flex()).unwrap();
    let x = clip_tensor(&data.clips[0].clip, &Device::flex());
    let (features, scores) = frozen.features(x.clone());
    let values = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
    let (features, scores, logits) = (values(features), values(scores), values(frozen.logits(x)));
    assert_eq!(features.len(), 256);
    let (weight, bias) = (state.get("fcn.weight", &[3, 256, 1, 1]).unwrap(), state.get("fcn.bias", &[3]).unwrap());
    for k in 0..3 {
        let own: f32 = features.iter().zip(&weight[k * 256..]).map(|(f, w)| f * w).sum::<f32>() + bias[k];
        assert!((own - scores[k]).abs() < 1e-4 && (scores[k] - logits[k]).abs() < 1e-5, "{own} {scores:?} {logits:?}");
    }
}

/// Chains on a pool without examples' influence: all features are 0, so units only feel the prior.
#[test]
fn without_data_the_chains_sample_the_prior() {
    let config = HeadsConfig {
        heads: 16,
        units: 16,
        temperature: 1.0,
        prior: 0.5,
        friction: 0.3,
        learning_rate: 0.05,
        ..config()
    };
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut chains = Chains::new(&config, [4, 2], 1, &mut rng);
    let pool = Pool { features: vec![0.0; 4], scores: vec![0.0; 2], labels: vec![0] };
    let (mut squares, mut count) = (0.0, 0);
    for step in 0..400 {
        chains.step(&config, &pool, &[0], &mut rng).unwrap();
        if step >= 200 && step % 20 == 0 {
            let units: Vec<f32> = chains.heads().units.into_data().try_to_vec().unwrap();
            squares += units.iter().map(|w| w * w).sum::<f32>();
            count += units.len();
        }
    }
    let deviation = (squares / count as f32).sqrt();
    assert!((deviation - 0.5).abs() < 0.05, "{deviation} is not the prior's 0.5");
}

#[test]
fn settings_that_make_no_heads_are_refused() {
    assert_eq!(HeadsConfig::parse("{}").unwrap(), None);
    let refused = |from: &str, to: &str| HeadsConfig::parse(&JSON.replace(from, to)).unwrap_err().to_string();
    assert_eq!(refused(r#""heads": 3"#, r#""heads": 0"#), "heads: 0 must be from 1 to 64");
    assert_eq!(refused(r#""friction": 0.2"#, r#""friction": 0"#), "friction: 0 must be above 0 and at most 1");
    assert_eq!(refused(r#""temperature": 0.1"#, r#""temperature": -1"#), "temperature: -1 must be from 0 to 100");
    assert_eq!(refused(r#""steps": 2"#, r#""steps": 0"#), "adversarial.steps: 0 must be from 1 to 100");
    assert!(refused("units", "unit").contains("unit"));
    let data = made(Kind::UtdMhad, 3, 4);
    let mut two = base("st-gcn", 1).entry(&data);
    two.weights.push(two.weights[0].clone());
    assert!(config().entry(&two).unwrap_err().to_string().contains("heads stand on one network"));
    let state = State::new();
    let entry = base("st-gcn", 1).entry(&data);
    let missing = HeadsTrainer::new(&config(), &base("st-gcn", 1), &data, &entry, &state).err().unwrap();
    assert!(missing.is_weights());
    let picture = Dataset { kind: Kind::UtdMhadOpenPose, ..data.clone() };
    let picture = HeadsTrainer::new(&config(), &base("st-gcn", 1), &picture, &entry, &state).err().unwrap();
    assert!(picture.to_string().starts_with("base: needs a network of a set in 3-D"));
}
