//! The report: tables and plots made of rows, beside the paper's own numbers.
//!
//! Everything in it is computed from the rows, but for the paragraphs that explain them: a person writes those, in a file of
//! [`notes`].

pub mod film;
pub mod notes;
mod page;
mod paper;
pub mod plots;
mod sections;
mod tables;

use std::fmt::Write as _;

use super::experiments::EXPERIMENTS;
use super::row::Row;
use notes::Notes;
pub use page::Report;
use sections::section;

/// Makes the report. `folder` is where the page finds its plots.
///
/// # Errors
/// Where a plot cannot be drawn.
pub fn report(rows: &[Row], notes: &Notes, folder: &str) -> crate::error::Result<Report> {
    let mut report = Report { page: String::from(HEAD), plots: Vec::new() };
    notes.write(&mut report.page, "all");
    for experiment in &EXPERIMENTS {
        let own: Vec<&Row> = rows.iter().filter(|r| r.experiment == experiment.id).collect();
        if own.is_empty() {
            continue;
        }
        section(&mut report, experiment, &own, folder)?;
        notes.write(&mut report.page, experiment.id);
    }
    let _ = write!(report.page, "{FOOT}");
    Ok(report)
}

const HEAD: &str = "# Results

Written by `ciasa eval report` from the rows in `docs/results/`; only the paragraphs marked as *Reading* are a person's, from
`docs/results/notes.md`. `ciasa eval` measures the rows again ([how](../README.md#the-papers-experiments)).

**How to read the tables.** Rates are percent with their 95 % interval (Wilson) in brackets. *Correct* counts only clips that the
model recognises without an attack, *all* counts every clip. The iterate that is judged is the last one, which the attack returns;
*best* tells whether any iterate met the goal, as other implementations report it. A targeted attack succeeds where the model says
the target (the class that it holds least likely for the clean clip), an untargeted one where it says anything else than of the
clean clip. *After smoothing* is the success that is left when every coordinate is averaged over five frames (Gaussian, one
frame of standard deviation). *Flagged* is the share of attacked clips that a detector flags, which looks at the variation of each
bone's length against what is usual for that bone, and at accelerations; each of its two thresholds lets 95 % of the clean training
clips pass. *Natural* is the share of
poses that are as near to a pose of the training clips as those of other people are (95 % of them); *discriminator* is the score
that the attack's own discriminator gives, 1 for natural. Lengths are thousandths of the clips' unit: millimetres, and for OpenPose
thousandths of the picture. Medians are over the clips of *correct*.
";

const FOOT: &str = "
## Data

UTD-MHAD: C. Chen, R. Jafari, N. Kehtarnavaz, \"UTD-MHAD: A multimodal dataset for human action recognition utilizing a depth camera
and a wearable inertial sensor\", ICIP 2015. The paper: J. Liu, N. Akhtar, A. Mian, \"Adversarial Attack on Skeleton-based Human Action
Recognition\". Its numbers are copied from its tables; they were measured on NTU RGB+D and Kinetics, and not by us.
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::table::tests::row;

    #[test]
    fn the_page_counts_what_the_rows_say() {
        // Of four clips one is not recognised; of the other three the attack hits two.
        let mut rows: Vec<Row> = (0..4).map(|clip| row("table1", "e=0.012", clip)).collect();
        rows[3].clean_correct = false;
        rows[1].hit = Some(false);
        let notes = Notes::parse("## table1\n\nBecause of it.\n").unwrap();
        let report = report(&rows, &notes, "results").unwrap();
        let page = &report.page;
        assert!(page.contains("4 clips, 3 of them correct"), "{page}");
        // 2 of 3 and 3 of 4, and the paper's number beside them.
        let line = page.lines().find(|l| l.starts_with("| e=0.012 |")).unwrap();
        assert!(line.contains("66.7 [21, 94]") && line.contains("75.0 [30, 95]") && line.contains("99.8"), "{line}");
        assert!(page.contains("*Reading.* Because of it."));
        let plot = report.plots.iter().find(|p| p.0 == "table1.svg").unwrap();
        assert!(plot.1.starts_with("<svg") && page.contains("(results/table1.svg)"));
    }

    #[test]
    fn no_rows_make_no_section() {
        let report = report(&[], &Notes::default(), "results").unwrap();
        assert!(report.plots.is_empty() && !report.page.contains("## Table"));
    }
}
