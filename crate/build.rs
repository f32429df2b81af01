//! Compiles the engine's small module with fused multiply-add, `src/kernel/cpu/fused/module.rs`.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/kernel/cpu/fused/module.rs");
    println!("cargo::rerun-if-changed=src/kernel/cpu/product.rs");
    if env::var("CARGO_CFG_TARGET_ARCH")? != "wasm32" || env::var_os("CARGO_FEATURE_WEB_CPU").is_none() {
        return Ok(());
    }
    let made = Path::new(&env::var("OUT_DIR")?).join("fused.wasm");
    let built = Command::new(env::var("RUSTC")?)
        .args(["--edition=2024", "--crate-type=cdylib", "--crate-name=fused", "--target=wasm32-unknown-unknown"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=+simd128,+relaxed-simd"])
        // The module has no memory of its own in the engine's: no constants, and a stack of size zero, whose use traps.
        .args(["-Clink-arg=--import-memory", "-Clink-arg=--stack-first", "-Clink-arg=-zstack-size=0"])
        .args(["src/kernel/cpu/fused/module.rs", "-o"])
        .arg(&made)
        .status()?;
    if !built.success() {
        let cause = "rustc failed to build the fused multiply-add module (see above)";
        return Err(format!("{cause}; run `rustup target add wasm32-unknown-unknown`").into());
    }
    if sections(&fs::read(&made)?).contains(&DATA) {
        return Err("the fused multiply-add module has constants, which would overwrite the engine's memory".into());
    }
    Ok(())
}

/// The kind of a section with initial memory.
const DATA: u8 = 11;

/// The kinds of a WebAssembly module's sections. After a header of eight bytes, each section is a kind, a length
/// (LEB128) and that many bytes.
fn sections(module: &[u8]) -> Vec<u8> {
    let (mut kinds, mut rest) = (Vec::new(), module.get(8..).unwrap_or_default());
    while let Some((kind, after)) = rest.split_first() {
        kinds.push(*kind);
        let (mut length, mut shift, mut bytes) = (0, 0, after.iter());
        for byte in bytes.by_ref() {
            length |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte & 128 == 0 {
                break;
            }
        }
        rest = bytes.as_slice().get(length..).unwrap_or_default();
    }
    kinds
}
