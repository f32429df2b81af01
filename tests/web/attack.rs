//! The attack loop on both backends: the same steps, the same laws.

use std::sync::Arc;

use burn::tensor::Device;
use ciasa::attack::{Attack, AttackConfig, StepReport, Target};
use ciasa::engine::device::ActiveDevice;
use ciasa::engine::messages::DeviceChoice;
use ciasa::engine::parity::{self, relative_l2};
use wasm_bindgen_test::*;

use crate::support::clip;

async fn steps(device: &Device, count: usize) -> (Vec<StepReport>, Vec<f32>) {
    let config = AttackConfig { target: Target::LeastLikely, iterations: count, ..AttackConfig::default() };
    let natural = [clip(8, 1.0), clip(8, 2.0)];
    let mut attack = Attack::new(Arc::new(parity::small(device).unwrap()), &clip(8, 0.0), &natural, config).unwrap();
    let mut reports = Vec::new();
    for _ in 0..count {
        reports.push(attack.step().await.unwrap());
    }
    (reports, attack.perturbed().to_vec())
}

#[wasm_bindgen_test]
async fn on_the_cpu_the_attack_descends_within_its_bounds() {
    ciasa::engine::start();
    let (reports, perturbed) = steps(&Device::flex(), 12).await;
    let (first, last) = (reports.first().unwrap(), reports.last().unwrap());
    assert!(last.losses.prediction < first.losses.prediction, "{first:?} {last:?}");
    assert!(last.p_target > first.p_target);
    assert!(last.figures.bone_deviation < 1e-4);
    assert!(last.figures.linf > 0.0 && last.figures.linf <= 0.02 + last.figures.epsilon_excess + 1e-6);
    let (_, again) = steps(&Device::flex(), 12).await;
    assert_eq!(perturbed, again, "same seed, same result");
}

#[wasm_bindgen_test]
async fn webgpu_and_the_cpu_agree_on_the_first_step() {
    ciasa::engine::start();
    let gpu = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    let (on_gpu, moved) = steps(&gpu.device, 1).await;
    let (on_cpu, expected) = steps(&Device::flex(), 1).await;
    gpu.check().unwrap();
    let (gpu, cpu) = (&on_gpu[0], &on_cpu[0]);
    for (a, b) in [
        (gpu.losses.total, cpu.losses.total),
        (gpu.losses.prediction, cpu.losses.prediction),
        (gpu.losses.adversarial, cpu.losses.adversarial),
        (gpu.losses.discriminator, cpu.losses.discriminator),
        (gpu.p_original, cpu.p_original),
    ] {
        assert!((a - b).abs() <= 1e-3 * b.abs(), "{gpu:?} {cpu:?}");
    }
    // Adam's first step is alpha times the gradient's sign, which rounding flips if the gradient is almost zero.
    let clean = clip(8, 0.0);
    let change = |to: &[f32]| to.iter().zip(clean.data()).map(|(a, b)| a - b).collect::<Vec<_>>();
    let distance = relative_l2(&change(&moved), &change(&expected));
    assert!(distance < 1e-2, "{distance}");
}
