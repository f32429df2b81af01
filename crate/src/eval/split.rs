//! A part of the user's clips: a list of names, or the name of a split that their file holds.

use std::collections::{HashMap, HashSet};

use super::labels::keys;
use crate::error::{Error, Result};

/// Characters of a line, at most; a longer one is no name.
const LINE: usize = 1024;

/// Names of clips, one a line.
#[derive(Debug, Default)]
pub struct Names(HashMap<String, usize>);

impl Names {
    /// Reads a list: one name a line, as in a table of labels. Empty lines and lines that begin with `#` do not count.
    ///
    /// # Errors
    /// Names the line that is no name, or a name that is there twice; or there is no name.
    pub fn parse(text: &str) -> Result<Self> {
        let mut names = Self::default();
        for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let (name, number) = (line.trim(), i + 1);
            let wrong = |cause: String| Error::data(cause).at(format!("line {number}"));
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            if name.chars().count() > LINE || name.chars().any(char::is_control) {
                return Err(wrong("is no name of a clip; a list has one name a line".into()));
            }
            if let Some(first) = names.0.insert(name.to_owned(), number) {
                return Err(wrong(format!("{name} is there twice, first in line {first}")));
            }
        }
        match names.0.is_empty() {
            true => Err(Error::data("names no clip; a list has one name a line")),
            false => Ok(names),
        }
    }

    /// How many clips are named.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is none named?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is a file named: by its path below the folder, its name, or its name without the ending? A clip of a file of
    /// many is named by what is behind the `#`.
    pub fn has(&self, file: &str) -> bool {
        self.line(file).is_some()
    }

    fn line(&self, file: &str) -> Option<usize> {
        keys(file).into_iter().find_map(|key| self.0.get(key)).copied()
    }

    /// The lines, in order, that name none of these files, each with its name.
    pub fn unused<'a>(&self, files: impl Iterator<Item = &'a str>) -> Vec<(usize, &str)> {
        let used: HashSet<usize> = files.filter_map(|file| self.line(file)).collect();
        let idle = self.0.iter().filter(|(_, line)| !used.contains(line)).map(|(name, line)| (*line, name.as_str()));
        let mut idle: Vec<_> = idle.collect();
        idle.sort_unstable();
        idle
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_names_files_by_path_name_stem_or_id() {
        let list = Names::parse("\u{feff}# test side\r\na/b.json\r\n\r\nS001A023\nc.skeleton\nmissing\n").unwrap();
        assert_eq!(list.len(), 4);
        let taken = ["a/b.json", "x/S001A023.skeleton", "ntu.pkl#S001A023", "x/c.skeleton"];
        assert!(taken.iter().all(|file| list.has(file)));
        assert!(!["b.json", "a/b", "ntu.pkl#3", "S001A024.skeleton"].iter().any(|file| list.has(file)));
        assert_eq!(list.unused(taken.into_iter().skip(1)), [(2, "a/b.json"), (6, "missing")]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let message = |text: &str| Names::parse(text).unwrap_err().to_string();
        assert_eq!(message("a\n\n a \n"), "line 3: a is there twice, first in line 1");
        assert!(message("a\nb\u{1}c\n").starts_with("line 2: is no name of a clip"));
        assert!(message(&"x".repeat(2000)).starts_with("line 1: is no name of a clip"));
        assert!(message("# nothing\n").starts_with("names no clip"));
    }
}
