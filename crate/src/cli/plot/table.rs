//! Reading a CSV file that may hold anything. Every error names the line and the column.

use crate::error::{Error, Result};

/// The most bytes that are read; logs and matrices have kilobytes.
const MAX_BYTES: usize = 16 << 20;
/// The most rows and columns.
const MAX_SIZE: usize = 100_000;

/// Rows of text under a header, all of the same width.
pub struct CsvTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl CsvTable {
    /// Reads a table.
    ///
    /// # Errors
    /// Names the line that is not UTF-8 or has another width than the header.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::data(format!("{} bytes; at most {MAX_BYTES} are read", bytes.len())));
        }
        let mut reader = csv::Reader::from_reader(bytes);
        let fields = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = fields(reader.headers().map_err(refused)?);
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(fields(&record.map_err(refused)?));
        }
        if header.is_empty() || rows.is_empty() {
            return Err(Error::data("has no rows"));
        }
        if rows.len() > MAX_SIZE || header.len() > MAX_SIZE {
            let size = format!("{} rows of {} columns; at most {MAX_SIZE} of each", rows.len(), header.len());
            return Err(Error::data(size));
        }
        Ok(Self { header, rows })
    }

    /// The number in a cell, which must lie in the range.
    ///
    /// # Errors
    /// Names the line (the header is the first) and the column.
    pub fn number(&self, row: usize, column: usize, range: std::ops::RangeInclusive<f64>) -> Result<f64> {
        let text = self.rows[row][column].trim();
        let value = text.parse::<f64>().ok().filter(|v| range.contains(v));
        value.ok_or_else(|| {
            let cause = format!("{text:?} is not a number from {} to {}", range.start(), range.end());
            Error::data(cause).at(format!("column {:?}", self.header[column])).at(format!("line {}", row + 2))
        })
    }
}

fn refused(e: csv::Error) -> Error {
    let place = e.position().map(|p| format!("line {}", p.line()));
    let error = match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::data(format!("{len} columns where the header has {expected_len}"))
        }
        csv::ErrorKind::Utf8 { .. } => Error::data("is not UTF-8 text"),
        _ => Error::data(e.to_string()),
    };
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn errors_name_line_and_column() {
        let message = |bytes: &[u8]| CsvTable::read(bytes).err().map(|e| e.to_string()).unwrap_or_default();
        assert_eq!(message(b"a,b\n1,2\n1,2,3\n"), "line 3: 3 columns where the header has 2");
        assert_eq!(message(b"a,b\n1,\xff\n"), "line 2: is not UTF-8 text");
        assert_eq!(message(b""), "has no rows");
        assert_eq!(message(b"a,b\n"), "has no rows");
        assert!(message(&vec![b'a'; MAX_BYTES + 1]).contains("at most"));
        let table = CsvTable::read(b"a,b\n1,2\n3,NaN\n5,\n7,-1\n").unwrap();
        assert_eq!(table.number(0, 1, 0.0..=2.0), Ok(2.0));
        for (row, text) in [(1, "NaN"), (2, ""), (3, "-1")] {
            let message = table.number(row, 1, 0.0..=9.0).unwrap_err().to_string();
            assert_eq!(message, format!("line {}, column \"b\": {text:?} is not a number from 0 to 9", row + 2));
        }
    }
}
