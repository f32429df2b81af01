//! Real skeleton sets, for training and evaluation beside a data directory. None of their clips ships.

pub mod augment;
#[cfg(feature = "train")]
pub mod dataset;
