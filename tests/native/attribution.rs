//! What each joint contributed: against finite differences, and against the whole change.

use burn::tensor::{Tensor, TensorData};
use ciasa::attack::attribution::{POINTS, attribute};
use ciasa::attack::run::block_on;
use ciasa::contract::manifest::Architecture;
use ciasa::model::Recogniser;
use ciasa::skeleton::{LayoutId, Sequence};

use crate::support::portable_recogniser;
use crate::toy;

const CLASSES: [usize; 2] = [1, 3];

fn case() -> (Recogniser, Sequence, Vec<f32>) {
    let layout = LayoutId::KinectV1;
    let model = portable_recogniser("random", Architecture::StGcn, layout, 5);
    let clean = toy::clip(layout, 16, 1, false, 4);
    let moved = clean.data().iter().enumerate().map(|(i, v)| v + 0.03 * (0.7 * i as f32).sin()).collect();
    (model, clean, moved)
}

/// The difference of the two logits.
fn answer(model: &Recogniser, clip: &Sequence, values: Vec<f32>) -> f32 {
    let (t, m, v, c) = (clip.frames(), clip.people(), clip.layout().len(), clip.layout().channels());
    let x = Tensor::<4>::from_data(TensorData::new(values, [t, m, v, c]), model.device());
    let logits: Vec<f32> = model.logits(x.permute([3, 0, 2, 1]).unsqueeze()).into_data().try_to_vec().unwrap();
    logits[CLASSES[1]] - logits[CLASSES[0]]
}

#[test]
fn with_one_point_a_contribution_is_the_gradient_half_way_times_the_change() {
    let (model, clean, moved) = case();
    let found = block_on(attribute(&model, &clean, &moved, CLASSES, 1)).unwrap();
    let change: Vec<f32> = moved.iter().zip(clean.data()).map(|(a, b)| a - b).collect();
    let middle: Vec<f32> = clean.data().iter().zip(&change).map(|(a, d)| a + 0.5 * d).collect();
    let size = found.values.iter().map(|v| v.abs()).fold(0.0, f32::max);
    assert!(size > 1e-4, "there is nothing to attribute");
    let channels = clean.layout().channels();
    let mut order: Vec<usize> = (0..found.values.len()).collect();
    order.sort_by(|a, b| found.values[*b].abs().total_cmp(&found.values[*a].abs()));
    // The largest contributions, and some of the middle.
    for &joint in order.iter().take(6).chain(&order[order.len() / 2..order.len() / 2 + 3]) {
        let at = |step: f32| {
            let mut x = middle.clone();
            for i in joint * channels..(joint + 1) * channels {
                x[i] += step * change[i];
            }
            answer(&model, &clean, x)
        };
        let slope = at(0.5) - at(-0.5);
        let off = (slope - found.values[joint]).abs();
        assert!(off < 0.05 * size, "joint {joint}: {slope} by differences, {} by gradient", found.values[joint]);
    }
}

#[test]
fn all_contributions_sum_to_the_change_of_the_answer() {
    let (model, clean, moved) = case();
    let found = block_on(attribute(&model, &clean, &moved, CLASSES, POINTS)).unwrap();
    let change = answer(&model, &clean, moved.clone()) - answer(&model, &clean, clean.data().to_vec());
    assert!((found.change - change).abs() < 1e-3 * change.abs().max(1.0), "{} and {change}", found.change);
    let sum: f32 = found.values.iter().sum();
    let parts: f32 = found.values.iter().map(|v| v.abs()).sum();
    assert!((sum - change).abs() < 0.03 * parts, "the sum is {sum}, the change {change}, the parts {parts}");
}

#[test]
fn an_unmoved_joint_contributes_nothing_and_the_reverse_is_the_negative() {
    let (model, clean, mut moved) = case();
    let channels = clean.layout().channels();
    moved[7 * channels..8 * channels].copy_from_slice(&clean.data()[7 * channels..8 * channels]);
    let found = block_on(attribute(&model, &clean, &moved, CLASSES, 2)).unwrap();
    assert_eq!(found.values[7], 0.0);
    let back = block_on(attribute(&model, &clean, &moved, [CLASSES[1], CLASSES[0]], 2)).unwrap();
    assert!(found.values.iter().zip(&back.values).all(|(a, b)| (a + b).abs() < 1e-4 * (1.0 + a.abs())));
}

#[test]
fn classes_and_values_that_do_not_fit_are_refused() {
    let (model, clean, moved) = case();
    for classes in [[1, 1], [0, 5]] {
        assert!(block_on(attribute(&model, &clean, &moved, classes, 1)).unwrap_err().is_config());
    }
    assert!(block_on(attribute(&model, &clean, &moved, CLASSES, 0)).unwrap_err().is_config());
    assert!(block_on(attribute(&model, &clean, &moved[1..], CLASSES, 1)).is_err());
}
