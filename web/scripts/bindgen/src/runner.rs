//! The runner that `cargo test` calls for tests in a browser, see `.cargo/config.toml`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())?;
    Ok(())
}
