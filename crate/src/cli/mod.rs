//! The command line: each command is a file with its arguments and its work.

pub mod train;
