//! The report: tables and plots of the rows, beside the paper's own numbers.
//!
//! Everything in it is computed from the rows, except the paragraphs that explain them, which people write in a file of
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

/// Makes the report. `folder` is the folder of the plots, relative to the page.
///
/// # Errors
/// If a plot cannot be drawn.
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

Written by `ciasa eval report` from the rows in `docs/results/`, except the paragraphs marked as *Reading*, which
people write in `docs/results/notes.md`. `ciasa eval` measures the rows again
([how](EVALUATION.md)).

**How to read the tables.** Rates are in percent, with their 95 % interval (Wilson) in brackets. *Correct* counts only
the clips that the network recognises without an attack, *all* counts every clip. The last iterate is judged, which is
what the attack returns; *best* counts the attacks of which any iterate met the goal, as other implementations report
it. A targeted attack succeeds if the network recognises the target (the least likely class of the clean clip), an
untargeted one if it recognises any class other than that of the clean clip. *After smoothing* is the success that
remains after every coordinate is averaged over five frames (Gaussian, standard deviation of one frame). *Flagged* is
the share of attacked clips that a detector flags. The detector compares the variation of each bone's length with what
is usual for that bone, and the accelerations with those of clean clips; 95 % of the clean training clips pass each of
its two thresholds. *Natural* is the share of poses that are as close to a training pose as 95 % of the poses of other
people are; *discriminator* is the score of the attack's own discriminator, 1 for natural. Lengths are in thousandths
of the clips' unit: millimetres, or thousandths of the picture for OpenPose. Medians are over the clips of *correct*.
";

const FOOT: &str = "
## Data

UTD-MHAD: C. Chen, R. Jafari, N. Kehtarnavaz, \"UTD-MHAD: A multimodal dataset for human action recognition utilizing a
depth camera and a wearable inertial sensor\", ICIP 2015. The paper: J. Liu, N. Akhtar, A. Mian, \"Adversarial Attack on
Skeleton-based Human Action Recognition\". Its numbers are copied from its tables; its authors measured them on NTU
RGB+D and Kinetics.
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
