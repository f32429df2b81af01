//! `ciasa train`: trains a model from its config file and measures it on the test side.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::common::{style, text, write};
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::model::Recogniser;
use crate::model::manifest::{Accuracy, Architecture, Manifest, ModelEntry, Preprocessing, WeightFile};
use crate::model::stgcn::StGcnConfig;
use crate::train::{Progress, TrainConfig, evaluate, train};

/// Train a model and measure it on the test side of its split
#[derive(Args, Debug)]
pub struct TrainArgs {
    /// Config file, such as models/utd-mhad-st-gcn.json
    config: PathBuf,
    /// Directory with the data sets' .npz files in data/
    #[arg(long, env = "CIASA_DATA")]
    data: PathBuf,
    /// Where weights, log and manifest go
    #[arg(long, default_value = "models")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// Where a file cannot be read or written, or the training fails.
pub fn run(args: &TrainArgs) -> Result<()> {
    let config = TrainConfig::parse(&text(&args.config)?).map_err(|e| e.at(args.config.display()))?;
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    let network = StGcnConfig::published(config.dataset.layout(), data.classes.len());
    let device = Device::flex();

    let bar = ProgressBar::no_length().with_style(style());
    let mut log = String::from("epoch,loss,accuracy,rate\n");
    let mut last: Option<Progress> = None;
    let mut end_epoch = |p: &Progress| {
        log.push_str(&format!("{},{:.4},{:.4},{:.2e}\n", p.epoch, p.loss, p.accuracy, p.rate));
        println!("epoch {:3}  loss {:.3}  accuracy {:.3}", p.epoch, p.loss, p.accuracy);
    };
    let state = train(&config, &network, &data, &device, |p| {
        if let Some(before) = last.filter(|l| l.epoch != p.epoch) {
            end_epoch(&before);
        }
        last = Some(p);
        bar.set_length(p.steps as u64);
        bar.set_position(p.step as u64);
        bar.set_message(format!("epoch {} loss {:.3} accuracy {:.3}", p.epoch, p.loss, p.accuracy));
        true
    })?;
    if let Some(p) = last {
        end_epoch(&p);
    }
    bar.finish();

    // What ships is what is measured: the 16-bit weights, read back.
    let bytes = state.to_safetensors_16()?;
    let mut entry = entry(&config, args, &data, &bytes);
    let recogniser = Recogniser::load(entry.clone(), &[&bytes], &device)?;
    let (_, test) = config.split.sides(&data);
    let result = evaluate(&recogniser, test.iter().map(|&i| &data.clips[i]))?;
    entry.accuracy = Accuracy { top1: result.top1(), clips: result.clips() };
    println!("test: top-1 {:.2} % of {} clips (seed {})", 100.0 * result.top1(), result.clips(), config.seed);
    for (class, share) in data.classes.iter().zip(result.per_class()) {
        println!("  {class:32} {}", share.map_or("-".into(), |s| format!("{:5.1} %", 100.0 * s)));
    }

    write(&args.out.join(format!("{}.safetensors", config.id)), &bytes)?;
    write(&args.out.join(format!("{}.log.csv", config.id)), log.as_bytes())?;
    update_manifest(&args.out.join("manifest.json"), entry)
}

fn entry(config: &TrainConfig, args: &TrainArgs, data: &Dataset, bytes: &[u8]) -> ModelEntry {
    let file_name = args.config.file_name().unwrap_or_default().to_string_lossy();
    ModelEntry {
        id: config.id.clone(),
        name: config.name.clone(),
        architecture: Architecture::StGcn,
        layout: config.dataset.layout(),
        classes: data.classes.clone(),
        people: 1,
        frames: config.frames,
        preprocessing: Preprocessing::Centred,
        weights: vec![WeightFile {
            file: format!("{}.safetensors", config.id),
            bytes: bytes.len(),
            sha256: Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect(),
        }],
        accuracy: Accuracy { top1: 0.0, clips: 0 },
        split: config.split.describe(config.dataset),
        data: config.citation.clone(),
        licence: "MIT OR Apache-2.0".into(),
        retrain: format!("ciasa train models/{file_name} --data DIR"),
    }
}

fn update_manifest(path: &std::path::Path, entry: ModelEntry) -> Result<()> {
    let mut manifest = match std::fs::read_to_string(path) {
        Ok(text) => Manifest::parse(&text).map_err(|e| e.at(path.display()))?,
        Err(_) => Manifest { version: 1, models: Vec::new() },
    };
    match manifest.models.iter_mut().find(|m| m.id == entry.id) {
        Some(old) => *old = entry,
        None => manifest.models.push(entry),
    }
    let text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::weights(e.to_string()))?;
    write(path, (text + "\n").as_bytes())
}
