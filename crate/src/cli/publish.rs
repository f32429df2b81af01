//! Puts a trained network into the manifest, with its accuracy.

use std::path::Path;

use super::device::DeviceArg;
use super::evaluate::measure;
use super::files::{replace, text};
use super::plot::Confusion;
use crate::contract::manifest::{Accuracy, Manifest, ModelEntry};
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::train::TrainConfig;

/// What a training reads and where it writes.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    /// The training config.
    pub config: &'a Path,
    /// Folder with the data sets.
    pub data: &'a Path,
    /// Folder for weights, log and manifest.
    pub out: &'a Path,
    /// What computes.
    pub device: &'a DeviceArg,
}

/// Measures a network on the test side and puts it into the manifest.
///
/// # Errors
/// If the weights do not fit, the device fails, or a file cannot be read or written.
pub(super) fn publish(
    mut entry: ModelEntry,
    config: &TrainConfig,
    data: &Dataset,
    files: &[Vec<u8>],
    places: &Places<'_>,
) -> Result<()> {
    let name = places.config.file_name().unwrap_or_default().to_string_lossy();
    entry.retrain = format!("ciasa train models/{name} --data DIR");
    let recogniser = Recogniser::load(entry.clone(), files, &places.device.device()?)?;
    let result = measure(&recogniser, config, data)?;
    entry.accuracy = Accuracy { top1: result.top1(), clips: result.clips() };
    let confusion = Confusion::new(&data.classes, &result).to_csv()?;
    replace(&places.out.join(format!("{}.confusion.csv", entry.id)), &confusion)?;
    let path = places.out.join("manifest.json");
    let mut manifest = manifest(&path)?;
    match manifest.models.iter_mut().find(|m| m.id == entry.id) {
        Some(old) => *old = entry,
        None => manifest.models.push(entry),
    }
    write_manifest(&path, &manifest)
}

/// Replaces the manifest.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<()> {
    let text = serde_json::to_string_pretty(manifest).map_err(|e| Error::weights(e.to_string()))?;
    replace(path, (text + "\n").as_bytes())
}

/// The manifest; empty if there is none yet.
///
/// # Errors
/// If it is there and cannot be read.
pub(super) fn manifest(path: &Path) -> Result<Manifest> {
    match path.exists() {
        true => Manifest::parse(&text(path)?).map_err(|e| e.at(path.display())),
        false => Ok(Manifest { version: 1, models: Vec::new() }),
    }
}
