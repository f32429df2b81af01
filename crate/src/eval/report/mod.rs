//! The report: tables and plots of the rows, beside the paper's own numbers.
//!
//! Everything in it is computed from the rows, except the paragraphs that explain them, which people write in a file of
//! [`notes`]. [`report`] makes the page of this project's own results, [`report_of`] a page of any rows; [`html`] and
//! [`latex`] make further files of a page.

mod blocks;
pub mod film;
pub mod html;
pub mod latex;
pub mod notes;
mod page;
mod paper;
mod parts;
pub mod plots;
mod protocol;
mod sections;
mod smallest;
mod tables;
mod transfer;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::experiments::EXPERIMENTS;
use super::row::Row;
use notes::{Notes, OTHERS};
pub use page::Report;
use sections::{Chapter, section};

/// Makes the report on this project's own rows. `folder` is the folder of the plots, relative to the page.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn report(rows: &[Row], notes: &Notes, folder: &str) -> crate::error::Result<Report> {
    written(format!("{HEAD}{LEGEND}"), rows, notes, folder, FOOT, true)
}

/// Makes a report on any rows. `folder` is the folder of the plots, relative to the page.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn report_of(rows: &[Row], notes: &Notes, folder: &str) -> crate::error::Result<Report> {
    written(format!("{}{LEGEND}", about(rows)), rows, notes, folder, &format!("\n## Sources\n\n{PAPER}"), false)
}

fn written(
    head: String,
    rows: &[Row],
    notes: &Notes,
    folder: &str,
    foot: &str,
    ours: bool,
) -> crate::error::Result<Report> {
    let mut report = Report { page: head, plots: Vec::new() };
    notes.write(&mut report.page, "all");
    let own = Chapter { id: "", name: "", folder, ours };
    // Our own page opens with the networks and clips of others, whose rows name the clip's file.
    let (theirs, rows): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| ours && !row.file.is_empty());
    let others = Chapter { id: OTHERS, name: "NTU RGB+D, ", folder, ours: false };
    for (chapter, rows) in [(others, theirs), (own, rows)] {
        for experiment in &EXPERIMENTS {
            let rows: Vec<&Row> = rows.iter().copied().filter(|r| r.experiment == experiment.id).collect();
            if !rows.is_empty() {
                section(&mut report, experiment, &rows, chapter)?;
                notes.write(&mut report.page, &format!("{}{}", chapter.id, experiment.id));
            }
        }
    }
    report.page += foot;
    Ok(report)
}

/// What the rows are of: clips, networks and their hashes.
fn about(rows: &[Row]) -> String {
    let sets: BTreeSet<&str> = rows.iter().map(|r| r.dataset.as_str()).collect();
    let mut page = format!(
        "# Attacks on {}\n\nWritten by `ciasa eval report` from {} rows.\n\n",
        sets.iter().copied().collect::<Vec<_>>().join(", "),
        rows.len()
    );
    for set in sets {
        let clips: BTreeSet<_> =
            rows.iter().filter(|r| r.dataset == set).map(|r| (&r.file, r.clip, &r.data, &r.label)).collect();
        let classes = clips.iter().map(|c| c.3).collect::<BTreeSet<_>>().len();
        let few = if clips.len() < FEW { "; few, so read the intervals, not the rates alone" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(page, "* Clips: {set}, {} clips of {classes} classes{few}", clips.len());
    }
    let attacked: BTreeSet<_> = rows.iter().map(|r| (&r.model, &r.weights)).collect();
    let judges: BTreeSet<_> = rows.iter().map(|r| (&r.judge, &r.judge_weights)).collect();
    for (model, weights) in &attacked {
        let _ = writeln!(page, "* Network: {model}, weights {weights}");
    }
    for (judge, weights) in judges.difference(&attacked) {
        let _ = writeln!(page, "* Judge only: {judge}, weights {weights}");
    }
    page + "\n"
}

/// Fewer clips than this are called few.
const FEW: usize = 100;

const HEAD: &str = "# Results

Written by `ciasa eval report` from the rows in `docs/results/`, except the paragraphs marked as *Reading*, which
people write in `docs/results/notes.md`. `ciasa eval` measures the rows again
([how](EVALUATION.md)).

";

const LEGEND: &str = "\
**How to read the tables.** Rates are in percent, with their 95 % interval (Wilson) in brackets. *Correct* counts only
the clips that the network recognises without an attack, *all* counts every clip. The iterate that the attack returns
is judged: the last one with the paper's projection, the best one with the exact projection and under the protocol
robustbenchhar. *Any iterate* counts the attacks of which an iterate met the goal, *last iterate* those of which the
last one does. *In doubt* counts the attacks against whose result an indicator of failure speaks, with the most
frequent one ([what they mean](COMMAND_LINE.md)). A targeted attack succeeds if the network
recognises the target (the least likely class of the clean clip), an untargeted one if it recognises any class other
than that of the clean clip. *After smoothing* is the success that remains after every coordinate is averaged over five
frames (Gaussian, standard deviation of one frame). *Flagged* is the share of attacked clips that a detector flags. The
detector compares the variation of each bone's length with what is usual for that bone, and the accelerations with
those of clean clips; 95 % of the clean training clips pass each of its two thresholds. *Natural* is the share of poses
that are as close to a training pose as 95 % of the poses of other people are; *discriminator* is the score of the
attack's own discriminator, 1 for natural. Lengths are in thousandths of the clips' unit: millimetres, or thousandths
of the picture for OpenPose. Medians are over the clips of *correct*; their 95 % interval is that of the ranks.
";

const FOOT: &str = "
## Data

NTU RGB+D: A. Shahroudy, J. Liu, T.-T. Ng, G. Wang, \"NTU RGB+D: A large scale dataset for 3D human activity analysis\",
CVPR 2016; its networks are the published weights of Shift-GCN (K. Cheng et al., CVPR 2020) and EfficientGCN-B0 (Y.-F.
Song et al., TPAMI 2022). UTD-MHAD: C. Chen, R. Jafari, N. Kehtarnavaz, \"UTD-MHAD: A multimodal dataset for human
action recognition utilizing a depth camera and a wearable inertial sensor\", ICIP 2015. The paper: J. Liu, N. Akhtar,
A. Mian, \"Adversarial Attack on Skeleton-based Human Action Recognition\". Its numbers are copied from its tables; its
authors measured them on NTU RGB+D and Kinetics.
";

const PAPER: &str = "\
The paper: J. Liu, N. Akhtar, A. Mian, \"Adversarial Attack on Skeleton-based Human Action Recognition\". Its numbers
are copied from its tables; its authors measured them on NTU RGB+D and Kinetics.
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
    fn a_page_of_other_rows_names_clips_networks_and_judges() {
        let of = |model: &str, judge: &str, clip: usize| Row {
            model: model.into(),
            weights: format!("of-{model}"),
            judge: judge.into(),
            judge_weights: format!("of-{judge}"),
            file: format!("S001C001P001R001A0{clip}.skeleton"),
            dataset: "ntu".into(),
            projection: "exact".into(),
            fooled: judge != "c",
            ..row("table3", "e=0.012", clip)
        };
        let all = ["a", "b"].map(|m| ["a", "b", "c"].map(|j| [1, 2].map(|clip| of(m, j, clip)))).concat().concat();
        let report = report_of(&all, &Notes::default(), "plots").unwrap();
        let page = &report.page;
        assert!(page.starts_with("# Attacks on ntu\n"), "{page}");
        let lines =
            ["* Clips: ntu, 2 clips of 1 classes; few", "* Network: a, weights of-a", "* Judge only: c, weights of-c"];
        assert!(lines.iter().all(|line| page.contains(line)), "{page}");
        // Both clips change the label of a and b, whoever was attacked, and none that of c.
        let line = page.lines().find(|l| l.starts_with("| b | ")).unwrap();
        assert_eq!(line, "| b | 100.0 [34, 100] | 100.0 [34, 100] | 0.0 [0, 66] |");
        assert!(html::html(&report).contains("<td>100.0 [34, 100]</td>"));
        assert!(latex::latex(page).contains("b & 100.0 [34, 100] & 100.0 [34, 100] & 0.0 [0, 66] \\\\"));
    }

    #[test]
    fn the_page_opens_with_the_clips_and_networks_of_others() {
        let other = Row {
            file: "S001C001P001R001A023.skeleton".into(),
            model: "b".into(),
            judge: "b".into(),
            ..row("table1", "e=0.012", 1)
        };
        let notes = Notes::parse("## table1\n\nOurs.\n\n## ntu-table1\n\nTheirs.\n").unwrap();
        let report = report(&[row("table1", "e=0.012", 1), other], &notes, "results").unwrap();
        let place = |text: &str| report.page.find(text).unwrap();
        let words = [
            "## NTU RGB+D, Table I",
            "results/ntu-table1.svg",
            "Theirs.",
            "\n## Table I",
            "results/table1.svg",
            "Ours.",
        ];
        assert!(words.map(place).is_sorted());
        assert_eq!(report.plots.len(), 2);
    }

    #[test]
    fn no_rows_make_no_section() {
        let report = report(&[], &Notes::default(), "results").unwrap();
        assert!(report.plots.is_empty() && !report.page.contains("## Table"));
    }
}
