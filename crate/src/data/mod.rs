//! Real skeleton sets, for training and evaluation beside a data directory. None of their clips ships.

#[cfg(feature = "train")]
pub mod dataset;
