//! Every attack on every kind of recogniser: bounds, goals, refusals.

use std::ops::ControlFlow;
use std::sync::Arc;

use ciasa::attack::run::{block_on, run};
use ciasa::attack::{
    Attack, AttackConfig, Constraints, Done, Epsilon, Method, Peer, Prediction, Restraint, StepReport, Stop, Target,
    Victim,
};
use ciasa::contract::manifest::Architecture;
use ciasa::skeleton::{LayoutId, Sequence};

use crate::support::portable_recogniser;
use crate::toy::{CLASSES, Toy, clip};

const KINECT: LayoutId = LayoutId::KinectV1;

fn random(architecture: Architecture, layout: LayoutId) -> Arc<dyn Victim> {
    Arc::new(portable_recogniser("random", architecture, layout, CLASSES))
}

fn start(victim: &Arc<dyn Victim>, config: AttackConfig) -> Attack {
    let layout = victim.layout();
    let clips = [clip(layout, 8, 1, false, 3), clip(layout, 12, 1, false, 4)];
    Attack::new(victim.clone(), &clips[0], &clips[1..], config).unwrap()
}

fn to_the_end(attack: &mut Attack) -> Vec<StepReport> {
    let mut reports = Vec::new();
    run(attack, |r| {
        reports.push(r.clone());
        ControlFlow::Continue(())
    })
    .unwrap();
    reports
}

fn excess(clean: &Sequence, x: &[f32], epsilon: f32) -> f64 {
    let beyond = |(x, was): (&f32, &f32)| (f64::from(*x) - f64::from(*was)).abs() - f64::from(epsilon);
    x.iter().zip(clean.data()).map(beyond).fold(0.0, f64::max)
}

#[test]
fn every_attack_on_every_recogniser_stays_within_epsilon_and_nears_its_goal() {
    let victims: [(&str, Arc<dyn Victim>); 5] = [
        ("toy", Arc::new(Toy::new(KINECT))),
        ("toy in the picture", Arc::new(Toy::new(LayoutId::OpenPose18))),
        ("ST-GCN", random(Architecture::StGcn, KINECT)),
        ("ST-GCN in the picture", random(Architecture::StGcn, LayoutId::OpenPose18)),
        ("2s-AGCN", random(Architecture::Agcn, KINECT)),
    ];
    for (name, victim) in victims {
        for peer in Peer::ALL.into_iter().filter(|peer| peer.apply(AttackConfig::default()).method.follows_gradient()) {
            for target in [Target::LeastLikely, Target::Untargeted] {
                if peer == Peer::Ciasa && target == Target::Untargeted {
                    continue;
                }
                let epsilon = 0.05;
                let config = peer.apply(AttackConfig {
                    target,
                    epsilon: Epsilon::Global(epsilon),
                    // Random poses have enormous accelerations.
                    lambda: 1e-3,
                    iterations: 6,
                    constraints: Constraints { realign: false, ..Constraints::ALL },
                    ..Default::default()
                });
                let mut attack = start(&victim, config);
                let reports = to_the_end(&mut attack);
                let what = format!("{name}, {}, {target:?}", peer.as_str());
                assert_eq!(reports.len(), if peer == Peer::Fgsm { 1 } else { 6 }, "{what}");
                assert_eq!(excess(attack.clean(), attack.perturbed(), epsilon), 0.0, "{what}");
                let after = block_on(attack.recognise()).unwrap();
                let first = &reports[0];
                match first.target {
                    Some(target) => assert!(after[target] > first.p_target.unwrap(), "{what}"),
                    None => assert!(after[first.original] < first.p_original, "{what}"),
                }
                assert_eq!(to_the_end(&mut start(&victim, attack.config().clone())), reports, "{what}");
            }
        }
    }
}

#[test]
fn baselines_stay_within_epsilon_keep_bone_lengths_and_return_their_best_draw() {
    let victim: Arc<dyn Victim> = Arc::new(Toy::new(KINECT));
    for peer in [Peer::Noise, Peer::Rotation] {
        let base = AttackConfig { epsilon: Epsilon::Global(0.2), iterations: 12, ..Default::default() };
        let config = peer.apply(AttackConfig { target: Target::Untargeted, ..base });
        let mut attack = start(&victim, config.clone());
        let reports = to_the_end(&mut attack);
        let what = peer.as_str();
        assert_eq!(excess(attack.clean(), attack.perturbed(), 0.2), 0.0, "{what}");
        assert!(reports.iter().all(|r| r.gradient == 0.0 && r.figures.bone_deviation < 2e-3), "{what}");
        // Each draw is another one, and nearly fills its bound.
        let sizes: Vec<f32> = reports.iter().map(|r| r.figures.linf).collect();
        assert!(sizes.iter().all(|size| *size > 0.1), "{what}: {sizes:?}");
        assert!(reports.windows(2).all(|pair| pair[0].losses.prediction != pair[1].losses.prediction), "{what}");
        let outcome = reports.last().unwrap().outcome.as_ref().unwrap();
        let lowest = reports.iter().map(|r| r.losses.prediction).fold(outcome.last.prediction, f32::min);
        assert_eq!(outcome.best.unwrap().prediction, lowest, "{what}");
        assert!(outcome.flags.iter().all(|flag| flag.without_gradient()), "{what}");
        assert_eq!(to_the_end(&mut start(&victim, config.clone())), reports, "{what}");
        let other = to_the_end(&mut start(&victim, AttackConfig { seed: 1, ..config }));
        assert_ne!(other[1].losses.prediction, reports[1].losses.prediction, "{what}");
    }
}

#[test]
fn untargeted_attacks_change_the_label_and_stop_when_it_holds() {
    let victim: Arc<dyn Victim> = Arc::new(Toy::new(KINECT));
    for peer in [Peer::Pgd, Peer::MiFgsm, Peer::Cw, Peer::Smart] {
        let mut attack = start(
            &victim,
            AttackConfig {
                stop: Stop::Confidence { confidence: 0.2, hold: 3 },
                ..peer.apply(AttackConfig {
                    target: Target::Untargeted,
                    epsilon: Epsilon::Global(0.4),
                    iterations: 200,
                    constraints: Constraints { realign: false, ..Constraints::ALL },
                    ..Default::default()
                })
            },
        );
        let reports = to_the_end(&mut attack);
        let last = reports.last().unwrap();
        assert_eq!(last.done, Some(Done::Held), "{}", peer.as_str());
        assert!(reports.iter().rev().take(3).all(|r| r.fooled && r.top[0].p >= 0.2 && r.predicted != r.original));
    }
}

#[test]
fn smart_balances_the_scales_and_reports_its_loss() {
    let victim: Arc<dyn Victim> = Arc::new(Toy::new(KINECT));
    let config = AttackConfig {
        constraints: Constraints { realign: false, ..Constraints::ALL },
        iterations: 2,
        ..Peer::Smart.apply(AttackConfig { method: Method::Adam, ..Default::default() })
    };
    let mut attack = start(&victim, config.clone());
    let reports = to_the_end(&mut attack);
    assert_eq!(reports[0].losses.perceptual, 0.0);
    assert!(reports[1].losses.perceptual > 0.0 && reports[1].figures.plausibility.is_none());
    // In a plain sum the accelerations, thousands of metres per second squared, would dominate, and the second step
    // would undo the first. With the balance the attack progresses.
    assert!(reports[1].losses.prediction < reports[0].losses.prediction);
    let free = start(&victim, AttackConfig { lambda: 0.0, ..config });
    let free = to_the_end(&mut { free });
    assert!(reports[1].figures.acceleration_change < free[1].figures.acceleration_change);
}

#[test]
fn settings_in_conflict_are_refused_with_their_name() {
    let refused = |config: AttackConfig| config.validate(KINECT.layout(), CLASSES).unwrap_err().to_string();
    let base = AttackConfig::default;
    let rows: [(&str, AttackConfig); 3] = [
        ("target: ", AttackConfig { target: Target::Untargeted, ..base() }),
        ("restraint: ", AttackConfig { restraint: Restraint::Smart, ..base() }),
        (
            "prediction.kappa: ",
            AttackConfig { method: Method::Pgd, prediction: Prediction::Margin { kappa: -1.0 }, ..base() },
        ),
    ];
    for (place, config) in rows {
        assert!(refused(config).starts_with(place), "{place}");
    }
    let one = AttackConfig { method: Method::Adam, prediction: Prediction::Margin { kappa: 0.0 }, ..base() };
    assert!(one.validate(KINECT.layout(), 1).unwrap_err().to_string().starts_with("prediction: "));
    // With the plausibility constraint every method needs natural clips for the discriminator.
    let pgd = AttackConfig { method: Method::Pgd, ..base() };
    let error = Attack::new(Arc::new(Toy::new(KINECT)), &clip(KINECT, 4, 1, false, 1), &[], pgd).err().unwrap();
    assert!(error.to_string().starts_with("constraints.plausible: "));
}
