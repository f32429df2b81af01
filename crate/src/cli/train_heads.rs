//! `ciasa train` of heads on a network that is trained already.

use std::path::Path;

use indicatif::ProgressBar;

use super::files::{bytes, replace, text};
use super::models::Library;
use super::plot::Log;
use super::progress::style;
use super::publish::{Places, publish};
use super::say::say;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::train::{HeadsConfig, HeadsTrainer, TrainConfig, sha256};
use crate::weights;

/// Trains heads and puts the network with them into the manifest.
///
/// # Errors
/// If the network that they stand on is not in the config's folder, a file cannot be read or written, or the training
/// fails.
pub(super) fn heads(config: &HeadsConfig, places: &Places<'_>) -> Result<()> {
    let folder = places.config.parent().unwrap_or(Path::new(""));
    let path = folder.join(&config.base);
    let base = TrainConfig::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
    let library = Library::read(folder)?;
    let missing = || Error::config(format!("{} is not trained yet; train it first", config.base)).at("base");
    let known = library.manifest.get(&base.id).ok_or_else(missing)?;
    let mut entry = config.entry(known).map_err(|e| e.at(places.config.display()))?;
    let file = folder.join(&known.weights[0].file);
    let network = bytes(&file)?;
    let state = weights::read(&network).map_err(|e| e.at(file.display()))?;
    let data = Dataset::read(&places.data.join("data"), base.dataset)?;

    let mut trainer = HeadsTrainer::new(config, &base, &data, known, &state)?;
    let bar = ProgressBar::new(config.rounds as u64 * 100).with_style(style());
    for round in 0..config.rounds {
        let e = trainer.round(|share| bar.set_position(((round as f64 + share) * 100.0) as u64))?;
        bar.suspend(|| say!("round {:3}  loss {:.3}  accuracy {:.3}", e.epoch, e.loss, e.accuracy));
        let log = places.out.join(format!("{}.log.csv", config.id));
        replace(&log, Log::new(trainer.log()).to_csv().as_bytes())?;
    }
    bar.finish_and_clear();
    let written = trainer.state()?.to_safetensors_16()?;
    if let Some(heads) = entry.weights.last_mut() {
        (heads.bytes, heads.sha256) = (written.len(), sha256(&written));
        replace(&places.out.join(&heads.file), &written)?;
    }
    publish(entry, &base, &data, &[network, written], places)
}
