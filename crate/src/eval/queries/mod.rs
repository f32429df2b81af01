//! BASAR's curve: how near a walk that sees labels only has come after so many queries.
//!
//! A walk's distance never grows, so one walk tells the success at every epsilon and for every smaller budget. [`work`]
//! walks to a clip, [`row`] is a line of the table, and [`report`] makes a section of `docs/ROBUSTNESS.md` of them.

pub mod report;
pub mod row;
pub mod work;
