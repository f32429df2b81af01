//! The attack compared with the golden case: ten steps of an independent PyTorch program on the same network, weights
//! and clip (cross-entropy and smoothness, lambda 1, Adam 0.01, clip 0.02, realignment from joint 21, no
//! discriminator).

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use ciasa::attack::losses::smooth::smooth;
use ciasa::attack::{Attack, AttackConfig, Constraints, Projection, Target, run::run};
use ciasa::model::stgcn::{StGcn, StGcnConfig};
use ciasa::skeleton::{LayoutId, Sequence};
use ciasa::weights::State;

use crate::support::{golden, portable_stgcn, relative_l2};

const SHAPE: [usize; 5] = [1, 3, 64, 25, 1];

/// A golden (1, C, T, V, 1) tensor as (T, 1, V, C).
fn clip(case: &State, key: &str) -> Vec<f32> {
    let x = case.get(key, &SHAPE).unwrap();
    (0..x.len()).map(|i| x[i % 3 * 64 * 25 + i / 3]).collect()
}

#[test]
fn gradient_of_the_smoothness_loss() {
    let case = golden("stgcn_case_T64.safetensors");
    let x = Tensor::<4>::from_data(TensorData::new(clip(&case, "x0"), [64, 1, 25, 3]), &Device::flex().autodiff());
    let x = x.require_grad();
    let loss = smooth(x.clone(), &[0.02; 64 * 25 * 3]).unwrap();
    let found: Vec<f32> = x.grad(&loss.backward()).unwrap().into_data().try_to_vec().unwrap();
    let error = relative_l2(&found, &clip(&case, "grad_smooth_ref"));
    println!("gradient: relative L2 {error:.2e}");
    assert!(error < 2e-3);
}

#[test]
fn ten_steps() {
    let case = golden("stgcn_case_T64.safetensors");
    let config = StGcnConfig::published(LayoutId::Ntu, 60);
    let network = StGcn::new(&config, &portable_stgcn(&config), &Device::flex()).unwrap();
    let clean = Sequence::new(LayoutId::Ntu, 30.0, 64, 1, clip(&case, "x0")).unwrap();
    let config = AttackConfig {
        target: Target::Class { index: 7 },
        lambda: 1.0,
        iterations: 10,
        constraints: Constraints { plausible: false, ..Constraints::ALL },
        projection: Projection::Paper,
        ..Default::default()
    };
    let mut attack = Attack::new(Arc::new(network), &clean, &[], config).unwrap();
    let losses = case.get("losses_ref", &[10]).unwrap();

    // Bounds of the whole clip, and of the perturbation alone, which is 3 to 6 % of it.
    for (steps, whole, alone) in [(1, 1e-5, 1e-3), (5, 1e-3, 1e-2), (10, 5e-3, 5e-2)] {
        run(&mut attack, |r| {
            let want = losses[r.iteration - 1];
            assert!(
                (r.losses.total - want).abs() < 1e-3,
                "step {}: loss {} is not {want}",
                r.iteration,
                r.losses.total
            );
            if r.iteration == steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
        let want = clip(&case, &format!("x_after_{steps}_ref"));
        let moved = |x: &[f32]| x.iter().zip(clean.data()).map(|(x, c)| x - c).collect::<Vec<_>>();
        let errors = [relative_l2(attack.perturbed(), &want), relative_l2(&moved(attack.perturbed()), &moved(&want))];
        println!("after {steps}: relative L2 {:.2e} of the clip, {:.2e} of the perturbation", errors[0], errors[1]);
        assert!(errors[0] < whole && errors[1] < alone);
    }
}
