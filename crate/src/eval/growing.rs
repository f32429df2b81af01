//! CSV files that grow during a run, and are read to continue one.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::Hash;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A line of such a file.
pub trait Line: Sized {
    /// What identifies it: lines with the same key are the same measurement.
    type Key: Ord + Hash;

    /// Its key.
    fn key(&self) -> Self::Key;

    /// Reads lines.
    ///
    /// # Errors
    /// Names the line that is wrong.
    fn parse(bytes: &[u8]) -> Result<Vec<Self>>;

    /// Lines as CSV, with or without a header.
    ///
    /// # Errors
    /// If a line cannot be written as CSV.
    fn serialise(lines: &[Self], header: bool) -> Result<Vec<u8>>;

    /// Whether a run may add to these lines.
    ///
    /// # Errors
    /// Says why it may not.
    fn growable(_lines: &[Self]) -> Result<()> {
        Ok(())
    }
}

/// Reads a file of lines.
///
/// # Errors
/// Names the file and the line.
pub fn read<L: Line>(path: &Path) -> Result<Vec<L>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    L::parse(&bytes).map_err(|e| e.at(path.display()))
}

/// Lines whose columns are their fields.
///
/// # Errors
/// Names the row that is wrong, or that `check` refuses.
pub fn parsed<L: DeserializeOwned>(bytes: &[u8], check: impl Fn(&L) -> Result<()>) -> Result<Vec<L>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let row = |(i, row): (usize, csv::Result<L>)| {
        let row = row.map_err(|e| Error::data(e.to_string()));
        row.and_then(|row| check(&row).map(|()| row)).map_err(|e| e.at(format!("row {}", i + 1)))
    };
    reader.deserialize().enumerate().map(row).collect()
}

/// Checks the numbers of a line: CSV has words for those that are not finite, and no measurement has such a one.
///
/// # Errors
/// If one is not finite.
pub fn finite(numbers: &[f32]) -> Result<()> {
    match numbers.iter().all(|n| n.is_finite()) {
        true => Ok(()),
        false => Err(Error::data("a number is not finite")),
    }
}

/// Lines whose columns are their fields, as CSV.
///
/// # Errors
/// If a line cannot be written as CSV.
pub fn written<L: Serialize>(lines: &[L], header: bool) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::data(e.to_string());
    let mut writer = csv::WriterBuilder::new().has_headers(header).from_writer(Vec::new());
    lines.iter().try_for_each(|line| writer.serialize(line).map_err(failed))?;
    writer.into_inner().map_err(|e| Error::data(e.to_string()))
}

/// A CSV file that grows during a run.
pub struct GrowingFile<L> {
    path: PathBuf,
    file: File,
    /// Whether the file has its header.
    headed: bool,
    lines: Vec<L>,
}

impl<L: Line> GrowingFile<L> {
    /// Opens or creates the file. An incomplete last line is removed; it is measured again.
    ///
    /// # Errors
    /// If the file cannot be read or written, or a line in it is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let io = |e: std::io::Error| Error::io(path, &e);
        let bytes = if path.exists() { std::fs::read(path).map_err(io)? } else { Vec::new() };
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let lines = L::parse(&bytes[..whole]).map_err(|e| e.at(path.display()))?;
        L::growable(&lines).map_err(|e| e.at(path.display()))?;
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(io)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(io)?;
        }
        Ok(Self { path: path.to_owned(), file, headed: whole > 0, lines })
    }

    /// The keys of its lines.
    pub fn keys(&self) -> HashSet<L::Key> {
        self.lines.iter().map(L::key).collect()
    }

    /// Adds lines and writes them to the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn append(&mut self, lines: Vec<L>) -> Result<()> {
        let bytes = L::serialise(&lines, !self.headed)?;
        self.file.write_all(&bytes).and_then(|()| self.file.flush()).map_err(|e| Error::io(&self.path, &e))?;
        self.headed |= !bytes.is_empty();
        self.lines.extend(lines);
        Ok(())
    }

    /// Sorts the lines, so that the file does not depend on the number of threads, and gives them.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self) -> Result<Vec<L>> {
        self.lines.sort_by_cached_key(L::key);
        // In one move, so that a reader never sees half of it.
        let beside = self.path.with_extension("csv.new");
        std::fs::write(&beside, L::serialise(&self.lines, true)?).map_err(|e| Error::io(&beside, &e))?;
        std::fs::rename(&beside, &self.path).map_err(|e| Error::io(&self.path, &e))?;
        Ok(self.lines)
    }
}
