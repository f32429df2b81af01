//! `ciasa evaluate`: measures a shipped model again on the test side of its split.

use std::path::{Path, PathBuf};

use clap::Args;

use super::common::{DeviceArg, ModelArgs, text, write};
use super::plot::Confusion;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::train::{Ensemble, Evaluation, TrainConfig, evaluate};

/// Measure a shipped model again: top-1 and per-class accuracy on the test side of its split
#[derive(Args, Debug)]
pub struct EvaluateArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// Directory with the data sets' .npz files in data/
    #[arg(long, env = "CIASA_DATA")]
    data: PathBuf,
    /// Where the confusion matrix goes, as CSV for `ciasa plot`
    #[arg(long)]
    confusion: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

/// Runs the command.
///
/// # Errors
/// Where the model, its config or the data cannot be read.
pub fn run(args: &EvaluateArgs) -> Result<()> {
    let recogniser = args.model.load_on(&args.device.device()?)?;
    let config = config_of(&recogniser.entry.id, args.model.dir())?;
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    let result = measure(&recogniser, &config, &data)?;
    match &args.confusion {
        Some(path) => write(path, &Confusion::new(&data.classes, &result).to_csv()?),
        None => Ok(()),
    }
}

/// Measures a model on the test side, and prints what came of it.
///
/// # Errors
/// Where the classes are others, or the device fails.
pub(super) fn measure(recogniser: &Recogniser, config: &TrainConfig, data: &Dataset) -> Result<Evaluation> {
    if recogniser.entry.classes != data.classes {
        return Err(Error::config("the model has other classes than the set").at(&recogniser.entry.id));
    }
    let (_, test) = config.split.sides(data);
    let result = evaluate(recogniser, test.iter().map(|&i| &data.clips[i]))?;
    println!("{}: {}", recogniser.entry.id, config.split.describe(data));
    println!("test: top-1 {:.2} % of {} clips (seed {})", 100.0 * result.top1(), result.clips(), config.seed);
    let counts = result.confusion.chunks_exact(result.classes).map(|row| row.iter().sum::<usize>());
    for ((class, share), count) in data.classes.iter().zip(result.per_class()).zip(counts) {
        println!("  {class:32} {} of {count:3}", share.map_or("     -".into(), |s| format!("{:5.1} %", 100.0 * s)));
    }
    Ok(result)
}

/// The config file beside the weights that made the model; an ensemble's is that of its first member.
///
/// # Errors
/// Where there is none, or a file cannot be read.
pub(super) fn config_of(id: &str, dir: &Path) -> Result<TrainConfig> {
    let entries = std::fs::read_dir(dir).map_err(|e| Error::io(dir, &e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "json") && !p.ends_with("manifest.json")) {
        let (json, place) = (text(path)?, |e: Error| e.at(path.display()));
        if let Some(ensemble) = Ensemble::parse(&json).map_err(place)? {
            if let (true, Some(member)) = (ensemble.id == id, ensemble.members.first()) {
                let path = dir.join(member);
                return TrainConfig::parse(&text(&path)?).map_err(|e| e.at(path.display()));
            }
        } else {
            let config = TrainConfig::parse(&json).map_err(place)?;
            if config.id == id {
                return Ok(config);
            }
        }
    }
    Err(Error::config(format!("no config file in {} makes the model {id:?}", dir.display())))
}
