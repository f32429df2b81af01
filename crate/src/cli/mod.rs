//! The command line: each command is a file with its arguments and its work.

pub mod attack;
mod common;
pub mod convert;
pub mod eval;
pub mod evaluate;
pub mod gallery;
pub mod plot;
pub mod recognise;
pub mod train;
mod weights;
