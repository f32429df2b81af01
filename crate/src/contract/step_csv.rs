//! The steps of an attack as CSV, the same from the page and from `ciasa attack --report`.

use std::borrow::Cow;

use super::outcome::Flag;
use super::report::StepReport;

/// The columns. `predicted` is a class by its name. Lengths are in the layout's unit, probabilities from 0 to 1.
pub const COLUMNS: [&str; 20] = [
    "iteration",
    "total",
    "prediction",
    "smooth",
    "adversarial",
    "perceptual",
    "discriminator",
    "predicted",
    "p_original",
    "p_target",
    "linf",
    "mean_displacement",
    "max_displacement",
    "bone_deviation",
    "acceleration_change",
    "plausibility",
    "epsilon_excess",
    "yielded_frames",
    "gradient",
    "flags",
];

/// The header and one row for each report (RFC 4180 with line feeds). `classes` are the recogniser's class names.
pub fn table<'a>(reports: impl IntoIterator<Item = &'a StepReport>, classes: &[String]) -> String {
    let mut csv = COLUMNS.join(",") + "\n";
    for report in reports {
        csv.push_str(&row(report, classes).join(","));
        csv.push('\n');
    }
    csv
}

fn row(report: &StepReport, classes: &[String]) -> [String; COLUMNS.len()] {
    let (loss, metrics) = (&report.losses, &report.figures);
    let optional = |value: Option<f32>| value.map_or(String::new(), |v| v.to_string());
    let name = classes.get(report.predicted).map_or("", String::as_str);
    [
        report.iteration.to_string(),
        loss.total.to_string(),
        loss.prediction.to_string(),
        loss.smooth.to_string(),
        loss.adversarial.to_string(),
        loss.perceptual.to_string(),
        loss.discriminator.to_string(),
        cell(name).into_owned(),
        report.p_original.to_string(),
        optional(report.p_target),
        metrics.linf.to_string(),
        metrics.mean_displacement.to_string(),
        metrics.max_displacement.to_string(),
        metrics.bone_deviation.to_string(),
        metrics.acceleration_change.to_string(),
        optional(metrics.plausibility),
        metrics.epsilon_excess.to_string(),
        report.yielded_frames.to_string(),
        report.gradient.to_string(),
        report.outcome.as_ref().map_or(String::new(), |outcome| flags(&outcome.flags)),
    ]
}

/// Indicators of failure as a cell: their names, separated by spaces.
pub fn flags(flags: &[Flag]) -> String {
    flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(" ")
}

/// A text as a CSV cell, quoted if necessary.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    match text.contains(['"', ',', '\r', '\n']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Losses, Metrics};

    #[test]
    fn one_row_a_step_with_quoted_names() {
        let report = StepReport {
            iteration: 1,
            losses: Losses { total: 0.1, prediction: 0.2, smooth: 0.3, ..Losses::default() },
            predicted: 1,
            original: 0,
            target: None,
            p_original: 0.25,
            p_target: None,
            top: Vec::new(),
            figures: Metrics { linf: 0.05, ..Metrics::default() },
            yielded_frames: 2,
            fooled: true,
            done: None,
            gradient: 0.5,
            distance: None,
            outcome: None,
        };
        let csv = table([&report], &["sit".into(), "say \"hi\", wave".into()]);
        let expected = "1,0.1,0.2,0.3,0,0,0,\"say \"\"hi\"\", wave\",0.25,,0.05,0,0,0,0,,0,2,0.5,";
        assert_eq!(csv, format!("{}\n{expected}\n", COLUMNS.join(",")));
        assert!(table([&report], &[]).ends_with("1,0.1,0.2,0.3,0,0,0,,0.25,,0.05,0,0,0,0,,0,2,0.5,\n"));
    }
}
