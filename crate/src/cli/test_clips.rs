//! Test clips of a shipped network's set, for commands that measure one network.

use std::path::PathBuf;

use clap::Args;

use super::evaluate::config_of;
use super::models::{Library, ShippedArgs};
use crate::contract::manifest::ModelEntry;
use crate::contract::sample::stratified;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::train::TrainConfig;

/// A shipped network, and clips of its set.
#[derive(Args, Debug)]
pub struct TestClipsArgs {
    #[command(flatten)]
    shipped: ShippedArgs,
    /// Folder with the data sets' .npz files in data/
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: PathBuf,
    /// Test clips, drawn by the seed and spread over the classes
    #[arg(long, value_name = "N", default_value_t = 27)]
    clips: usize,
    /// Seed of the draw, and of all that is random
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What the arguments name.
pub struct TestClips {
    pub library: Library,
    pub entry: ModelEntry,
    /// How the network was trained.
    pub config: TrainConfig,
    pub data: Dataset,
    /// Indices of the clips in the set, in the order of the draw.
    pub drawn: Vec<usize>,
}

impl TestClipsArgs {
    /// Reads the set, and draws the clips as `ciasa eval` does.
    ///
    /// # Errors
    /// If no clips are wanted, or the network or its set cannot be read.
    pub fn open(&self) -> Result<TestClips> {
        if self.clips == 0 {
            return Err(Error::config("must be at least 1").at("--clips"));
        }
        let library = self.shipped.library.open()?;
        let entry = library.get_or_first(self.shipped.model.as_ref())?.clone();
        let config = config_of(&entry.id, &library.folder)?;
        let data = Dataset::read(&self.data.join("data"), config.dataset)?;
        let (_, test) = config.split.sides(&data);
        let labels: Vec<_> = test.iter().map(|&i| (i, data.clips[i].label)).collect();
        let drawn = stratified(&labels, self.clips, self.seed);
        Ok(TestClips { library, entry, config, data, drawn })
    }
}
