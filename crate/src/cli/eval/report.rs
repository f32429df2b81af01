//! `ciasa eval report`: the page with tables and plots.

use std::path::PathBuf;

use clap::Args;

use super::super::common::{text, write};
use super::merge::rows_of;
use crate::error::{Error, Result};
use crate::eval::report::{notes::Notes, report};
use crate::eval::table::merge;

/// Make tables and plots of the rows
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Files of rows, or directories with such files
    #[arg(default_value = "docs/results")]
    rows: Vec<PathBuf>,
    /// What a person wrote of the results, under a heading an experiment; left out where it is not there
    #[arg(long, default_value = "docs/results/notes.md")]
    notes: PathBuf,
    /// Directory of RESULTS.md; the plots go to its results/
    #[arg(long, default_value = "docs")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn run(args: &ReportArgs) -> Result<()> {
    let rows = merge(args.rows.iter().map(|path| rows_of(path)).collect::<Result<Vec<_>>>()?)?;
    let notes = match args.notes.exists() {
        true => Notes::parse(&text(&args.notes)?).map_err(|e| e.at(args.notes.display()))?,
        false => Notes::default(),
    };
    let report = report(&rows, &notes, "results")?;
    let plots = args.out.join("results");
    std::fs::create_dir_all(&plots).map_err(|e| Error::io(&plots, &e))?;
    for (name, svg) in &report.plots {
        write(&plots.join(name), svg.as_bytes())?;
    }
    let page = args.out.join("RESULTS.md");
    write(&page, report.page.as_bytes())?;
    println!("{} of {} rows", page.display(), rows.len());
    Ok(())
}
