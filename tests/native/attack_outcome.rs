//! What an attack returns when it is over: the best iterate, the indicators of failure, the smallest epsilon.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ciasa::attack::run::{block_on, run};
use ciasa::attack::smallest::Smallest;
use ciasa::attack::{
    Attack, AttackConfig, Epsilon, Flag, Optimiser, Projection, Schedule, Smoothness, StepReport, Target, Victim,
};
use ciasa::contract::metrics;
use ciasa::skeleton::LayoutId;

use crate::toy::{Toy, clip};

const LAYOUT: LayoutId = LayoutId::KinectV1;

/// The poses of a random clip are unrelated, so its acceleration is enormous: it gets little weight.
fn config() -> AttackConfig {
    AttackConfig { epsilon: Epsilon::Global(0.2), lambda: 1e-3, alpha: 0.1, iterations: 20, ..Default::default() }
}

fn start(victim: Toy, config: AttackConfig) -> Attack {
    let natural = [clip(LAYOUT, 20, 1, false, 12)];
    Attack::new(Arc::new(victim), &clip(LAYOUT, 8, 1, false, 11), &natural, config).unwrap()
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

#[test]
fn the_exact_projection_returns_the_best_iterate_and_the_papers_the_last() {
    for projection in Projection::ALL {
        let mut attack = start(Toy::new(LAYOUT), AttackConfig { projection, ..config() });
        let reports = to_the_end(&mut attack);
        assert!(reports[..19].iter().all(|report| report.outcome.is_none() && report.gradient > 0.0));
        let outcome = reports[19].outcome.clone().unwrap();
        assert_eq!(outcome.last.updates, 20);
        let returned = match projection {
            Projection::Exact => outcome.best.unwrap(),
            Projection::Paper => outcome.last,
        };
        assert_eq!(outcome.returned_best, projection == Projection::Exact);
        // The clip that the attack holds is the one that was returned.
        let p = block_on(attack.recognise()).unwrap();
        assert!((p[reports[0].target.unwrap()] - returned.p_target.unwrap()).abs() < 1e-6);
        assert_eq!(reports[19].figures, returned.figures);
        assert_eq!(metrics::linf(attack.clean(), attack.perturbed()), returned.figures.linf);
        if let Some(best) = outcome.best {
            assert!(best.figures.epsilon_excess <= 1e-6);
            let least = reports.iter().map(|report| report.losses.prediction).fold(outcome.last.prediction, f32::min);
            assert!(projection == Projection::Paper || (best.prediction - least).abs() < 1e-6);
        }
    }
}

#[test]
fn the_best_iterate_is_known_before_the_end() {
    let mut attack = start(Toy::new(LAYOUT), config());
    assert_eq!(attack.best(), None);
    let (mut losses, mut iterates) = (Vec::new(), Vec::new());
    for step in 0..12 {
        iterates.push(attack.perturbed().to_vec());
        losses.push(block_on(attack.step()).unwrap().losses.prediction);
        let (updates, best) = attack.best().unwrap();
        assert!(updates <= step && best == iterates[updates]);
        // Iterates outside of epsilon do not count, so a lower loss may have been passed over, but never a higher kept.
        assert!(losses[updates] <= losses[0]);
    }
    let mut paper = start(Toy::new(LAYOUT), AttackConfig { projection: Projection::Paper, ..config() });
    block_on(paper.step()).unwrap();
    assert_eq!(paper.best(), None, "the paper's projection returns the last iterate");
}

#[test]
fn more_starts_take_more_steps_and_return_the_best_of_all() {
    let run = |starts| {
        let optimiser = Optimiser { starts, ..Default::default() };
        let mut attack = start(Toy::new(LAYOUT), AttackConfig { optimiser, ..config() });
        let reports = to_the_end(&mut attack);
        (reports, attack.perturbed().to_vec())
    };
    let (one, three) = (run(1), run(3));
    assert_eq!((one.0.len(), three.0.len()), (20, 60));
    assert_eq!(one.0[..19], three.0[..19]);
    // The best of all iterates that a pass has judged, and of the last one.
    for (reports, _) in [&one, &three] {
        let outcome = reports.last().unwrap().outcome.as_ref().unwrap();
        let least = reports.iter().map(|report| report.losses.prediction).fold(outcome.last.prediction, f32::min);
        assert!((outcome.best.unwrap().prediction - least).abs() < 1e-6);
    }
    // The second start is not the first one again.
    assert_ne!(three.0[20].losses.prediction, three.0[0].losses.prediction);
    assert_eq!(run(3), three);
}

#[test]
fn a_falling_step_ends_nearer_to_where_it_was() {
    let moves = |schedule| {
        let optimiser = Optimiser { schedule, ..Default::default() };
        let mut attack = start(Toy::new(LAYOUT), AttackConfig { optimiser, ..config() });
        (0..19).for_each(|_| drop(block_on(attack.step()).unwrap()));
        let before = attack.perturbed().to_vec();
        attack.configure(AttackConfig { iterations: 21, ..attack.config().clone() }).unwrap();
        block_on(attack.step()).unwrap();
        attack.perturbed().iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    assert!(moves(Schedule::Falling) < moves(Schedule::Constant));
}

#[test]
fn a_network_that_ignores_the_clip_is_flagged() {
    // Its logits do not depend on the clip, so there is nothing to descend.
    let deaf = Toy::saying(LAYOUT, |logits| logits.zeros_like() + logits.clone() * 0.0 + ramp(logits.dims()));
    let mut attack = start(deaf, config());
    let outcome = to_the_end(&mut attack).pop().unwrap().outcome.unwrap();
    for flag in [Flag::NeverFell, Flag::LikeNoise] {
        assert!(outcome.flags.contains(&flag), "{:?}", outcome.flags);
    }
}

fn ramp([n, classes]: [usize; 2]) -> burn::tensor::Tensor<2> {
    let values: Vec<f32> = (0..n * classes).map(|i| (i % classes) as f32).collect();
    let data = burn::tensor::TensorData::new(values, [n, classes]);
    burn::tensor::Tensor::from_data(data, &burn::tensor::Device::flex())
}

#[test]
fn the_outcome_waits_for_a_device_that_failed() {
    static PASSES: AtomicUsize = AtomicUsize::new(0);
    // One pass for the original, three steps, then the last iterate: that pass fails.
    let flaky = Toy::saying(LAYOUT, |logits| match PASSES.fetch_add(1, Ordering::SeqCst) {
        4 => logits * f32::NAN,
        _ => logits,
    });
    let mut attack = start(flaky, AttackConfig { iterations: 3, ..config() });
    block_on(attack.step()).unwrap();
    block_on(attack.step()).unwrap();
    assert!(block_on(attack.step()).unwrap_err().is_device());
    let report = block_on(attack.step()).unwrap();
    assert_eq!(report.iteration, 3);
    assert!(report.outcome.is_some());
    assert!(block_on(attack.step()).unwrap_err().is_config());
}

#[test]
fn the_target_must_not_be_the_class_of_the_original() {
    let mut attack = start(Toy::new(LAYOUT), config());
    let original = block_on(attack.step()).unwrap().original;
    let target = Target::Class { index: original };
    let error = block_on(start(Toy::new(LAYOUT), AttackConfig { target, ..config() }).step()).unwrap_err();
    assert!(error.is_config() && error.to_string().starts_with("target: "), "{error}");
}

#[test]
fn the_smallest_epsilon_holds_and_reaches_the_goal() {
    let mut search = Smallest::new(start(Toy::new(LAYOUT), config())).unwrap();
    let mut steps = 0;
    while !block_on(search.step()).unwrap().done {
        steps += 1;
        assert!(steps < 1000);
    }
    assert!(block_on(search.step()).unwrap_err().is_config());
    let (epsilon, clip) = search.found().unwrap();
    let clean = search.attack().clean();
    assert!(metrics::linf(clean, clip) <= epsilon);
    let failed = search.trials().iter().filter(|trial| !trial.reached).map(|trial| trial.epsilon).fold(0.0, f32::max);
    assert!(failed < epsilon && epsilon <= failed * 1.11, "{failed} fails, {epsilon} reaches");
    let toy = Arc::new(Toy::new(LAYOUT));
    assert_eq!(toy.classes(), 6);
    let found = Attack::new(toy, &clean.with_data(clip.to_vec()).unwrap(), std::slice::from_ref(clean), config());
    let p = block_on(found.unwrap().recognise()).unwrap();
    let of = |clip: &ciasa::skeleton::Sequence| {
        let attack = Attack::new(Arc::new(Toy::new(LAYOUT)), clip, std::slice::from_ref(clip), config()).unwrap();
        block_on(attack.recognise()).unwrap()
    };
    let least = of(clean).iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    assert!(p.iter().all(|other| *other <= p[least]));

    let paper = AttackConfig { projection: Projection::Paper, ..config() };
    assert!(Smallest::new(start(Toy::new(LAYOUT), paper)).err().unwrap().is_config());
}

#[test]
fn smoothness_of_the_perturbation_leaves_the_clips_own_accelerations_alone() {
    let run = |smoothness| {
        let optimiser = Optimiser { smoothness, ..Default::default() };
        let mut attack = start(Toy::new(LAYOUT), AttackConfig { optimiser, lambda: 1.0, ..config() });
        let reports = to_the_end(&mut attack);
        (reports[0].losses.smooth, reports[18].figures.acceleration_change)
    };
    let ((perturbation, added), (paper, flattened)) = (run(Smoothness::Perturbation), run(Smoothness::Paper));
    // The first pass sees the original.
    assert_eq!(perturbation, 0.0);
    assert!(paper > 0.0);
    assert!(added < flattened, "{added} and {flattened}");
}

#[test]
fn an_attack_can_begin_where_another_has_ended() {
    let config = || AttackConfig { stop: ciasa::attack::Stop::Confidence { confidence: 1e-6, hold: 1 }, ..config() };
    let mut first = start(Toy::new(LAYOUT), config());
    let reports = to_the_end(&mut first);
    assert!(reports.len() > 1 && reports.last().unwrap().fooled);
    let mut warm = start(Toy::new(LAYOUT), config());
    warm.start_at(first.perturbed().to_vec()).unwrap();
    assert_eq!(to_the_end(&mut warm).len(), 1, "it has nothing left to do");
    assert_eq!(warm.perturbed(), first.perturbed());
    // What lies outside of epsilon is brought within it.
    let mut far = start(Toy::new(LAYOUT), config());
    far.start_at(first.clean().data().iter().map(|x| x + 1.0).collect()).unwrap();
    assert!(metrics::linf(far.clean(), far.perturbed()) <= 0.2 + 1e-6);
    let refused = |attack: &mut Attack, x: Vec<f32>| attack.start_at(x).unwrap_err().to_string();
    assert!(refused(&mut far, vec![0.0; 3]).starts_with("start: has 3 values"));
    assert!(refused(&mut far, vec![f32::NAN; 480]).starts_with("start: has a value"));
    let here = warm.perturbed().to_vec();
    assert!(refused(&mut warm, here).starts_with("start: the attack has taken a step"));
}
