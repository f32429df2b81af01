//! A long attack holds no more memory than a short one.

use std::sync::Arc;

use burn::tensor::Device;
use ciasa::attack::{Attack, AttackConfig};
use ciasa::engine::device::ActiveDevice;
use ciasa::engine::messages::DeviceChoice;
use ciasa::engine::parity;
use wasm_bindgen_test::*;

use crate::support::clip;

struct Held {
    wasm: usize,
    gpu: u64,
    allocations: u64,
}

fn held(device: &Device) -> Held {
    let usage = device.memory_pool_usage();
    Held {
        wasm: core::arch::wasm32::memory_size(0) * 65536,
        gpu: usage.as_ref().map_or(0, |u| u.bytes_reserved),
        allocations: usage.as_ref().map_or(0, |u| u.number_allocs),
    }
}

/// Memory after a third of the steps and after all of them, some at once where the device takes more than one.
async fn grown(device: &Device, steps: usize, at_once: usize) -> (Held, Held) {
    let natural = [clip(8, 1.0), clip(8, 2.0)];
    let config = AttackConfig { iterations: steps, ..AttackConfig::default() };
    let mut attack = Attack::new(Arc::new(parity::small(device).unwrap()), &clip(8, 0.0), &natural, config).unwrap();
    let mut early = held(device);
    let mut taken = 0;
    while taken < steps {
        taken +=
            if at_once == 1 { attack.step().await.map(|_| 1) } else { attack.steps(at_once).await.map(|r| r.len()) }
                .unwrap();
        if taken == steps / 3 {
            early = held(device);
        }
    }
    let late = held(device);
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
    let chosen = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    // Batches fill the pool's pages within some more steps.
    for (steps, at_once) in [(30, 1), (120, 5)] {
        let (early, late) = grown(&chosen.device, steps, at_once).await;
        chosen.check().unwrap();
        assert_eq!(early.wasm, late.wasm);
        // The pool may give something back; it may not take more.
        assert!(late.gpu <= early.gpu && late.allocations <= early.allocations);
    }
}
