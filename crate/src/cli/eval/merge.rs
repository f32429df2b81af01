//! `ciasa eval merge`: merges the rows of several runs.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::files::{Output, is_folder, listed, writable_folder};
use crate::cli::say::say;
use crate::error::Result;
use crate::eval::experiments::EXPERIMENTS;
use crate::eval::row::Row;
use crate::eval::table::{merge, read, table};

/// Merge files of rows
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// Files of rows (CSV), or folders with such files
    #[arg(required = true, value_name = "PATH")]
    rows: Vec<PathBuf>,
    /// File for the merged rows, or a folder that gets a file for each experiment
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written, or two files contradict each other.
pub fn run(args: &MergeArgs) -> Result<()> {
    let folder = is_folder(&args.out);
    if folder {
        writable_folder(&args.out)?;
    } else {
        Output::new(&args.out)?;
    }
    let rows = merge(args.rows.iter().map(|path| rows_of(path)).collect::<Result<Vec<_>>>()?)?;
    say!("{} rows", rows.len());
    if !folder {
        return Output::new(&args.out)?.write(&table(&rows)?);
    }
    for experiment in EXPERIMENTS {
        let own: Vec<Row> = rows.iter().filter(|r| r.experiment == experiment.id).cloned().collect();
        if !own.is_empty() {
            Output::new(&args.out.join(format!("{}.csv", experiment.id)))?.write(&table(&own)?)?;
        }
    }
    Ok(())
}

/// The rows of a file, or of all CSV files of a folder.
///
/// # Errors
/// Names the file and the row.
pub fn rows_of(path: &Path) -> Result<Vec<Row>> {
    if !path.is_dir() {
        return read(path);
    }
    Ok(listed(path, "csv")?.iter().map(|f| read(f)).collect::<Result<Vec<_>>>()?.concat())
}
