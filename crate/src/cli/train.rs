//! `ciasa train`: trains a model from its config file and measures it on the test side.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args;
use indicatif::ProgressBar;

use super::device::DeviceArg;
use super::files::{bytes, replace, text, writable_folder};
use super::plot::Log;
use super::progress::style;
use super::publish::{Places, manifest, publish};
use super::say::say;
use super::train_heads::heads;
use crate::contract::manifest::Manifest;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::train::{Ensemble, HeadsConfig, TrainConfig, Trainer, sha256};
use crate::weights;

/// Train a network, or combine trained streams to an ensemble, and measure it on the test side of its split
#[derive(Args, Debug)]
pub struct TrainArgs {
    /// Training config, such as models/utd-mhad-st-gcn.json
    config: PathBuf,
    /// Folder with the data sets' .npz files in data/
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: PathBuf,
    /// Folder for weights, log and manifest
    #[arg(long, value_name = "DIR", default_value = "models")]
    out: PathBuf,
    /// Train without the config's validation subjects and print after how many epochs their accuracy is best; writes no
    /// weights
    #[arg(long)]
    validate: bool,
    /// Continue after the last epoch of a training that was interrupted
    #[arg(long)]
    resume: bool,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

impl TrainArgs {
    fn places(&self) -> Places<'_> {
        Places { config: &self.config, data: &self.data, out: &self.out, device: &self.device }
    }
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written, or the training fails.
pub fn run(args: &TrainArgs) -> Result<()> {
    writable_folder(&args.out)?;
    let json = text(&args.config)?;
    let place = |e: Error| e.at(args.config.display());
    let alone = |cause: &str| {
        let given = [("--validate", args.validate), ("--resume", args.resume)].into_iter().find(|(_, given)| *given);
        given.map_or(Ok(()), |(option, _)| Err(Error::config(cause).at(option)))
    };
    if let Some(ensemble) = Ensemble::parse(&json).map_err(place)? {
        alone("has no effect on an ensemble, which is not trained; leave it out")?;
        return combine(&ensemble, args);
    }
    if let Some(config) = HeadsConfig::parse(&json).map_err(place)? {
        alone("is not there for heads, which train in minutes; leave it out")?;
        return heads(&config, &args.places());
    }
    let config = TrainConfig::parse(&json).map_err(place)?;
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    let device = args.device.device()?;
    let kind = if args.validate { ".validation" } else { "" };
    let file = |end: &str| args.out.join(format!("{}{kind}{end}", config.id));
    let checkpoint = file(".checkpoint");
    let trainer = match args.resume {
        true => Trainer::resume(&config, &data, args.validate, &device, &bytes(&checkpoint)?)
            .map_err(|e| e.at(checkpoint.display())),
        false => begun(&config, &data, args, &device),
    };
    let mut trainer = trainer?;
    train(&config, &mut trainer, &file)?;

    if args.validate {
        let best = trainer.log().iter().filter_map(|e| Some((e.validation?, e.epoch)));
        // The earliest of equals: max_by would give the last.
        if let Some((share, epoch)) = best.rev().max_by(|a, b| a.0.total_cmp(&b.0)) {
            say!("validation: best after epoch {epoch}, top-1 {:.2} % (seed {})", 100.0 * share, config.seed);
        }
    } else {
        // The rounded weights are read back and measured, because they are what ships.
        let bytes = config.weight_file(&trainer.state())?;
        let mut entry = config.entry(&data);
        entry.weights[0].bytes = bytes.len();
        entry.weights[0].sha256 = sha256(&bytes);
        replace(&args.out.join(&entry.weights[0].file), &bytes)?;
        publish(entry, &config, &data, &[bytes], &args.places())?;
    }
    std::fs::remove_file(&checkpoint).map_err(|e| Error::io(&checkpoint, &e))
}

/// A new training, from the weights that the config names, or from random ones.
fn begun<'a>(config: &'a TrainConfig, data: &'a Dataset, args: &TrainArgs, device: &Device) -> Result<Trainer<'a>> {
    let mut trainer = Trainer::new(config, data, args.validate, device)?;
    let Some(start) = &config.start else { return Ok(trainer) };
    let folder = args.config.parent().unwrap_or(Path::new(""));
    let path = folder.join("manifest.json");
    let manifest = Manifest::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
    let known = manifest.get(start).and_then(|entry| entry.weights.first());
    let missing = || Error::config(format!("{} has no network {start:?}; train it first", path.display())).at("start");
    let file = folder.join(&known.ok_or_else(missing)?.file);
    let state = weights::read(&bytes(&file)?).map_err(|e| e.at(file.display()))?;
    trainer.start_from(&state).map_err(|e| e.at(file.display()))?;
    Ok(trainer)
}

/// Trains to the last epoch. Log and checkpoint are written after each, so an interruption loses one epoch at most.
fn train(config: &TrainConfig, trainer: &mut Trainer<'_>, file: &impl Fn(&str) -> PathBuf) -> Result<()> {
    let bar = ProgressBar::no_length().with_style(style());
    while trainer.log().len() < config.last_epoch() {
        let e = trainer.epoch(|p| {
            bar.set_length((p.steps / config.epochs * config.last_epoch()) as u64);
            bar.set_position(p.step as u64);
            bar.set_message(format!("epoch {} loss {:.3} accuracy {:.3}", p.epoch, p.loss, p.accuracy));
        })?;
        let validation = e.validation.map(|v| format!("  validation {v:.3}")).unwrap_or_default();
        bar.suspend(|| say!("epoch {:3}  loss {:.3}  accuracy {:.3}{validation}", e.epoch, e.loss, e.accuracy));
        replace(&file(".log.csv"), Log::new(trainer.log()).to_csv().as_bytes())?;
        replace(&file(".checkpoint"), &trainer.checkpoint()?)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Measures the ensemble of two trained streams, which has no weights of its own.
fn combine(ensemble: &Ensemble, args: &TrainArgs) -> Result<()> {
    let manifest = manifest(&args.out.join("manifest.json"))?;
    let (mut entries, mut configs, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for member in &ensemble.members {
        let path = args.config.with_file_name(member);
        let config = TrainConfig::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
        let missing = || {
            Error::config(format!("{member} is not trained yet (the manifest has no {}); train it first", config.id))
        };
        let entry = manifest.get(&config.id).ok_or_else(missing)?.clone();
        for weights in &entry.weights {
            files.push(bytes(&args.out.join(&weights.file))?);
        }
        entries.push(entry);
        configs.push(config);
    }
    let entry = ensemble.entry(&entries).map_err(|e| e.at(args.config.display()))?;
    let Some(config) = configs.first() else { return Ok(()) };
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    publish(entry, config, &data, &files, &args.places())
}
