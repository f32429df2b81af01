//! The section on certificates in docs/ROBUSTNESS.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Attacked, Certified};
use crate::contract::stats::{Middle, Rate};

/// Adds the section.
pub fn section(page: &mut String, lines: &[Certified]) {
    if lines.is_empty() {
        return;
    }
    page.push_str(HEAD);
    let kinds: BTreeSet<_> = lines.iter().map(|l| (&l.model, &l.weights, &l.plan, l.seed)).collect();
    for (model, weights, plan, seed) in kinds {
        let same = |l: &&Certified| (&l.model, &l.weights, &l.plan, l.seed) == (model, weights, plan, seed);
        let own: Vec<&Certified> = lines.iter().filter(same).collect();
        let rate = |hit: fn(&Certified) -> bool| Rate::count(own.iter().map(|l| hit(l)));
        let middle = |digits: usize, of: fn(&Certified) -> Option<f64>| {
            let right = own.iter().filter(|l| l.correct).filter_map(|l| of(l));
            Middle::of(right).map_or("-".into(), |m| m.text(digits))
        };
        let attacked = Attacked::of(own.iter().copied());
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| `{model}` | {} | {} | {} | {} | {} | {} of {}: {} | {} of {}: {} | {} |",
            own.len(),
            rate(|l| l.correct),
            rate(|l| l.radius.is_none()),
            middle(2, |l| l.radius),
            middle(1, |l| l.offset.map(|o| 1000.0 * o)),
            attacked.attacks.hits,
            attacked.attacks.of,
            attacked.attacks,
            attacked.certificates.hits,
            attacked.certificates.of,
            attacked.certificates,
            attacked.unsure,
        );
    }
    page.push_str("\nPlans, with the first digits of the SHA-256 of the weights:\n\n");
    let plans: BTreeSet<_> = lines.iter().map(|l| (&l.model, &l.weights, &l.plan, l.seed)).collect();
    for (model, weights, plan, seed) in plans {
        let _ = writeln!(page, "* `{model}` ({weights}): {plan}; seed {seed}.");
    }
    let all = Attacked::of(lines);
    let _ = writeln!(
        page,
        "\nTogether: {} attacked clips within the radius of {} certificates; {} contradict their certificate ({} %).",
        all.attacks.of, all.certificates.of, all.attacks.hits, all.attacks
    );
}

const HEAD: &str = "
## Certificates

Randomised smoothing by `ciasa certify`, rows in `docs/robustness/certified-*.csv`. *Right*: the smoothed network gives
the clip's class and certifies it. *Radius* is in standard deviations of the noise; *offset* is the same as a shift of
one coordinate of one joint over the whole clip, in thousandths of the unit (mm). Each certificate is attacked several
times, up the steepest way within the radius and through the smoothing: first away from its class, then towards each
other class, the likeliest first. An attacked clip is *broken* if the smoothed network then names another
class; if it abstains, it contradicts nothing. Attacks on one certificate are no independent trials, so certificates
with a broken clip are counted as well.

| network | clips | right | abstains | radius | offset | attacked clips broken | certificates broken | abstains after |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

#[cfg(test)]
mod tests {
    use super::super::tests::certified;
    use super::*;

    #[test]
    fn the_section_counts_attacks_and_certificates() {
        let lines: Vec<Certified> = (0..8).map(|clip| certified("a", clip, 1.5, (10, 0, 1))).collect();
        let mut page = String::new();
        section(&mut page, &lines);
        let row = "| `a` | 8 | 100.0 [68, 100] | 0.0 [0, 32] | 1.50 [1.50, 1.50] | 15.0 [15.0, 15.0] \
                   | 0 of 80: 0.0 [0, 5] | 0 of 8: 0.0 [0, 32] | 8 |";
        assert!(page.contains(row), "{page}");
        assert!(
            page.contains("Together: 80 attacked clips within the radius of 8 certificates; 0 contradict"),
            "{page}"
        );
        page.clear();
        section(&mut page, &[]);
        assert!(page.is_empty());
    }
}
