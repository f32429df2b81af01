//! The classes of the user's clips: from a table, from the clip, or from the name of its file.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::skeleton::NTU_120_CLASSES;

/// Labels by file.
#[derive(Debug, Default)]
pub struct Labels(HashMap<String, String>);

#[derive(Deserialize)]
struct Line {
    file: String,
    label: String,
}

impl Labels {
    /// Reads a CSV table with the columns `file` and `label`.
    ///
    /// # Errors
    /// Names the line that is wrong, or a file that is there twice.
    pub fn parse(csv: &str) -> Result<Self> {
        let csv = csv.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv.as_bytes());
        let mut labels = Self::default();
        for (i, line) in reader.deserialize::<Line>().enumerate() {
            let place = |e: Error| e.at(format!("line {}", i + 2));
            let line = line.map_err(|e| place(Error::data(format!("{e}; the columns are file and label"))))?;
            if labels.0.insert(line.file.clone(), line.label).is_some() {
                return Err(place(Error::data(format!("{} is there twice", line.file))));
            }
        }
        match labels.0.is_empty() {
            true => Err(Error::data("has no line below the header file,label")),
            false => Ok(labels),
        }
    }

    /// The label of a file, found by its path below the folder, its name, or its name without the ending.
    fn get(&self, file: &str) -> Option<&str> {
        keys(file).into_iter().find_map(|key| self.0.get(key)).map(String::as_str)
    }

    /// Number of lines that name none of these files.
    pub fn unused<'a>(&self, files: impl Iterator<Item = &'a str>) -> usize {
        let used: HashSet<&str> = files.filter_map(|f| keys(f).into_iter().find(|k| self.0.contains_key(*k))).collect();
        self.0.len() - used.len()
    }
}

/// The names of a file in a table or a list. A clip of a file of many is known by what is behind the `#`.
pub(super) fn keys(file: &str) -> [&str; 3] {
    if let Some((_, id)) = file.split_once('#') {
        return [file, id, id];
    }
    let base = file.rsplit('/').next().unwrap_or(file);
    [file, base, base.rsplit_once('.').map_or(base, |(stem, _)| stem)]
}

/// The number, from 1, of a class of a larger set than the network's: NTU RGB+D 120's put on headphone is 61, and a
/// network of 60 classes does not know it. None for classes of the network, and for names that are no class of NTU.
pub fn beyond(file: &str, own: Option<&str>, labels: Option<&Labels>, classes: &[String]) -> Option<usize> {
    if class_of(file, own, labels, classes).is_ok() {
        return None;
    }
    let text = labels.map_or(own, |labels| labels.get(file))?.trim();
    let number = text.strip_prefix("class ").unwrap_or(text).parse().ok();
    let of_ntu = || NTU_120_CLASSES.iter().position(|c| *c == text).map(|at| at + 1);
    number.or_else(of_ntu).filter(|n| *n > classes.len())
}

/// The index of a clip's class among a network's classes. `own` is the label of the clip itself, which for NTU RGB+D is
/// the class in the file's name.
///
/// # Errors
/// If the clip has no label, or the label is no class of the network.
pub fn class_of(file: &str, own: Option<&str>, labels: Option<&Labels>, classes: &[String]) -> Result<usize> {
    let text = match labels {
        Some(labels) => labels.get(file).ok_or_else(|| Error::data("the table of labels does not name it"))?,
        None => own.ok_or_else(|| {
            Error::data("has no label, and its name holds no class such as A023; give a table by --labels FILE")
        })?,
    };
    let text = text.trim();
    let by_name = classes.iter().position(|c| c == text);
    let by_case = || classes.iter().position(|c| c.eq_ignore_ascii_case(text));
    // Files of many clips whose classes have no names call them "class 1", "class 2", ...
    let number = text.strip_prefix("class ").unwrap_or(text);
    let by_number = || number.parse::<usize>().ok().filter(|n| (1..=classes.len()).contains(n)).map(|n| n - 1);
    // A network of NTU's classes under other names has them in NTU's order.
    let of_ntu = || {
        let all = NTU_120_CLASSES.len();
        let at = NTU_120_CLASSES.iter().position(|c| *c == text)?;
        ([all / 2, all].contains(&classes.len()) && at < classes.len()).then_some(at)
    };
    by_name.or_else(by_case).or_else(by_number).or_else(of_ntu).ok_or_else(|| {
        let n = classes.len();
        Error::data(format!(
            "its label {text:?} is none of the network's {n} classes; `--labels` or `--classes` name them"
        ))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn classes(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn a_table_names_files_by_path_name_or_stem() {
        let table = Labels::parse("\u{feff}file, label\na/b.json,Wave\nc.skeleton,2\nd,wave\n").unwrap();
        let class = |file: &str| class_of(file, Some("squat"), Some(&table), &classes(&["squat", "wave"]));
        assert_eq!(["a/b.json", "x/c.skeleton", "d.json"].map(|f| class(f).unwrap()), [1, 1, 1]);
        assert!(class("b.json").unwrap_err().to_string().contains("does not name it"));
        assert_eq!(table.unused(["a/b.json", "d.json"].into_iter()), 1);
        for (bad, why) in
            [("file,label\na,1\na,2\n", "line 3: a is there twice"), ("file,label\n", "no line"), ("x\n1\n", "line 2")]
        {
            assert!(Labels::parse(bad).unwrap_err().to_string().contains(why), "{bad}");
        }
    }

    #[test]
    fn a_class_is_found_by_name_number_or_place_in_ntu() {
        let ntu: Vec<String> = (1..=60).map(|n| format!("A{n:03}")).collect();
        assert_eq!(class_of("f", Some("hand waving"), None, &ntu), Ok(22));
        // A class of NTU RGB+D 120 is none of 60.
        assert!(class_of("f", Some("put on headphone"), None, &ntu).unwrap_err().to_string().contains("60 classes"));
        let above = |label: &str| beyond("f", Some(label), None, &ntu);
        assert_eq!(["put on headphone", "class 120", "61"].map(above), [Some(61), Some(120), Some(61)]);
        assert_eq!(["hand waving", "60", "0", "juggling"].map(above), [None; 4]);
        assert_eq!(class_of("f", Some("WAVE"), None, &classes(&["clap", "wave"])), Ok(1));
        for number in ["2", "class 2"] {
            assert_eq!(class_of("f", Some(number), None, &classes(&["clap", "wave"])), Ok(1));
        }
        assert!(class_of("f", Some("3"), None, &classes(&["clap", "wave"])).is_err());
        assert!(class_of("f", None, None, &ntu).unwrap_err().to_string().contains("--labels"));
    }
}
