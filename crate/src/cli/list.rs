//! `ciasa clips`: lists the clips of files.

use std::path::{Path, PathBuf};

use clap::Args;

use super::clips::clip;
use super::inputs::{is_set, reference};
use super::say::{note, say};
use super::sets::SetFile;
use crate::error::{Error, Result};
use crate::format::many::Entry;

/// List the clips of files of many clips: number, id, label, split, frames, people
///
/// A clip's number or id chooses it: `ciasa recognise FILE#3`, `FILE#ID`. FILE#SPLIT lists or takes all clips of a
/// split.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Files, or parts of them (FILE#SPLIT)
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Names and labels of a .npy file: a pickle. Without it, the _label.pkl beside the file is taken
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read; the others are listed.
pub fn run(args: &ListArgs) -> Result<()> {
    let mut failed = 0;
    for path in &args.paths {
        match rows(path, args.labels.as_deref()) {
            Ok(rows) => print(path, &rows),
            Err(e) if args.paths.len() == 1 => return Err(e),
            Err(e) => {
                note!("{e}");
                failed += 1;
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::data(format!("{failed} of {} files failed, for the reasons above", args.paths.len()))),
    }
}

fn rows(path: &Path, labels: Option<&Path>) -> Result<Vec<(usize, Entry)>> {
    let (file, wanted) = reference(path);
    if is_set(&file) {
        let set = SetFile::open(&file, labels)?;
        let many = set.many().map_err(|e| e.at(file.display()))?;
        let chosen = many.choose(wanted.as_deref().unwrap_or("all")).map_err(|e| e.at(file.display()))?;
        let entries = many.entries();
        return Ok(chosen.into_iter().map(|i| (i + 1, entries[i].clone())).collect());
    }
    if labels.is_some() {
        return Err(Error::config("has no effect: only .npy files take labels from beside them").at("--labels"));
    }
    let clip = clip(path)?;
    let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (label, frames, people) = (clip.label.clone(), clip.frames(), clip.people());
    Ok(vec![(1, Entry { id, label, splits: Vec::new(), frames, people })])
}

fn print(path: &Path, rows: &[(usize, Entry)]) {
    let cells = |(number, entry): &(usize, Entry)| {
        let label = entry.label.clone().unwrap_or_else(|| "-".into());
        let splits = if entry.splits.is_empty() { "-".into() } else { entry.splits.join(",") };
        [number.to_string(), entry.id.clone(), label, splits].map(printable)
    };
    let head = ["#", "id", "label", "split"].map(str::to_owned);
    let mut widths = head.clone().map(|cell| cell.len());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(cells(row)) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |[number, id, label, split]: [String; 4], frames: &str, people: &str| {
        let [a, b, c, d] = widths;
        say!("{number:>a$}  {id:b$}  {label:c$}  {split:d$}  {frames:>6}  {people:>6}");
    };
    say!("{}: {} clips", path.display(), rows.len());
    line(head, "frames", "people");
    for row in rows {
        line(cells(row), &row.1.frames.to_string(), &row.1.people.to_string());
    }
}

/// Names of a file without what would change a terminal.
fn printable(text: String) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
