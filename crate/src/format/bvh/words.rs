//! The words of a BVH file, with their lines.

use crate::error::{Error, Result, short};

/// Is this text a BVH file's?
pub fn is_bvh(text: &str) -> bool {
    let word = "HIERARCHY";
    text.trim_ascii_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Reads words one after the other.
pub(super) struct Words<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    line: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// Bytes that are read, up to and without the next word.
    pub(super) fn position(&mut self) -> usize {
        self.skip_space();
        self.at
    }

    /// The next word; None at the end.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        self.skip_space();
        let rest = &self.text[self.at..];
        let word = &rest[..rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len())];
        self.at += word.len();
        (!word.is_empty()).then_some(word)
    }

    /// The rest of the line up to an opening bracket, without the space around it.
    pub(super) fn name(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find(['\n', '\r', '{']).unwrap_or(rest.len())];
        self.at += line.len();
        line.trim()
    }

    /// Reads a word that has to stand here, in any case.
    ///
    /// # Errors
    /// Another word stands here.
    pub(super) fn expect(&mut self, wanted: &str) -> Result<()> {
        match self.next() {
            Some(word) if word.eq_ignore_ascii_case(wanted) => Ok(()),
            other => Err(self.unexpected(other, &format!("{wanted:?}"))),
        }
    }

    /// Reads a number.
    ///
    /// # Errors
    /// No finite number of a usual size stands here.
    pub(super) fn number(&mut self, what: &str) -> Result<f64> {
        let word = self.next();
        let value = word.and_then(|word| word.parse::<f64>().ok());
        match value.filter(|v| v.is_finite() && v.abs() <= 1e7) {
            Some(value) => Ok(value),
            None => Err(self.unexpected(word, what)),
        }
    }

    /// Reads a whole number from 0 to a largest one.
    ///
    /// # Errors
    /// Something else stands here.
    pub(super) fn count(&mut self, what: &str, most: usize) -> Result<usize> {
        let word = self.next();
        let value = word.and_then(|word| word.parse::<usize>().ok());
        match value.filter(|n| *n <= most) {
            Some(value) => Ok(value),
            None => Err(self.unexpected(word, &format!("{what}, at most {most}"))),
        }
    }

    /// An error with the line of the last word.
    pub(super) fn error(&self, cause: impl Into<String>) -> Error {
        Error::format(cause.into()).at(format!("line {}", self.line))
    }

    pub(super) fn unexpected(&self, found: Option<&str>, wanted: &str) -> Error {
        match found {
            Some(word) => self.error(format!("{:?} stands where {wanted} is expected", short(word, 40))),
            None => self.error(format!("the file ends where {wanted} is expected")),
        }
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        let space = rest.len() - rest.trim_ascii_start().len();
        self.line += rest.as_bytes()[..space].iter().filter(|b| **b == b'\n').count();
        self.at += space;
    }
}
