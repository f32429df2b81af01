//! The page of the matrix: docs/ROBUSTNESS.md, with a heat map for each epsilon.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::heat::{Line, heat};
use super::plan::{DEFENCES, VICTIMS};
use super::row::{MatrixRow, Mode};
use crate::contract::attackers::attackers;
use crate::contract::stats::{Middle, Rate};
use crate::error::Result;
use crate::eval::certified::{Certified, report as certificates};
use crate::eval::queries::report as queries;
use crate::eval::queries::row::QueryRow;
use crate::eval::report::Report;
use crate::eval::report::notes::Notes;

/// Headings that notes may have.
pub const HEADINGS: [&str; 8] = ["all", "matrix", "cost", "larger", "smallest", "queries", "certificates", "fourier"];

/// What the page holds besides the matrix.
#[derive(Default)]
pub struct Beside {
    /// Rows of `ciasa eval queries`.
    pub queries: Vec<QueryRow>,
    /// Rows of `ciasa certify`.
    pub certificates: Vec<Certified>,
    /// Ids of the networks with a picture of `ciasa fourier`, `fourier-ID.svg`.
    pub fourier: Vec<String>,
}

/// A line of the page: a victim behind a defence, as an attack knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Side {
    victim: (usize, String),
    defence: (usize, String),
    mode: Mode,
}

/// Makes the page. `folder` is the folder of the plots, relative to it.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn report(rows: &[MatrixRow], beside: &Beside, notes: &Notes, folder: &str) -> Result<Report> {
    let mut report = Report { page: format!("{HEAD}{}", about(rows)), plots: Vec::new() };
    notes.write(&mut report.page, "all");
    for (place, share) in distinct(rows, |r| r.share.clone()).into_iter().enumerate() {
        let own: Vec<&MatrixRow> = rows.iter().filter(|r| r.share == share && !searches(&r.attack)).collect();
        if own.is_empty() {
            continue;
        }
        // What people read from the smallest epsilon is not said of a larger one.
        let readings = if place == 0 { ["matrix", "cost"] } else { ["larger", ""] };
        matrix(&mut report, &own, &share, folder);
        notes.write(&mut report.page, readings[0]);
        cost(&mut report.page, &own);
        notes.write(&mut report.page, readings[1]);
    }
    smallest(&mut report.page, rows);
    notes.write(&mut report.page, "smallest");
    queries::section(&mut report, &beside.queries, folder)?;
    notes.write(&mut report.page, "queries");
    certificates::section(&mut report.page, &beside.certificates);
    notes.write(&mut report.page, "certificates");
    fourier(&mut report.page, &beside.fourier, folder);
    notes.write(&mut report.page, "fourier");
    report.page += FOOT;
    Ok(report)
}

/// The pictures of what networks are sensitive to.
fn fourier(page: &mut String, ids: &[String], folder: &str) {
    if ids.is_empty() {
        return;
    }
    page.push_str("\n## What the networks are sensitive to\n\nErrors under waves of one frequency along the skeleton ");
    page.push_str("(down) and in time, by `ciasa fourier`.\n");
    for id in ids {
        let _ = writeln!(page, "\n![Errors of {id} by frequency]({folder}/fourier-{id}.svg)");
    }
}

/// What was measured.
fn about(rows: &[MatrixRow]) -> String {
    let list = |of: fn(&MatrixRow) -> String| distinct(rows, of).into_iter().collect::<Vec<_>>().join(", ");
    let clips: BTreeSet<_> = rows.iter().map(|r| (&r.dataset, r.clip)).collect();
    let weights: BTreeSet<_> = rows.iter().map(|r| format!("`{}` ({})", r.victim, r.weights)).collect();
    format!(
        "{} rows: {} clips of {}; steps at most (BASAR: queries) {}, seed {}. Victims, with the first digits of the \
         SHA-256 of their weights: {}.\n",
        rows.len(),
        clips.len(),
        list(|r| r.dataset.clone()),
        list(|r| r.iterations.to_string()),
        list(|r| r.seed.to_string()),
        weights.into_iter().collect::<Vec<_>>().join(", "),
    )
}

fn matrix(report: &mut Report, rows: &[&MatrixRow], share: &str, folder: &str) {
    let attacks = attacks(rows);
    let percent = share.parse::<f64>().map_or_else(|_| share.to_owned(), |s| format!("{}", (s * 1e4).round() / 100.0));
    let (mut lines, mut table) = (Vec::new(), String::new());
    let head: String = attacks.iter().fold(String::new(), |head, a| head + &format!(" {a} |"));
    let _ = writeln!(table, "| victim | defence | attack is | clean |{head} worst |");
    let _ = writeln!(table, "|{}", " --- |".repeat(attacks.len() + 5));
    for side in sides(rows) {
        let own: Vec<&MatrixRow> = rows.iter().copied().filter(|r| Side::of(r) == side).collect();
        let rate = |attack: &str| {
            let right = own.iter().filter(|r| r.attack == attack && r.clean_correct());
            Rate::count(right.map(|r| r.success))
        };
        let rates: Vec<Rate> = attacks.iter().map(|a| rate(a)).collect();
        let worst = worst(&own);
        let cells = rates.iter().chain([&worst]);
        let text = |r: &Rate| (r.of > 0).then(|| (r.share(), format!("{:.0}", 100.0 * r.share())));
        lines.push(Line { name: side.name(rows), cells: cells.clone().map(text).collect() });
        let clean = Rate::count(first_of_each(&own).map(|r| r.clean_correct()));
        let cells: String = cells.fold(String::new(), |line, r| line + &format!(" {r} |"));
        let mark = if side.only_blind(rows) { " †" } else { "" };
        let (victim, defence) = (&side.victim.1, &side.defence.1);
        let _ = writeln!(table, "| `{victim}` | {defence}{mark} | {} | {clean} |{cells}", side.mode.as_str());
    }
    let columns: Vec<String> = attacks.iter().cloned().chain(["worst".to_owned()]).collect();
    let title = format!("Success in % of the clips that the victim recognises; epsilon {percent} % of the height");
    let name = format!("matrix-{}.svg", share.replace('.', "-"));
    let page = &mut report.page;
    let _ = writeln!(page, "\n## Epsilon: {percent} % of the body's height\n\n![{title}]({folder}/{name})\n");
    page.push_str(&table);
    if sides(rows).iter().any(|s| s.only_blind(rows)) {
        page.push_str("\n† Attacked blindly only: nothing is known of an attack that goes through it.\n");
    }
    report.plots.push((name, heat(&title, &columns, &lines)));
}

/// Of the clips that were recognised: those that at least one attack fooled.
fn worst(rows: &[&MatrixRow]) -> Rate {
    let clips: BTreeSet<usize> = rows.iter().filter(|r| r.clean_correct()).map(|r| r.clip).collect();
    Rate::count(clips.into_iter().map(|clip| rows.iter().any(|r| r.clip == clip && r.clean_correct() && r.success)))
}

/// One row of each clip.
fn first_of_each<'a>(rows: &[&'a MatrixRow]) -> impl Iterator<Item = &'a MatrixRow> {
    let mut seen = BTreeSet::new();
    rows.iter().copied().filter(move |r| seen.insert(r.clip)).collect::<Vec<_>>().into_iter()
}

/// What attacks on bare networks cost, and how they look.
fn cost(page: &mut String, rows: &[&MatrixRow]) {
    let _ = writeln!(page, "\n### What the attacks cost, and how they look\n");
    page.push_str("Attacks on the bare networks; all clips. Medians with their 95 % interval.\n\n");
    page.push_str("| victim | attack | queries | acceleration, thousandths | natural poses | flagged | seconds |\n");
    page.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for side in sides(rows).into_iter().filter(|s| s.mode == Mode::Bare) {
        for attack in attacks(rows) {
            let own: Vec<&&MatrixRow> = rows.iter().filter(|r| Side::of(r) == side && r.attack == attack).collect();
            let middle = |digits: usize, of: &dyn Fn(&MatrixRow) -> Option<f64>| {
                Middle::of(own.iter().filter_map(|r| of(r))).map_or("-".into(), |m| m.text(digits))
            };
            let _ = writeln!(
                page,
                "| `{}` | {attack} | {} | {} | {} | {} | {} |",
                side.victim.1,
                middle(0, &|r| Some(r.queries as f64)),
                middle(1, &|r| Some(1000.0 * f64::from(r.acceleration))),
                middle(2, &|r| r.natural.map(f64::from)),
                Rate::count(own.iter().filter_map(|r| r.flagged)),
                middle(1, &|r| Some(f64::from(r.seconds))),
            );
        }
    }
}

fn smallest(page: &mut String, rows: &[MatrixRow]) {
    let rows: Vec<&MatrixRow> = rows.iter().filter(|r| searches(&r.attack)).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## The smallest epsilon that changes the answer\n");
    page.push_str("PGD without a target, by bisection; clips that the victim recognises.\n\n");
    page.push_str(
        "| victim | defence | attack is | found | median, % of the height |\n| --- | --- | --- | --- | --- |\n",
    );
    for side in sides(&rows) {
        let own: Vec<&&MatrixRow> = rows.iter().filter(|r| Side::of(r) == side && r.clean_correct()).collect();
        // A clip for which none was found has a larger one.
        let each = own.iter().map(|r| r.smallest.map_or(f64::INFINITY, |s| 100.0 * f64::from(s)));
        let middle = Middle::of(each).map_or("-".into(), |m| m.text(2));
        let found = Rate::count(own.iter().map(|r| r.smallest.is_some()));
        let (victim, defence) = (&side.victim.1, &side.defence.1);
        let _ = writeln!(page, "| `{victim}` | {defence} | {} | {found} | {middle} |", side.mode.as_str());
    }
}

impl Side {
    fn of(row: &MatrixRow) -> Self {
        let place = |known: &[&str], id: &str| known.iter().position(|k| *k == id).unwrap_or(known.len());
        Self {
            victim: (place(&VICTIMS, &row.victim), row.victim.clone()),
            defence: (place(&DEFENCES, &row.defence), row.defence.clone()),
            mode: row.mode,
        }
    }

    /// Whether no attack went through this defence.
    fn only_blind(&self, rows: &[&MatrixRow]) -> bool {
        self.mode == Mode::Blind && !sides(rows).contains(&Self { mode: Mode::Adaptive, ..self.clone() })
    }

    fn name(&self, rows: &[&MatrixRow]) -> String {
        let mark = if self.only_blind(rows) { " †" } else { "" };
        match self.mode {
            Mode::Bare => self.victim.1.clone(),
            mode => format!("{} + {}{mark}, {}", self.victim.1, self.defence.1, mode.as_str()),
        }
    }
}

fn sides(rows: &[&MatrixRow]) -> BTreeSet<Side> {
    rows.iter().map(|r| Side::of(r)).collect()
}

/// The attacks that there are rows of, in the order of the plan.
fn attacks(rows: &[&MatrixRow]) -> Vec<String> {
    let there: BTreeSet<&str> = rows.iter().map(|r| r.attack.as_str()).collect();
    let known: Vec<&str> = attackers().iter().map(|a| a.id).collect();
    let unknown = there.iter().copied().filter(|a| !known.contains(a));
    known.iter().copied().filter(|a| there.contains(a)).chain(unknown).map(str::to_owned).collect()
}

fn searches(attack: &str) -> bool {
    attackers().iter().any(|a| a.id == attack && a.search)
}

fn distinct(rows: &[MatrixRow], of: impl Fn(&MatrixRow) -> String) -> BTreeSet<String> {
    rows.iter().map(of).collect()
}

const HEAD: &str = "# Robustness

Attacks against victims behind defences: the same clips, the same epsilons, the exact projection, so that no coordinate
leaves its epsilon and no bone changes its length; only the bone-length attack changes it, by a tenth at most. Written
by `ciasa eval report` from the rows in `docs/robustness/matrix.csv`, except the paragraphs marked as *Reading*, which
people write in `docs/robustness/notes.md`. `ciasa eval matrix` measures the rows again ([how](EVALUATION.md)).

";

const FOOT: &str = "
## How to read it

Rates are in percent, with their 95 % interval (Wilson) in brackets. *Clean* is the share of clips that the victim
behind its defence recognises without an attack; all other rates are over those clips. An attack without a target
succeeds if the answer is another class than before, one with a target (the least likely class of the bare network for
the clean clip) if it is the target. A refusal (the detector flags the clip, the smoothed network abstains) is no
success. *Worst* counts the clips that at least one of the attacks fools.

*Bare*: no defence. *Blind*: the attack knows the network only, and its result is judged behind the defence. *Adaptive*:
the attack goes through the defence: its gradient is that of the smoothed clip; of the mean answer over new noise in
each step; or of a network that keeps its answer for what the detector flags, so that the detector's score is in the
loss. A defence that holds blind attacks only does not hold.

*Smoothing* averages each coordinate over five frames. *Randomised* adds Gaussian noise along motions (standard
deviation 2 cm, cutoff 1 Hz) and gives the most frequent of 32 answers, or abstains where the two most frequent classes
may be equal (1 %). The *detector* flags clips whose accelerations exceed those of 95 % of the clean training clips. The
column *flagged* is the whole detector's, bones included, whatever the defence.

*Queries* are the clips that the attack had the network recognise: draws of noise count each, the look at the result
does not. *Acceleration* is the root mean square change of a
joint's acceleration. *Natural* is the share of poses that are as close to a training pose as 95 % of the poses of other
people are.
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::file::tests::row;
    use super::*;

    #[test]
    fn the_page_counts_what_the_rows_say_and_marks_blind_defences() {
        let mut rows: Vec<MatrixRow> = (0..4).map(|clip| row("a", "none", Mode::Bare, "pgd", clip)).collect();
        rows[3].clean = "squat".into();
        rows[0].success = false;
        rows.extend((0..4).map(|clip| row("a", "smoothing", Mode::Blind, "pgd", clip)));
        rows.extend((0..4).map(|clip| row("a", "detector", Mode::Blind, "pgd", clip)));
        rows.extend((0..4).map(|clip| row("a", "detector", Mode::Adaptive, "fgsm", clip)));
        rows.push(MatrixRow { share: "0.06".into(), ..row("a", "none", Mode::Bare, "pgd", 0) });
        let notes = "## matrix\n\nBecause.\n\n## larger\n\nOf course.\n";
        let notes = Notes::parse_for(notes, |id| HEADINGS.contains(&id)).unwrap();
        let beside = Beside { fourier: vec!["a".into()], ..Beside::default() };
        let report = report(&rows, &beside, &notes, "robustness").unwrap();
        assert!(report.page.contains("![Errors of a by frequency](robustness/fourier-a.svg)"));
        let line = |start: &str| report.page.lines().find(|l| l.starts_with(start)).unwrap_or_default().to_owned();
        // Three of four are recognised, and two of these are fooled.
        let bare = line("| `a` | none | bare |");
        assert_eq!(bare, "| `a` | none | bare | 75.0 [30, 95] | - | 66.7 [21, 94] | 66.7 [21, 94] |");
        assert!(!line("| `a` | smoothing † | blind |").is_empty() && !line("| `a` | detector | blind |").is_empty());
        assert!(report.page.contains("† Attacked blindly only") && report.page.contains("*Reading.* Because."));
        // Each epsilon has its own reading.
        let (smallest, larger) = report.page.split_once("Epsilon: 6 %").unwrap();
        assert!(smallest.contains("Because.") && !smallest.contains("Of course."));
        assert!(larger.contains("*Reading.* Of course.") && !larger.contains("Because."));
        assert!(report.page.contains("(robustness/matrix-0-03.svg)") && report.page.contains("Epsilon: 3 %"));
        assert!(report.plots[0].1.contains("a + smoothing †, blind"));
        let cost = line("| `a` | pgd |");
        assert!(cost.starts_with("| `a` | pgd | 20 | 10.0 | 0.90 | 100.0 [51, 100] |"), "{cost}");
    }

    #[test]
    fn a_clip_without_a_smallest_epsilon_counts_as_larger() {
        let of = |clip: usize, smallest| MatrixRow { smallest, ..row("a", "none", Mode::Bare, "pgd-smallest", clip) };
        let rows = vec![of(0, Some(0.01)), of(1, None), of(2, None)];
        let page = report(&rows, &Beside::default(), &Notes::default(), "robustness").unwrap().page;
        assert!(page.contains("| `a` | none | bare | 33.3 [6, 79] | inf |"), "{page}");
        assert!(!page.contains("## Epsilon"));
    }
}
