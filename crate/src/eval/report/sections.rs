//! The sections of the report, one for each experiment.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::page::Report;
use super::paper;
use super::parts::parts;
use super::plots::{Series, dots, lines};
use super::protocol::protocol;
use super::smallest;
use super::tables::{Group, MarkdownTable, SUCCESS, groups, looks, number, success, success_cells};
use super::transfer::{matrices, table3, transfer};
use crate::contract::crossmodal;
use crate::contract::stats::{Rate, mean};
use crate::error::Result;
use crate::eval::experiments::Experiment;
use crate::eval::row::Row;
use crate::skeleton::LayoutId;

/// A chapter of the report.
#[derive(Clone, Copy)]
pub struct Chapter<'a> {
    /// What the names of its plots and notes begin with.
    pub id: &'a str,
    /// What its headings begin with.
    pub name: &'a str,
    /// The folder of the plots, relative to the page.
    pub folder: &'a str,
    /// Whether its rows are of this project's networks: film strips are drawn of them, and no matrix of networks.
    pub ours: bool,
}

/// Adds a section to the report.
///
/// # Errors
/// If a plot cannot be drawn.
pub fn section(report: &mut Report, experiment: &Experiment, rows: &[&Row], chapter: Chapter<'_>) -> Result<()> {
    let Chapter { id, name, folder, ours } = chapter;
    // Writing to a string cannot fail.
    let _ = writeln!(report.page, "\n## {name}{}\n\n{}", title(experiment.id), sentence(experiment.about));
    let plot = |report: &mut Report, name: &str, alt: &str, svg: String| {
        let _ = writeln!(report.page, "\n![{alt}]({folder}/{id}{name})");
        report.plots.push((format!("{id}{name}"), svg));
    };
    let order = order(experiment);
    match experiment.id {
        "clean" => clean(&mut report.page, rows),
        "figure2" => {
            for part in parts(rows, true) {
                protocol(&mut report.page, &part.rows, &part.heading);
                report.page += &fooled(&groups(&part.rows, &order)).text();
                report.page += &looks(&groups(&part.rows, &order), "epsilon").text();
            }
            let series: Vec<Series> =
                parts(rows, true).iter().map(|part| against_share(&part.heading, &part.rows, Row::success)).collect();
            let svg = lines("Fooled by one untargeted step, %", "epsilon, % of the body's height", &series)?;
            plot(report, "figure2.svg", "Fooling rate of one step against epsilon", svg);
            let _ = writeln!(
                report.page,
                "\nThe paper reports above 90 % for every protocol from epsilon 0.02 on, which it calls \"one \
                 twentieth of the average skeleton height\"."
            );
        }
        "table1" | "openpose" => {
            let parts = parts(rows, false);
            for part in &parts {
                protocol(&mut report.page, &part.rows, &part.heading);
                let all = groups(&part.rows, &order);
                report.page += &beside_table_1(&all).text();
                report.page += &looks(&all, "epsilon").text();
            }
            let series = match &parts[..] {
                [part] => {
                    let last = against_share("returned iterate", &part.rows, Row::success);
                    let best = against_share("any iterate", &part.rows, |r| r.best == Some(true));
                    let changed = against_share("label changed", &part.rows, |r| r.fooled);
                    vec![last, best, changed]
                }
                several => several.iter().map(|p| against_share(&p.heading, &p.rows, Row::success)).collect(),
            };
            let name = format!("{}.svg", experiment.id);
            let x_label = "epsilon, % of the body's height";
            let svg = lines("CIASA, least likely target: success, %", x_label, &series)?;
            plot(report, &name, "Success of CIASA against epsilon", svg);
        }
        "smallest" => {
            smallest::tables(&mut report.page, rows, &order, protocol);
            let svg = lines("Reached within epsilon, %", "epsilon, % of the body's height", &smallest::curves(rows))?;
            plot(report, "smallest.svg", "Share of clips whose smallest epsilon is at most this", svg);
        }
        "table2" => {
            for part in parts(rows, false) {
                protocol(&mut report.page, &part.rows, &part.heading);
                let all = groups(&part.rows, &order);
                let table = success_with(&all, "region and epsilon", &["paper: NTU XS", "NTU XV"], |g| {
                    let known = paper::TABLE_2.iter().find(|(set, _)| g.setting.starts_with(set));
                    known.map_or(vec!["-".into(); 2], |(_, rates)| rates.map(|r| format!("{r:.1}")).to_vec())
                });
                report.page += &table.text();
                report.page += &looks(&all, "region and epsilon").text();
            }
        }
        "table3" => {
            if !ours {
                matrices(&mut report.page, rows, &order);
            }
            table3(&mut report.page, rows, &order);
        }
        "peers" => {
            for (i, part) in parts(rows, false).iter().enumerate() {
                let own: Vec<&Row> = part.rows.iter().copied().filter(|r| r.judge == r.model).collect();
                protocol(&mut report.page, &own, &part.heading);
                let all = groups(&own, &order);
                report.page += &success(&all, "attack").text();
                report.page += &looks(&all, "attack").text();
                let svg = dots("Success of each attack, %", &with_defences(&all))?;
                let alt = "Success of each attack, as it is, after smoothing, and not flagged";
                plot(report, &numbered("peers", i), alt, svg);
                if own.len() < part.rows.len() {
                    report.page += "\nThe same clips, judged by networks that were not attacked:\n";
                    report.page += &transfer(&part.rows, &order).text();
                }
            }
        }
        "ablation" => {
            for (i, part) in parts(rows, false).iter().enumerate() {
                protocol(&mut report.page, &part.rows, &part.heading);
                let all = groups(&part.rows, &order);
                report.page += &success(&all, "constraints").text();
                report.page += &looks(&all, "constraints").text();
                let svg = dots("Success with each constraint off, %", &with_defences(&all))?;
                let alt = "Success with each constraint off, as it is, after smoothing, and not flagged";
                plot(report, &numbered("ablation", i), alt, svg);
            }
            if ours {
                let _ = writeln!(
                    report.page,
                    "\n![Film strips of the paper's figure 6]({folder}/figure6.svg)\n\n\
                     ![Film strips of the paper's figure 7]({folder}/figure7.svg)"
                );
            }
        }
        crossmodal::EXPERIMENT => filmed(&mut report.page, rows),
        _ => {
            for part in parts(rows, false) {
                protocol(&mut report.page, &part.rows, &part.heading);
                report.page += &success(&groups(&part.rows, &order), "setting").text();
            }
        }
    }
    Ok(())
}

/// The file of the i-th plot of an experiment, counted from 0.
fn numbered(experiment: &str, i: usize) -> String {
    if i == 0 { format!("{experiment}.svg") } else { format!("{experiment}-{}.svg", i + 1) }
}

fn title(id: &str) -> &str {
    match id {
        "clean" => "Without an attack",
        "figure2" => "Figure 2: one step",
        "table1" => "Table I: basic mode",
        "smallest" => "How little is enough",
        "table2" => "Table II: localized and advanced mode",
        "table3" => "Table III: transfer between networks",
        "peers" => "Peers: other attacks",
        "ablation" => "Ablation: figures 6 and 7",
        "openpose" => "OpenPose: two coordinates and a confidence",
        crossmodal::EXPERIMENT => "Through a camera: section V-D2",
        "gallery" => "Synthetic clips: a part that a test repeats",
        _ => id,
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let end = if text.ends_with('?') { "" } else { "." };
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str() + end)
}

/// The ids of an experiment's settings, in its order, for layouts in space and in the picture, whose grids may differ.
fn order(experiment: &Experiment) -> Vec<String> {
    let of = |id: LayoutId| (experiment.settings)(id.layout()).into_iter().map(|s| s.id);
    let mut ids: Vec<String> = of(LayoutId::OpenPose18).chain(of(LayoutId::KinectV1)).collect();
    let epsilon = |id: &String| id.strip_prefix("e=").and_then(|e| e.parse::<f32>().ok());
    match ids.iter().map(epsilon).collect::<Option<Vec<_>>>() {
        Some(_) => ids.sort_by(|a, b| epsilon(a).unwrap_or(0.0).total_cmp(&epsilon(b).unwrap_or(0.0))),
        None => ids = of(LayoutId::KinectV1).collect(),
    }
    ids
}

/// The rows of each attacked network.
fn by_model<'a>(rows: &[&'a Row]) -> Vec<(String, Vec<&'a Row>)> {
    let ids: BTreeSet<&str> = rows.iter().map(|r| r.model.as_str()).collect();
    ids.into_iter().map(|id| (id.to_owned(), rows.iter().copied().filter(|r| r.model == id).collect())).collect()
}

fn clean(page: &mut String, rows: &[&Row]) {
    let mut table = MarkdownTable::new(&[
        "model",
        "weights",
        "set",
        "accuracy",
        "after smoothing",
        "flagged: bones",
        "flagged: acceleration",
        "flagged: either",
        "natural, mean",
    ]);
    for (model, own) in by_model(rows) {
        let of = |answer: &dyn Fn(&Row) -> Option<bool>| Rate::count(own.iter().filter_map(|r| answer(r))).to_string();
        table.line(&[
            model,
            own[0].weights.clone(),
            format!("{}, {} test clips", own[0].dataset, own.len()),
            of(&|r| Some(r.clean_correct)),
            of(&|r| Some(r.smoothed == r.label)),
            of(&|r| r.flag_bones),
            of(&|r| r.flag_acceleration),
            of(&Row::flagged),
            number(mean(own.iter().filter_map(|r| r.natural).map(f64::from)), 2),
        ]);
    }
    *page += &table.text();
    *page +=
        "\nFlags on clean clips are false alarms of the detector: 95 % of the *training* clips pass its thresholds.\n";
}

/// What the network sees from the skeleton and through each camera, clean and attacked.
fn filmed(page: &mut String, rows: &[&Row]) {
    for part in parts(rows, false) {
        let clips: BTreeSet<_> = part.rows.iter().map(|r| (&r.dataset, &r.data)).collect();
        let sets: BTreeSet<&str> = part.rows.iter().map(|r| r.dataset.as_str()).collect();
        let found = mean(part.rows.iter().filter_map(|r| r.film?.found).map(f64::from));
        if !part.heading.is_empty() {
            let _ = writeln!(page, "\n### {}", part.heading);
        }
        let _ = writeln!(
            page,
            "\nNetwork {} (weights {}), {}: {} clips. The person was found in {} % of the pictures.",
            part.rows[0].model,
            part.rows[0].weights,
            sets.into_iter().collect::<Vec<_>>().join(", "),
            clips.len(),
            number(found.map(|share| 100.0 * share), 1),
        );
        let mut table = MarkdownTable::new(&crossmodal::COLUMNS);
        let answers: Vec<_> = part.rows.iter().map(|r| r.answer()).collect();
        crossmodal::table(&answers).iter().for_each(|line| table.line(line));
        *page += &table.text();
    }
    *page += "\n*Correct* counts every clip; *fooled* counts, among the clips that are recognised in that view without \
              the attack, those that are not with it; *target* counts the clips whose target is recognised. *Seen by*: \
              the skeleton itself, or a camera at this angle from the front. *Cm*: mean distance of 13 main joints \
              after the best similarity of each frame.\n";
}

/// One step has one iterate, and without a target a changed label is the success.
fn fooled(all: &[Group<'_>]) -> MarkdownTable {
    let mut table =
        MarkdownTable::new(&["epsilon", "% of height", "fooled, correct", "fooled, all", "median confidence"]);
    for g in all {
        table.line(&[
            g.setting.clone(),
            number(g.share(), 1),
            g.rate(|r| r.fooled).to_string(),
            g.rate_of_all(|r| r.fooled).to_string(),
            g.median(2, |r| Some(r.confidence)),
        ]);
    }
    table
}

/// The table of successes with more columns.
fn success_with(
    all: &[Group<'_>],
    first: &str,
    more: &[&str],
    cells: impl Fn(&Group<'_>) -> Vec<String>,
) -> MarkdownTable {
    let mut table = MarkdownTable::new(&[&[first], &SUCCESS[..], more].concat());
    all.iter().for_each(|g| table.line(&[success_cells(g), cells(g)].concat()));
    table
}

fn beside_table_1(all: &[Group<'_>]) -> MarkdownTable {
    success_with(all, "epsilon", &["paper: Kinetics", "NTU XS", "NTU XV"], |g| {
        let known = paper::epsilon(&g.setting).and_then(paper::table_1);
        known.map_or(vec!["-".into(); 3], |rates| rates.map(|r| format!("{r:.1}")).to_vec())
    })
}

/// Success against epsilon as a share of the body's height, in percent, among the correct.
fn against_share(name: &str, rows: &[&Row], answer: impl Fn(&Row) -> bool + Copy) -> Series {
    let mut points: Vec<(f64, Rate)> =
        groups(rows, &[]).iter().filter_map(|g| Some((g.share()?, g.rate(answer)))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Series { name: name.into(), points }
}

/// Success as it is, after smoothing, and if the detector flags nothing.
fn with_defences(all: &[Group<'_>]) -> Vec<(String, [(&'static str, Rate); 3])> {
    let of = |g: &Group<'_>| {
        [
            ("as it is", g.rate(Row::success)),
            ("after smoothing", g.rate(Row::smoothed_success)),
            ("and not flagged", g.rate(|r| r.success() && r.flagged() != Some(true))),
        ]
    };
    all.iter().map(|g| (g.setting.clone(), of(g))).collect()
}
