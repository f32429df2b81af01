//! The section of the smallest epsilon that reaches the goal.

use super::parts::parts;
use super::plots::Series;
use super::tables::{Group, MarkdownTable, groups};
use crate::contract::stats::Rate;
use crate::eval::row::Row;

/// Epsilons of the curves, in percent of the body's height.
const GRID: [f32; 12] = [0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// A table for each network. A clip whose goal no epsilon reached counts as infinite in the medians.
pub fn tables(page: &mut String, rows: &[&Row], order: &[String], protocol: impl Fn(&mut String, &[&Row], &str)) {
    for part in parts(rows, false) {
        protocol(page, &part.rows, &part.heading);
        let columns = ["goal", "reached, correct", "smallest epsilon, thousandths", "% of height"];
        let looks = ["acceleration change, RMS", "natural", "median steps in all"];
        let mut table = MarkdownTable::new(&[&columns[..], &looks].concat());
        for g in groups(&part.rows, order) {
            table.line(&line(&g));
        }
        *page += &table.text();
    }
}

fn line(g: &Group<'_>) -> Vec<String> {
    let found =
        |of: fn(&Row) -> Option<f32>, scale: f32| move |r: &Row| Some(of(r).map_or(f32::INFINITY, |v| scale * v));
    vec![
        g.setting.clone(),
        g.rate(|r| r.smallest.is_some()).to_string(),
        g.median(1, found(|r| r.smallest, 1000.0)),
        g.median(2, found(Row::smallest_share, 100.0)),
        g.median(1, |r| Some(1000.0 * r.acceleration_change.sqrt())),
        g.median(2, |r| r.natural),
        g.median(0, |r| Some(r.used as f32)),
    ]
}

/// The share of the correct whose smallest epsilon is at most so large, a curve for each network and goal.
pub fn curves(rows: &[&Row]) -> Vec<Series> {
    let mut all = Vec::new();
    for part in parts(rows, true) {
        for g in groups(&part.rows, &[]) {
            let within = |percent: &f32| {
                let reached = |r: &Row| r.smallest_share().is_some_and(|share| 100.0 * share <= *percent);
                (f64::from(*percent), g.rate(reached))
            };
            let points: Vec<(f64, Rate)> = GRID.iter().map(within).collect();
            all.push(Series { name: format!("{}, {}", part.heading, g.setting), points });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::table::tests::row;

    #[test]
    fn clips_without_an_answer_are_infinite_and_never_reached() {
        let at = |clip: usize, smallest: Option<f32>| Row {
            smallest,
            epsilon: Some(0.02),
            share: Some(0.01),
            ..row("smallest", "least likely", clip)
        };
        // 0.5 %, 1 % and 2 % of the height, and two that were not reached.
        let rows = [at(0, Some(0.01)), at(1, Some(0.02)), at(2, Some(0.04)), at(3, None), at(4, None)];
        let rows: Vec<&Row> = rows.iter().collect();
        let mut page = String::new();
        tables(&mut page, &rows, &[], |_, _, _| {});
        let line = page.lines().find(|line| line.starts_with("| least likely |")).unwrap_or_default();
        assert!(line.contains("| 60.0 [23, 88] | 40.0") && line.contains("| 2.00"), "{page}");
        let curve = &curves(&rows)[0];
        let at = |percent: f64| curve.points.iter().find(|p| (p.0 - percent).abs() < 1e-6).map(|p| p.1);
        assert_eq!(at(1.0), Some(Rate { hits: 2, of: 5 }));
        assert_eq!(at(8.0), Some(Rate { hits: 3, of: 5 }));
    }
}
