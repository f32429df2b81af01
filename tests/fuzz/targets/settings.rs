//! Settings, with a step of an attack; configurations of the trainer, and tables.

use std::sync::{Arc, LazyLock};

use ciasa::Result;
use ciasa::attack::run::block_on;
use ciasa::attack::{Attack, AttackConfig};
use ciasa::contract::{Peer, region};
use ciasa::skeleton::{LayoutId, Sequence};

use super::contract::{kept, text};
use super::toy::{CLASSES, Toy, clip};
use super::{Laws, refusal};

const LAYOUT: LayoutId = LayoutId::KinectV1;

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

/// Config files of the trainer.
#[cfg(feature = "cli")]
pub fn training(bytes: &[u8]) -> Result<Laws<'_>> {
    use ciasa::train::{Ensemble, HeadsConfig, TrainConfig};
    let text = text(bytes)?;
    if let Some(ensemble) = Ensemble::parse(text)? {
        return Ok(Box::new(move || kept(&ensemble)));
    }
    if let Some(heads) = HeadsConfig::parse(text)? {
        return Ok(Box::new(move || kept(&heads)));
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
