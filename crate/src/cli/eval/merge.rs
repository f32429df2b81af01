//! `ciasa eval merge`: the rows of several shards as one.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Error, Result};
use crate::eval::plan::EXPERIMENTS;
use crate::eval::row::Row;
use crate::eval::table::{merge, read, write};

/// Put the rows of several files together
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// Files of rows, or directories with such files
    #[arg(required = true)]
    rows: Vec<PathBuf>,
    /// Where they go: a file, or a directory that gets one file an experiment
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// Where a file cannot be read or written, or two files contradict each other.
pub fn run(args: &MergeArgs) -> Result<()> {
    let rows = merge(args.rows.iter().map(|path| rows_of(path)).collect::<Result<Vec<_>>>()?)?;
    println!("{} rows", rows.len());
    if !args.out.is_dir() {
        return write(&args.out, &rows);
    }
    for experiment in EXPERIMENTS {
        let own: Vec<Row> = rows.iter().filter(|r| r.experiment == experiment.id).cloned().collect();
        if !own.is_empty() {
            write(&args.out.join(format!("{}.csv", experiment.id)), &own)?;
        }
    }
    Ok(())
}

/// The rows of a file, or of all files of a directory.
///
/// # Errors
/// Names the file and the line.
pub fn rows_of(path: &Path) -> Result<Vec<Row>> {
    if !path.is_dir() {
        return read(path);
    }
    let entries = std::fs::read_dir(path).map_err(|e| Error::io(path, &e))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    files.sort();
    let tables = files.iter().filter(|f| f.extension().is_some_and(|e| e == "csv")).map(|f| read(f));
    Ok(tables.collect::<Result<Vec<_>>>()?.concat())
}
