//! `ciasa eval clips`: writes the test clips that the experiments attack as files.

use std::path::PathBuf;

use clap::Args;

use crate::cli::evaluate::config_of;
use crate::cli::files::{Output, writable_folder};
use crate::cli::models::ShippedArgs;
use crate::cli::say::say;
use crate::contract::sample::stratified;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::format::{Format, write};

/// Write test clips as files (SET-INDEX.json): those that the experiments attack, with the same draw
#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    shipped: ShippedArgs,
    /// Folder with the data sets' .npz files in data/
    #[arg(long, value_name = "DIR", env = "CIASA_DATA")]
    data: PathBuf,
    /// Number of clips, spread over the classes
    #[arg(long, value_name = "N", default_value_t = 27)]
    clips: usize,
    /// Seed of the draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the files; it has to exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the command. Prints the paths in the order of the draw.
///
/// # Errors
/// If the set cannot be read, or a file cannot be written.
pub fn run(args: &ExportArgs) -> Result<()> {
    if args.clips == 0 {
        return Err(Error::config("must be at least 1").at("--clips"));
    }
    writable_folder(&args.out).map_err(|e| e.at("--out"))?;
    let library = args.shipped.library.open()?;
    let entry = library.get_or_first(args.shipped.model.as_ref())?;
    let config = config_of(&entry.id, &library.folder)?;
    let data = Dataset::read(&args.data.join("data"), config.dataset)?;
    let (_, test) = config.split.sides(&data);
    let labels: Vec<_> = test.iter().map(|&i| (i, data.clips[i].label)).collect();
    let set = serde_json::to_value(config.dataset).map_err(|e| Error::config(e.to_string()))?;
    let set = set.as_str().unwrap_or_default();
    for i in stratified(&labels, args.clips, args.seed) {
        let file = Output::new(&args.out.join(format!("{set}-{i}.json")))?;
        file.write(&write(&data.clips[i].clip, Format::Clip)?)?;
        say!("{}", file.path().display());
    }
    Ok(())
}
