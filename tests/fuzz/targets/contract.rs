//! The manifest, and messages between page and engine.

use std::fmt::Debug;

use ciasa::contract::messages::{
    Backend, ClipHead, DeviceChoice, ErrorMessage, LoadedWeights, Memory, Parity, RecognitionHead,
};
use ciasa::contract::weight_files::Answers;
use ciasa::contract::{AttackConfig, Manifest, ModelEntry, StepReport, step_csv};
use ciasa::skeleton::Sequence;
use ciasa::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Laws, refusal};

/// Bytes as text.
pub fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|e| Error::config("no text").at(format!("byte {}", e.valid_up_to())))
}

/// A value is the same after it was written and read.
pub fn kept<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let written = serde_json::to_string(value).expect("every value can be written");
    // A number beyond 32 bits is read as infinite, and JSON has no infinity.
    if !written.contains("null") {
        assert_eq!(&serde_json::from_str::<T>(&written).expect("what is written is read"), value);
    }
}

/// The list of networks.
pub fn manifest(bytes: &[u8]) -> Result<Laws<'_>> {
    let manifest = Manifest::parse(text(bytes)?)?;
    Ok(Box::new(move || {
        let written = serde_json::to_string(&manifest).expect("every manifest can be written");
        let mut again: Manifest = serde_json::from_str(&written).expect("what is written is read");
        // A number of 17 digits is read to within its last bit; all else is kept exactly.
        for (read, first) in again.models.iter_mut().zip(&manifest.models) {
            let (read, first) = (&mut read.accuracy.top1, first.accuracy.top1);
            assert!((*read - first).abs() <= f64::EPSILON * first.abs(), "{first} was read as {read}");
            *read = first;
        }
        assert_eq!(again, manifest);
    }))
}

/// One kind of message: read, written and read again.
fn message<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<T> {
    let read = serde_json::from_str(text).ok();
    read.iter().for_each(kept);
    read
}

/// Messages between page and engine. Each input is tried as each kind.
pub fn messages(bytes: &[u8]) -> Result<Laws<'_>> {
    let text = text(bytes)?;
    serde_json::from_str::<serde_json::Value>(text).map_err(|e| Error::config(e.to_string()).at("message"))?;
    Ok(Box::new(move || {
        if let Some(head) = message::<ClipHead>(text) {
            let values = head.frames.checked_mul(head.people).filter(|n| *n < 1_000).unwrap_or(1);
            let data = vec![0.5; values * head.layout.layout().len() * head.layout.layout().channels()];
            if let Err(e) = Sequence::new(head.layout, head.fps, head.frames, head.people, data) {
                refusal(&e);
            }
        }
        if let Some(report) = message::<StepReport>(text) {
            assert!(step_csv::table([&report], &["a".into()]).lines().count() >= 2);
        }
        message::<AttackConfig>(text);
        message::<Answers>(text);
        message::<ModelEntry>(text);
        message::<LoadedWeights>(text);
        message::<Backend>(text);
        message::<Parity>(text);
        message::<Memory>(text);
        message::<RecognitionHead>(text);
        message::<ErrorMessage>(text);
        message::<DeviceChoice>(text);
    }))
}
