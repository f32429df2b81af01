//! Several attacks in one pass, compared with each of them alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::Tensor;
use ciasa::attack::run::block_on;
use ciasa::attack::{
    Attack, AttackConfig, Constraints, Done, Epsilon, Method, Prediction, Restraint, StepReport, Stop, Target, Victim,
    batch,
};
use ciasa::contract::manifest::Architecture;
use ciasa::model::clip_tensor;
use ciasa::skeleton::LayoutId;
use serde_json::Value;

use crate::support::{portable_recogniser, relative_l2};
use crate::toy::{CLASSES, Toy, clip};

const LAYOUT: LayoutId = LayoutId::KinectV1;

/// A toy that answers NaN for the second clip of a batch once the switch is on.
fn fragile() -> (Arc<Toy>, Arc<AtomicBool>) {
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = broken.clone();
    let answer = move |logits: Tensor<2>| match (logits.dims()[0], is_broken.load(Ordering::Relaxed)) {
        (n, true) if n > 1 => {
            let wrong = logits.clone().narrow(0, 1, 1) * f32::NAN;
            logits.slice_assign([1..2, 0..CLASSES], wrong)
        }
        _ => logits,
    };
    (Arc::new(Toy::saying(LAYOUT, answer)), broken)
}

/// Settings of attacks that differ in almost everything.
fn configs() -> Vec<AttackConfig> {
    let base = AttackConfig { iterations: 10, ..Default::default() };
    vec![
        AttackConfig { epsilon: Epsilon::Global(0.05), lambda: 0.01, seed: 3, ..base.clone() },
        AttackConfig {
            target: Target::Class { index: 3 },
            joints: Some(vec![5, 6, 7]),
            alpha: 0.02,
            iterations: 6,
            constraints: Constraints { plausible: false, ..base.constraints },
            ..base.clone()
        },
        AttackConfig {
            epsilon: Epsilon::Global(0.3),
            lambda: 1e-3,
            alpha: 0.05,
            stop: Stop::Confidence { confidence: 0.3, hold: 2 },
            iterations: 100,
            ..base.clone()
        },
        AttackConfig {
            method: Method::Adam,
            target: Target::Untargeted,
            prediction: Prediction::Margin { kappa: 0.5 },
            restraint: Restraint::Smart,
            lambda: 0.3,
            ..base.clone()
        },
        AttackConfig { method: Method::MiFgsm, constraints: Constraints::NONE, ..base },
    ]
}

fn attacks(victim: &Arc<impl Victim + 'static>) -> Vec<Attack> {
    let natural = [clip(LAYOUT, 20, 1, false, 12)];
    let attack = |(i, config): (usize, AttackConfig)| {
        let clip = clip(LAYOUT, 8, 2, i % 2 == 1, 11 + i as u64 % 2);
        Attack::new(victim.clone(), &clip, &natural, config).unwrap()
    };
    configs().into_iter().enumerate().map(attack).collect()
}

fn over(reports: &[StepReport]) -> bool {
    reports.last().is_some_and(|last| last.done.is_some())
}

/// One step of the attacks that are not over.
fn step(attacks: &mut [Attack], reports: &mut [Vec<StepReport>]) {
    let (mut running, slots): (Vec<_>, Vec<_>) =
        attacks.iter_mut().zip(reports).filter(|(_, reports)| !over(reports)).unzip();
    for (slot, taken) in slots.into_iter().zip(block_on(batch::steps(&mut running, 4)).unwrap()) {
        // The CPU takes one step per call, even if more are requested.
        assert_eq!(taken.len(), 1);
        slot.extend(taken);
    }
}

fn together_to_the_end(attacks: &mut [Attack]) -> Vec<Vec<StepReport>> {
    let mut reports = vec![Vec::new(); attacks.len()];
    while !reports.iter().all(|r| over(r)) {
        step(attacks, &mut reports);
    }
    reports
}

fn alone_to_the_end(attack: &mut Attack) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while !over(&reports) {
        reports.push(block_on(attack.step()).unwrap());
    }
    reports
}

/// Equal, except that numbers with a fraction may differ by `by`.
fn same(a: &Value, b: &Value, by: f64, at: &str) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().for_each(|(key, a)| same(a, &b[key], by, &format!("{at}.{key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| same(a, b, by, at));
        }
        (Value::Number(x), Value::Number(y)) if x.is_f64() && y.is_f64() => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            assert!((x - y).abs() <= by * (1.0 + y.abs()), "{at}: {x}, alone {y}");
        }
        _ => assert_eq!(a, b, "{at}"),
    }
}

fn equal_to_alone(together: &[Attack], reports: &[Vec<StepReport>], alone: &mut [Attack]) {
    for (i, (attack, alone)) in together.iter().zip(alone).enumerate() {
        let (found, expected) = (serde_json::to_value(&reports[i]), serde_json::to_value(alone_to_the_end(alone)));
        same(&found.unwrap(), &expected.unwrap(), 1e-4, &format!("attack {i}"));
        let moved = |attack: &Attack| -> Vec<f32> {
            attack.perturbed().iter().zip(attack.clean().data()).map(|(a, b)| a - b).collect()
        };
        let apart = relative_l2(&moved(attack), &moved(alone));
        assert!(apart < 1e-3, "attack {i}: {apart}");
    }
}

#[test]
fn attacks_that_share_a_pass_take_the_same_steps_as_alone() {
    let (mut many, mut alone) = (attacks(&fragile().0), attacks(&fragile().0));
    let reports = together_to_the_end(&mut many);
    let ends: Vec<_> = reports.iter().map(|r| (r.last().unwrap().done.unwrap(), r.len())).collect();
    // One of them ends by its stop rule, one has fewer iterations.
    assert_eq!((ends[0], ends[1]), ((Done::Iterations, 10), (Done::Iterations, 6)));
    assert!(ends[2].0 == Done::Held && ends[2].1 < 100, "{ends:?}");
    equal_to_alone(&many, &reports, &mut alone);
    let answers = block_on(batch::recognise(&many.iter().collect::<Vec<_>>())).unwrap();
    for (answer, attack) in answers.iter().zip(&many) {
        assert!(relative_l2(answer, &block_on(attack.recognise()).unwrap()) < 1e-5);
    }
}

#[test]
fn a_pass_that_fails_for_one_attack_changes_none() {
    let (victim, is_broken) = fragile();
    let mut many = attacks(&victim);
    let mut reports = vec![Vec::new(); many.len()];
    for broken in [true, false, false, true] {
        let before: Vec<_> = many.iter().map(|a| a.perturbed().to_vec()).collect();
        is_broken.store(broken, Ordering::Relaxed);
        if broken {
            let mut running: Vec<_> = many.iter_mut().collect();
            assert!(block_on(batch::steps(&mut running, 4)).unwrap_err().is_device());
            assert!(many.iter().zip(before).all(|(a, before)| a.perturbed() == before));
        } else {
            step(&mut many, &mut reports);
            assert!(many.iter().zip(before).all(|(a, before)| a.perturbed() != before));
        }
    }
    is_broken.store(false, Ordering::Relaxed);
    while !reports.iter().all(|r| over(r)) {
        step(&mut many, &mut reports);
    }
    equal_to_alone(&many, &reports, &mut attacks(&victim));
}

#[test]
fn attacks_that_do_not_fit_into_one_pass_are_refused() {
    let start = |victim: &Arc<Toy>, frames, people| {
        let clip = clip(LAYOUT, frames, people, false, 1);
        Attack::new(victim.clone(), &clip, std::slice::from_ref(&clip), configs().remove(1)).unwrap()
    };
    let victim = Arc::new(Toy::new(LAYOUT));
    for mut other in [start(&victim, 9, 1), start(&victim, 8, 2), start(&Arc::new(Toy::new(LAYOUT)), 8, 1)] {
        let mut first = start(&victim, 8, 1);
        let error = block_on(batch::step(&mut [&mut first, &mut other])).unwrap_err();
        assert!(error.is_config() && error.to_string().starts_with("attack 2: "), "{error}");
        assert!(block_on(batch::recognise(&[&first, &other])).unwrap_err().is_config());
        assert_eq!(first.perturbed(), first.clean().data());
    }
    // An attack without a step left.
    let (mut first, mut done) = (start(&victim, 8, 1), start(&victim, 8, 1));
    alone_to_the_end(&mut done);
    let error = block_on(batch::step(&mut [&mut first, &mut done])).unwrap_err();
    assert!(error.to_string().contains("iterations: "), "{error}");
    assert_eq!(first.perturbed(), first.clean().data());
    assert!(block_on(batch::step(&mut [])).unwrap().is_empty());
    assert!(block_on(batch::steps(&mut [&mut first, &mut done], 0)).unwrap().iter().all(Vec::is_empty));
}

#[test]
fn frozen_networks_treat_each_clip_of_a_batch_by_itself() {
    for (architecture, layout) in
        [(Architecture::StGcn, LAYOUT), (Architecture::Agcn, LayoutId::Ntu), (Architecture::ShiftGcn, LayoutId::Ntu)]
    {
        let network = portable_recogniser("made", architecture, layout, CLASSES);
        let clips = [1, 2, 3].map(|seed| clip_tensor(&clip(layout, 8, 1, false, seed), network.device()));
        let values = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
        let alone: Vec<f32> = clips.iter().flat_map(|x| values(network.logits(x.clone()))).collect();
        let apart = relative_l2(&values(network.logits(Tensor::cat(clips.to_vec(), 0))), &alone);
        assert!(apart < 1e-5, "{architecture:?}: {apart}");
    }
}
