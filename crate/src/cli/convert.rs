//! `ciasa convert`: from one clip format to another.

use std::path::PathBuf;

use clap::Args;

use super::common::{clip, write};
use crate::error::{Error, Result};
use crate::format::{self, Format};

/// Convert a clip from one format to another
#[derive(Args, Debug)]
pub struct ConvertArgs {
    /// The clip to read
    input: PathBuf,
    /// The file to write
    output: PathBuf,
    /// Format to write: ciasa-clip, ntu-skeleton or kinetics-json
    #[arg(long, default_value = "ciasa-clip")]
    to: String,
}

/// The format of that name.
///
/// # Errors
/// Lists the names that there are.
pub fn format_of(name: &str) -> Result<Format> {
    Format::parse(name).ok_or_else(|| {
        let known: Vec<_> = Format::ALL.iter().map(|f| f.as_str()).collect();
        Error::config(format!("unknown format {name:?}; there are {}", known.join(", ")))
    })
}

/// Runs the command.
///
/// # Errors
/// Where the clip cannot be read or the format cannot hold its layout.
pub fn run(args: &ConvertArgs) -> Result<()> {
    let format = format_of(&args.to).map_err(|e| e.at("--to"))?;
    write(&args.output, &format::write(&clip(&args.input)?, format)?)
}
