//! Which clips of a file a text names.

use super::entry::Entry;
use crate::error::{Error, Result};

/// Every clip.
const ALL: &str = "all";

/// What to do with a file of several clips from which none is chosen.
pub(super) fn ask(count: usize) -> String {
    format!(
        "the file holds {count} clips; choose by number from 1 (FILE#3), by id or split (FILE#NAME), or take all \
         (FILE#all); `ciasa clips FILE` lists them"
    )
}

/// As [`super::Many::choose`].
pub(super) fn choose(entries: &[Entry], wanted: &str) -> Result<Vec<usize>> {
    let count = entries.len();
    if wanted == ALL {
        return Ok((0..count).collect());
    }
    if !wanted.is_empty() && wanted.bytes().all(|b| b.is_ascii_digit()) {
        let index = wanted.parse().ok().and_then(|n: usize| n.checked_sub(1)).filter(|i| *i < count);
        let cause = || Error::format(format!("there is no clip {wanted}; clips are numbered from 1 to {count}"));
        return Ok(vec![index.ok_or_else(cause)?]);
    }
    let those = |fits: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
        entries.iter().enumerate().filter(|(_, entry)| fits(entry)).map(|(i, _)| i).collect()
    };
    let named = those(&|entry| entry.id == wanted);
    match named.as_slice() {
        [] => {}
        [_] => return Ok(named),
        several => {
            let numbers: Vec<_> = several.iter().take(8).map(|i| (i + 1).to_string()).collect();
            let cause =
                format!("{} clips are named {wanted:?}; choose one by number: {}", several.len(), numbers.join(", "));
            return Err(Error::format(cause));
        }
    }
    let part = those(&|entry| entry.splits.iter().any(|split| split == wanted));
    if part.is_empty() {
        let mut splits: Vec<&str> = entries.iter().flat_map(|e| &e.splits).map(String::as_str).collect();
        splits.sort_unstable();
        splits.dedup();
        let splits = if splits.is_empty() { String::new() } else { format!(", a split ({})", splits.join(", ")) };
        let cause =
            format!("there is no clip {wanted:?}; choose an id, a number from 1 to {count}{splits}, or {ALL:?}");
        return Err(Error::format(cause));
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, splits: &[&str]) -> Entry {
        let splits = splits.iter().map(|s| (*s).to_owned()).collect();
        Entry { id: id.into(), label: None, splits, frames: 1, people: 1 }
    }

    #[test]
    fn numbers_ids_splits_and_all_choose() {
        let entries = [entry("a", &["train"]), entry("7", &["train", "x"]), entry("b", &[]), entry("b", &["x"])];
        let chosen = |wanted: &str| choose(&entries, wanted).map_err(|e| e.to_string());
        assert_eq!(chosen("all"), Ok(vec![0, 1, 2, 3]));
        assert_eq!((chosen("1"), chosen("004"), chosen("a")), (Ok(vec![0]), Ok(vec![3]), Ok(vec![0])));
        assert_eq!((chosen("train"), chosen("x")), (Ok(vec![0, 1]), Ok(vec![1, 3])));
        let error = |wanted: &str| chosen(wanted).err().unwrap_or_default();
        for number in ["0", "5", "7", "99999999999999999999999"] {
            assert_eq!(error(number), format!("there is no clip {number}; clips are numbered from 1 to 4"));
        }
        assert_eq!(error("b"), "2 clips are named \"b\"; choose one by number: 3, 4");
        assert!(error("c").ends_with("a number from 1 to 4, a split (train, x), or \"all\""), "{}", error("c"));
        assert!(error("").starts_with("there is no clip \"\""));
    }
}
