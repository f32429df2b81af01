//! `ciasa eval clips`: writes the test clips that the experiments attack as files.

use std::path::PathBuf;

use clap::Args;

use crate::cli::files::{Output, writable_folder};
use crate::cli::say::say;
use crate::cli::test_clips::{TestClips, TestClipsArgs};
use crate::error::{Error, Result};
use crate::format::{Format, write};

/// Write test clips as files (SET-INDEX.json): those that the experiments attack, with the same draw
#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    clips: TestClipsArgs,
    /// Folder for the files; it has to exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the command. Prints the paths in the order of the draw.
///
/// # Errors
/// If the set cannot be read, or a file cannot be written.
pub fn run(args: &ExportArgs) -> Result<()> {
    let TestClips { config, data, drawn, .. } = args.clips.open()?;
    writable_folder(&args.out).map_err(|e| e.at("--out"))?;
    let set = serde_json::to_value(config.dataset).map_err(|e| Error::config(e.to_string()))?;
    let set = set.as_str().unwrap_or_default();
    for i in drawn {
        let file = Output::new(&args.out.join(format!("{set}-{i}.json")))?;
        file.write(&write(&data.clips[i].clip, Format::Clip)?)?;
        say!("{}", file.path().display());
    }
    Ok(())
}
