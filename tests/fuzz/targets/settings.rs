//! Settings, with a step of an attack; the manifest, messages and tables.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use ciasa::attack::run::block_on;
use ciasa::attack::{Attack, AttackConfig, StepReport};
use ciasa::checkpoint::Answers;
use ciasa::contract::messages::{
    Backend, ClipHead, DeviceChoice, ErrorMessage, LoadedWeights, Memory, Parity, RecognitionHead,
};
use ciasa::contract::{Manifest, ModelEntry, Peer, region, step_csv};
use ciasa::skeleton::{LayoutId, Sequence};
use ciasa::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::toy::{CLASSES, Toy, clip};
use super::{Laws, refusal};

const LAYOUT: LayoutId = LayoutId::KinectV1;

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|e| Error::config("no text").at(format!("byte {}", e.valid_up_to())))
}

/// A value is the same after it was written and read.
fn kept<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let written = serde_json::to_string(value).expect("every value can be written");
    // A number beyond 32 bits is read as infinite, and JSON has no infinity.
    if !written.contains("null") {
        assert_eq!(&serde_json::from_str::<T>(&written).expect("what is written is read"), value);
    }
}

/// The list of networks.
pub fn manifest(bytes: &[u8]) -> Result<Laws<'_>> {
    let manifest = Manifest::parse(text(bytes)?)?;
    Ok(Box::new(move || kept(&manifest)))
}

static CLIPS: LazyLock<(Sequence, Sequence)> =
    LazyLock::new(|| (clip(LAYOUT, 4, 1, false, 11), clip(LAYOUT, 12, 1, false, 12)));

/// Settings of an attack. Those that are valid run for one step, which gives finite numbers.
pub fn attack(bytes: &[u8]) -> Result<Laws<'_>> {
    let config = AttackConfig::parse(text(bytes)?)?;
    config.validate(LAYOUT.layout(), CLASSES)?;
    Ok(Box::new(move || {
        kept(&config);
        for peer in Peer::ALL {
            let applied = peer.apply(config.clone());
            assert!(!applied.constraints_in_words().contains(char::is_control));
        }
        let (clip, natural) = &*CLIPS;
        if let Err(e) = region::bounds(clip, &config) {
            refusal(&e);
        }
        let started = Attack::new(Arc::new(Toy::new(LAYOUT)), clip, std::slice::from_ref(natural), config);
        let stepped = started.and_then(|mut attack| {
            let report = block_on(attack.step())?;
            assert!(attack.perturbed().iter().all(|v| v.is_finite()), "a step gives a value that is not finite");
            Ok(report)
        });
        match stepped {
            Ok(report) => kept(&report),
            Err(e) => assert!(!refusal(&e).contains("finite"), "{e}"),
        }
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

/// Config files of the trainer.
#[cfg(feature = "cli")]
pub fn training(bytes: &[u8]) -> Result<Laws<'_>> {
    use ciasa::train::{Ensemble, TrainConfig};
    let text = text(bytes)?;
    if let Some(ensemble) = Ensemble::parse(text)? {
        return Ok(Box::new(move || kept(&ensemble)));
    }
    let config = TrainConfig::parse(text)?;
    Ok(Box::new(move || assert!(config.last_epoch() <= config.epochs)))
}

/// Tables of the evaluation: rows, and the labels of a person's clips.
#[cfg(feature = "cli")]
pub fn rows(bytes: &[u8]) -> Result<Laws<'_>> {
    use ciasa::eval::{labels::Labels, table};
    if let Err(e) = text(bytes).and_then(Labels::parse) {
        refusal(&e);
    }
    let rows = table::parse(bytes)?;
    Ok(Box::new(move || {
        assert!(rows.iter().all(|row| row.confidence.is_finite() && row.linf.is_finite()));
    }))
}
