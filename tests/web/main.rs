//! The engine in a browser. `crate/webdriver.json` names the browser; `CHROMEDRIVER=/usr/bin/chromedriver cargo test
//! --release -p ciasa --features web --target wasm32-unknown-unknown --test web`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod attack;
mod cpu;
mod device;
mod engine;
mod exact_steps;
mod gpu_steps;
mod kernels;
mod memory;
mod products;
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
