//! A long attack uses no more memory than a short one.

use std::sync::Arc;

use burn::tensor::Device;
use ciasa::attack::{Attack, AttackConfig, Projection};
use ciasa::engine::device::ActiveDevice;
use ciasa::engine::messages::DeviceChoice;
use ciasa::engine::parity;
use wasm_bindgen_test::*;

use crate::support::clip;

struct Usage {
    wasm: usize,
    gpu: u64,
    allocations: u64,
}

fn usage(device: &Device) -> Usage {
    let pool = device.memory_pool_usage();
    Usage {
        wasm: core::arch::wasm32::memory_size(0) * 65536,
        gpu: pool.as_ref().map_or(0, |u| u.bytes_reserved),
        allocations: pool.as_ref().map_or(0, |u| u.number_allocs),
    }
}

/// Memory after a third of the steps and after all of them, with up to `at_once` steps per call.
async fn grown(device: &Device, steps: usize, at_once: usize) -> (Usage, Usage) {
    let natural = [clip(8, 1.0), clip(8, 2.0)];
    let config = AttackConfig { iterations: steps, projection: Projection::Paper, ..AttackConfig::default() };
    let mut attack = Attack::new(Arc::new(parity::small(device).unwrap()), &clip(8, 0.0), &natural, config).unwrap();
    let mut early = usage(device);
    let mut taken = 0;
    while taken < steps {
        taken +=
            if at_once == 1 { attack.step().await.map(|_| 1) } else { attack.steps(at_once).await.map(|r| r.len()) }
                .unwrap();
        if taken == steps / 3 {
            early = usage(device);
        }
    }
    let late = usage(device);
    console_log!(
        "{steps} steps: wasm {} -> {}, gpu {} -> {}, allocations {} -> {}",
        early.wasm,
        late.wasm,
        early.gpu,
        late.gpu,
        early.allocations,
        late.allocations
    );
    (early, late)
}

#[wasm_bindgen_test]
async fn a_thousand_steps_on_the_cpu_do_not_grow() {
    ciasa::engine::start();
    let (early, late) = grown(&Device::flex(), 1000, 1).await;
    assert_eq!(early.wasm, late.wasm);
}

#[wasm_bindgen_test]
async fn steps_on_webgpu_do_not_grow() {
    ciasa::engine::start();
    let gpu = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    // With several steps per call the pool's pages take more steps to fill.
    for (steps, at_once) in [(30, 1), (120, 5)] {
        let (early, late) = grown(&gpu.device, steps, at_once).await;
        gpu.check().unwrap();
        assert_eq!(early.wasm, late.wasm);
        // The pool may shrink but not grow.
        assert!(late.gpu <= early.gpu && late.allocations <= early.allocations);
    }
}
