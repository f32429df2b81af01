//! `ciasa quantise`: rewrites the weights of a shipped network with 8 bits, and measures what that costs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::device::DeviceArg;
use super::evaluate::{config_of, measure};
use super::files::{bytes, replace};
use super::models::LibraryArgs;
use super::plot::Confusion;
use super::publish::write_manifest;
use super::say::{note, say};
use crate::contract::manifest::Accuracy;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::train::sha256;
use crate::weights;

/// Rewrite a shipped network's weights with 8 bits, half the size, and measure every network that uses them again
#[derive(Args, Debug)]
pub struct QuantiseArgs {
    /// Id of a shipped network (`ciasa models` lists them)
    id: String,
    #[command(flatten)]
    library: LibraryArgs,
    /// Folder with the data sets' .npz files in data/
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: PathBuf,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

/// Runs the command. Files are written when all networks are measured.
///
/// # Errors
/// If weights, config or data cannot be read, the weights have 8 bits already, or a file cannot be written.
pub fn run(args: &QuantiseArgs) -> Result<()> {
    let library = args.library.open()?;
    let folder = &library.folder;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for weight in &library.get(&args.id)?.weights {
        let old = bytes(&folder.join(&weight.file))?;
        let place = |e: Error| e.at(&weight.file);
        let new = weights::read(&old).map_err(place)?.to_safetensors_8().map_err(place)?;
        if new.len() >= old.len() {
            let cause = format!("has {} bytes, and {} with weights of 8 bits: it stays", old.len(), new.len());
            return Err(Error::config(cause).at(&weight.file));
        }
        files.insert(weight.file.clone(), new);
    }

    let mut manifest = library.manifest.clone();
    let mut written = Vec::new();
    for entry in manifest.models.iter_mut().filter(|m| m.weights.iter().any(|w| files.contains_key(&w.file))) {
        let mut network = Vec::new();
        for weight in &mut entry.weights {
            if let Some(new) = files.get(&weight.file) {
                (weight.bytes, weight.sha256) = (new.len(), sha256(new));
                network.push(new.clone());
            } else {
                network.push(bytes(&folder.join(&weight.file))?);
            }
        }
        let config = config_of(&entry.id, folder)?;
        let data = Dataset::read(&args.data.join("data"), config.dataset)?;
        let recogniser = Recogniser::load(entry.clone(), &network, &args.device.device()?)?;
        let result = measure(&recogniser, &config, &data)?;
        let now = Accuracy { top1: result.top1(), clips: result.clips() };
        say!("{}: top-1 was {:.2} %, is {:.2} %", entry.id, 100.0 * entry.accuracy.top1, 100.0 * now.top1);
        entry.accuracy = now;
        let confusion = Confusion::new(&data.classes, &result).to_csv()?;
        written.push((folder.join(format!("{}.confusion.csv", entry.id)), confusion));
        if config.bits != 8 {
            note!("set \"bits\": 8 in the training config of {}, so that a new training gives the same", config.id);
        }
    }
    written.extend(files.into_iter().map(|(file, bytes)| (folder.join(file), bytes)));
    written.iter().try_for_each(|(path, bytes)| replace(path, bytes))?;
    write_manifest(&folder.join("manifest.json"), &manifest)
}
