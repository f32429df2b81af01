//! Models and clips for the experiments, from the manifest, the models' config files, the data directory and the gallery.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::common::{DeviceArg, clip, load_on, text};
use super::super::evaluate::config_of;
use crate::contract::manifest::Architecture;
use crate::contract::{Manifest, ModelEntry};
use crate::data::dataset::{Dataset, Kind};
use crate::error::{Error, Result};
use crate::eval::inputs::{Bench, Model, Source};
use crate::eval::plan::{Clips, Experiment, Models, ST_GCN};

/// Where models and clips are.
#[derive(Args, Debug)]
pub struct BenchArgs {
    /// Directory with the data sets' .npz files in data/; without it only the gallery is attacked
    #[arg(long, env = "CIASA_DATA")]
    data: Option<PathBuf>,
    /// Directory with manifest.json, the weight files and the config files
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Directory of the gallery's clips
    #[arg(long, default_value = "web/public/clips")]
    gallery: PathBuf,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

impl BenchArgs {
    /// Everything that the experiments need, as far as it is there; says what is not.
    ///
    /// # Errors
    /// Where a file that is there cannot be read.
    pub fn load(&self, experiments: &[&Experiment], only: &[String], seed: u64) -> Result<Bench> {
        let path = self.models.join("manifest.json");
        let manifest = Manifest::parse(&text(&path)?).map_err(|e| e.at(path.display()))?;
        if let Some(id) = only.iter().find(|id| manifest.get(id).is_none()) {
            return Err(Error::config(format!("there is no model {id:?}")).at("--only"));
        }
        let device = self.device.device()?;
        let mut bench = Bench::default();
        let mut known: Vec<(Kind, Vec<usize>)> = Vec::new();
        for entry in manifest.models.iter().filter(|m| needed(m, experiments, only)) {
            let source = self.set(entry, &mut bench, &mut known, seed).map_err(|e| e.at(&entry.id))?;
            // The gallery needs no set.
            if source.is_none() && entry.id != ST_GCN {
                continue;
            }
            bench.models.push(Model::new(load_on(entry, &self.models, &device)?, source));
        }
        if let Some(entry) =
            manifest.get(ST_GCN).filter(|_| experiments.iter().any(|e| matches!(e.clips, Clips::Gallery(_))))
        {
            bench.sources.push(Source::of_gallery(gallery(&self.gallery, entry)?));
        }
        Ok(bench)
    }

    /// The set that a model was trained on; reads it if nobody did before. None where it is not there.
    fn set(
        &self,
        entry: &ModelEntry,
        bench: &mut Bench,
        known: &mut Vec<(Kind, Vec<usize>)>,
        seed: u64,
    ) -> Result<Option<usize>> {
        let Some(data) = &self.data else { return Ok(None) };
        let config = match config_of(&entry.id, &self.models) {
            Ok(config) => config,
            Err(e) => {
                println!("left out: {}: its set and split are not known: {e}", entry.id);
                return Ok(None);
            }
        };
        let dir = data.join("data");
        if !dir.join(config.dataset.file_name()).exists() {
            println!("left out: {}: {} has no {}", entry.id, dir.display(), config.dataset.file_name());
            return Ok(None);
        }
        let data = Dataset::read(&dir, config.dataset)?;
        let (training, test) = config.split.sides(&data);
        if let Some(at) = known.iter().position(|k| *k == (config.dataset, training.clone())) {
            return Ok(Some(at));
        }
        let name = serde_json::to_value(config.dataset).map_err(|e| Error::config(e.to_string()))?;
        let name = name.as_str().unwrap_or_default();
        bench.sources.push(Source::of_dataset(name, data, &training, test, seed)?);
        known.push((config.dataset, training));
        Ok(Some(known.len() - 1))
    }
}

/// Does an experiment attack the model, or have it judge?
fn needed(entry: &ModelEntry, experiments: &[&Experiment], only: &[String]) -> bool {
    let allowed = only.is_empty() || only.contains(&entry.id);
    experiments.iter().any(|e| {
        let attacked = match e.models {
            Models::Every => true,
            Models::EveryStGcn => entry.architecture == Architecture::StGcn,
            Models::These(ids) => ids.contains(&entry.id.as_str()),
        };
        (attacked && allowed) || e.judges.contains(&entry.id.as_str())
    })
}

/// The clips of the gallery that have one of the model's classes, in the order of their file names.
fn gallery(dir: &Path, entry: &ModelEntry) -> Result<Vec<(crate::skeleton::Sequence, usize)>> {
    let entries = std::fs::read_dir(dir).map_err(|e| Error::io(dir, &e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json") && !p.ends_with("index.json"));
    paths.sort();
    let mut clips = Vec::new();
    for path in paths {
        let clip = clip(&path)?;
        let label = clip.label.as_ref().and_then(|label| entry.classes.iter().position(|c| c == label));
        if let Some(label) = label.filter(|_| clip.layout().id == entry.layout) {
            clips.push((clip, label));
        }
    }
    Ok(clips)
}
