//! Names of classes from a text or JSON file.

use std::collections::BTreeSet;

use crate::error::{Error, Result};

/// Names of classes from a text with one in each line, or a JSON array.
///
/// # Errors
/// The number of names is not `count`, or a name is too long or occurs twice.
pub fn class_names(list: &str, count: usize) -> Result<Vec<String>> {
    let list = list.trim_start_matches('\u{feff}').trim();
    let names: Vec<String> = match list.starts_with('[') {
        true => serde_json::from_str(list).map_err(|e| Error::config(e.to_string()))?,
        false => list.lines().map(str::to_owned).collect(),
    };
    let names: Vec<String> = names.iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
    if names.len() != count {
        return Err(Error::config(format!("{} names for {count} classes", names.len())));
    }
    let mut seen = BTreeSet::new();
    for (i, name) in names.iter().enumerate() {
        if name.chars().count() > 200 {
            return Err(Error::config(format!("name {} is longer than 200 letters", i + 1)));
        }
        if !seen.insert(name) {
            return Err(Error::config(format!("{name:?} is there twice")));
        }
    }
    Ok(names)
}
