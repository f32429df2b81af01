//! The loop seen from outside: goals, stop rules, resets, refusals.

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, activation::log_softmax};
use ciasa::attack::run::{block_on, run};
use ciasa::attack::{Attack, AttackConfig, Constraints, Done, Epsilon, Method, StepReport, Stop, Target, Victim};
use ciasa::contract::metrics;
use ciasa::skeleton::{LayoutId, Sequence};

use crate::toy::{CLASSES, Toy, clip};

const LAYOUT: LayoutId = LayoutId::KinectV1;

fn start(config: AttackConfig) -> Attack {
    let clip = clip(LAYOUT, 8, 1, false, 11);
    Attack::new(Arc::new(Toy::new(LAYOUT)), &clip, &[self::clip(LAYOUT, 20, 1, false, 12)], config).unwrap()
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

fn highest(p: &[f32]) -> usize {
    (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap()
}

/// The gradient of -log p(class) with respect to the clip, (T, M, V, C), computed without the attack.
fn gradient(clip: &Sequence, class: usize) -> Vec<f32> {
    let toy = Toy::new(LAYOUT);
    let shape = [clip.frames(), clip.people(), 20, 3];
    let data = TensorData::new(clip.data().to_vec(), shape);
    let x = Tensor::<4>::from_data(data, &Device::flex().autodiff()).require_grad();
    let logits = toy.logits(x.clone().permute([3, 0, 2, 1]).unsqueeze());
    let loss = log_softmax(logits, 1).narrow(1, class, 1).sum().neg();
    x.grad(&loss.backward()).unwrap().into_data().try_to_vec().unwrap()
}

#[test]
fn fgsm_goes_exactly_epsilon_against_the_gradient_of_its_target() {
    let region = vec![5, 6, 7];
    let epsilon: Vec<f32> = (0..20).map(|j| j as f32 / 256.0).collect();
    for target in [Target::Class { index: 3 }, Target::Untargeted] {
        let mut attack = start(AttackConfig {
            method: Method::Fgsm,
            target,
            joints: Some(region.clone()),
            epsilon: Epsilon::PerJoint(epsilon.clone()),
            constraints: Constraints::NONE,
            ..Default::default()
        });
        let clean = attack.clean().clone();
        let reports = to_the_end(&mut attack);
        assert_eq!((reports.len(), reports[0].done), (1, Some(Done::Iterations)));
        // Untargeted, the loss is minus the cross-entropy to the original class, so the step follows its gradient.
        let (class, way) = match target {
            Target::Class { index } => (index, -1.0),
            _ => (reports[0].original, 1.0),
        };
        for (i, g) in gradient(&clean, class).into_iter().enumerate() {
            let joint = i / 3 % 20;
            let step = if region.contains(&joint) && g != 0.0 { way * g.signum() * epsilon[joint] } else { 0.0 };
            assert_eq!(attack.perturbed()[i], clean.data()[i] + step, "value {i}");
        }
    }
}

#[test]
fn untargeted_fgsm_lowers_the_original_class_and_changes_the_label() {
    let mut attack = start(AttackConfig {
        method: Method::Fgsm,
        target: Target::Untargeted,
        epsilon: Epsilon::Global(0.3),
        constraints: Constraints { realign: true, ..Constraints::NONE },
        ..Default::default()
    });
    let report = to_the_end(&mut attack).remove(0);
    let after = block_on(attack.recognise()).unwrap();
    assert!(!report.fooled && report.predicted == report.original);
    assert!(after[report.original] < report.p_original);
    assert_ne!(highest(&after), report.original);
    assert!(report.figures.bone_deviation < 2e-3);
}

#[test]
fn ciasa_reaches_the_least_likely_class_and_returns_the_clip_that_it_measured() {
    let mut attack = start(AttackConfig {
        epsilon: Epsilon::Global(0.3),
        // The poses of a random clip are unrelated, so its acceleration is enormous.
        lambda: 1e-3,
        iterations: 300,
        stop: Stop::Confidence { confidence: 0.8, hold: 4 },
        ..Default::default()
    });
    let clean = block_on(attack.recognise()).unwrap();
    let reports = to_the_end(&mut attack);
    let last = reports.last().unwrap();
    let least = (0..CLASSES).min_by(|&a, &b| clean[a].total_cmp(&clean[b])).unwrap();
    assert_eq!((last.original, last.target), (highest(&clean), Some(least)));
    assert_eq!((reports[0].predicted, reports[0].p_original), (highest(&clean), clean[highest(&clean)]));
    assert_eq!(last.done, Some(Done::Held));
    let held = |r: &StepReport| r.fooled && r.p_target >= Some(0.8);
    assert_eq!(reports.iter().rev().take_while(|r| held(r)).count(), 4);
    assert_eq!(block_on(attack.recognise()).unwrap()[least], last.p_target.unwrap());
    let top: Vec<f32> = last.top.iter().map(|r| r.p).collect();
    assert!(top.len() == 5 && top.is_sorted_by(|a, b| a >= b) && last.top[0].index == least);
}

#[test]
fn a_knee_moves_between_hip_and_ankle_that_stay() {
    let mut attack = start(AttackConfig { joints: Some(vec![13, 17]), iterations: 5, ..Default::default() });
    let last = to_the_end(&mut attack).pop().unwrap();
    assert!(last.figures.max_displacement > 1e-3 && last.figures.bone_deviation < 2e-3);
    assert_eq!(last.figures.linf, metrics::linf(attack.clean(), attack.perturbed()));
}

#[test]
fn the_iterations_end_an_attack_and_more_of_them_continue_it() {
    let config = AttackConfig { iterations: 2, ..Default::default() };
    let mut attack = start(config.clone());
    let reports = to_the_end(&mut attack);
    assert_eq!(reports.iter().map(|r| r.iteration).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((reports[0].done, reports[1].done), (None, Some(Done::Iterations)));
    assert!(block_on(attack.step()).unwrap_err().to_string().starts_with("iterations: "));
    attack.configure(AttackConfig { iterations: 3, ..config }).unwrap();
    assert_eq!(to_the_end(&mut attack).len(), 1);
}

#[test]
fn a_caller_can_cancel_after_any_step() {
    let mut attack = start(AttackConfig::default());
    let stop_at_3 = |r: &StepReport| if r.iteration == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let last = run(&mut attack, stop_at_3).unwrap();
    assert_eq!((last.iteration, last.done), (3, Some(Done::Cancelled)));
    assert_eq!(block_on(attack.step()).unwrap().iteration, 4);
}

#[test]
fn bad_input_is_refused_with_its_name() {
    let clip = clip(LAYOUT, 4, 1, false, 1);
    let refused = |layout, clip: &Sequence, natural: &[Sequence], config| {
        let error = Attack::new(Arc::new(Toy::new(layout)), clip, natural, config).err().unwrap();
        assert!(error.is_config());
        error.to_string()
    };
    let natural = [clip.clone()];
    let default = AttackConfig::default;
    assert!(refused(LayoutId::Ntu, &clip, &natural, default()).starts_with("clip: "));
    assert!(refused(LAYOUT, &clip, &[], default()).starts_with("constraints.plausible: "));
    assert!(refused(LAYOUT, &clip, &natural, AttackConfig { alpha: 0.0, ..default() }).starts_with("alpha: "));
    let empty = clip.with_data(vec![0.0; clip.data().len()]).unwrap();
    assert!(refused(LAYOUT, &empty, &natural, default()).starts_with("clip: "));
    let other = self::clip(LayoutId::Ntu, 2, 1, false, 1);
    assert!(refused(LAYOUT, &clip, &[other], default()).starts_with("natural: "));
    // FGSM does not use the discriminator and needs no natural clip.
    let fgsm = AttackConfig { method: Method::Fgsm, ..default() };
    assert!(Attack::new(Arc::new(Toy::new(LAYOUT)), &clip, &[], fgsm).is_ok());
}

#[test]
fn nan_from_the_device_is_an_error_and_leaves_the_clip_unchanged() {
    let clip = clip(LAYOUT, 4, 1, false, 1);
    let broken = Arc::new(Toy::saying(LAYOUT, |logits| logits * f32::NAN));
    let mut attack = Attack::new(broken, &clip, std::slice::from_ref(&clip), AttackConfig::default()).unwrap();
    assert!(block_on(attack.step()).unwrap_err().is_device());
    assert_eq!(attack.perturbed(), clip.data());
}

#[test]
fn attacks_run_on_several_threads_and_move_between_them() {
    let config = || AttackConfig { iterations: 2, ..Default::default() };
    let alone = to_the_end(&mut start(config()));
    let others: Vec<_> = (0..3).map(|_| std::thread::spawn(move || to_the_end(&mut start(config())))).collect();
    for other in others {
        assert_eq!(other.join().unwrap(), alone);
    }
    let mut moved = start(config());
    assert_eq!(std::thread::spawn(move || to_the_end(&mut moved)).join().unwrap(), alone);
}
