//! The section on BASAR's queries in docs/ROBUSTNESS.md, with its curves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::row::{Place, QueryRow, Walked};
use crate::contract::stats::{Middle, Rate};
use crate::error::Result;
use crate::eval::report::Report;
use crate::eval::report::plots::{Axes, Curve, Point, curves};

/// Epsilons of the table, in % of the body's height.
const PERCENT: [f64; 4] = [1.0, 2.0, 3.0, 6.0];
/// Those of the curves of success.
const DRAWN: [f64; 2] = [3.0, 6.0];

/// Adds the section.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn section(report: &mut Report, rows: &[QueryRow], folder: &str) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (rows, page) = (&longest(rows), &mut report.page);
    // Writing to a string cannot fail.
    let _ = writeln!(page, "\n## BASAR: success against queries\n\n{}", about(rows));
    let victims: BTreeSet<&str> = rows.iter().map(|r| r.victim.as_str()).collect();
    let (mut success, mut distance) = (Vec::new(), Vec::new());
    let head: String = PERCENT.iter().map(|p| format!(" {p} % |")).collect();
    let mut table = format!("| victim | queries | clips |{head} distance | acceleration, thousandths |\n");
    let _ = writeln!(table, "|{}", " --- |".repeat(PERCENT.len() + 5));
    for victim in victims {
        let own: Vec<&QueryRow> = rows.iter().filter(|r| r.victim == victim && r.clean_correct()).collect();
        let points: BTreeSet<usize> = own.iter().map(|r| r.queries).collect();
        let at = |queries: usize| own.iter().copied().filter(move |r| r.queries == queries);
        let rate = |queries, percent: f64| Rate::count(at(queries).map(|r| r.success(percent / 100.0)));
        // A clip without another class yet is farther than any.
        let far = |queries| Middle::of(at(queries).map(|r| r.distance.map_or(f64::INFINITY, |d| 100.0 * f64::from(d))));
        for &queries in &points {
            let rates: String = PERCENT.iter().map(|p| format!(" {} |", rate(queries, *p))).collect();
            let change = Middle::of(at(queries).filter_map(|r| r.acceleration).map(|a| 1000.0 * f64::from(a)));
            let [far, change] = [(far(queries), 2), (change, 1)].map(|(m, n)| m.map_or("-".into(), |m| m.text(n)));
            let clips = at(queries).count();
            let _ = writeln!(table, "| `{victim}` | {queries} | {clips} |{rates} {far} | {change} |");
        }
        for percent in DRAWN {
            let point = |&queries: &usize| Point::rate(queries as f64, rate(queries, percent));
            let name = format!("{victim}, {percent} %");
            success.push(Curve { name, points: points.iter().map(point).collect() });
        }
        let point = |&queries: &usize| {
            let middle = far(queries).filter(|m| m.median.is_finite())?;
            let interval = middle.interval.unwrap_or((middle.median, middle.median));
            Some(Point { x: queries as f64, y: middle.median, interval })
        };
        distance.push(Curve { name: victim.into(), points: points.iter().filter_map(point).collect() });
    }
    let plots = [
        ("queries-success.svg", "Success of BASAR within 3 and 6 % of the body's height", "%", 103.0, true, success),
        ("queries-distance.svg", "Distance of BASAR's nearest clip", "% of the body's height", 0.0, false, distance),
    ];
    for (name, title, y, top, rising, drawn) in plots {
        let _ = writeln!(page, "![{title}]({folder}/{name})\n");
        let highest = drawn.iter().flat_map(|c| &c.points).map(|p| p.y).fold(1.0, f64::max);
        let top = if top > 0.0 { top } else { 1.1 * highest };
        let axes = Axes { x: "queries", y, top, decades: true, rising };
        report.plots.push((name.into(), curves(title, &axes, &drawn)?));
    }
    page.push_str(&table);
    Ok(())
}

/// Each line once: where a clip has walks of several budgets, the longest one's. Shorter ones have gone the same way.
fn longest(rows: &[QueryRow]) -> Vec<QueryRow> {
    let mut known: BTreeMap<Place, &QueryRow> = BTreeMap::new();
    for row in rows {
        let place = Place { walk: Walked { budget: 0, ..row.walk() }, queries: row.queries };
        let kept = known.entry(place).or_insert(row);
        if row.budget > kept.budget {
            *kept = row;
        }
    }
    known.into_values().cloned().collect()
}

/// What was measured.
fn about(rows: &[QueryRow]) -> String {
    let list = |of: fn(&QueryRow) -> String| rows.iter().map(of).collect::<BTreeSet<_>>();
    let joined = |of: fn(&QueryRow) -> String| list(of).into_iter().collect::<Vec<_>>().join(", ");
    let clips = |right: bool| {
        let own = rows.iter().filter(|r| r.clean_correct() || !right);
        let each: BTreeSet<_> = own.map(|r| (r.victim.as_str(), r.clip)).collect();
        let victims = list(|r| r.victim.clone());
        victims.iter().map(|v| each.iter().filter(|(of, _)| of == v).count().to_string()).collect::<Vec<_>>().join(", ")
    };
    let within = list(|r| r.within.clone());
    let percent: Vec<String> =
        within.iter().map(|s| s.parse::<f64>().map_or_else(|_| s.clone(), |s| format!("{}", 100.0 * s))).collect();
    format!(
        "{} clips of {}, of which the network recognises {} (by network: {}); walks of {} queries at most, seed {}. \
         Rates in percent, over the recognised clips whose walk may ask so many queries, within so many percent of the \
         body's height, with Wilson's 95 % interval; medians with theirs. A walk ends when it is within {} %, so the \
         distance does not fall far below that. It starts at a clip of another class and keeps bone lengths all \
         the way. The success is that of the returned clip, recognised once more; a smaller \
         budget would have returned the nearest clip until then. \
         `ciasa eval queries` measures the rows, `docs/robustness/queries.csv`, again.\n",
        clips(false),
        joined(|r| r.dataset.clone()),
        clips(true),
        joined(|r| format!("`{}` ({})", r.victim, r.weights)),
        joined(|r| r.budget.to_string()),
        joined(|r| r.seed.to_string()),
        percent.join(", "),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn a_budget_succeeds_where_the_walk_was_near_enough_by_then() {
        let mut rows = vec![row("a", 0, 10, None), row("a", 0, 20, Some(0.025)), row("a", 1, 10, Some(0.05))];
        rows.push(row("a", 1, 20, Some(0.04)));
        // A shorter walk to the same clip tells nothing new.
        rows.push(QueryRow { budget: 20, ..row("a", 1, 20, Some(0.04)) });
        // A clip that is not recognised counts nowhere.
        rows.push(QueryRow { clean: "squat".into(), ..row("a", 2, 20, None) });
        let mut report = Report::default();
        section(&mut report, &rows, "robustness").unwrap();
        let line = |start: &str| report.page.lines().find(|l| l.starts_with(start)).unwrap_or_default().to_owned();
        let none = "0.0 [0, 66]";
        assert_eq!(
            line("| `a` | 10 |"),
            format!("| `a` | 10 | 2 | {none} | {none} | {none} | 50.0 [9, 91] | 5.00 | 50.0 |")
        );
        let (half, all) = ("50.0 [9, 91]", "100.0 [34, 100]");
        assert_eq!(line("| `a` | 20 |"), format!("| `a` | 20 | 2 | {none} | {none} | {half} | {all} | 2.50 | 25.0 |"));
        assert!(report.page.contains("3 clips of made, of which the network recognises 2"), "{}", report.page);
        let names: Vec<&str> = report.plots.iter().map(|p| p.0.as_str()).collect();
        assert_eq!(names, ["queries-success.svg", "queries-distance.svg"]);
        assert!(report.plots[0].1.contains("a, 3 %") && report.plots[1].1.contains("queries"));
    }
}
