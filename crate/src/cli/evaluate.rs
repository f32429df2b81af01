//! `ciasa evaluate`: measures a shipped model again on the test side of its split.

use std::path::{Path, PathBuf};

use clap::Args;

use super::device::DeviceArg;
use super::files::{Output, listed, text};
use super::models::ShippedArgs;
use super::plot::Confusion;
use super::say::say;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::train::{Ensemble, Evaluation, HeadsConfig, TrainConfig, evaluate};

/// Measure a shipped network again: top-1 and each class's accuracy on the test side of its split
#[derive(Args, Debug)]
pub struct EvaluateArgs {
    #[command(flatten)]
    shipped: ShippedArgs,
    /// Folder with the data sets' .npz files in data/
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: PathBuf,
    /// File for the confusion matrix (CSV for `ciasa plot`)
    #[arg(long, value_name = "FILE")]
    confusion: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

/// Runs the command.
///
/// # Errors
/// If the network, its config or the data cannot be read, or the matrix cannot be written.
pub fn run(args: &EvaluateArgs) -> Result<()> {
    let confusion = args.confusion.as_deref().map(Output::new).transpose()?;
    let library = args.shipped.library.open()?;
    let entry = library.get_or_first(args.shipped.model.as_ref())?;
    let config = config_of(&entry.id, &library.folder)?;
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    let recogniser = library.load(entry, &args.device.device()?)?;
    let result = measure(&recogniser, &config, &data)?;
    match confusion {
        Some(file) => file.write(&Confusion::new(&data.classes, &result).to_csv()?),
        None => Ok(()),
    }
}

/// Measures a network on the test side, and prints its accuracy.
///
/// # Errors
/// If the network's classes are not the set's, or the device fails.
pub(super) fn measure(recogniser: &Recogniser, config: &TrainConfig, data: &Dataset) -> Result<Evaluation> {
    if recogniser.entry.classes != data.classes {
        return Err(Error::config("its classes are not those of the set").at(&recogniser.entry.id));
    }
    let (_, test) = config.split.sides(data);
    let result = evaluate(recogniser, test.iter().map(|&i| &data.clips[i]))?;
    say!("{}: {}", recogniser.entry.id, config.split.describe(data));
    say!("test: top-1 {:.2} % of {} clips (seed {})", 100.0 * result.top1(), result.clips(), config.seed);
    let counts = result.confusion.chunks_exact(result.classes).map(|row| row.iter().sum::<usize>());
    for ((class, share), count) in data.classes.iter().zip(result.per_class()).zip(counts) {
        say!("  {class:32} {} of {count:3}", share.map_or("     -".into(), |s| format!("{:5.1} %", 100.0 * s)));
    }
    Ok(result)
}

/// The training config of a network, found by its id; for an ensemble that of its first member, for heads that of the
/// network they stand on.
///
/// # Errors
/// If there is none, or a file cannot be read.
pub(super) fn config_of(id: &str, folder: &Path) -> Result<TrainConfig> {
    for path in listed(folder, "json")?.iter().filter(|p| !p.ends_with("manifest.json")) {
        let (json, place) = (text(path)?, |e: Error| e.at(path.display()));
        let (named, stands_on) = if let Some(ensemble) = Ensemble::parse(&json).map_err(place)? {
            (ensemble.id, ensemble.members.into_iter().next())
        } else if let Some(heads) = HeadsConfig::parse(&json).map_err(place)? {
            (heads.id, Some(heads.base))
        } else {
            let config = TrainConfig::parse(&json).map_err(place)?;
            if config.id == id {
                return Ok(config);
            }
            continue;
        };
        if let (true, Some(file)) = (named == id, stands_on) {
            let path = folder.join(file);
            return TrainConfig::parse(&text(&path)?).map_err(|e| e.at(path.display()));
        }
    }
    Err(Error::config(format!("no training config in {} has the id {id:?}", folder.display())))
}
