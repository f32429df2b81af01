//! Attacks that failed: named as they happen, counted at the end.

use crate::cli::say::note;
use crate::error::{Error, Result};

/// Failures that are named; a lost device would fill the log with the same one.
const NAMED: usize = 100;

/// The attacks of a run that failed.
#[derive(Default)]
pub struct Failures(usize);

impl Failures {
    /// Names an attack and its reason.
    pub fn add(&mut self, name: String, why: &Error) {
        self.0 += 1;
        match self.0 {
            n if n <= NAMED => note!("failed: {name}: {why}"),
            n if n == NAMED + 1 => note!("more attacks failed, which are only counted"),
            _ => {}
        }
    }

    /// The end of a run of so many attacks.
    ///
    /// # Errors
    /// If one failed.
    pub fn end(&self, attacks: usize) -> Result<()> {
        match self.0 {
            0 => Ok(()),
            n => Err(Error::data(format!(
                "{n} of {attacks} attacks failed, for the reasons above; the rows of the others are written, and a \
                 further run tries only those that failed"
            ))),
        }
    }
}
