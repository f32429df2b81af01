//! The session as the worker drives it, through plain JavaScript values.

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
    js(
        &json!({ "id": "made", "name": "Made", "architecture": "st-gcn", "layout": "kinect-v1", "classes": ["a", "b", "c"],
        "people": 1, "frames": 8, "preprocessing": "centred",
        "weights": [{ "file": "made.safetensors", "bytes": bytes, "sha256": "" }],
        "accuracy": { "top1": 0.3, "clips": 1 }, "split": "", "data": "", "licence": "", "retrain": "" }),
    )
}

fn files(bytes: &[u8]) -> Vec<js_sys::Uint8Array> {
    vec![bytes.into()]
}

fn settings() -> Value {
    json!({ "method": "ciasa", "target": { "kind": "least-likely" }, "joints": [1, 2, 3], "epsilon": 0.02, "alpha": 0.01,
        "lambda": 10, "iterations": 3, "stop": { "kind": "iterations" }, "seed": 7,
        "constraints": { "clip": true, "realign": true, "smooth": true, "plausible": true } })
}

fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap()
}

fn kind(thrown: &JsValue) -> String {
    get(thrown, "kind").as_string().unwrap_or_default()
}

async fn loaded() -> Engine {
    ciasa::engine::start();
    let session = Engine::start("cpu".into()).await.unwrap();
    let bytes = weights(3);
    session.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    session
}

#[wasm_bindgen_test]
async fn a_whole_attack_through_the_session() {
    let session = loaded().await;
    let backend: Value = from_js(&session.backend().unwrap()).unwrap();
    assert_eq!((backend["kind"].as_str(), backend["reason"].as_str()), (Some("cpu"), Some("chosen by you")));

    let recognition = session.recognise(page_clip(11, 0.0)).await.unwrap();
    let probabilities = js_sys::Float32Array::from(get(&recognition, "probabilities")).to_vec();
    assert_eq!(probabilities.len(), 3);
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);

    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    session.add_natural("other".into(), "other.json", &natural).unwrap();
    session.begin_attack(page_clip(11, 0.0), js(&settings())).await.unwrap();
    for iteration in 1..=3 {
        let report: Value = match iteration {
            // However many are asked for, the CPU takes one.
            2 => {
                let reports: Vec<Value> = from_js(&session.steps(5).await.unwrap()).unwrap();
                assert_eq!(reports.len(), 1);
                reports[0].clone()
            }
            _ => from_js(&session.step().await.unwrap()).unwrap(),
        };
        assert_eq!(report["iteration"], iteration);
        assert_eq!(report["done"], if iteration == 3 { json!("iterations") } else { Value::Null });
        assert!(report["losses"]["discriminator"].as_f64().unwrap() > 0.0);
    }
    let perturbed = session.perturbed().to_vec();
    let clean = clip(11, 0.0);
    let moved: std::collections::BTreeSet<usize> =
        perturbed.iter().zip(clean.data()).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| i / 3 % 20).collect();
    assert!(!moved.is_empty() && moved.iter().all(|j| [1, 2, 3].contains(j)), "{moved:?}");
    assert_eq!(
        js_sys::Float32Array::from(get(&session.recognise_perturbed().await.unwrap(), "probabilities")).length(),
        3
    );

    session.end_attack();
    assert_eq!(session.perturbed().length(), 0);
    assert_eq!(kind(&session.step().await.unwrap_err()), "config");
}

/// Three attacks of the session together, to their ends in so many calls, beside each alone; both of `count` steps a call.
async fn together_and_alone(session: &Engine, count: usize, expected: usize, tolerance: f32) {
    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    session.add_natural("other".into(), "other.json", &natural).unwrap();
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

    session.begin_attacks(clips(), configs.iter().map(js).collect()).await.unwrap();
    let (mut told, mut calls): ([Vec<Value>; 3], _) = (Default::default(), 0);
    loop {
        let over = |told: &Vec<Value>| told.last().is_some_and(|r| !r["done"].is_null());
        let under: Vec<usize> = (0..3).filter(|&i| !over(&told[i])).collect();
        if under.is_empty() {
            break;
        }
        let more: Vec<Vec<Value>> = from_js(&session.steps_of(under.clone(), count).await.unwrap()).unwrap();
        calls += 1;
        for (i, more) in more.into_iter().enumerate() {
            assert_eq!(more.is_empty(), !under.contains(&i));
            told[i].extend(more);
        }
    }
    assert_eq!((told.each_ref().map(Vec::len), calls), ([3, 2, 3], expected));
    let said: Vec<_> = session.recognise_all().await.unwrap().iter().map(floats).collect();
    let moved: Vec<_> = (0..4).map(|i| session.perturbed_of(i).to_vec()).collect();
    assert!(moved[3].is_empty() && moved[0] != moved[2]);
    assert_eq!(kind(&session.step().await.unwrap_err()), "config");
    assert_eq!(kind(&session.configure(js(&configs[0])).unwrap_err()), "config");

    for (i, clip) in clips().into_iter().enumerate() {
        session.begin_attack(clip, js(&configs[i])).await.unwrap();
        let mut alone: Vec<Value> = Vec::new();
        while alone.len() < told[i].len() {
            alone.extend(from_js::<Vec<Value>>(&session.steps(count).await.unwrap()).unwrap());
        }
        for (a, b) in told[i].iter().zip(&alone) {
            for place in ["/losses/total", "/losses/prediction", "/losses/discriminator", "/pOriginal", "/figures/linf"]
            {
                let [a, b] = [a, b].map(|r| r.pointer(place).unwrap().as_f64().unwrap() as f32);
                assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "attack {i}, {place}: {a}, alone {b}");
            }
            assert_eq!((&a["iteration"], &a["done"]), (&b["iteration"], &b["done"]));
        }
        let p = floats(&session.recognise_perturbed().await.unwrap());
        assert!(p.iter().zip(&said[i]).all(|(a, b)| (a - b).abs() < tolerance), "{p:?} {:?}", said[i]);
        let far = session.perturbed().to_vec().iter().zip(&moved[i]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < tolerance, "attack {i}: {far}");
    }
}

#[wasm_bindgen_test]
async fn several_attacks_of_a_session_are_what_each_is_alone() {
    let session = loaded().await;
    together_and_alone(&session, 1, 3, 1e-4).await;
    // Shapes that differ, and counts that do, are refused.
    let mut config = settings();
    config["constraints"]["plausible"] = json!(false);
    let error = session.begin_attacks(vec![page_clip(8, 0.0)], vec![]).await.unwrap_err();
    assert_eq!(kind(&error), "config");
    let clips = vec![page_clip(8, 0.0), page_clip(9, 0.0)];
    session.begin_attacks(clips, vec![js(&config), js(&config)]).await.unwrap();
    assert_eq!(kind(&session.steps_of(vec![0, 1], 1).await.unwrap_err()), "config");
}

#[wasm_bindgen_test]
async fn several_attacks_share_the_steps_that_a_gpu_takes_by_itself() {
    ciasa::engine::start();
    let session = Engine::start("webgpu".into()).await.unwrap();
    let bytes = weights(3);
    session.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    together_and_alone(&session, 2, 2, 1e-2).await;
}

#[wasm_bindgen_test]
async fn what_does_not_fit_is_refused_with_its_kind_and_place() {
    let session = loaded().await;
    let mut bad = settings();
    bad["epsilon"] = json!(-1);
    let error = session.begin_attack(page_clip(8, 0.0), js(&bad)).await.unwrap_err();
    assert_eq!(kind(&error), "config");
    assert!(get(&error, "message").as_string().unwrap().starts_with("epsilon"));

    // Without natural clips the discriminator has nothing to learn from.
    let error = session.begin_attack(page_clip(8, 0.0), js(&settings())).await.unwrap_err();
    assert!(get(&error, "message").as_string().unwrap().contains("natural"), "{error:?}");

    let mut good = settings();
    good["constraints"]["plausible"] = json!(false);
    session.begin_attack(page_clip(8, 0.0), js(&good)).await.unwrap();
    good["alpha"] = json!(0);
    assert_eq!(kind(&session.configure(js(&good)).unwrap_err()), "config");
    good["alpha"] = json!(0.02);
    session.configure(js(&good)).unwrap();
    session.step().await.unwrap();

    let clip = page_clip(8, 0.0);
    js_sys::Reflect::set(&clip, &"layout".into(), &"ntu".into()).unwrap();
    assert_eq!(kind(&session.recognise(clip).await.unwrap_err()), "format");
    // What cannot be loaded leaves the model that is there.
    assert_eq!(kind(&session.load_model(entry(1), files(&[1, 2, 3])).await.unwrap_err()), "weights");
    session.recognise(page_clip(8, 0.0)).await.unwrap();
    assert!(!session.lose_device());
    assert_eq!(kind(&Engine::start("gpu".into()).await.err().unwrap()), "config");
}

#[wasm_bindgen_test]
async fn weights_of_others_are_inspected_and_loaded_and_bad_ones_leave_the_model() {
    let session = loaded().await;
    let names = || vec!["mine.safetensors".to_owned()];
    let bytes = weights(4);
    let identified: Value = from_js(&session.inspect_weights(names(), files(&bytes)).unwrap()).unwrap();
    assert_eq!(identified["summary"], "ST-GCN, Kinect v1, 20 joints, 4 classes");
    assert_eq!(identified["entry"]["classes"], json!(["class 1", "class 2", "class 3", "class 4"]));
    let ids: Vec<_> = identified["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["order", "people", "preprocessing", "frames"]);
    assert_eq!(identified["questions"][3]["default"], "64");

    let answers = |names: &str| js(&json!({ "people": 1, "preprocessing": "raw", "frames": 8, "classNames": names }));
    let message = |error: &JsValue| get(error, "message").as_string().unwrap_or_default();
    let count = async |session: &Engine| {
        let recognition = session.recognise(page_clip(8, 0.0)).await.unwrap();
        js_sys::Float32Array::from(get(&recognition, "probabilities")).length()
    };
    let error = session.load_weights(names(), files(&bytes), answers("a\nb")).await.unwrap_err();
    assert_eq!((kind(&error), message(&error)), ("config".into(), "class names: 2 names for 4 classes".into()));
    let error = session.load_weights(names(), files(&bytes[..bytes.len() - 9]), answers("")).await.unwrap_err();
    assert_eq!(kind(&error), "weights");
    assert!(message(&error).starts_with("mine.safetensors"), "{error:?}");
    assert_eq!(count(&session).await, 3);

    let loaded = session.load_weights(names(), files(&bytes), answers("a\nb\nc\nd")).await.unwrap();
    let loaded: Value = from_js(&loaded).unwrap();
    assert_eq!(loaded["entry"]["classes"], json!(["a", "b", "c", "d"]));
    assert_eq!((&loaded["entry"]["preprocessing"], &loaded["entry"]["frames"]), (&json!("raw"), &json!(8)));
    assert_eq!(loaded["backend"]["kind"], "cpu");
    assert_eq!(count(&session).await, 4);
}

#[wasm_bindgen_test]
async fn a_gpu_lost_in_an_attack_is_a_device_error() {
    ciasa::engine::start();
    let session = Engine::start("webgpu".into()).await.unwrap();
    let backend: Value = from_js(&session.backend().unwrap()).unwrap();
    assert!(backend["software"] == true && backend["parity"]["ok"] == true, "{backend}");
    assert!(session.lose_device());
    let bytes = weights(3);
    let loading = session.load_model(entry(bytes.len()), files(&bytes)).await;
    let error = match loading {
        Ok(_) => session.recognise(page_clip(8, 0.0)).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(kind(&error), "device");
}

/// From here on the browser's shader modules are counted.
const COUNT: &str = "(() => {
    const gpu = GPUDevice.prototype;
    gpu.honest ??= gpu.createShaderModule;
    globalThis.compiled = 0;
    gpu.createShaderModule = function (...all) { globalThis.compiled++; return this.honest(...all); };
})()";

#[wasm_bindgen_test]
async fn after_a_warm_up_the_first_step_compiles_nothing() {
    ciasa::engine::start();
    let session = Engine::start("webgpu".into()).await.unwrap();
    let bytes = weights(3);
    session.load_model(entry(bytes.len()), files(&bytes)).await.unwrap();
    session.recognise(page_clip(8, 0.0)).await.unwrap();
    let compiled = || get(&js_sys::global(), "compiled").as_f64().unwrap();
    js_sys::eval(COUNT).unwrap();
    session.warm_up(page_clip(8, 0.0)).await.unwrap();
    assert!(compiled() > 0.0);

    let natural = ciasa::format::write(&clip(9, 1.0), ciasa::format::Format::Clip).unwrap();
    session.add_natural("other".into(), "other.json", &natural).unwrap();
    // The first region is for the host to realign.
    for (joints, taken) in [(json!([1, 2, 3]), 1), (Value::Null, 2)] {
        let mut settings = settings();
        settings["joints"] = joints;
        session.begin_attack(page_clip(8, 0.0), js(&settings)).await.unwrap();
        js_sys::eval(COUNT).unwrap();
        let reports: Vec<Value> = from_js(&session.steps(2).await.unwrap()).unwrap();
        assert_eq!((reports.len(), compiled()), (taken, 0.0));
    }
}
