//! A network's row of the matrix, for its card in the page: `web/src/generated/robustness.ts`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::plan::DEFENCES;
use super::row::{MatrixRow, Mode};
use crate::contract::attackers::attackers;
use crate::contract::stats::Rate;

const HEAD: &str = "// Generated from docs/robustness/matrix.csv. Do not edit; run: ciasa eval report

/** How often an attack succeeds behind a defence. */
export interface RobustnessCell {
  /** The defence's id; \"none\" is the bare network. */
  defence: string;
  /** Whether the attack goes through the defence, and not only against the bare network. */
  adaptive: boolean;
  /** Clips of those that the victim behind the defence recognises that the attack fools. */
  hits: number;
  of: number;
  /** Wilson's 95 % interval of the share, 0 to 1. */
  low: number;
  high: number;
}

/** The row of a network in docs/ROBUSTNESS.md. */
export interface Robustness {
  /** The first digits of the SHA-256 of its weights. */
  weights: string;
  /** Epsilon as a share of the body's height. */
  share: number;
  clips: number;
  attacks: { name: string; cells: RobustnessCell[] }[];
}

/** By network. */
export const ROBUSTNESS: Record<string, Robustness> = {
";

/// The TypeScript of the rows at the smallest epsilon: for each network and attack the success behind each defence, by
/// the adaptive attack where there is one.
pub fn typescript(rows: &[MatrixRow]) -> String {
    let mut text = HEAD.to_owned();
    let share = |r: &MatrixRow| r.share.parse::<f64>().unwrap_or(f64::INFINITY);
    let smallest = rows.iter().map(share).fold(f64::INFINITY, f64::min);
    let own: Vec<&MatrixRow> = rows.iter().filter(|r| share(r) <= smallest).collect();
    let victims: BTreeSet<(&str, &str)> = own.iter().map(|r| (r.victim.as_str(), r.weights.as_str())).collect();
    for (victim, weights) in victims {
        let own: Vec<&MatrixRow> = own.iter().copied().filter(|r| r.victim == victim && r.weights == weights).collect();
        let clips: BTreeSet<usize> = own.iter().map(|r| r.clip).collect();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  {}: {{\n    weights: {},\n    share: {smallest},\n    clips: {},\n    attacks: [\n",
            quoted(victim),
            quoted(weights),
            clips.len()
        );
        for attacker in attackers().into_iter().filter(|a| !a.search) {
            let cells = cells(&own, attacker.id);
            if !cells.is_empty() {
                let _ = write!(text, "      {{ name: {}, cells: [\n{cells}      ] }},\n", quoted(&attacker.name()));
            }
        }
        text.push_str("    ],\n  },\n");
    }
    text + "};\n"
}

fn cells(rows: &[&MatrixRow], attack: &str) -> String {
    let mut text = String::new();
    for defence in DEFENCES {
        let rate = |mode: Mode| {
            let here = |r: &&&MatrixRow| r.attack == attack && r.defence == defence && r.mode == mode;
            Rate::count(rows.iter().filter(here).filter(|r| r.clean_correct()).map(|r| r.success))
        };
        let first = [Mode::Bare, Mode::Adaptive, Mode::Blind].into_iter().map(|mode| (mode, rate(mode)));
        if let Some((mode, rate)) = first.into_iter().find(|(_, rate)| rate.of > 0) {
            let (low, high) = rate.interval();
            let _ = writeln!(
                text,
                "        {{ defence: {}, adaptive: {}, hits: {}, of: {}, low: {low:.3}, high: {high:.3} }},",
                quoted(defence),
                mode != Mode::Blind,
                rate.hits,
                rate.of
            );
        }
    }
    text
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::file::tests::row;
    use super::*;

    #[test]
    fn a_card_has_the_adaptive_rate_where_there_is_one() {
        let mut rows: Vec<MatrixRow> = (0..4).map(|clip| row("a", "none", Mode::Bare, "pgd", clip)).collect();
        rows[0].success = false;
        rows[1].clean = "squat".into();
        rows.push(row("a", "smoothing", Mode::Blind, "pgd", 0));
        rows.push(MatrixRow { success: false, ..row("a", "smoothing", Mode::Adaptive, "pgd", 0) });
        rows.push(row("a", "detector", Mode::Blind, "pgd", 0));
        rows.push(MatrixRow { share: "0.05".into(), ..row("a", "none", Mode::Bare, "fgsm", 0) });
        let text = typescript(&rows);
        for part in [
            "  \"a\": {\n    weights: \"abcd\",\n    share: 0.03,\n    clips: 4,",
            "{ name: \"PGD\", cells: [",
            "{ defence: \"none\", adaptive: true, hits: 2, of: 3, low: 0.208, high: 0.939 }",
            "{ defence: \"smoothing\", adaptive: true, hits: 0, of: 1,",
            "{ defence: \"detector\", adaptive: false, hits: 1, of: 1,",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("FGSM") && text.lines().all(|line| line.len() <= 120), "{text}");
    }
}
