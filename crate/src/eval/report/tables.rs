//! Markdown tables of rows.

use std::fmt::Write as _;

use crate::contract::Flag;
use crate::contract::stats::{Middle, Rate, mean};
use crate::eval::row::Row;

/// A Markdown table that grows.
pub struct MarkdownTable(String);

impl MarkdownTable {
    /// A table with these columns and no line.
    pub fn new(columns: &[&str]) -> Self {
        Self(format!("\n| {} |\n|{}\n", columns.join(" | "), " --- |".repeat(columns.len())))
    }

    /// Adds a line.
    pub fn line(&mut self, cells: &[String]) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }

    /// The table as Markdown.
    pub fn text(self) -> String {
        self.0
    }
}

/// The rows of one setting.
#[derive(Clone)]
pub struct Group<'a> {
    /// The setting.
    pub setting: String,
    /// All its rows.
    pub rows: Vec<&'a Row>,
}

/// The rows by setting, in the order of `settings`; other settings follow.
pub fn groups<'a>(rows: &[&'a Row], settings: &[String]) -> Vec<Group<'a>> {
    let mut ids: Vec<String> = settings.to_vec();
    ids.extend(rows.iter().map(|r| r.setting.clone()).filter(|s| !settings.contains(s)));
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let group = |setting: String| {
        let rows: Vec<&Row> = rows.iter().copied().filter(|r| r.setting == setting).collect();
        (!rows.is_empty()).then_some(Group { setting, rows })
    };
    ids.into_iter().filter_map(group).collect()
}

impl Group<'_> {
    /// Rows of clips that are recognised correctly without an attack.
    pub fn correct(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().copied().filter(|r| r.clean_correct)
    }

    /// How often `answer` is true among the correct.
    pub fn rate(&self, answer: impl Fn(&Row) -> bool) -> Rate {
        Rate::count(self.correct().map(answer))
    }

    /// How often `answer` is true among all rows.
    pub fn rate_of_all(&self, answer: impl Fn(&Row) -> bool) -> Rate {
        Rate::count(self.rows.iter().map(|r| answer(r)))
    }

    /// How often `answer` is true among the correct that have one.
    pub fn rate_where(&self, answer: impl Fn(&Row) -> Option<bool>) -> Rate {
        Rate::count(self.correct().filter_map(answer))
    }

    /// The median over the correct that have the number, with its interval and so many decimals, or a dash.
    pub fn median(&self, digits: usize, number: impl Fn(&Row) -> Option<f32>) -> String {
        let middle = Middle::of(self.correct().filter_map(number).map(f64::from));
        middle.map_or("-".into(), |middle| middle.text(digits))
    }

    /// Mean epsilon as a share of the body's height, in percent.
    pub fn share(&self) -> Option<f64> {
        mean(self.rows.iter().filter_map(|r| r.share).map(|s| 100.0 * f64::from(s)))
    }
}

/// A number with so many decimals, or a dash.
pub fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".into(), |v| format!("{v:.digits$}"))
}

/// The columns of [`success_cells`], after the setting's.
pub const SUCCESS: [&str; 9] = [
    "% of height",
    "success, correct",
    "success, all",
    "any iterate, correct",
    "last iterate, correct",
    "label changed, correct",
    "median updates to success",
    "median confidence",
    "in doubt",
];

/// The success of each group's attacks.
pub fn success(groups: &[Group<'_>], first: &str) -> MarkdownTable {
    let mut table = MarkdownTable::new(&[&[first], &SUCCESS[..]].concat());
    groups.iter().for_each(|g| table.line(&success_cells(g)));
    table
}

/// The cells of [`success`].
pub fn success_cells(g: &Group<'_>) -> Vec<String> {
    vec![
        g.setting.clone(),
        number(g.share(), 1),
        g.rate(Row::success).to_string(),
        g.rate_of_all(Row::success).to_string(),
        g.rate_where(|r| r.best).to_string(),
        g.rate_where(|r| r.last).to_string(),
        g.rate(|r| r.fooled).to_string(),
        g.median(0, |r| r.first.map(|f| f as f32)),
        g.median(2, |r| Some(r.p_target.unwrap_or(r.confidence))),
        doubts(g),
    ]
}

/// How many attacks an indicator of failure speaks against, of those that were looked at, and the indicator that does
/// so most often.
fn doubts(g: &Group<'_>) -> String {
    let looked = Rate::count(g.rows.iter().filter_map(|r| r.doubtful()));
    let count = |flag: Flag| g.rows.iter().filter(|r| r.flags.split(' ').any(|name| name == flag.as_str())).count();
    let most = Flag::ALL.into_iter().rev().max_by_key(|flag| count(*flag));
    match most {
        _ if looked.of == 0 => "-".into(),
        Some(flag) if looked.hits > 0 => {
            format!("{} of {} ({} {})", looked.hits, looked.of, flag.as_str(), count(flag))
        }
        _ => format!("0 of {}", looked.of),
    }
}

/// How visible the attacks are, and how they do against the defences.
pub fn looks(groups: &[Group<'_>], first: &str) -> MarkdownTable {
    let mut table = MarkdownTable::new(&[
        first,
        "mean displacement",
        "max displacement",
        "beyond epsilon",
        "bone lengths change, %",
        "acceleration change, RMS",
        "natural",
        "discriminator",
        "success after smoothing",
        "flagged: bones",
        "flagged: acceleration",
    ]);
    for g in groups {
        let thousandths = |of: fn(&Row) -> f32| g.median(1, |r| Some(1000.0 * of(r)));
        table.line(&[
            g.setting.clone(),
            thousandths(|r| r.mean_displacement),
            thousandths(|r| r.max_displacement),
            thousandths(|r| r.epsilon_excess),
            g.median(1, |r| Some(100.0 * r.bone_deviation)),
            thousandths(|r| r.acceleration_change.sqrt()),
            g.median(2, |r| r.natural),
            g.median(2, |r| r.plausibility),
            g.rate(Row::smoothed_success).to_string(),
            g.rate_where(|r| r.flag_bones).to_string(),
            g.rate_where(|r| r.flag_acceleration).to_string(),
        ]);
    }
    table
}
