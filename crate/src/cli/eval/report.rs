//! `ciasa eval report`: the page with tables and plots.

use std::path::{Path, PathBuf};

use clap::Args;

use super::merge::rows_of;
use crate::cli::files::{Output, listed, text};
use crate::cli::say::say;
use crate::error::{Error, Result};
use crate::eval::certified::Certified;
use crate::eval::growing::read;
use crate::eval::matrix;
use crate::eval::matrix::report::Beside;
use crate::eval::matrix::row::MatrixRow;
use crate::eval::queries::row::QueryRow;
use crate::eval::report::{Report, html, latex, notes::Notes, report, report_of};
use crate::eval::row::Row;
use crate::eval::table::merge;

/// Notes that are used if they are there and `--notes` names no others.
const NOTES: &str = "docs/results/notes.md";
/// Folder of the matrix's rows, matrix.csv, of the rows of queries and certificates, and of the notes on them.
const MATRIX: &str = "docs/robustness";
/// The rows of the matrix in the page.
const CARDS: &str = "web/src/generated/robustness.ts";

/// Write the report: tables and plots of the rows
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Files of our own rows (CSV), or folders with such files
    #[arg(value_name = "PATH", default_value = "docs/results", conflicts_with = "any")]
    own: Vec<PathBuf>,
    /// Files of any rows, or folders: they get a page of their own, report.md and report.html, with tables.tex for a
    /// paper and the plots in plots/
    #[arg(long = "rows", value_name = "PATH", num_args = 1.., requires = "out")]
    any: Vec<PathBuf>,
    /// Paragraphs that explain the results (Markdown), under a heading for each experiment [default for our own rows:
    /// docs/results/notes.md, if it exists]
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// Folder for RESULTS.md, with the plots in its results/, and for ROBUSTNESS.md where the current folder has the
    /// matrix's rows (docs/robustness/matrix.csv), or for the page of --rows [default: docs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read or written.
pub fn run(args: &ReportArgs) -> Result<()> {
    let docs = PathBuf::from("docs");
    let out = args.out.as_ref().unwrap_or(&docs);
    match args.any.is_empty() {
        true => own(args, out),
        false => any(args, out),
    }
}

/// This project's own page.
fn own(args: &ReportArgs, out: &Path) -> Result<()> {
    let plots = folder(&out.join("results"))?;
    let page = Output::new(&out.join("RESULTS.md"))?;
    let rows = merged(&args.own)?;
    let usual = PathBuf::from(NOTES);
    let notes = notes(args.notes.as_ref().or(Some(&usual).filter(|usual| usual.exists())))?;
    let report = report(&rows, &notes, "results")?;
    drawn(&report, &plots)?;
    page.write(report.page.as_bytes())?;
    say!("{}: report on {} rows", page.path().display(), rows.len());
    robustness(out)
}

/// The page of the matrix, if its rows are there.
fn robustness(out: &Path) -> Result<()> {
    let (rows, words) = (Path::new(MATRIX).join("matrix.csv"), Path::new(MATRIX).join("notes.md"));
    if !rows.exists() {
        return Ok(());
    }
    let plots = folder(&out.join("robustness"))?;
    let page = Output::new(&out.join("ROBUSTNESS.md"))?;
    let rows: Vec<MatrixRow> = read(&rows)?;
    let known = |id: &str| matrix::report::HEADINGS.contains(&id);
    let notes = match words.exists() {
        true => Notes::parse_for(&text(&words)?, known).map_err(|e| e.at(words.display()))?,
        false => Notes::default(),
    };
    // The networks' cards in the page have the same rows.
    if Path::new(CARDS).exists() {
        Output::new(Path::new(CARDS))?.write(matrix::card::typescript(&rows).as_bytes())?;
    }
    let report = matrix::report::report(&rows, &beside(Path::new(MATRIX))?, &notes, "robustness")?;
    drawn(&report, &plots)?;
    page.write(report.page.as_bytes())?;
    say!("{}: report on {} rows", page.path().display(), rows.len());
    Ok(())
}

/// The other rows in the folder of the matrix, and the pictures there.
fn beside(folder: &Path) -> Result<Beside> {
    let mut beside = Beside::default();
    for path in listed(folder, "csv")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match name.split('-').next() {
            Some("queries") => beside.queries.extend(read::<QueryRow>(&path)?),
            Some("certified") => beside.certificates.extend(read::<Certified>(&path)?),
            _ => {}
        }
    }
    for path in listed(folder, "svg")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        beside.fourier.extend(name.strip_prefix("fourier-").map(str::to_owned));
    }
    Ok(beside)
}

/// A page of any rows.
fn any(args: &ReportArgs, out: &Path) -> Result<()> {
    let plots = folder(&out.join("plots"))?;
    let [page, html, latex] = ["report.md", "report.html", "tables.tex"].map(|name| Output::new(&out.join(name)));
    let (page, html, latex) = (page?, html?, latex?);
    let rows = merged(&args.any)?;
    if rows.is_empty() {
        return Err(Error::data("there is no row").at("--rows"));
    }
    let report = report_of(&rows, &notes(args.notes.as_ref())?, "plots")?;
    drawn(&report, &plots)?;
    page.write(report.page.as_bytes())?;
    html.write(html::html(&report).as_bytes())?;
    latex.write(latex::latex(&report.page).as_bytes())?;
    for file in [page, html, latex] {
        say!("{}", file.path().display());
    }
    Ok(())
}

fn merged(paths: &[PathBuf]) -> Result<Vec<Row>> {
    merge(paths.iter().map(|path| rows_of(path)).collect::<Result<Vec<_>>>()?)
}

fn notes(path: Option<&PathBuf>) -> Result<Notes> {
    path.map_or(Ok(Notes::default()), |path| Notes::parse(&text(path)?).map_err(|e| e.at(path.display())))
}

/// A folder, created if it is not there.
fn folder(path: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(path).map_err(|e| Error::io(path, &e))?;
    Ok(path.to_owned())
}

fn drawn(report: &Report, folder: &Path) -> Result<()> {
    report.plots.iter().try_for_each(|(name, svg)| Output::new(&folder.join(name))?.write(svg.as_bytes()))
}
