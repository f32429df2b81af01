//! Weight files, and networks made of them.

use std::sync::LazyLock;

use burn::tensor::Device;
use ciasa::checkpoint::class_names::class_names as read_class_names;
use ciasa::checkpoint::{Answers, Opened};
use ciasa::model::efficient_gcn::EfficientGcnConfig;
use ciasa::skeleton::LayoutId;
use ciasa::weights::State;
use ciasa::{Error, Result};

use super::{Laws, refusal};

/// A weight file of any kind, and the network that it may be.
pub fn weights(bytes: &[u8]) -> Result<Laws<'_>> {
    let laws = super::files::weights(bytes)?;
    Ok(Box::new(move || {
        laws();
        if let Err(e) = Opened::read(&[("net.pt".to_owned(), bytes)]) {
            refusal(&e);
        }
    }))
}

/// A small network: EfficientGCN-B0 of three classes.
static NETWORK: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let mut state = State::new();
    for (key, shape) in (EfficientGcnConfig { layout: LayoutId::Ntu, classes: 3 }).keys() {
        let values = (0..shape.iter().product::<usize>()).map(|i| 0.5 + 0.01 * (i % 7) as f32).collect();
        state.insert(key, &shape, values);
    }
    let file = state.to_safetensors_16().unwrap_or_default();
    let length = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length) as usize);
    (file[8..8 + length].to_vec(), file[8 + length..].to_vec())
});

/// The header of the network's file; what is fuzzed is the header, the values stay.
pub fn network_header() -> &'static [u8] {
    &NETWORK.0
}

/// A file with this header and the network's values, down to a network that has answered a question.
pub fn network(header: &[u8]) -> Result<Laws<'_>> {
    let file = [&(header.len() as u64).to_le_bytes(), header, &NETWORK.1].concat();
    let opened = Opened::read(&[("net.safetensors".to_owned(), &file)])?;
    let people = Answers { people: Some(1), frames: Some(8), ..Answers::default() };
    for answers in [Answers::default(), people] {
        match opened.load(&answers, &Device::flex()) {
            Ok(network) => assert!(network.entry.classes.len() >= 2),
            Err(e) if e.is_config() => drop(refusal(&e)),
            Err(e) => return Err(e),
        }
    }
    Ok(Box::new(move || {
        let identified = opened.identified();
        assert!(identified.summary.chars().count() < 2_000, "a long summary");
    }))
}

/// Names of seven classes.
pub fn class_names(bytes: &[u8]) -> Result<Laws<'_>> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::config("no text").at("file"))?;
    let names = read_class_names(text, 7)?;
    Ok(Box::new(move || assert!(names.len() == 7 && names.iter().all(|name| !name.is_empty()))))
}
