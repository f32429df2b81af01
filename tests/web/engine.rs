//! The engine's handle as the worker drives it, through plain JavaScript values.

use ciasa::engine::handle::Engine;
use ciasa::engine::messages::{from_js, to_js};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::*;

use crate::support::{clip, weights};

fn js(value: &Value) -> JsValue {
    to_js(value).unwrap()
}

/// The page's `Clip`.
fn page_clip(frames: usize, phase: f32) -> JsValue {
    let clip = clip(frames, phase);
    let value = js(&json!({ "id": "x", "name": "x", "label": null, "layout": "kinect-v1", "fps": 30, "frames": frames,
        "people": 1, "origin": "file" }));
    js_sys::Reflect::set(&value, &"data".into(), &js_sys::Float32Array::from(clip.data())).unwrap();
    value
}

fn entry(bytes: usize) -> JsValue {
    js(&json!({ "id": "made", "name": "Made", "architecture": "st-gcn", "layout": "kinect-v1",
        "classes": ["a", "b", "c"],
        "people": 1, "frames": 8, "preprocessing": "centred",
        "weights": [{ "file": "made.safetensors", "bytes": bytes, "sha256": "" }],
        "accuracy": { "top1": 0.3, "clips": 1 }, "split": "", "data": "", "licence": "", "retrain": "" }))
}

fn files(bytes: &[u8]) -> Vec<js_sys::Uint8Array> {
    vec![bytes.into()]
}

fn settings() -> Value {
    json!({ "method": "ciasa", "target": { "kind": "least-likely" }, "joints": [1, 2, 3], "epsilon": 0.02,
        "alpha": 0.01, "lambda": 10, "iterations": 3, "stop": { "kind": "iterations" },
        "seed": 7, "projection": "paper",
        "constraints": { "clip": true, "realign": true, "smooth": true, "plausible": true } })
}

fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap()
}

fn kind(thrown: &JsValue) -> String {
    get(thrown, "kind").as_string().unwrap_or_default()
}

/// Begins a single attack.
fn begin(engine: &Engine, clip: JsValue, settings: &Value) -> Result<(), JsValue> {
    engine.begin_attacks(vec![clip], vec![js(settings)])
}

/// Up to `count` steps of a single attack.
async fn steps(engine: &Engine, count: usize) -> Result<Vec<Value>, JsValue> {
    let mut reports: Vec<Vec<Value>> = from_js(&engine.step_attacks(vec![0], count).await?).unwrap();
    Ok(reports.remove(0))
}

async fn loaded() -> Engine {
    ciasa::engine::start();
    let engine = Engine::start("cpu".into()).await.unwrap();
    let bytes = weights(3);
    engine.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    engine
}

#[wasm_bindgen_test]
async fn a_rehearsal_leaves_the_first_answer_as_it_is() {
    let bits = async |engine: &Engine| {
        let answer = engine.recognise(page_clip(11, 0.0)).await.unwrap();
        let probabilities = js_sys::Float32Array::from(get(&answer, "probabilities")).to_vec();
        probabilities.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let expected = bits(&loaded().await).await;
    let engine = Engine::start("cpu".into()).await.unwrap();
    engine.rehearse().await.unwrap();
    // It is no model.
    assert_eq!(kind(&engine.recognise(page_clip(11, 0.0)).await.unwrap_err()), "config");
    let bytes = weights(3);
    engine.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    engine.rehearse().await.unwrap();
    assert_eq!(bits(&engine).await, expected);
}

#[wasm_bindgen_test]
async fn what_is_kept_of_a_networks_weights_goes_before_the_next_is_built() {
    let engine = loaded().await;
    let kept = || get(&engine.memory().unwrap(), "kept").as_f64().unwrap();
    let answer = async || {
        let answer = engine.recognise(page_clip(8, 0.0)).await.unwrap();
        js_sys::Float32Array::from(get(&answer, "probabilities")).to_vec()
    };
    let expected = answer().await;
    let once = kept();
    assert!(once > 0.0);
    // This one fails while it is built.
    engine.load_model(entry(1), files(&[1, 2, 3])).await.unwrap_err();
    assert_eq!(kept(), 0.0);
    // The network before computes the same, and keeps as much as at first.
    assert_eq!((answer().await, kept()), (expected, once));
    let bytes = weights(3);
    engine.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    assert_eq!(kept(), 0.0);
}

#[wasm_bindgen_test]
async fn a_whole_attack_through_the_handle() {
    let engine = loaded().await;
    let backend: Value = from_js(&engine.backend().unwrap()).unwrap();
    assert_eq!((backend["kind"].as_str(), backend["reason"].as_str()), (Some("cpu"), Some("chosen by you")));

    let recognition = engine.recognise(page_clip(11, 0.0)).await.unwrap();
    let probabilities = js_sys::Float32Array::from(get(&recognition, "probabilities")).to_vec();
    assert_eq!(probabilities.len(), 3);
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);

    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    engine.add_natural("other".into(), "other.json", &natural).unwrap();
    begin(&engine, page_clip(11, 0.0), &settings()).unwrap();
    for iteration in 1..=3 {
        // The CPU takes one step per call, even if more are requested.
        let reports = steps(&engine, if iteration == 2 { 5 } else { 1 }).await.unwrap();
        assert_eq!(reports.len(), 1);
        let report = &reports[0];
        assert_eq!(report["iteration"], iteration);
        assert_eq!(report["done"], if iteration == 3 { json!("iterations") } else { Value::Null });
        assert!(report["losses"]["discriminator"].as_f64().unwrap() > 0.0);
    }
    let perturbed = engine.perturbed_of(0).to_vec();
    let clean = clip(11, 0.0);
    let moved: std::collections::BTreeSet<usize> =
        perturbed.iter().zip(clean.data()).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| i / 3 % 20).collect();
    assert!(!moved.is_empty() && moved.iter().all(|j| [1, 2, 3].contains(j)), "{moved:?}");
    let answers = engine.recognise_attacks().await.unwrap();
    assert_eq!(js_sys::Float32Array::from(get(&answers[0], "probabilities")).length(), 3);

    engine.end_attacks();
    assert_eq!(engine.perturbed_of(0).length(), 0);
    assert_eq!(kind(&steps(&engine, 1).await.unwrap_err()), "config");
}

/// Three attacks together, to their ends in `expected` calls, compared with each alone; both take `count` steps per
/// call.
async fn together_and_alone(engine: &Engine, count: usize, expected: usize, tolerance: f32) {
    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    engine.add_natural("other".into(), "other.json", &natural).unwrap();
    let mut configs = [settings(), settings(), settings()];
    configs[0]["joints"] = Value::Null;
    configs[1]["joints"] = Value::Null;
    configs[1]["iterations"] = json!(2);
    configs[1]["epsilon"] = json!(0.05);
    configs[2]["joints"] = Value::Null;
    configs[2]["target"] = json!({ "kind": "class", "index": 1 });
    configs[2]["constraints"]["plausible"] = json!(false);
    let clips = || [0.0, 0.5, 0.0].map(|phase| page_clip(8, phase)).to_vec();
    let floats = |value: &JsValue| js_sys::Float32Array::from(get(value, "probabilities")).to_vec();

    engine.begin_attacks(clips(), configs.iter().map(js).collect()).unwrap();
    let (mut reports, mut calls): ([Vec<Value>; 3], _) = (Default::default(), 0);
    loop {
        let over = |reports: &Vec<Value>| reports.last().is_some_and(|r| !r["done"].is_null());
        let running: Vec<usize> = (0..3).filter(|&i| !over(&reports[i])).collect();
        if running.is_empty() {
            break;
        }
        let more: Vec<Vec<Value>> = from_js(&engine.step_attacks(running.clone(), count).await.unwrap()).unwrap();
        calls += 1;
        for (i, more) in more.into_iter().enumerate() {
            assert_eq!(more.is_empty(), !running.contains(&i));
            reports[i].extend(more);
        }
    }
    assert_eq!((reports.each_ref().map(Vec::len), calls), ([3, 2, 3], expected));
    let answers: Vec<_> = engine.recognise_attacks().await.unwrap().iter().map(floats).collect();
    let moved: Vec<_> = (0..4).map(|i| engine.perturbed_of(i).to_vec()).collect();
    assert!(moved[3].is_empty() && moved[0] != moved[2]);
    // Attack 0 has no step left, and there is no attack 3.
    assert_eq!(kind(&steps(engine, 1).await.unwrap_err()), "config");
    engine.configure_attack(2, js(&configs[2])).unwrap();
    assert_eq!(kind(&engine.configure_attack(3, js(&configs[0])).unwrap_err()), "config");

    for (i, clip) in clips().into_iter().enumerate() {
        begin(engine, clip, &configs[i]).unwrap();
        let mut alone: Vec<Value> = Vec::new();
        while alone.len() < reports[i].len() {
            alone.extend(steps(engine, count).await.unwrap());
        }
        for (a, b) in reports[i].iter().zip(&alone) {
            for place in ["/losses/total", "/losses/prediction", "/losses/discriminator", "/pOriginal", "/figures/linf"]
            {
                let [a, b] = [a, b].map(|r| r.pointer(place).unwrap().as_f64().unwrap() as f32);
                assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "attack {i}, {place}: {a}, alone {b}");
            }
            assert_eq!((&a["iteration"], &a["done"]), (&b["iteration"], &b["done"]));
        }
        let p = floats(&engine.recognise_attacks().await.unwrap()[0]);
        assert!(p.iter().zip(&answers[i]).all(|(a, b)| (a - b).abs() < tolerance), "{p:?} {:?}", answers[i]);
        let far = engine.perturbed_of(0).to_vec().iter().zip(&moved[i]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < tolerance, "attack {i}: {far}");
    }
}

#[wasm_bindgen_test]
async fn several_attacks_take_the_same_steps_as_each_alone() {
    let engine = loaded().await;
    together_and_alone(&engine, 1, 3, 1e-4).await;
    // Clips of different shapes, and different numbers of clips and settings, are refused.
    let mut config = settings();
    config["constraints"]["plausible"] = json!(false);
    let error = engine.begin_attacks(vec![page_clip(8, 0.0)], vec![]).unwrap_err();
    assert_eq!(kind(&error), "config");
    let clips = vec![page_clip(8, 0.0), page_clip(9, 0.0)];
    engine.begin_attacks(clips, vec![js(&config), js(&config)]).unwrap();
    assert_eq!(kind(&engine.step_attacks(vec![0, 1], 1).await.unwrap_err()), "config");
}

#[wasm_bindgen_test]
async fn several_attacks_share_steps_on_a_gpu() {
    ciasa::engine::start();
    let engine = Engine::start("webgpu".into()).await.unwrap();
    let bytes = weights(3);
    engine.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    together_and_alone(&engine, 2, 2, 1e-2).await;
}

#[wasm_bindgen_test]
async fn bad_input_is_refused_with_its_kind_and_place() {
    let engine = loaded().await;
    let mut bad = settings();
    bad["epsilon"] = json!(-1);
    let error = begin(&engine, page_clip(8, 0.0), &bad).unwrap_err();
    assert_eq!(kind(&error), "config");
    assert!(get(&error, "message").as_string().unwrap().starts_with("epsilon"));

    // Without natural clips the discriminator has no poses to learn from.
    let error = begin(&engine, page_clip(8, 0.0), &settings()).unwrap_err();
    assert!(get(&error, "message").as_string().unwrap().contains("natural"), "{error:?}");

    let mut good = settings();
    good["constraints"]["plausible"] = json!(false);
    begin(&engine, page_clip(8, 0.0), &good).unwrap();
    good["alpha"] = json!(0);
    assert_eq!(kind(&engine.configure_attack(0, js(&good)).unwrap_err()), "config");
    good["alpha"] = json!(0.02);
    engine.configure_attack(0, js(&good)).unwrap();
    steps(&engine, 1).await.unwrap();

    let clip = page_clip(8, 0.0);
    js_sys::Reflect::set(&clip, &"layout".into(), &"ntu".into()).unwrap();
    assert_eq!(kind(&engine.recognise(clip).await.unwrap_err()), "format");
    // A failed load leaves the model before.
    assert_eq!(kind(&engine.load_model(entry(1), files(&[1, 2, 3])).await.unwrap_err()), "weights");
    engine.recognise(page_clip(8, 0.0)).await.unwrap();
    assert!(!engine.lose_device());
    assert_eq!(kind(&Engine::start("gpu".into()).await.err().unwrap()), "config");
}

#[wasm_bindgen_test]
async fn a_visitors_weights_are_inspected_and_loaded_and_bad_ones_leave_the_model() {
    let engine = loaded().await;
    let names = || vec!["mine.safetensors".to_owned()];
    let bytes = weights(4);
    let identified: Value = from_js(&engine.inspect_weights(names(), files(&bytes)).unwrap()).unwrap();
    assert_eq!(identified["summary"], "ST-GCN, Kinect v1, 20 joints, 4 classes");
    assert_eq!(identified["entry"]["classes"], json!(["class 1", "class 2", "class 3", "class 4"]));
    let ids: Vec<_> = identified["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["order", "people", "preprocessing", "frames"]);
    assert_eq!(identified["questions"][3]["default"], "64");

    let answers = |names: &str| js(&json!({ "people": 1, "preprocessing": "raw", "frames": 8, "classNames": names }));
    let message = |error: &JsValue| get(error, "message").as_string().unwrap_or_default();
    let count = async |engine: &Engine| {
        let recognition = engine.recognise(page_clip(8, 0.0)).await.unwrap();
        js_sys::Float32Array::from(get(&recognition, "probabilities")).length()
    };
    let error = engine.load_weights(names(), files(&bytes), answers("a\nb")).await.unwrap_err();
    assert_eq!((kind(&error), message(&error)), ("config".into(), "class names: 2 names for 4 classes".into()));
    let error = engine.load_weights(names(), files(&bytes[..bytes.len() - 9]), answers("")).await.unwrap_err();
    assert_eq!(kind(&error), "weights");
    assert!(message(&error).starts_with("mine.safetensors"), "{error:?}");
    assert_eq!(count(&engine).await, 3);

    let loaded = engine.load_weights(names(), files(&bytes), answers("a\nb\nc\nd")).await.unwrap();
    let loaded: Value = from_js(&loaded).unwrap();
    assert_eq!(loaded["entry"]["classes"], json!(["a", "b", "c", "d"]));
    assert_eq!((&loaded["entry"]["preprocessing"], &loaded["entry"]["frames"]), (&json!("raw"), &json!(8)));
    assert_eq!(loaded["backend"]["kind"], "cpu");
    assert_eq!(count(&engine).await, 4);
}

#[wasm_bindgen_test]
async fn a_lost_gpu_is_a_device_error() {
    ciasa::engine::start();
    let engine = Engine::start("webgpu".into()).await.unwrap();
    let backend: Value = from_js(&engine.backend().unwrap()).unwrap();
    assert!(backend["software"] == true && backend["parity"]["ok"] == true, "{backend}");
    assert!(engine.lose_device());
    let bytes = weights(3);
    let loading = engine.load_model(entry(bytes.len()), files(&bytes)).await;
    let error = match loading {
        Ok(_) => engine.recognise(page_clip(8, 0.0)).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(kind(&error), "device");
}

/// Counts the browser's shader modules from here on.
const COUNT: &str = "(() => {
    const gpu = GPUDevice.prototype;
    gpu.original ??= gpu.createShaderModule;
    globalThis.compiled = 0;
    gpu.createShaderModule = function (...all) { globalThis.compiled++; return this.original(...all); };
})()";

#[wasm_bindgen_test]
async fn after_a_warm_up_the_first_step_compiles_nothing() {
    ciasa::engine::start();
    let engine = Engine::start("webgpu".into()).await.unwrap();
    let bytes = weights(3);
    engine.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    engine.recognise(page_clip(8, 0.0)).await.unwrap();
    let compiled = || get(&js_sys::global(), "compiled").as_f64().unwrap();
    js_sys::eval(COUNT).unwrap();
    engine.warm_up(page_clip(8, 0.0)).await.unwrap();
    assert!(compiled() > 0.0);

    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    engine.add_natural("other".into(), "other.json", &natural).unwrap();
    // The host realigns the first region, so it takes one step; a GPU takes both of the second.
    for (joints, taken) in [(json!([1, 2, 3]), 1), (Value::Null, 2)] {
        let mut settings = settings();
        settings["joints"] = joints;
        begin(&engine, page_clip(8, 0.0), &settings).unwrap();
        js_sys::eval(COUNT).unwrap();
        let reports = steps(&engine, 2).await.unwrap();
        assert_eq!((reports.len(), compiled()), (taken, 0.0));
    }
}
