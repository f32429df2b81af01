//! The paper's experiments, measured: attacks on many clips, one row a clip and setting, and the report made of the rows.
//!
//! [`experiments`] holds the experiments as data. [`inputs`] is what they run on, [`schedule`] makes units of work of them, [`unit`] is one
//! attack with the rows that it answers, [`run`] works through them on several threads, [`table`] keeps the rows so that a run can
//! go on where it was cut off, and [`report`] turns them into tables and plots. How a row is judged is told in [`row`].

pub mod defence;
pub mod experiments;
pub mod inputs;
pub mod manifold;
pub mod report;
pub mod row;
pub mod run;
pub mod schedule;
pub mod setting;
pub mod table;
pub mod trial;
pub mod unit;
