//! From anybody's weight files to a network: which architecture the keys show, what they leave open, and the
//! recogniser.

mod aliases;
pub mod class_names;
mod entry;
pub mod identify;
mod lookalikes;
pub mod opened;
mod pyskl;
mod questions;

pub use opened::{Answers, Identified, Opened};
