//! `bindgen INPUT.wasm OUT_DIR NAME`: makes a module that a page can load, with its TypeScript types, of what Cargo
//! built.

use std::error::Error;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [input, out_dir, name] => generate(input, out_dir, name),
        _ => Err("usage: bindgen INPUT.wasm OUT_DIR NAME".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindgen: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn generate(input: &str, out_dir: &str, name: &str) -> Result<(), Box<dyn Error>> {
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .out_name(name)
        .typescript(true)
        // The module is beside its JavaScript.
        .omit_default_module_path(false)
        .demangle(true)
        // A fifth of the module, of no use to a visitor.
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out_dir)?;
    Ok(())
}
