//! The rows of a section in parts that one table can hold: one network, one protocol, one projection.

use std::collections::BTreeSet;

use crate::eval::row::Row;

/// Rows that one table can hold.
pub struct Part<'a> {
    /// What tells this part from the others of its section; empty if there is only one.
    pub heading: String,
    /// The rows.
    pub rows: Vec<&'a Row>,
}

/// The rows by network, protocol and projection. Rows without a projection are in the parts of all of them. A network
/// is named in the heading if there are several, or if `named`.
pub fn parts<'a>(rows: &[&'a Row], named: bool) -> Vec<Part<'a>> {
    let models = values(rows, |r| &r.model);
    let protocols = values(rows, |r| &r.protocol);
    let mut parts = Vec::new();
    for model in &models {
        for protocol in &protocols {
            let own: Vec<&Row> =
                rows.iter().copied().filter(|r| r.model == *model && r.protocol == *protocol).collect();
            let mut projections = values(&own, |r| &r.projection);
            projections.remove("");
            if projections.is_empty() {
                projections.insert("");
            }
            for projection in &projections {
                let rows: Vec<&Row> =
                    own.iter().copied().filter(|r| [projection, ""].contains(&r.projection.as_str())).collect();
                if rows.is_empty() {
                    continue;
                }
                let words = [
                    (named || models.len() > 1).then(|| (*model).to_owned()),
                    (protocols.len() > 1).then(|| format!("protocol {protocol}")),
                    (projections.len() > 1).then(|| format!("projection {projection}")),
                ];
                let heading = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
                parts.push(Part { heading, rows });
            }
        }
    }
    parts
}

fn values<'a>(rows: &[&'a Row], of: impl Fn(&'a Row) -> &'a String) -> BTreeSet<&'a str> {
    rows.iter().map(|r| of(r).as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::table::tests::row;

    #[test]
    fn rows_of_different_measurements_are_in_different_tables() {
        let with = |model: &str, projection: &str, clip: usize| Row {
            model: model.into(),
            judge: model.into(),
            projection: projection.into(),
            ..row("table1", "e=0.012", clip)
        };
        let rows = [with("a", "exact", 1), with("a", "paper", 1), with("a", "", 2), with("b", "exact", 1)];
        let rows: Vec<&Row> = rows.iter().collect();
        let headings: Vec<(String, usize)> =
            parts(&rows, false).into_iter().map(|p| (p.heading, p.rows.len())).collect();
        let want = [("a, projection exact", 2), ("a, projection paper", 2), ("b", 1)];
        assert_eq!(headings, want.map(|(heading, n)| (heading.to_owned(), n)));
        assert_eq!(parts(&rows[..1], false)[0].heading, "");
        assert_eq!(parts(&rows[..1], true)[0].heading, "a");
    }
}
