//! `ciasa eval report`: the page with tables and plots.

use std::path::PathBuf;

use clap::Args;

use super::merge::rows_of;
use crate::cli::files::{Output, text};
use crate::cli::say::say;
use crate::error::{Error, Result};
use crate::eval::report::{notes::Notes, report};
use crate::eval::table::merge;

/// Notes that are used if they are there and `--notes` names no others.
const NOTES: &str = "docs/results/notes.md";

/// Write the report: tables and plots of the rows
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Files of rows (CSV), or folders with such files
    #[arg(value_name = "PATH", default_value = "docs/results")]
    rows: Vec<PathBuf>,
    /// Paragraphs that explain the results (Markdown), under a heading for each experiment [default:
    /// docs/results/notes.md, if it exists]
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// Folder for RESULTS.md; the plots go to its results/
    #[arg(long, value_name = "DIR", default_value = "docs")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written.
pub fn run(args: &ReportArgs) -> Result<()> {
    let plots = args.out.join("results");
    std::fs::create_dir_all(&plots).map_err(|e| Error::io(&plots, &e))?;
    let page = Output::new(&args.out.join("RESULTS.md"))?;
    let rows = merge(args.rows.iter().map(|path| rows_of(path)).collect::<Result<Vec<_>>>()?)?;
    let usual = PathBuf::from(NOTES);
    let notes = match args.notes.as_ref().or(Some(&usual).filter(|usual| usual.exists())) {
        Some(path) => Notes::parse(&text(path)?).map_err(|e| e.at(path.display()))?,
        None => Notes::default(),
    };
    let report = report(&rows, &notes, "results")?;
    for (name, svg) in &report.plots {
        Output::new(&plots.join(name))?.write(svg.as_bytes())?;
    }
    page.write(report.page.as_bytes())?;
    say!("{}: report on {} rows", page.path().display(), rows.len());
    Ok(())
}
