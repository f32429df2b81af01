//! Every attack on every kind of recogniser: bounds, goals, refusals.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ciasa::attack::run::{block_on, run};
use ciasa::attack::{
    Attack, AttackConfig, Constraints, Done, Epsilon, Method, Peer, Prediction, Restraint, StepReport, Stop, Target,
    Transfer, Victim,
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
        for peer in [Peer::Fgsm, Peer::Pgd, Peer::MiFgsm, Peer::Cw, Peer::Smart, Peer::Ciasa] {
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
fn the_bone_length_attack_keeps_tau_and_epsilon_and_directions() {
    let victim: Arc<dyn Victim> = Arc::new(Toy::new(KINECT));
    for (epsilon, tau) in [(9.0, 0.1), (0.01, 0.3)] {
        let base = AttackConfig { epsilon: Epsilon::Global(epsilon), iterations: 8, tau, ..Default::default() };
        let config = Peer::BoneLength.apply(AttackConfig { target: Target::Untargeted, ..base });
        let mut attack = start(&victim, config.clone());
        let reports = to_the_end(&mut attack);
        let after = attack.sequence().unwrap();
        let clean = attack.clean();
        assert!(clean.data() != after.data() && excess(clean, after.data(), epsilon) <= 1e-6);
        for (parent, joint) in clean.layout().bones() {
            let factor = |t: usize| after.distance(t, 0, parent, joint) / clean.distance(t, 0, parent, joint);
            let long = (0..clean.frames()).filter(|&t| clean.distance(t, 0, parent, joint) > 0.05).map(factor);
            let factors: Vec<f32> = long.collect();
            assert!(factors.iter().all(|f| (f - factors[0]).abs() < 1e-4 && (f - 1.0).abs() <= tau + 1e-4));
        }
        let first = &reports[0];
        assert!(block_on(attack.recognise()).unwrap()[first.original] < first.p_original);
        assert_eq!(to_the_end(&mut start(&victim, config)), reports);
    }
    let config = AttackConfig { joints: Some(vec![5]), ..Peer::BoneLength.apply(AttackConfig::default()) };
    let config = AttackConfig { constraints: Constraints { plausible: false, ..config.constraints }, ..config };
    let refused = Attack::new(victim, &clip(KINECT, 4, 1, false, 1), &[], config).err().unwrap();
    assert!(refused.to_string().starts_with("joints: no bone may change"), "{refused}");
}

#[test]
fn a_part_swap_takes_one_step_and_needs_another_clip() {
    let victim: Arc<dyn Victim> = Arc::new(Toy::new(KINECT));
    let base = AttackConfig { target: Target::Untargeted, ..Default::default() };
    let off = Constraints { clip: false, ..Constraints::ALL };
    let config = Peer::PartSwap.apply(AttackConfig { constraints: off, ..base });
    let mut attack = start(&victim, config.clone());
    let reports = to_the_end(&mut attack);
    assert_eq!(reports.len(), 1);
    let figures = reports[0].figures;
    assert!(figures.linf > 0.1 && figures.bone_deviation < 2e-3, "{figures:?}");
    assert!(!reports[0].outcome.as_ref().unwrap().returned_best);
    let within = Peer::PartSwap.apply(AttackConfig { target: Target::Untargeted, ..Default::default() });
    let mut held = start(&victim, within);
    to_the_end(&mut held);
    assert_eq!(excess(held.clean(), held.perturbed(), 0.02), 0.0);
    let alone = Attack::new(victim, &clip(KINECT, 4, 1, false, 1), &[], config).err().unwrap();
    assert!(alone.to_string().starts_with("method: a part swap needs another clip"), "{alone}");
}

#[test]
fn a_walk_depends_on_labels_alone_and_nears_the_clip() {
    let off = Constraints { clip: false, ..Constraints::ALL };
    let base = AttackConfig { target: Target::Untargeted, queries: 250, constraints: off, ..Default::default() };
    let config = Peer::Basar.apply(base);
    let walk = |victim: Toy, config: &AttackConfig| {
        let victim: Arc<dyn Victim> = Arc::new(victim);
        let mut attack = start(&victim, config.clone());
        let reports = to_the_end(&mut attack);
        let class = block_on(attack.recognise()).unwrap();
        (reports, attack.perturbed().to_vec(), attack.clean().clone(), class)
    };
    let (reports, nearest, clean, p) = walk(Toy::new(KINECT), &config);
    assert_eq!(reports.len(), 250);
    let distances: Vec<f32> = reports.iter().filter_map(|r| r.distance).collect();
    assert!(distances.windows(2).all(|pair| pair[1] <= pair[0]));
    let (first, last) = (distances[0], *distances.last().unwrap());
    assert!(last < 0.6 * first, "from {first} to {last} only");
    let end = reports.last().unwrap();
    assert_eq!((end.figures.linf, end.done), (last, Some(Done::Iterations)));
    assert!(end.outcome.as_ref().unwrap().last.fooled && end.figures.bone_deviation < 2e-3);
    assert!((0..CLASSES).any(|class| p[class] > p[end.original]));
    // Logits of another size, with the same order, are the same labels.
    assert_eq!(walk(Toy::saying(KINECT, |logits| logits * 0.01 + 3.0), &config).1, nearest);
    assert_ne!(walk(Toy::new(KINECT), &AttackConfig { seed: 1, ..config.clone() }).1, nearest);
    // With clipping on, what is returned is within epsilon, and the stop rule ends the walk there.
    let clip = AttackConfig { constraints: Constraints { clip: true, ..config.constraints }, ..config };
    let small = AttackConfig { epsilon: Epsilon::Global(0.5 * last), ..clip.clone() };
    let (reports, returned, ..) = walk(Toy::new(KINECT), &small);
    assert_eq!(excess(&clean, &returned, 0.5 * last), 0.0);
    assert!(reports.last().unwrap().distance.unwrap() >= last);
    let stop = Stop::Confidence { confidence: 0.99, hold: 2 };
    let (reports, returned, ..) =
        walk(Toy::new(KINECT), &AttackConfig { epsilon: Epsilon::Global(first), stop, ..clip });
    let end = reports.last().unwrap();
    assert!(end.done == Some(Done::Held) && reports.len() < 250);
    assert!(end.outcome.as_ref().unwrap().last.fooled && excess(&clean, &returned, first) == 0.0);
}

#[test]
fn a_step_that_follows_no_gradient_builds_no_graph() {
    for (peer, graph) in [(Peer::Basar, false), (Peer::Noise, false), (Peer::Rotation, false), (Peer::Pgd, true)] {
        let built = Arc::new(AtomicBool::new(false));
        let seen = built.clone();
        let victim: Arc<dyn Victim> = Arc::new(Toy::saying(KINECT, move |logits| {
            seen.fetch_or(logits.device().is_autodiff(), Ordering::Relaxed);
            logits
        }));
        let base = AttackConfig { target: Target::Untargeted, iterations: 3, queries: 20, ..Default::default() };
        to_the_end(&mut start(&victim, peer.apply(base)));
        assert_eq!(built.load(Ordering::Relaxed), graph, "{}", peer.as_str());
    }
}

#[test]
fn tasar_needs_known_last_layers_and_draws_other_noise_in_each_step() {
    struct Closed(Toy);
    impl Victim for Closed {
        fn logits(&self, x: burn::tensor::Tensor<5>) -> burn::tensor::Tensor<2> {
            self.0.logits(x)
        }
        fn device(&self) -> &burn::tensor::Device {
            self.0.device()
        }
        fn classes(&self) -> usize {
            CLASSES
        }
        fn layout(&self) -> LayoutId {
            KINECT
        }
    }
    let config = Peer::Tasar.apply(AttackConfig { iterations: 3, ..Default::default() });
    let closed = Attack::new(Arc::new(Closed(Toy::new(KINECT))), &clip(KINECT, 4, 1, false, 1), &[], config.clone());
    assert!(closed.err().unwrap().to_string().starts_with("method: TASAR needs"));
    let victim = random(Architecture::StGcn, KINECT);
    let reports = to_the_end(&mut start(&victim, config.clone()));
    let louder = AttackConfig { transfer: Transfer { noise: 1.5, ..config.transfer }, ..config.clone() };
    let other = to_the_end(&mut start(&victim, louder));
    assert_eq!(reports[0].losses, other[0].losses, "the plain network is reported");
    assert_ne!(reports[1].losses, other[1].losses);
    assert_ne!(to_the_end(&mut start(&victim, AttackConfig { seed: 1, ..config }))[1].losses, reports[1].losses);
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
