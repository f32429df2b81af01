//! The matrix: attacks against victims behind defences, on the same clips, with the same epsilons and the exact
//! projection.
//!
//! An attack on the bare network is judged by the network behind each defence as well: the defence was attacked
//! blindly. An adaptive attack goes through the defence. [`plan`] makes the pieces of work, [`work`] does one, [`row`]
//! is a line of the table, [`file`] keeps them, [`report`] makes the page `docs/ROBUSTNESS.md` of them, and [`card`]
//! what the networks' cards show.

pub mod card;
pub mod file;
pub mod heat;
pub mod plan;
pub mod report;
pub mod row;
pub mod work;
