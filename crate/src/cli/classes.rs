//! Classes by name and by number. The name is what identifies a class; numbers count from 1, as NTU RGB+D's A001 does.

use crate::error::{Error, Result};

/// Names that an error lists.
const LISTED: usize = 8;

/// A class as it is printed: its name, then its number.
pub fn printed(classes: &[String], index: usize) -> String {
    let number = index + 1;
    match classes.get(index) {
        // Classes without names are called "class 1", "class 2", ...
        Some(name) if *name != format!("class {number}") => format!("{name} (class {number})"),
        _ => format!("class {number}"),
    }
}

/// The index of a class, from 0, given its name, the beginning of its name, or its number. Case does not matter.
///
/// # Errors
/// If no class fits, or several do.
pub fn find(text: &str, classes: &[String]) -> Result<usize> {
    let text = text.trim();
    let n = classes.len();
    let all = |fits: &dyn Fn(&str) -> bool| (0..n).filter(|&i| fits(&classes[i])).collect::<Vec<_>>();
    let lower = text.to_lowercase();
    let exact = all(&|name| name == text);
    let ignoring_case = all(&|name| name.to_lowercase() == lower);
    if let [index] = exact[..] {
        return Ok(index);
    }
    if let [index] = ignoring_case[..] {
        return Ok(index);
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().ok().filter(|number| (1..=n).contains(number));
        return number
            .map(|number| number - 1)
            .ok_or_else(|| Error::config(format!("there is no class {text}; they are numbered from 1 to {n}")));
    }
    match all(&|name| !text.is_empty() && name.to_lowercase().starts_with(&lower))[..] {
        [index] => Ok(index),
        [] => {
            let known = listed(classes, &(0..n).collect::<Vec<_>>());
            Err(Error::config(format!("there is no class {text:?}; there are {known}")))
        }
        ref several => {
            let known = listed(classes, several);
            Err(Error::config(format!("several classes begin with {text:?}: {known}; give more of the name")))
        }
    }
}

fn listed(classes: &[String], indices: &[usize]) -> String {
    let names: Vec<String> = indices.iter().take(LISTED).map(|&i| printed(classes, i)).collect();
    match indices.len().saturating_sub(LISTED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Vec<String> {
        ["wave", "draw X", "draw x", "draw circle", "class 5", "7"].map(str::to_owned).to_vec()
    }

    #[test]
    fn names_beginnings_and_numbers_from_1_find_a_class() {
        let classes = classes();
        let found = |text: &str| find(text, &classes).map_err(|e| e.to_string());
        for (text, index) in [
            ("wave", 0),
            ("WAVE", 0),
            ("w", 0),
            ("1", 0),
            ("draw X", 1),
            ("draw x", 2),
            ("Draw C", 3),
            ("6", 5),
            ("7", 5),
            ("class 5", 4),
        ] {
            assert_eq!(found(text), Ok(index), "{text}");
        }
        assert_eq!(found("0"), Err("there is no class 0; they are numbered from 1 to 6".into()));
        assert_eq!(found("8"), Err("there is no class 8; they are numbered from 1 to 6".into()));
        let several = found("draw").err().unwrap_or_default();
        assert!(several.contains("draw X (class 2), draw x (class 3), draw circle (class 4)"), "{several}");
        let none = found("swim").err().unwrap_or_default();
        assert!(none.starts_with("there is no class \"swim\"; there are wave (class 1)"), "{none}");
        assert!(found("").is_err() && found("99999999999999999999999").is_err());
    }

    #[test]
    fn a_class_without_a_name_is_printed_once() {
        let classes = classes();
        assert_eq!(printed(&classes, 0), "wave (class 1)");
        assert_eq!(printed(&classes, 4), "class 5");
        assert_eq!(printed(&classes, 9), "class 10");
    }
}
