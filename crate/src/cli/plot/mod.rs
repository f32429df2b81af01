//! `ciasa plot`: training logs, or a confusion matrix, as a picture.

mod confusion;
mod log;
mod style;
mod table;

use std::path::PathBuf;

use clap::Args;

pub(super) use confusion::Confusion;
pub(super) use log::Log;

use self::table::CsvTable;
use super::files::{Output, bytes};
use crate::error::{Error, Result};

/// Draw training logs (ID.log.csv) or a confusion matrix (ID.confusion.csv) as SVG
#[derive(Args, Debug)]
pub struct PlotArgs {
    /// Logs, which are drawn together, or one confusion matrix
    #[arg(required = true, value_name = "CSV")]
    files: Vec<PathBuf>,
    /// Picture to write (SVG)
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// Names the file, line and column that is wrong.
pub fn run(args: &PlotArgs) -> Result<()> {
    let out = Output::new(&args.out)?;
    let mut logs = Vec::new();
    for path in &args.files {
        let place = |e: Error| e.at(path.display());
        let table = CsvTable::read(&bytes(path)?).map_err(place)?;
        if table.header.first().is_some_and(|h| h == "class") {
            if args.files.len() > 1 {
                return Err(place(Error::config("is a confusion matrix, which is drawn alone; give no other file")));
            }
            let svg = Confusion::from_table(&table).map_err(place)?.draw().map_err(place)?;
            return out.write(svg.as_bytes());
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".csv").trim_end_matches(".log");
        logs.push((name.to_owned(), Log::from_table(&table).map_err(place)?));
    }
    out.write(log::draw(&logs).map_err(|e| e.at(args.out.display()))?.as_bytes())
}
