//! The engine in a browser: `CHROMEDRIVER=... cargo test --release -p ciasa --features web --target wasm32-unknown-unknown --test web`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod device;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
