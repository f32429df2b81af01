//! Tables of clips that other networks judge.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::paper;
use super::parts::parts;
use super::protocol::protocol;
use super::tables::{Group, MarkdownTable, groups};
use crate::contract::stats::Rate;
use crate::eval::row::Row;

/// Each attacked network's clips, judged by each network.
pub fn table3(page: &mut String, rows: &[&Row], settings: &[String]) {
    for part in parts(rows, true) {
        protocol(page, &part.rows, &format!("Attacked: {}", part.heading));
        *page += &transfer(&part.rows, settings).text();
    }
}

/// The label that changes when each attacked network's clips are judged by each network.
pub fn matrices(page: &mut String, rows: &[&Row], settings: &[String]) {
    let judges: BTreeSet<&str> = rows.iter().map(|r| r.judge.as_str()).collect();
    let head = || MarkdownTable::new(&[&["attacked"], &judges.iter().copied().collect::<Vec<_>>()[..]].concat());
    for group in groups(rows, settings) {
        let _ = writeln!(page, "\n### Transfer, {}\n\nLabel changed, % of all clips, by judge:", group.setting);
        let mut table = head();
        for part in parts(&group.rows, true) {
            let cell = |judge: &&str| {
                let own = part.rows.iter().filter(|r| r.judge == **judge).map(|r| r.fooled);
                Rate::count(own).to_string()
            };
            table.line(&[vec![part.heading.clone()], judges.iter().map(cell).collect()].concat());
        }
        *page += &table.text();
    }
}

/// Each setting, judged by each network.
pub fn transfer(rows: &[&Row], settings: &[String]) -> MarkdownTable {
    let columns = ["attack", "judge", "accuracy before", "after", "label changed, all", "target recognised, correct"];
    let mut table = MarkdownTable::new(&[&columns[..], &["paper: before", "after", "fooling rate"]].concat());
    for group in groups(rows, settings) {
        let judges: BTreeSet<(bool, &str)> =
            group.rows.iter().map(|r| (r.judge != r.model, r.judge.as_str())).collect();
        for (_, judge) in judges {
            let own = Group {
                setting: group.setting.clone(),
                rows: group.rows.iter().copied().filter(|r| r.judge == judge).collect(),
            };
            let from_st_gcn = own.rows.iter().all(|r| r.model.ends_with("st-gcn"));
            let known = paper::TABLE_3
                .iter()
                .find(|(id, _)| from_st_gcn && group.setting.starts_with("e=") && judge.ends_with(&format!("-{id}")));
            let mut cells = vec![
                own.setting.clone(),
                judge.to_owned(),
                own.rate_of_all(|r| r.clean_correct).to_string(),
                own.rate_of_all(|r| r.predicted == r.label).to_string(),
                own.rate_of_all(|r| r.fooled).to_string(),
                own.rate_where(|r| r.hit).to_string(),
            ];
            cells.extend(known.map_or(vec!["-".into(); 3], |(_, n)| n.map(|n| format!("{n:.1}")).to_vec()));
            table.line(&cells);
        }
    }
    table
}
