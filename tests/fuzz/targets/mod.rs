//! The readers under test, each with its laws.

mod clips;
mod contract;
mod files;
mod laws;
mod results;
mod settings;
#[allow(dead_code)] // The native tests use the rest.
#[path = "../../native/toy.rs"]
pub mod toy;
mod weights;

use ciasa::Error;

pub use laws::{Laws, refusal};
pub use weights::network_header;

/// A reader of bytes.
pub struct Target {
    pub name: &'static str,
    pub dictionary: &'static str,
    /// Reads the bytes; memory and time are measured. The laws of the result are not part of that.
    pub open: for<'a> fn(&'a [u8]) -> Result<Laws<'a>, Error>,
    /// Bytes of memory that reading may take: this many, and `times` for each byte of the file.
    pub base: usize,
    pub times: usize,
    /// Milliseconds that reading may take, and nanoseconds more for each byte of the file.
    pub patience: u64,
    pub nanoseconds: u64,
    /// Inputs of the test; `npm run fuzz` has its own number.
    pub inputs: u64,
}

/// A small clip may take 4 MiB whatever its file's size (`format/rules.rs`).
const CLIP: Target = Target {
    name: "",
    dictionary: include_str!("../dictionaries/json.dict"),
    open: clips::clip,
    base: 5 << 20,
    times: 24,
    patience: 40,
    nanoseconds: 2_000,
    inputs: 8_000,
};
/// A value of a pickle takes up to a hundred bytes, and one byte of the file can make one.
const PICKLE: Target = Target {
    dictionary: include_str!("../dictionaries/pickle.dict"),
    base: 1 << 20,
    times: 200,
    inputs: 15_000,
    ..CLIP
};
const TEXT: Target = Target { base: 1 << 20, times: 64, ..CLIP };

pub const TARGETS: &[Target] = &[
    Target { name: "clip-json", ..CLIP },
    Target { name: "clip-kinetics", ..CLIP },
    Target { name: "clip-ucla", ..CLIP },
    Target { name: "clip-mediapipe", ..CLIP },
    Target { name: "clip-openpose", open: clips::frames, ..CLIP },
    Target { name: "clip-ntu", dictionary: include_str!("../dictionaries/ntu.dict"), ..CLIP },
    // Writing a file again solves for rotations, which takes its time.
    Target { name: "clip-bvh", dictionary: include_str!("../dictionaries/bvh.dict"), inputs: 3_000, ..CLIP },
    Target { name: "many-npy", open: clips::many, ..PICKLE },
    Target { name: "many-npz", open: clips::many, ..PICKLE },
    Target { name: "many-pickle", open: clips::many, ..PICKLE },
    Target { name: "many-labels", open: clips::labels, ..PICKLE },
    Target { name: "result", open: results::result, base: 5 << 20, times: 200, inputs: 8_000, ..CLIP },
    Target { name: "weights-safetensors", open: weights::weights, ..PICKLE },
    Target { name: "weights-zip", open: weights::weights, ..PICKLE },
    Target { name: "weights-legacy", open: weights::weights, ..PICKLE },
    Target { name: "weights-numpy", open: weights::weights, ..PICKLE },
    // Each input is the header of a file of one megabyte.
    Target { name: "network", open: weights::network, base: 64 << 20, patience: 2_000, inputs: 250, ..TEXT },
    Target { name: "class-names", open: weights::class_names, ..TEXT },
    Target { name: "manifest", open: contract::manifest, ..TEXT },
    Target { name: "settings", open: settings::attack, inputs: 6_000, ..TEXT },
    Target { name: "messages", open: contract::messages, ..TEXT },
    #[cfg(feature = "cli")]
    Target { name: "training", open: settings::training, ..TEXT },
    #[cfg(feature = "cli")]
    Target {
        name: "rows-csv",
        open: settings::rows,
        dictionary: include_str!("../dictionaries/csv.dict"),
        times: 200,
        ..TEXT
    },
];
