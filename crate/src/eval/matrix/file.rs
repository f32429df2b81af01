//! The file of the matrix: appended to during a run, read to continue one.

use super::row::{Cell, MatrixRow};
use crate::error::Result;
use crate::eval::growing::{GrowingFile, Line, finite, parsed, written};

/// A CSV file of the matrix that grows during a run.
pub type MatrixFile = GrowingFile<MatrixRow>;

impl Line for MatrixRow {
    type Key = Cell;

    fn key(&self) -> Cell {
        self.cell()
    }

    fn parse(bytes: &[u8]) -> Result<Vec<Self>> {
        parsed(bytes, |row: &Self| finite(&[row.epsilon, row.acceleration, row.seconds]))
    }

    fn serialise(rows: &[Self], header: bool) -> Result<Vec<u8>> {
        written(rows, header)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::growing::read;
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
        assert_eq!(file.keys(), [rows[1].cell()].into());
        file.append(vec![rows[2].clone(), rows[0].clone()]).unwrap();
        assert_eq!(file.finish().unwrap(), rows);
        assert_eq!(read::<MatrixRow>(&path).unwrap(), rows);
        // A header that stands alone is not written twice; one that was cut off is written again.
        let header = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
        std::fs::write(&path, &bytes[..header]).unwrap();
        let mut file = MatrixFile::open(&path).unwrap();
        file.append(vec![rows[0].clone()]).unwrap();
        drop(file);
        assert_eq!(read::<MatrixRow>(&path).unwrap(), rows[..1]);
        std::fs::write(&path, &bytes[..9]).unwrap();
        let mut file = MatrixFile::open(&path).unwrap();
        file.append(vec![rows[0].clone()]).unwrap();
        drop(file);
        assert_eq!(read::<MatrixRow>(&path).unwrap(), rows[..1]);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_row_is_named() {
        let good =
            String::from_utf8(MatrixRow::serialise(&[row("a", "none", Mode::Bare, "pgd", 0)], true).unwrap()).unwrap();
        let refused = |text: String| MatrixRow::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(refused(good.replace("bare", "guessed")).starts_with("row 1: "));
        assert_eq!(refused(good.replace(",0.05,", ",NaN,")), "row 1: a number is not finite");
        for cut in 0..good.len() {
            let _ = MatrixRow::parse(&good.as_bytes()[..cut]);
        }
    }
}
