//! A training log: one row an epoch, drawn as curves.

use plotters::prelude::*;
use plotters::series::DashedLineSeries;

use super::style::{COLOURS, broken};
use super::table::CsvTable;
use crate::error::{Error, Result};
use crate::train::Epoch;

const COLUMNS: [&str; 5] = ["epoch", "loss", "accuracy", "rate", "validation"];
/// Width and height in pixels.
const SIZE: (u32, u32) = (960, 320);

/// The epochs of a training.
pub struct Log {
    epochs: Vec<Epoch>,
}

impl Log {
    /// The log of a training.
    pub fn new(epochs: &[Epoch]) -> Self {
        Self { epochs: epochs.to_vec() }
    }

    /// The log as CSV. It has the column "validation" if an epoch has one; the cell is empty for epochs without.
    pub fn to_csv(&self) -> String {
        let validated = self.epochs.iter().any(|e| e.validation.is_some());
        let mut out = COLUMNS[..if validated { 5 } else { 4 }].join(",") + "\n";
        for e in &self.epochs {
            out.push_str(&format!("{},{:.4},{:.4},{:.2e}", e.epoch, e.loss, e.accuracy, e.rate));
            if validated {
                out.push_str(&e.validation.map_or(",".into(), |v| format!(",{v:.4}")));
            }
            out.push('\n');
        }
        out
    }

    /// Reads a log.
    ///
    /// # Errors
    /// Names the line and column.
    pub fn from_table(table: &CsvTable) -> Result<Self> {
        let width = table.header.len();
        if !(4..=5).contains(&width) || table.header != COLUMNS[..width] {
            let cause = format!("is neither a log ({}) nor a confusion matrix (class, ...)", COLUMNS.join(", "));
            return Err(Error::data(cause).at("line 1"));
        }
        let epoch = |row: usize| {
            let at = (row + 1) as f64;
            let validated = width == 5 && !table.rows[row][4].is_empty();
            Ok(Epoch {
                epoch: table.number(row, 0, at..=at)? as usize,
                loss: table.number(row, 1, 0.0..=1e9)? as f32,
                accuracy: table.number(row, 2, 0.0..=1.0)? as f32,
                rate: table.number(row, 3, 0.0..=1e9)?,
                validation: if validated { Some(table.number(row, 4, 0.0..=1.0)?) } else { None },
            })
        };
        Ok(Self { epochs: (0..table.rows.len()).map(epoch).collect::<Result<_>>()? })
    }

    fn points(&self, of: impl Fn(&Epoch) -> Option<f64>) -> Vec<(f64, f64)> {
        self.epochs.iter().filter_map(|e| Some((e.epoch as f64, of(e)?))).collect()
    }
}

/// A curve: its name in the legend (empty if it needs none) and its points.
type Curve = (String, Vec<(f64, f64)>);

/// Loss, accuracy, validation and learning rate of logs, as SVG.
///
/// # Errors
/// If the drawing fails.
pub fn draw(logs: &[(String, Log)]) -> Result<String> {
    let several = logs.len() > 1;
    let curves = |name: &dyn Fn(&str) -> String, of: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<Curve> {
        logs.iter().map(|(log, epochs)| (name(log), epochs.points(of))).filter(|c| !c.1.is_empty()).collect()
    };
    // The legend of several logs is in the first panel; their curves look the same in the others.
    let (named, nameless) = (|log: &str| if several { log.to_owned() } else { String::new() }, |_: &str| String::new());
    let mut accuracy = curves(&nameless, &|e| Some(e.accuracy.into()));
    let validation = |log: &str| if several { format!("{log}, validation") } else { "validation".to_owned() };
    let validation = curves(&validation, &|e| e.validation);
    if let (false, true, Some(training)) = (several, !validation.is_empty(), accuracy.first_mut()) {
        training.0 = "training, augmented".into();
    }
    accuracy.extend(validation);
    let panels = [
        ("loss", curves(&named, &|e| Some(e.loss.into()))),
        ("accuracy", accuracy),
        ("learning rate", curves(&nameless, &|e| Some(e.rate))),
    ];
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(broken)?;
        for (area, (title, curves)) in root.split_evenly((1, 3)).iter().zip(&panels) {
            panel(area, title, curves)?;
        }
        root.present().map_err(broken)?;
    }
    Ok(svg)
}

fn panel(area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>, title: &str, curves: &[Curve]) -> Result<()> {
    let all = || curves.iter().flat_map(|c| &c.1);
    let last = all().map(|p| p.0).fold(2.0, f64::max);
    let highest = all().map(|p| p.1).fold(0.0, f64::max).max(1e-12);
    let highest = if title == "accuracy" { 1.0 } else { highest * 1.05 };
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 16))
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(1.0..last, 0.0..highest)
        .map_err(broken)?;
    let tick = |v: &f64| if *v != 0.0 && *v < 0.01 { format!("{v:.0e}") } else { format!("{v:.1}") };
    chart
        .configure_mesh()
        .x_desc("epoch")
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|v| format!("{v:.0}"))
        .y_label_formatter(&tick)
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 13))
        .draw()
        .map_err(broken)?;
    for (i, (name, points)) in curves.iter().enumerate() {
        let style = COLOURS[i % COLOURS.len()].stroke_width(2);
        // The first curve is solid and each other has its own dash, so that colour is never the only cue.
        let drawn = match i {
            0 => chart.draw_series(LineSeries::new(points.clone(), style)),
            _ => chart.draw_series(DashedLineSeries::new(points.clone(), 4 + 3 * i as u32, 4, style)),
        };
        let legend = move |(x, y): (i32, i32)| {
            let to = if i == 0 { x + 22 } else { x + 4 + 3 * i as i32 };
            PathElement::new(vec![(x, y), (to.min(x + 22), y)], style)
        };
        let drawn = drawn.map_err(broken)?;
        if !name.is_empty() {
            drawn.label(name.as_str()).legend(legend);
        }
    }
    if curves.iter().any(|c| !c.0.is_empty()) {
        let at = if title == "accuracy" { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight };
        let labels = &mut chart.configure_series_labels();
        labels.position(at).background_style(WHITE.mix(0.8)).border_style(BLACK.mix(0.3));
        labels.label_font(("sans-serif", 13)).draw().map_err(broken)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn epoch(epoch: usize, validation: Option<f64>) -> Epoch {
        Epoch { epoch, loss: 2.5, accuracy: 0.25, rate: 1e-3, validation }
    }

    #[test]
    fn a_written_log_comes_back_and_is_drawn() {
        let log = Log::new(&[epoch(1, None), epoch(2, Some(0.5))]);
        let csv = log.to_csv();
        assert_eq!(
            csv,
            "epoch,loss,accuracy,rate,validation\n1,2.5000,0.2500,1.00e-3,\n2,2.5000,0.2500,1.00e-3,0.5000\n"
        );
        let back = Log::from_table(&CsvTable::read(csv.as_bytes()).unwrap()).unwrap();
        assert_eq!(back.epochs, log.epochs);
        let svg = draw(&[("made".into(), back)]).unwrap();
        for text in ["loss", "accuracy", "learning rate", "validation", "epoch"] {
            assert!(svg.contains(text), "{text}");
        }
        let one = Log::new(&[epoch(1, None)]);
        assert!(!one.to_csv().contains("validation"));
        let both = draw(&[("first".into(), one), ("second".into(), log)]).unwrap();
        for text in ["first", "second", "second, validation"] {
            assert!(both.contains(text), "{text}");
        }
        assert!(!both.contains("first, validation"));
    }

    #[test]
    fn hostile_logs_are_refused_with_their_place() {
        let good = Log::new(&[epoch(1, None), epoch(2, Some(0.5))]).to_csv();
        let message = |text: String| {
            let log = CsvTable::read(text.as_bytes()).and_then(|t| Log::from_table(&t));
            log.err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert!(message(good.replace("rate", "speed")).starts_with("line 1: is neither a log"));
        assert!(message(good.replace("\n2,", "\n3,")).starts_with("line 3, column \"epoch\""));
        assert!(message(good.replace("0.5000", "1.5")).starts_with("line 3, column \"validation\""));
        assert!(
            message(good.replace("2.5000,0.2500,1.00e-3,0", "inf,0.2500,1.00e-3,0"))
                .starts_with("line 3, column \"loss\"")
        );
        for cut in 0..good.len() {
            message(good[..cut].to_owned());
        }
    }
}
