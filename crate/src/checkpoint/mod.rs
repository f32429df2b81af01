//! From anybody's weight files to a network: which architecture the keys show, what they leave open, and the recogniser.

pub mod identify;
pub mod opened;

pub use opened::{Answers, Opened};
