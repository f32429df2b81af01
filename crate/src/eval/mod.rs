//! The paper's experiments: attacks on many clips, one row for each clip and setting, and the report on the rows.
//!
//! [`experiments`] holds the experiments as data, [`inputs`] the networks and clips, [`labels`] the classes of the
//! user's clips and [`split`] the part of them that counts. [`schedule`] makes units of work of both; a [`unit`] is one
//! attack with its rows. [`run`] runs the units on several threads, [`table`] keeps the rows in a file, so that an
//! interrupted run can continue, and [`report`] makes tables and plots of them. [`row`] says how a row is judged.
//! [`certified`] measures certificates, [`fourier`] the frequencies that a network is sensitive to, [`queries`] how far
//! BASAR comes with how many queries, and [`matrix`] sets attacks against victims behind defences.

pub mod certified;
pub mod defence;
pub mod experiments;
pub mod fourier;
pub mod growing;
pub mod inputs;
pub mod labels;
pub mod manifold;
pub mod matrix;
pub mod queries;
pub mod report;
pub mod row;
pub mod run;
pub mod schedule;
pub mod setting;
pub mod split;
pub mod table;
pub mod trial;
pub mod unit;
