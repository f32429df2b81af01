//! Attacks that are made for a camera: what they spend where, what judges them, and their bounds.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use ciasa::attack::run::run;
use ciasa::attack::{Attack, AttackConfig, Camera, Constraints, Epsilon, Peer, StepReport, Target, batch};
use ciasa::contract::metrics;
use ciasa::skeleton::LayoutId;
use ciasa::skeleton::facing::{axes, facing};

use crate::toy::{Toy, clip};

const LAYOUT: LayoutId = LayoutId::KinectV1;
const FRONT: Camera = Camera { angle: 0.0, spread: 0.0, views: 3 };

fn config(camera: Option<Camera>) -> AttackConfig {
    let constraints = Constraints { smooth: false, plausible: false, ..Constraints::ALL };
    let epsilon = Epsilon::Global(0.1);
    AttackConfig { camera, constraints, epsilon, alpha: 0.02, iterations: 15, seed: 3, ..Default::default() }
}

fn start(config: AttackConfig) -> Attack {
    Attack::new(Arc::new(Toy::new(LAYOUT)), &clip(LAYOUT, 8, 1, false, 11), &[], config).unwrap()
}

fn to_the_end(mut attack: Attack) -> (Vec<StepReport>, Attack) {
    let mut reports = Vec::new();
    run(&mut attack, |report| {
        reports.push(report.clone());
        ControlFlow::Continue(())
    })
    .unwrap();
    (reports, attack)
}

/// Root mean squares of the perturbation in the plane of the picture of a camera in front, and in depth.
fn spent(attack: &Attack) -> [f64; 2] {
    let [right, up, back] = axes(facing(attack.clean()), 0.0);
    let mut squares = [0.0; 2];
    for (x, clean) in attack.perturbed().chunks(3).zip(attack.clean().data().chunks(3)) {
        let along = |axis: [f32; 3]| (0..3).map(|c| f64::from((x[c] - clean[c]) * axis[c])).sum::<f64>();
        squares[0] += (along(right).powi(2) + along(up).powi(2)) / 2.0;
        squares[1] += along(back).powi(2);
    }
    squares.map(|sum| (sum / (attack.perturbed().len() / 3) as f64).sqrt())
}

#[test]
fn steps_are_spent_in_the_plane_of_the_picture_and_the_bounds_hold() {
    for peer in [Peer::Ciasa, Peer::Pgd, Peer::MiFgsm, Peer::Cw] {
        let of = |camera, iterations| {
            let config = AttackConfig { alpha: 0.02, iterations, ..peer.apply(config(camera)) };
            to_the_end(start(config)).1
        };
        // A few steps, before every coordinate is at its epsilon. Bones that keep their lengths turn some of a change
        // in the plane into depth.
        let [[plane, depth], [wide, deep]] = [spent(&of(None, 3)), spent(&of(Some(FRONT), 3))];
        assert!(depth > 0.8 * plane && deep < 0.7 * wide && wide > 0.01, "{peer:?}: {plane} {depth} {wide} {deep}");
        let made = of(Some(FRONT), 15);
        let bounds = vec![0.1; made.perturbed().len()];
        let figures = metrics::Metrics::of(made.clean(), made.perturbed(), &bounds, None);
        assert!(figures.epsilon_excess <= 1e-6 && figures.bone_deviation < 1e-4, "{peer:?}: {figures:?}");
    }
}

#[test]
fn iterates_are_judged_in_the_same_views_and_the_best_is_returned() {
    let (reports, attack) = to_the_end(start(config(Some(FRONT))));
    let outcome = reports[14].outcome.clone().unwrap();
    let best = outcome.best.unwrap();
    let least = reports.iter().map(|report| report.losses.prediction).fold(outcome.last.prediction, f32::min);
    assert!(outcome.returned_best && best.prediction <= least + 1e-6, "{best:?} {least}");
    assert!(best.prediction < 0.5 * reports[0].losses.prediction, "{best:?}");
    // The first report judges the clean clip; asked again, the same views say the same.
    let again = to_the_end(start(AttackConfig { alpha: 0.001, ..config(Some(FRONT)) })).0;
    assert_eq!(again[0].losses.prediction, reports[0].losses.prediction);
    assert_eq!(again[0].p_target, reports[0].p_target);
    // What is reported belongs to the views, not to the skeleton.
    let plain = to_the_end(start(config(None))).0;
    assert_ne!(plain[0].losses.prediction, reports[0].losses.prediction);
    // The goal is the skeleton's: both attacks aim at the same class.
    assert_eq!((plain[0].original, plain[0].target), (reports[0].original, reports[0].target));
    assert_ne!(attack.perturbed(), attack.clean().data());
}

#[test]
fn a_seed_gives_the_same_attack_and_another_seed_another() {
    let of = |seed| to_the_end(start(AttackConfig { seed, ..config(Some(Camera::default())) }));
    let ((one, first), (two, second)) = (of(1), of(1));
    assert_eq!((one, first.perturbed()), (two, second.perturbed()));
    assert_ne!(of(2).1.perturbed(), first.perturbed());
    // A reset repeats the attack, and a batch takes the steps of each alone.
    let mut attacks = [Some(FRONT), None, Some(Camera { views: 2, ..FRONT })].map(|camera| start(config(camera)));
    let alone = attacks.each_mut().map(|attack| {
        let report = ciasa::attack::run::block_on(attack.step()).unwrap();
        attack.reset();
        report
    });
    let mut apart: Vec<Attack> =
        [Some(FRONT), None, Some(Camera { views: 2, ..FRONT })].map(|c| start(config(c))).into();
    let victim = Arc::new(Toy::new(LAYOUT));
    let made = |attack: &Attack| Attack::new(victim.clone(), attack.clean(), &[], attack.config().clone()).unwrap();
    apart = apart.iter().map(made).collect();
    let together = ciasa::attack::run::block_on(batch::step(&mut apart.iter_mut().collect::<Vec<_>>())).unwrap();
    for (a, b) in alone.iter().zip(&together) {
        assert!((a.losses.prediction - b.losses.prediction).abs() < 1e-5 * a.losses.prediction.abs().max(1.0));
    }
}

#[test]
fn a_camera_can_be_changed_while_the_attack_runs() {
    let mut attack = start(config(None));
    let step = |attack: &mut Attack| ciasa::attack::run::block_on(attack.step()).unwrap();
    step(&mut attack);
    attack.configure(config(Some(FRONT))).unwrap();
    step(&mut attack);
    let before = attack.perturbed().to_vec();
    let refused = attack.configure(config(Some(Camera { views: 0, ..FRONT }))).unwrap_err().to_string();
    assert!(refused.starts_with("camera.views: "), "{refused}");
    assert_eq!(attack.perturbed(), before);
    attack.configure(config(None)).unwrap();
    step(&mut attack);
}

#[test]
fn a_clip_in_a_picture_has_no_camera() {
    let flat = clip(LayoutId::OpenPose18, 6, 1, false, 1);
    let config = AttackConfig { target: Target::LeastLikely, ..config(Some(FRONT)) };
    let refused = Attack::new(Arc::new(Toy::new(LayoutId::OpenPose18)), &flat, &[], config).err().unwrap();
    assert!(refused.to_string().starts_with("camera: "), "{refused}");
}

fn ciasa(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let clip = "web/public/clips/synthetic-wave-1.json";
    Command::new(env!("CARGO_BIN_EXE_ciasa")).current_dir(root).args(["attack", clip]).args(args).output().unwrap()
}

#[test]
fn the_command_line_makes_attacks_for_a_camera() {
    let run = ciasa(&["--camera", "-30", "--spread", "5", "--views", "1", "--iterations", "2"]);
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    assert!(out.contains("judged in views of a camera at -30\u{b0}\u{b1}5\u{b0}"), "{out}");
    for (args, part) in [
        (&["--camera", "200"][..], "camera.angle: must be from -180 to 180 degrees"),
        (&["--spread", "5"], "--camera"),
        (&["--camera", "0", "--attack", "noise"], "camera: only fgsm, ciasa"),
    ] {
        let run = ciasa(args);
        assert!(!run.status.success() && String::from_utf8_lossy(&run.stderr).contains(part), "{args:?}");
    }
}
