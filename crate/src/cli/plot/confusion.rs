//! A confusion matrix: how often each class is recognised as each other.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::style::{COLOURS, broken};
use super::table::CsvTable;
use crate::error::{Error, Result};
use crate::train::Evaluation;

/// The most classes in a picture.
const MAX_CLASSES: usize = 200;
/// Pixels of a cell.
const CELL: i32 = 24;
/// Approximate pixels of a letter.
const LETTER: i32 = 7;

/// An evaluation with the names of its classes.
pub struct Confusion {
    classes: Vec<String>,
    evaluation: Evaluation,
}

impl Confusion {
    /// The matrix of an evaluation.
    pub fn new(classes: &[String], evaluation: &Evaluation) -> Self {
        Self { classes: classes.to_vec(), evaluation: evaluation.clone() }
    }

    /// The matrix as CSV: a row for each true class, a column for each recognised class.
    ///
    /// # Errors
    /// If a name cannot be written.
    pub fn to_csv(&self) -> Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(std::iter::once("class").chain(self.classes.iter().map(String::as_str))).map_err(broken)?;
        for (class, row) in self.classes.iter().zip(self.rows()) {
            let counts = row.iter().map(ToString::to_string);
            writer.write_record(std::iter::once(class.clone()).chain(counts)).map_err(broken)?;
        }
        writer.into_inner().map_err(broken)
    }

    fn rows(&self) -> impl Iterator<Item = &[usize]> {
        self.evaluation.confusion.chunks_exact(self.evaluation.classes)
    }

    /// Reads a matrix.
    ///
    /// # Errors
    /// Names the line and column.
    pub fn from_table(table: &CsvTable) -> Result<Self> {
        let classes = table.header[1..].to_vec();
        let n = classes.len();
        if n == 0 || n > MAX_CLASSES {
            return Err(Error::data(format!("{n} classes; must be from 1 to {MAX_CLASSES}")).at("line 1"));
        }
        if table.rows.len() != n {
            return Err(Error::data(format!("{} rows for {n} classes", table.rows.len())));
        }
        let mut confusion = Vec::with_capacity(n * n);
        for (row, class) in classes.iter().enumerate() {
            if table.rows[row][0] != *class {
                let cause = format!("{:?} where the header has {class:?}", table.rows[row][0]);
                return Err(Error::data(cause).at(format!("line {}", row + 2)));
            }
            for column in 1..=n {
                let count = table.number(row, column, 0.0..=1e9)?;
                if count.fract() != 0.0 {
                    let place = (format!("column {:?}", table.header[column]), format!("line {}", row + 2));
                    return Err(Error::data(format!("{count} is not a whole number")).at(place.0).at(place.1));
                }
                confusion.push(count as usize);
            }
        }
        Ok(Self { classes, evaluation: Evaluation { confusion, classes: n } })
    }

    /// The matrix as SVG: a cell's shade is its share of the row, blue where the class was recognised and orange where
    /// it was not, with the number of clips in it; the share recognised stands at the end of each row.
    ///
    /// # Errors
    /// If the drawing fails.
    pub fn draw(&self) -> Result<String> {
        let n = self.classes.len() as i32;
        let name = self.classes.iter().map(|c| c.chars().count()).max().unwrap_or(0).min(40) as i32 * LETTER + 12;
        let (left, top) = (name, name + 24);
        let size = (left + n * CELL + 64, top + n * CELL + 12);
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (size.0 as u32, size.1 as u32)).into_drawing_area();
            root.fill(&WHITE).map_err(broken)?;
            let text = |x: i32, y: i32, align: HPos, content: String, colour: RGBColor| {
                let style = ("sans-serif", 13).into_font().color(&colour).pos(Pos::new(align, VPos::Center));
                root.draw(&Text::new(content, (x, y), style)).map_err(broken)
            };
            let title = format!("{:.1} % of {} clips", 100.0 * self.evaluation.top1(), self.evaluation.clips());
            text(left, 14, HPos::Left, title, BLACK)?;
            for (i, (class, row)) in (0..).zip(self.classes.iter().zip(self.rows())) {
                let class: String = class.chars().take(40).collect();
                let middle = top + i * CELL + CELL / 2;
                text(left - 6, middle, HPos::Right, class.clone(), BLACK)?;
                let upright = ("sans-serif", 13).into_font().transform(FontTransform::Rotate270).color(&BLACK);
                let upright = upright.pos(Pos::new(HPos::Left, VPos::Center));
                root.draw(&Text::new(class, (left + i * CELL + CELL / 2, top - 6), upright)).map_err(broken)?;

                let total = row.iter().sum::<usize>();
                for (j, &count) in (0..).zip(row) {
                    let share = count as f64 / total.max(1) as f64;
                    let corner = (left + j * CELL, top + i * CELL);
                    let cell = [corner, (corner.0 + CELL, corner.1 + CELL)];
                    let colour = shade(COLOURS[usize::from(i == j)], share);
                    root.draw(&Rectangle::new(cell, colour.filled())).map_err(broken)?;
                    root.draw(&Rectangle::new(cell, RGBColor(221, 221, 221))).map_err(broken)?;
                    if count > 0 {
                        let ink = if share > 0.5 { WHITE } else { BLACK };
                        text(corner.0 + CELL / 2, middle, HPos::Center, count.to_string(), ink)?;
                    }
                }
                let recognised = row[i as usize] as f64 / total.max(1) as f64;
                let share = if total == 0 { "-".into() } else { format!("{:.0} %", 100.0 * recognised) };
                text(left + n * CELL + 6, middle, HPos::Left, share, BLACK)?;
            }
            root.present().map_err(broken)?;
        }
        Ok(svg)
    }
}

/// From white to the colour.
fn shade(colour: RGBColor, share: f64) -> RGBColor {
    let mix = |c: u8| (255.0 - (255.0 - f64::from(c)) * share.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mix(colour.0), mix(colour.1), mix(colour.2))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn made() -> Confusion {
        let evaluation = Evaluation { confusion: vec![3, 1, 0, 4], classes: 2 };
        Confusion::new(&["draw circle, left".into(), "squat".into()], &evaluation)
    }

    #[test]
    fn a_written_matrix_comes_back_and_is_drawn() {
        let csv = made().to_csv().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&csv),
            "class,\"draw circle, left\",squat\n\"draw circle, left\",3,1\nsquat,0,4\n"
        );
        let back = Confusion::from_table(&CsvTable::read(&csv).unwrap()).unwrap();
        assert_eq!(back.evaluation, made().evaluation);
        let svg = back.draw().unwrap();
        for text in ["draw circle, left", "squat", "87.5 % of 8 clips", "75 %", "100 %"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
    }

    #[test]
    fn hostile_matrices_are_refused_with_their_place() {
        let good = String::from_utf8(made().to_csv().unwrap()).unwrap();
        let message = |text: String| {
            let read = CsvTable::read(text.as_bytes()).and_then(|t| Confusion::from_table(&t));
            read.err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert_eq!(message(good.replace("\nsquat", "\nsquad")), "line 3: \"squad\" where the header has \"squat\"");
        assert_eq!(
            message(good.replace("0,4", "0.5,4")),
            "line 3, column \"draw circle, left\": 0.5 is not a whole number"
        );
        assert!(message(good.replace("0,4", "-1,4")).starts_with("line 3, column \"draw circle, left\""));
        assert_eq!(message(good.replace("squat,0,4\n", "")), "1 rows for 2 classes");
        assert!(message(good.replace("0,4", "0,99999999999999999999")).starts_with("line 3, column \"squat\""));
        let many = "a,".repeat(MAX_CLASSES + 1);
        assert!(message(format!("class,{many}b\nx,{many}b\n")).starts_with("line 1: 202 classes"));
        for cut in 0..good.len() {
            message(good[..cut].to_owned());
        }
    }
}
