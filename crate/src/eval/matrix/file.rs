//! The file of the matrix: appended to during a run, read to continue one.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::row::{Cell, MatrixRow};
use crate::error::{Error, Result};

/// A CSV file of the matrix that grows during a run.
pub struct MatrixFile {
    path: PathBuf,
    file: File,
    rows: Vec<MatrixRow>,
}

impl MatrixFile {
    /// Opens or creates the file. An incomplete last line is removed; its cells are measured again.
    ///
    /// # Errors
    /// If the file cannot be read or written, or a line in it is not a row.
    pub fn open(path: &Path) -> Result<Self> {
        let io = |e: std::io::Error| Error::io(path, &e);
        let bytes = if path.exists() { std::fs::read(path).map_err(io)? } else { Vec::new() };
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let rows = parse(&bytes[..whole]).map_err(|e| e.at(path.display()))?;
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(io)?;
        file.set_len(whole as u64).map_err(io)?;
        Ok(Self { path: path.to_owned(), file, rows })
    }

    /// The cells that it holds.
    pub fn cells(&self) -> HashSet<Cell> {
        self.rows.iter().map(MatrixRow::cell).collect()
    }

    /// Adds rows and writes them to the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn append(&mut self, rows: Vec<MatrixRow>) -> Result<()> {
        let bytes = table(&rows, self.rows.is_empty())?;
        self.file.write_all(&bytes).and_then(|()| self.file.flush()).map_err(|e| Error::io(&self.path, &e))?;
        self.rows.extend(rows);
        Ok(())
    }

    /// Sorts the rows, so that the file does not depend on the number of threads, and gives them.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self) -> Result<Vec<MatrixRow>> {
        self.rows.sort_by_cached_key(MatrixRow::cell);
        let beside = self.path.with_extension("csv.new");
        std::fs::write(&beside, table(&self.rows, true)?).map_err(|e| Error::io(&beside, &e))?;
        std::fs::rename(&beside, &self.path).map_err(|e| Error::io(&self.path, &e))?;
        Ok(self.rows)
    }
}

/// Reads a file of the matrix.
///
/// # Errors
/// Names the file and the row.
pub fn read(path: &Path) -> Result<Vec<MatrixRow>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    parse(&bytes).map_err(|e| e.at(path.display()))
}

/// Reads rows.
///
/// # Errors
/// Names the row that is wrong.
pub fn parse(bytes: &[u8]) -> Result<Vec<MatrixRow>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut rows = Vec::new();
    for (i, row) in reader.deserialize::<MatrixRow>().enumerate() {
        let place = format!("row {}", i + 1);
        let row = row.map_err(|e| Error::data(e.to_string()).at(place.clone()))?;
        if ![row.epsilon, row.acceleration, row.seconds].iter().all(|n| n.is_finite()) {
            return Err(Error::data("a number is not finite").at(place));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn table(rows: &[MatrixRow], header: bool) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::data(e.to_string());
    let mut writer = csv::WriterBuilder::new().has_headers(header).from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row).map_err(failed))?;
    writer.into_inner().map_err(|e| Error::data(e.to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::matrix::row::Mode;

    /// A row of an attack without a target that fooled the victim.
    pub fn row(victim: &str, defence: &str, mode: Mode, attack: &str, clip: usize) -> MatrixRow {
        MatrixRow {
            victim: victim.into(),
            weights: "abcd".into(),
            defence: defence.into(),
            mode,
            attack: attack.into(),
            dataset: "made".into(),
            clip,
            data: "ef01".into(),
            share: "0.03".into(),
            epsilon: 0.05,
            constraints: "exact".into(),
            iterations: 20,
            seed: 1,
            label: "wave".into(),
            clean: "wave".into(),
            target: String::new(),
            predicted: "squat".into(),
            success: true,
            queries: 20,
            smallest: None,
            acceleration: 0.01,
            natural: Some(0.9),
            flagged: Some(true),
            seconds: 1.0,
        }
    }

    #[test]
    fn a_file_that_was_cut_off_goes_on_where_it_was() {
        let path = std::env::temp_dir().join(format!("ciasa-matrix-{}.csv", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let rows: Vec<_> = (0..3).map(|clip| row("a", "none", Mode::Bare, "pgd", clip)).collect();
        let mut file = MatrixFile::open(&path).unwrap();
        file.append(rows[1..].to_vec()).unwrap();
        drop(file);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
        let mut file = MatrixFile::open(&path).unwrap();
        assert_eq!(file.cells(), [rows[1].cell()].into());
        file.append(vec![rows[2].clone(), rows[0].clone()]).unwrap();
        assert_eq!(file.finish().unwrap(), rows);
        assert_eq!(read(&path).unwrap(), rows);
        // A header that was cut off is written again.
        std::fs::write(&path, &bytes[..9]).unwrap();
        let mut file = MatrixFile::open(&path).unwrap();
        file.append(vec![rows[0].clone()]).unwrap();
        drop(file);
        assert_eq!(read(&path).unwrap(), rows[..1]);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_row_is_named() {
        let good = String::from_utf8(table(&[row("a", "none", Mode::Bare, "pgd", 0)], true).unwrap()).unwrap();
        let refused = |text: String| parse(text.as_bytes()).unwrap_err().to_string();
        assert!(refused(good.replace("bare", "guessed")).starts_with("row 1: "));
        assert_eq!(refused(good.replace(",0.05,", ",NaN,")), "row 1: a number is not finite");
        for cut in 0..good.len() {
            let _ = parse(&good.as_bytes()[..cut]);
        }
    }
}
