//! The readers of the fuzz suite (`tests/fuzz/targets`), with the same laws, for a fuzzer that sees which code an input
//! reaches. Those that need Burn, networks and attacks, are fuzzed by the suite alone.

use ciasa::contract::AttackConfig;
use ciasa::skeleton::LayoutId;
use ciasa::Result;

#[path = "../../tests/fuzz/targets/clips.rs"]
mod clips;
#[path = "../../tests/fuzz/targets/contract.rs"]
mod contract;
#[path = "../../tests/fuzz/targets/files.rs"]
mod files;
#[path = "../../tests/fuzz/targets/laws.rs"]
mod laws;
#[path = "../../tests/fuzz/targets/results.rs"]
mod results;

pub use clips::{clip, frames, labels, many};
pub use contract::{manifest, messages};
pub use files::weights;
pub use laws::{Laws, refusal};
pub use results::result;

/// Settings of an attack, read and checked.
pub fn settings(bytes: &[u8]) -> Result<Laws<'_>> {
    let config = AttackConfig::parse(contract::text(bytes)?)?;
    config.validate(LayoutId::KinectV1.layout(), 27)?;
    Ok(Box::new(move || contract::kept(&config)))
}

/// Reads an input and holds the reader to its laws; a broken one panics, which is a find.
pub fn judge(open: for<'a> fn(&'a [u8]) -> Result<Laws<'a>>, bytes: &[u8]) {
    match open(bytes) {
        Ok(laws) => laws(),
        Err(e) => drop(refusal(&e)),
    }
}
