//! Paragraphs that explain the results, under headings that name an experiment.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::eval::experiments::experiment;

/// What the names of plots and notes begin with that are about the networks and clips of others.
pub(super) const OTHERS: &str = "ntu-";

/// The paragraphs by experiment, after `ntu-` for the networks and clips of others; those of "all" open the page.
#[derive(Debug, Default)]
pub struct Notes(Vec<(String, String)>);

impl Notes {
    /// Reads Markdown in parts, each under a heading such as `## table1`.
    ///
    /// # Errors
    /// Names a heading that is no experiment or is there twice.
    pub fn parse(markdown: &str) -> Result<Self> {
        Self::parse_for(markdown, |id| id == "all" || experiment(id.strip_prefix(OTHERS).unwrap_or(id)).is_some())
    }

    /// As [`Notes::parse`], for a page with other headings.
    ///
    /// # Errors
    /// Names a heading that is not `known` or is there twice.
    pub fn parse_for(markdown: &str, known: impl Fn(&str) -> bool) -> Result<Self> {
        let mut notes = Self::default();
        for part in format!("\n{markdown}").split("\n## ").skip(1) {
            let (id, text) = part.split_once('\n').unwrap_or((part, ""));
            let id = id.trim();
            if !known(id) {
                return Err(Error::data("is no experiment").at(format!("heading {id:?}")));
            }
            if notes.0.iter().any(|n| n.0 == id) {
                return Err(Error::data("is there twice").at(format!("heading {id:?}")));
            }
            notes.0.push((id.to_owned(), text.trim().to_owned()));
        }
        Ok(notes)
    }

    /// Adds an experiment's paragraphs to the page, if there are any.
    pub fn write(&self, page: &mut String, id: &str) {
        if let Some((_, text)) = self.0.iter().find(|n| n.0 == id && !n.1.is_empty()) {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "\n*Reading.* {text}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_are_found_by_their_heading() {
        let notes = Notes::parse("A preface.\n\n## all\nFirst.\n\n## table2\n\nOne.\n\nTwo.\n").unwrap();
        let of = |id: &str| {
            let mut page = String::new();
            notes.write(&mut page, id);
            page
        };
        assert_eq!(of("all"), "\n*Reading.* First.\n");
        assert_eq!(of("table2"), "\n*Reading.* One.\n\nTwo.\n");
        assert_eq!(of("table1"), "");
        assert!(Notes::parse("## table9\n").unwrap_err().to_string().contains("table9"));
        assert!(Notes::parse("## all\n## all\n").unwrap_err().to_string().contains("twice"));
    }
}
