//! The line above a table: how its rows were measured.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::eval::row::Row;

/// Adds a line with the number of clips, the seed, the steps and the stop rule.
pub fn protocol(page: &mut String, rows: &[&Row], heading: &str) {
    let all = |of: &dyn Fn(&Row) -> String| {
        rows.iter().map(|r| of(r)).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
    };
    // Only the attacked network's answer to the clean clip counts here.
    let own = rows.iter().filter(|r| r.judge == r.model);
    let clips: BTreeSet<_> = own.map(|r| (&r.dataset, &r.file, &r.data, r.clip, r.clean_correct)).collect();
    let correct = clips.iter().filter(|c| c.4).count();
    if !heading.is_empty() {
        let _ = writeln!(page, "\n### {heading}");
    }
    let steps = rows.iter().map(|r| r.used).max().unwrap_or(0);
    let iterations =
        if steps > 1 { format!("{} iterations", all(&|r| r.iterations.to_string())) } else { "one step".into() };
    let stop = match all(&|r| r.stop.clone()).as_str() {
        "none" if rows.iter().all(|r| r.experiment == "smallest") => {
            "each epsilon ends with the first iterate that reaches the goal".to_owned()
        }
        "none" => "no early stop".to_owned(),
        held => format!("stop rule: {held} passes"),
    };
    let projection = all(&|r| r.projection.clone());
    let projections = projection.split(", ").filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ");
    let projection = if projections.is_empty() { projections } else { format!(", projection {projections}") };
    let protocol = match all(&|r| r.protocol.clone()).as_str() {
        "paper" => String::new(),
        other => format!(", protocol {other}"),
    };
    let how = projection + &protocol;
    let _ = writeln!(
        page,
        "\nNetwork {} (weights {}), {}: {} clips, {correct} of them correct; seed {}, {iterations}, {stop}{how}.",
        all(&|r| r.model.clone()),
        all(&|r| r.weights.clone()),
        all(&|r| r.dataset.clone()),
        clips.len(),
        all(&|r| r.seed.to_string()),
    );
}
