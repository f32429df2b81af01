//! Choice of the device, and the GPU's numbers beside the CPU's.

use ciasa::web::adapter::AdapterInfo;
use ciasa::web::device::{Chosen, Plan, plan};
use ciasa::web::messages::{BackendKind, DeviceChoice};
use ciasa::web::parity;
use wasm_bindgen_test::*;

fn adapter(vendor: &str, architecture: &str, fallback: bool) -> AdapterInfo {
    AdapterInfo { vendor: vendor.into(), architecture: architecture.into(), description: String::new(), fallback }
}

#[wasm_bindgen_test]
fn software_and_missing_adapters_mean_the_cpu_and_say_so() {
    let swift = adapter("google", "swiftshader", false);
    assert!(swift.is_software() && adapter("x", "y", true).is_software());
    assert!(!adapter("nvidia", "ampere", false).is_software());
    assert!(matches!(plan(DeviceChoice::Auto, Ok(&swift)), Plan::Cpu(why) if why.contains("google swiftshader")));
    assert_eq!(plan(DeviceChoice::Webgpu, Ok(&swift)), Plan::Gpu);
    assert_eq!(plan(DeviceChoice::Auto, Ok(&adapter("nvidia", "ampere", false))), Plan::Gpu);
    let none = "this browser has no WebGPU".to_string();
    assert_eq!(plan(DeviceChoice::Auto, Err(&none)), Plan::Cpu(none.clone()));
    assert_eq!(plan(DeviceChoice::Webgpu, Err(&none)), Plan::Fail(none.clone()));
}

#[wasm_bindgen_test]
async fn the_test_browser_has_a_software_gpu_and_gets_the_cpu() {
    let info = AdapterInfo::ask(60).await.expect("the test browser has WebGPU");
    assert!(info.is_software(), "{info:?}");
    let chosen = Chosen::choose(DeviceChoice::Auto).await.unwrap();
    assert_eq!(chosen.backend.kind, BackendKind::Cpu);
    assert!(chosen.backend.reason.contains("software"), "{}", chosen.backend.reason);
}

#[wasm_bindgen_test]
async fn a_gpu_that_does_not_answer_is_not_waited_for() {
    let silent = js_sys::eval("navigator.gpu.requestAdapter = () => new Promise(() => {})");
    assert!(silent.is_ok());
    let answer = AdapterInfo::ask(1).await;
    js_sys::eval("delete navigator.gpu.requestAdapter").unwrap();
    assert_eq!(answer, Err("the GPU has not answered for 1 s".into()));
    assert!(AdapterInfo::ask(60).await.is_ok());
}

#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_cpu_in_forward_and_gradient() {
    ciasa::web::start();
    let chosen = Chosen::choose(DeviceChoice::Webgpu).await.unwrap();
    assert_eq!(chosen.backend.kind, BackendKind::Webgpu);
    let parity = parity::check_small(&chosen.device).await.unwrap();
    console_log!("{parity:?}");
    assert!(parity.ok && parity.logits < 1e-3 && parity.gradient < 1e-3, "{parity:?}");
    assert!(chosen.check().is_ok());
}

#[wasm_bindgen_test]
fn a_wrong_answer_is_no_parity() {
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
    ciasa::web::start();
    let chosen = Chosen::choose(DeviceChoice::Webgpu).await.unwrap();
    chosen.gpu.as_ref().expect("a GPU").lose();
    let error = parity::check_small(&chosen.device).await.expect_err("the GPU is gone");
    assert!(error.is_device(), "{error}");
    let error = chosen.check().expect_err("the GPU is gone");
    assert!(error.is_device() && error.to_string().contains("lost"), "{error}");

    let again = Chosen::choose(DeviceChoice::Webgpu).await.unwrap();
    assert!(parity::check_small(&again.device).await.unwrap().ok);
}
