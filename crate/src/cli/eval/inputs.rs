//! Networks and clips for the experiments: from the manifest, the training configs, the data folder and the gallery.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::clips::{clip, gallery};
use crate::cli::device::DeviceArg;
use crate::cli::evaluate::config_of;
use crate::cli::files::listed;
use crate::cli::models::{Library, LibraryArgs};
use crate::cli::say::note;
use crate::contract::ModelEntry;
use crate::contract::manifest::Architecture;
use crate::data::dataset::{Dataset, Kind};
use crate::error::{Error, Result};
use crate::eval::experiments::{Clips, Experiment, Models, ST_GCN};
use crate::eval::inputs::{Inputs, Model, Source};
use crate::skeleton::Sequence;

/// The folders of networks and clips.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// Folder with the data sets' .npz files in data/; without it only the gallery is attacked
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    library: LibraryArgs,
    /// Folder of the gallery's clips. Without it: the gallery that ships ($CIASA_CLIPS)
    #[arg(long, value_name = "DIR")]
    gallery: Option<PathBuf>,
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

impl InputArgs {
    /// The device that computes.
    ///
    /// # Errors
    /// If this build does not have it.
    pub fn device(&self) -> Result<burn::tensor::Device> {
        self.device.device()
    }

    /// The shipped networks.
    ///
    /// # Errors
    /// As [`LibraryArgs::open`].
    pub fn library(&self) -> Result<Library> {
        self.library.open()
    }

    /// Is a folder of the gallery named?
    pub fn has_gallery(&self) -> bool {
        self.gallery.is_some()
    }

    /// What the experiments need, as far as it is there; prints what is not.
    ///
    /// # Errors
    /// If a file cannot be read, or an option has no effect on these experiments.
    pub fn load(&self, experiments: &[&Experiment], only: &[String], seed: u64) -> Result<Inputs> {
        let library = self.library.open()?;
        for id in only {
            library.get(id).map_err(|e| e.at("--only"))?;
        }
        let attacked = |m: &ModelEntry| experiments.iter().any(|e| attacks(e, m));
        if let Some(id) = only.iter().find(|id| library.manifest.get(id).is_some_and(|m| !attacked(m))) {
            let cause = format!("has no effect: none of these experiments attacks {id}; leave it out");
            return Err(Error::config(cause).at("--only"));
        }
        let made = experiments.iter().any(|e| matches!(e.clips, Clips::Gallery(_)));
        if self.gallery.is_some() && !made {
            let cause = "has no effect: none of these experiments is on the gallery; leave it out";
            return Err(Error::config(cause).at("--gallery"));
        }
        let device = self.device.device()?;
        let mut loader = Loader { data: self.data.as_deref(), library: &library, known: Vec::new(), seed };
        let mut inputs = Inputs::default();
        for entry in library.manifest.models.iter().filter(|m| needed(m, experiments, only)) {
            let source = loader.set(entry, &mut inputs).map_err(|e| e.at(&entry.id))?;
            // The gallery needs no data set.
            if source.is_none() && entry.id != ST_GCN {
                continue;
            }
            inputs.models.push(Model::new(library.load(entry, &device)?, source));
        }
        if let Some(entry) = library.manifest.get(ST_GCN).filter(|_| made) {
            let folder = gallery(self.gallery.as_ref()).map_err(|e| e.at("--gallery"))?;
            inputs.sources.push(Source::of_gallery(gallery_clips(&folder, entry)?));
        }
        Ok(inputs)
    }
}

impl InputArgs {
    /// These networks with their sets.
    ///
    /// # Errors
    /// If a file cannot be read, or a network or its set is not there.
    pub fn load_victims(&self, ids: &[String], seed: u64) -> Result<Inputs> {
        let library = self.library.open()?;
        let device = self.device.device()?;
        let mut loader = Loader { data: self.data.as_deref(), library: &library, known: Vec::new(), seed };
        let mut inputs = Inputs::default();
        for id in ids {
            let entry = library.get(id).map_err(|e| e.at("--victims"))?;
            let source = loader.set(entry, &mut inputs).map_err(|e| e.at(&entry.id))?;
            inputs.models.push(Model::new(library.load(entry, &device)?, source));
        }
        Ok(inputs)
    }

    /// The shipped ones of these networks.
    ///
    /// # Errors
    /// As [`LibraryArgs::open`].
    pub fn shipped<'a>(&self, ids: &[&'a str]) -> Result<Vec<&'a str>> {
        let library = self.library.open()?;
        Ok(ids.iter().copied().filter(|id| library.manifest.get(id).is_some()).collect())
    }
}

/// Reads each data set once.
struct Loader<'a> {
    data: Option<&'a Path>,
    library: &'a Library,
    /// The sources that are loaded, by set and training side.
    known: Vec<(Kind, Vec<usize>)>,
    seed: u64,
}

impl Loader<'_> {
    /// The index of the set that a network was trained on; none if it is not there.
    fn set(&mut self, entry: &ModelEntry, inputs: &mut Inputs) -> Result<Option<usize>> {
        let Some(data) = self.data else { return Ok(None) };
        let config = match config_of(&entry.id, &self.library.folder) {
            Ok(config) => config,
            Err(e) => {
                note!("left out: {}, because its set and split are unknown: {e}", entry.id);
                return Ok(None);
            }
        };
        let folder = data.join("data");
        let file = config.dataset.file_name();
        if !folder.join(file).exists() {
            note!("left out: {}, because {} has no {file}", entry.id, folder.display());
            return Ok(None);
        }
        let data = Dataset::read(&folder, config.dataset)?;
        let (training, test) = config.split.sides(&data);
        if let Some(at) = self.known.iter().position(|k| *k == (config.dataset, training.clone())) {
            return Ok(Some(at));
        }
        let name = serde_json::to_value(config.dataset).map_err(|e| Error::config(e.to_string()))?;
        let name = name.as_str().unwrap_or_default();
        inputs.sources.push(Source::of_dataset(name, data, &training, test, self.seed)?);
        self.known.push((config.dataset, training));
        Ok(Some(self.known.len() - 1))
    }
}

/// Does the experiment attack the network?
fn attacks(experiment: &Experiment, entry: &ModelEntry) -> bool {
    match experiment.models {
        Models::Every => true,
        Models::EveryStGcn => entry.architecture == Architecture::StGcn,
        Models::These(ids) => ids.contains(&entry.id.as_str()),
    }
}

/// Does an experiment attack the network, or have it judge?
fn needed(entry: &ModelEntry, experiments: &[&Experiment], only: &[String]) -> bool {
    let allowed = only.is_empty() || only.contains(&entry.id);
    experiments.iter().any(|e| (attacks(e, entry) && allowed) || e.judges.contains(&entry.id.as_str()))
}

/// The gallery's clips that show one of the network's classes, in the order of their file names.
fn gallery_clips(folder: &Path, entry: &ModelEntry) -> Result<Vec<(Sequence, usize)>> {
    let mut clips = Vec::new();
    for path in listed(folder, "json")?.iter().filter(|p| !p.ends_with("index.json")) {
        let clip = clip(path)?;
        let label = clip.label.as_ref().and_then(|label| entry.classes.iter().position(|c| c == label));
        if let Some(label) = label.filter(|_| clip.layout().id == entry.layout) {
            clips.push((clip, label));
        }
    }
    Ok(clips)
}
