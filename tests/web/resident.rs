//! Steps that a GPU takes without the host, beside those that it takes with it.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use ciasa::attack::{Attack, AttackConfig, Done, Epsilon, Method, Restraint, StepReport, Stop, Target, Victim};
use ciasa::kernel::{Kernels, launches};
use ciasa::model::stgcn::{StGcn, StGcnConfig};
use ciasa::skeleton::{LayoutId, Sequence};
use ciasa::web::device::Chosen;
use ciasa::web::messages::DeviceChoice;
use ciasa::web::parity::{made_weights, relative_l2};
use wasm_bindgen_test::*;

const CLASSES: usize = 4;

async fn gpu() -> Chosen {
    ciasa::web::start();
    Chosen::choose(DeviceChoice::Webgpu).await.unwrap()
}

/// Two blocks with made weights, for any layout.
fn network(layout: LayoutId, device: &Device) -> StGcn {
    let config = StGcnConfig { layout, classes: CLASSES, blocks: vec![(16, 1), (24, 2)] };
    StGcn::new(&config, &made_weights(&config), device).unwrap()
}

/// People who wave all joints. In the picture plane some joints are not seen, each in some frames; the second of two people
/// comes in the third frame.
fn clip(layout: LayoutId, people: usize, phase: f32) -> Sequence {
    let l = layout.layout();
    let mut data = Vec::new();
    for (t, m) in (0..8).flat_map(|t| (0..people).map(move |m| (t, m))) {
        let mut at = vec![[m as f32, 1.0, 2.0]; l.len()];
        for j in l.order() {
            let p = l.parents[j];
            if p != j {
                let angle = 1.3 * j as f32 + phase + 0.2 * (t as f32 * 0.5 + j as f32).sin();
                let bone = [0.15 * angle.cos(), 0.2 * angle.sin(), 0.1 * (2.0 * angle).sin()];
                at[j] = [0, 1, 2].map(|c| at[p][c] + bone[c]);
            }
        }
        let absent = m == 1 && t < 2;
        for (j, at) in at.iter().enumerate() {
            let unseen = absent || l.confidence && (t + 2 * j) % 7 == 0;
            let third = if l.confidence { 0.7 } else { at[2] };
            data.extend(if unseen { [0.0; 3] } else { [at[0], at[1], third] });
        }
    }
    Sequence::new(layout, 30.0, 8, people, data).unwrap()
}

fn start(victim: impl Victim + 'static, people: usize, config: &AttackConfig) -> Attack {
    let layout = victim.layout();
    let natural = [clip(layout, 1, 1.0), clip(layout, 1, 2.0)];
    Attack::new(Arc::new(victim), &clip(layout, people, 0.0), &natural, config.clone()).unwrap()
}

/// `count` steps with the host.
async fn one_by_one(attack: &mut Attack, count: usize) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while reports.len() < count && reports.last().is_none_or(|r: &StepReport| r.done.is_none()) {
        reports.push(attack.step().await.unwrap());
    }
    reports
}

/// `count` steps without it, `at_once` at a time.
async fn in_batches(attack: &mut Attack, count: usize, at_once: usize) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while reports.len() < count && reports.last().is_none_or(|r: &StepReport| r.done.is_none()) {
        let more = attack.steps(at_once.min(count - reports.len())).await.unwrap();
        assert!(!more.is_empty() && more.len() <= at_once);
        reports.extend(more);
    }
    reports
}

/// The change of the clip.
fn change(attack: &Attack) -> Vec<f32> {
    attack.perturbed().iter().zip(attack.clean().data()).map(|(a, b)| a - b).collect()
}

/// All numbers of a report, the probabilities as they are and the rest.
fn numbers(r: &StepReport) -> (Vec<f32>, Vec<f32>) {
    let (l, f) = (r.losses, r.figures);
    let p = [r.p_original, r.p_target.unwrap_or_default(), f.plausibility.unwrap_or_default()];
    let p = p.into_iter().chain(r.top.iter().map(|t| t.p)).collect();
    let rest = vec![
        l.total,
        l.prediction,
        l.smooth,
        l.adversarial,
        l.discriminator,
        f.linf,
        f.mean_displacement,
        f.max_displacement,
        f.acceleration_change,
        f.epsilon_excess,
    ];
    (p, rest)
}

/// How far two runs are apart: the changes of their clips, and the worst number of a report.
fn apart(a: (&Attack, &[StepReport]), b: (&Attack, &[StepReport])) -> (f32, f32) {
    assert_eq!(a.1.len(), b.1.len());
    let mut worst = 0.0_f32;
    for (a, b) in a.1.iter().zip(b.1) {
        assert_eq!((a.iteration, a.original, a.target, a.done), (b.iteration, b.original, b.target, b.done));
        let ((p, x), (q, y)) = (numbers(a), numbers(b));
        assert_eq!((p.len(), a.top.len()), (q.len(), b.top.len()));
        let absolute = p.iter().zip(&q).map(|(p, q)| (p - q).abs());
        let relative = x.iter().zip(&y).map(|(x, y)| (x - y).abs() / y.abs().max(1e-3));
        worst = absolute.chain(relative).fold(worst, f32::max);
        // No worse than the host's in what has to hold.
        assert!(a.figures.bone_deviation < 2e-5 + b.figures.bone_deviation, "{a:?} {b:?}");
    }
    (relative_l2(&change(a.0), &change(b.0)), worst)
}

#[wasm_bindgen_test]
async fn steps_without_the_host_are_the_hosts() {
    let gpu = gpu().await;
    let arms = |layout: LayoutId| layout.layout().region("arms").map(|r| r.joints.to_vec());
    for (layout, people, joints) in [
        (LayoutId::KinectV1, 1, None),
        (LayoutId::KinectV1, 2, None),
        (LayoutId::KinectV1, 2, arms(LayoutId::KinectV1)),
        (LayoutId::OpenPose18, 1, None),
        (LayoutId::OpenPose18, 2, Some(vec![3, 4, 9, 10])),
    ] {
        let config = AttackConfig { joints, ..AttackConfig::default() };
        let attack = || start(network(layout, &gpu.device), people, &config);
        let (mut host, mut alone) = (attack(), attack());
        let with = one_by_one(&mut host, 12).await;
        let without = in_batches(&mut alone, 12, 5).await;
        gpu.check().unwrap();
        let (clip, report) = apart((&alone, &without), (&host, &with));
        console_log!("{layout:?} {people} {:?}: clip {clip:e}, reports {report:e}", config.joints);
        assert!(clip < 1e-2 && report < 1e-2, "{layout:?} {people}: {clip} {report}");
        // What stays, stays bit for bit.
        for ((x, clean), host) in alone.perturbed().iter().zip(alone.clean().data()).zip(host.perturbed()) {
            assert!(x.to_bits() == clean.to_bits() || host.to_bits() != clean.to_bits());
        }
    }
}
