//! The choice of the device, and the GPU's values compared with the CPU's.

use ciasa::engine::adapter::AdapterInfo;
use ciasa::engine::device::{ActiveDevice, Plan, plan};
use ciasa::engine::messages::{BackendKind, DeviceChoice};
use ciasa::engine::parity;
use ciasa::engine::probe::Probe;
use ciasa::kernel::launches;
use wasm_bindgen_test::*;

fn adapter(vendor: &str, architecture: &str, fallback: bool) -> AdapterInfo {
    AdapterInfo { vendor: vendor.into(), architecture: architecture.into(), description: String::new(), fallback }
}

#[wasm_bindgen_test]
fn without_an_adapter_the_cpu_computes_and_gives_the_reason() {
    let swift = adapter("google", "swiftshader", false);
    assert!(swift.is_software() && adapter("x", "y", true).is_software());
    assert!(!adapter("nvidia", "ampere", false).is_software());
    assert_eq!(plan(DeviceChoice::Webgpu, Ok(&swift)), Plan::Gpu);
    // In automatic choice the probe decides whether it is fast enough.
    assert_eq!(plan(DeviceChoice::Auto, Ok(&swift)), Plan::Gpu);
    assert_eq!(plan(DeviceChoice::Auto, Ok(&adapter("nvidia", "ampere", false))), Plan::Gpu);
    let reason = "this browser has no WebGPU".to_string();
    assert_eq!(plan(DeviceChoice::Auto, Err(&reason)), Plan::Cpu(reason.clone()));
    assert_eq!(plan(DeviceChoice::Webgpu, Err(&reason)), Plan::Fail(reason.clone()));
}

#[wasm_bindgen_test]
async fn the_test_browsers_software_gpu_is_measured_and_the_faster_device_chosen() {
    let info = AdapterInfo::ask(60).await.expect("the test browser has WebGPU");
    assert!(info.is_software(), "{info:?}");
    ciasa::engine::start();
    let before = launches();
    let active = ActiveDevice::choose(DeviceChoice::Auto).await.unwrap();
    let reason = &active.backend.reason;
    console_log!("{reason}");
    let times = ["CPU", "GPU"].map(|device| {
        let before = reason.split(&format!(" ms on the {device}")).next().unwrap();
        before.rsplit(' ').next().unwrap().parse::<f64>().ok()
    });
    let [cpu, gpu] = [times[0].expect("the CPU's time"), times[1].unwrap_or(f64::INFINITY)];
    let faster = if gpu < cpu { BackendKind::Webgpu } else { BackendKind::Cpu };
    assert!(active.backend.kind == faster || gpu == cpu, "{reason}");
    assert!(reason.starts_with("measured: ") && reason.contains("swiftshader, emulated in software"), "{reason}");
    // The decision is measured, with the kernels of an attack.
    assert!(launches() > before);
}

#[wasm_bindgen_test]
fn the_faster_device_is_preferred_and_both_times_are_given() {
    let [slow, fast] = [40.0, 3.0].map(|gpu| Probe { count: 2, gpu: Some(gpu), cpu: 8.0 });
    assert!(fast.prefers_gpu() && !slow.prefers_gpu());
    assert_eq!(slow.words("x"), "measured: 2 convolutions in 8 ms on the CPU, 40 ms on the GPU (x)");
    let silent = Probe { count: 1, gpu: None, cpu: 8.0 };
    assert!(!silent.prefers_gpu());
    assert_eq!(
        silent.words("x"),
        "measured: a convolution in 8 ms on the CPU, and no answer within 2 s from the GPU (x)"
    );
}

/// If the GPU never completes its work, the CPU is chosen after the timeout.
#[wasm_bindgen_test]
async fn a_gpu_that_never_completes_is_given_up() {
    ciasa::engine::start();
    let hang = "GPUBuffer.prototype.original = GPUBuffer.prototype.mapAsync;
        GPUBuffer.prototype.mapAsync = () => new Promise(() => {})";
    js_sys::eval(hang).unwrap();
    let active = ActiveDevice::choose(DeviceChoice::Auto).await;
    js_sys::eval("GPUBuffer.prototype.mapAsync = GPUBuffer.prototype.original").unwrap();
    let backend = active.unwrap().backend;
    assert_eq!(backend.kind, BackendKind::Cpu);
    assert!(backend.reason.contains("no answer"), "{}", backend.reason);
}

#[wasm_bindgen_test]
async fn an_adapter_request_without_an_answer_is_given_up() {
    let silent = js_sys::eval("navigator.gpu.requestAdapter = () => new Promise(() => {})");
    assert!(silent.is_ok());
    let answer = AdapterInfo::ask(1).await;
    js_sys::eval("delete navigator.gpu.requestAdapter").unwrap();
    assert_eq!(answer, Err("the GPU has not answered for 1 s".into()));
    assert!(AdapterInfo::ask(60).await.is_ok());
}

#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_cpu_in_forward_and_gradient() {
    ciasa::engine::start();
    let active = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    assert_eq!(active.backend.kind, BackendKind::Webgpu);
    let parity = parity::check_small(&active.device).await.unwrap();
    console_log!("{parity:?}");
    assert!(parity.ok && parity.logits < 1e-3 && parity.gradient < 1e-3, "{parity:?}");
    assert!(active.check().is_ok());
}

#[wasm_bindgen_test]
fn wrong_values_fail_the_parity_check() {
    let of = |logits: &[f32], gradient: &[f32]| parity::Answer {
        logits: logits.to_vec(),
        gradient: gradient.to_vec(),
        ms: 1.0,
    };
    let right = of(&[1.0, 2.0], &[0.1, 0.2, 0.3]);
    assert!(parity::compare(&right, &right).ok);
    assert!(!parity::compare(&of(&[1.0, 2.0], &[0.1, 0.2, 0.4]), &right).ok);
    assert!(!parity::compare(&of(&[1.0, f32::NAN], &[0.1, 0.2, 0.3]), &right).ok);
    assert!(!parity::compare(&of(&[1.0, 2.0], &[0.1, 0.2]), &right).ok);
}

#[wasm_bindgen_test]
async fn a_lost_gpu_is_an_error_and_a_new_one_can_be_started() {
    ciasa::engine::start();
    let active = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    active.gpu.as_ref().expect("a GPU").lose();
    let error = parity::check_small(&active.device).await.expect_err("the GPU is gone");
    assert!(error.is_device(), "{error}");
    let error = active.check().expect_err("the GPU is gone");
    assert!(error.is_device() && error.to_string().contains("lost"), "{error}");

    let again = ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap();
    assert!(parity::check_small(&again.device).await.unwrap().ok);
}
