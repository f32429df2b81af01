//! Laws of every attack, for random clips, regions and settings.

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::attack::Victim as _;
use ciasa::attack::bone_lengths::free;
use ciasa::attack::{
    Attack, AttackConfig, Constraints, Epsilon, Method, Prediction, Projection, Restraint, Target, realign, run::run,
};
use ciasa::contract::{Goal, metrics, region};
use ciasa::skeleton::{LayoutId, Sequence};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::toy::{CLASSES, Toy, clip};

#[derive(Clone, Debug)]
struct Case {
    clip: Sequence,
    config: AttackConfig,
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (0..4_usize, 1..7_usize, 1..3_usize, any::<bool>(), any::<u64>());
    // Half of the regions are arbitrary joints; the others are presets or all joints.
    let joints = (any::<u64>(), 0..6_u8);
    let losses = (0..Method::ALL.len(), any::<[bool; 4]>());
    let settings = (losses, 0..CLASSES, any::<[bool; 4]>(), 0.001..0.3_f32, any::<bool>());
    (shape, joints, settings).prop_filter_map("nothing may move", |(shape, joints, settings)| {
        let (layout, frames, people, gaps, seed) = shape;
        let clip = clip(LayoutId::ALL[layout], frames, people, gaps, seed);
        let l = clip.layout();
        let (mask, kind) = joints;
        let joints = match kind {
            0 => None,
            1 => l.region("legs").map(|r| r.joints.to_vec()),
            2 => l.region("set-3").map(|r| r.joints.to_vec()),
            _ => Some((0..l.len()).filter(|j| mask >> j & 1 == 1).collect()),
        };
        let ((method, [margin, smart, away, paper]), class, [a, b, c, d], epsilon, each) = settings;
        let method = Method::ALL[method];
        // TASAR takes no other restraint, and a walk does not begin at the original.
        let own_losses = matches!(method, Method::Tasar | Method::Basar);
        let away_too = method != Method::Ciasa;
        let config = AttackConfig {
            method,
            prediction: if away_too && margin { Prediction::Margin { kappa: 0.5 } } else { Prediction::CrossEntropy },
            restraint: if away_too && smart && !own_losses { Restraint::Smart } else { Restraint::Ciasa },
            target: if away_too && away { Target::Untargeted } else { Target::Class { index: class } },
            joints,
            epsilon: match each {
                true => Epsilon::PerJoint(l.hierarchical.iter().map(|e| e * 10.0 * epsilon).collect()),
                false => Epsilon::Global(epsilon),
            },
            alpha: 0.05,
            iterations: 3,
            queries: 40,
            constraints: Constraints { clip: a, realign: b, smooth: c, plausible: d },
            projection: if paper { Projection::Paper } else { Projection::Exact },
            seed,
            ..Default::default()
        };
        let bounds = region::bounds(&clip, &config);
        // The bone-length attack needs a bone whose far joints may all move.
        let whole = |bounds: &Vec<f32>| method != Method::BoneLength || free(&clip, bounds).contains(&true);
        let usable = config.validate(l, CLASSES).is_ok() && bounds.as_ref().is_ok_and(whole);
        (usable && config.target != seen(&clip)).then_some(Case { clip, config })
    })
}

/// The class that the toy sees in a clip: it cannot be the target.
fn seen(clip: &Sequence) -> Target {
    let (t, m, l) = (clip.frames(), clip.people(), clip.layout());
    let x = Tensor::from_data(TensorData::new(clip.data().to_vec(), [t, m, l.len(), l.channels()]), &Device::flex());
    let logits = Toy::new(l.id).logits(x.permute([3, 0, 2, 1]).unsqueeze());
    let logits = logits.into_data().try_to_vec::<f32>().unwrap();
    Target::Class { index: Goal::new(Target::Untargeted, &logits).original }
}

/// Values that may not move are equal bit for bit: outside the region, of absent people and unseen joints, confidences.
fn stays(clean: &Sequence, x: &[f32], config: &AttackConfig) {
    let l = clean.layout();
    for (i, (x, was)) in x.iter().zip(clean.data()).enumerate() {
        let (channel, joint) = (i % l.channels(), i / l.channels() % l.len());
        let pose = i / (l.channels() * l.len());
        let (t, m) = (pose / clean.people(), pose % clean.people());
        let outside = config.joints.as_ref().is_some_and(|joints| !joints.contains(&joint));
        let padding = clean.person(t, m).iter().all(|v| *v == 0.0);
        let unseen = l.confidence && clean.joint(t, m, joint)[l.dims] == 0.0;
        if outside || padding || unseen || channel >= l.dims {
            assert_eq!(x.to_bits(), was.to_bits(), "frame {t}, person {m}, joint {joint}, channel {channel}");
        }
    }
}

/// Each bone is within 1e-4 of its length in the same frame of the original; coordinates up to 4 have a precision of
/// 5e-7.
fn bones_keep_their_lengths(clean: &Sequence, x: &[f32]) {
    let after = clean.with_data(x.to_vec()).unwrap();
    let l = clean.layout();
    for (t, m) in (0..clean.frames()).flat_map(|t| (0..clean.people()).map(move |m| (t, m))) {
        for (a, b) in l.bones().into_iter().filter(|&(a, b)| clean.seen(t, m, a) && clean.seen(t, m, b)) {
            let (was, is) = (clean.distance(t, m, a, b), after.distance(t, m, a, b));
            assert!(
                (is - was).abs() <= 1e-4 * was + 2e-6,
                "frame {t}, bone {} to {}: {was} to {is}",
                l.joints[a],
                l.joints[b]
            );
        }
    }
}

/// Within epsilon, exactly.
fn within_epsilon(clean: &Sequence, x: &[f32], config: &AttackConfig) {
    let l = clean.layout();
    for (i, (x, was)) in x.iter().zip(clean.data()).enumerate() {
        let epsilon = config.epsilon.of(i / l.channels() % l.len());
        assert!((f64::from(*x) - f64::from(*was)).abs() <= f64::from(epsilon));
    }
}

fn attack(case: &Case) -> Attack {
    let layout = case.clip.layout().id;
    let natural = [clip(layout, 5, 1, true, 1), clip(layout, 3, 2, true, 2)];
    Attack::new(Arc::new(Toy::new(layout)), &case.clip, &natural, case.config.clone()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn realignment_holds_region_and_bones_from_any_start(case in cases(), size in 0.0..0.5_f32, seed in any::<u64>()) {
        let bounds = region::bounds(&case.clip, &case.config).unwrap();
        let mut rng = Pcg32::seed_from_u64(seed);
        let mut x = case.clip.data().to_vec();
        for (x, _) in x.iter_mut().zip(&bounds).filter(|(_, b)| **b > 0.0) {
            *x += size * rng.random_range(-1.0..1.0_f32);
        }
        realign::realign(&mut x, &case.clip, &bounds);
        stays(&case.clip, &x, &case.config);
        bones_keep_their_lengths(&case.clip, &x);
        prop_assert!(metrics::bone_deviation(&case.clip, &x) < 2e-3);
    }

    #[test]
    fn realignment_leaves_the_original_alone(case in cases()) {
        let bounds = region::bounds(&case.clip, &case.config).unwrap();
        let mut x = case.clip.data().to_vec();
        realign::realign(&mut x, &case.clip, &bounds);
        prop_assert!(metrics::linf(&case.clip, &x) < 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn every_step_holds_its_constraints(case in cases()) {
        let (mut attack, config) = (attack(&case), &case.config);
        let promised = config.constraints;
        loop {
            let report = ciasa::attack::run::block_on(attack.step()).unwrap();
            let x = attack.perturbed();
            stays(&case.clip, x, config);
            let lengths = promised.realign && config.method.keeps_lengths();
            if lengths {
                bones_keep_their_lengths(&case.clip, x);
            }
            let exact = config.projection == Projection::Exact;
            // A walk is within epsilon once it is over.
            let over = config.method != Method::Basar || report.done.is_some();
            if promised.clip && over && (exact || !lengths) {
                within_epsilon(&case.clip, x, config);
                prop_assert_eq!(report.figures.epsilon_excess, 0.0);
            }
            prop_assert!(report.yielded_frames == 0 || exact && promised.realign);
            let l = report.losses;
            let weight = config.search().discriminator.weight();
            let parts = l.prediction + config.lambda * (l.smooth + weight * l.adversarial + l.perceptual);
            prop_assert!((report.losses.total - parts).abs() <= 1e-4 * parts.abs().max(1.0));
            prop_assert_eq!(report.figures.plausibility.is_some(), config.plausible());
            prop_assert_eq!(report.losses.discriminator > 0.0, config.plausible());
            if !config.smooth() {
                prop_assert_eq!(report.losses.smooth, 0.0);
            }
            if !config.perceptual() || report.iteration == 1 {
                prop_assert_eq!(report.losses.perceptual, 0.0);
            }
            if report.done.is_some() {
                break;
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_result(case in cases()) {
        let go = |attack: &mut Attack| {
            let mut reports = Vec::new();
            run(attack, |r| { reports.push(r.clone()); ControlFlow::Continue(()) }).unwrap();
            (reports, attack.perturbed().to_vec())
        };
        let mut first = attack(&case);
        let result = go(&mut first);
        prop_assert_eq!(&go(&mut attack(&case)), &result);
        // So does a reset attack.
        first.reset();
        prop_assert_eq!(first.perturbed(), case.clip.data());
        prop_assert_eq!(&go(&mut first), &result);
    }

    #[test]
    fn changed_settings_hold_at_once(case in cases(), other in cases()) {
        let mut attack = attack(&case);
        ciasa::attack::run::block_on(attack.step()).unwrap();
        let joint_count = case.clip.layout().len();
        let joints = other.config.joints.map(|all| all.into_iter().filter(|j| *j < joint_count).collect());
        let epsilon = Epsilon::Global(0.01);
        let config = AttackConfig { joints, epsilon, constraints: other.config.constraints, ..case.config.clone() };
        let before = attack.perturbed().to_vec();
        if attack.configure(config.clone()).is_err() {
            prop_assert_eq!(attack.perturbed(), before.as_slice());
            prop_assert_eq!(attack.config(), &case.config);
            return Ok(());
        }
        stays(&case.clip, attack.perturbed(), &config);
        let lengths = config.constraints.realign && config.method.keeps_lengths();
        if lengths {
            bones_keep_their_lengths(&case.clip, attack.perturbed());
        }
        if config.constraints.clip && (config.projection == Projection::Exact || !lengths) {
            within_epsilon(&case.clip, attack.perturbed(), &config);
        }
    }
}
