//! The pickle of names and labels that lies beside a `.npy` set.

use super::super::ntu_classes;
use super::limits::NAME;
use crate::container::{Array, Value, load};
use crate::error::{Error, Result};

/// Names of clips and numbers of their classes, from 0, in the order of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
    classes: Vec<i64>,
}

impl Labels {
    /// Reads `(names, labels)`, as ST-GCN's and 2s-AGCN's programs write it.
    ///
    /// # Errors
    /// The pickle is cut short or holds something else.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::pair(bytes).map_err(Error::of_format)
    }

    fn pair(bytes: &[u8]) -> Result<Self> {
        let value = load(bytes)?.value;
        let wrong = || Error::format(format!("labels are a pair of lists (names, classes), not {}", value.kind()));
        let pair = value.items().ok_or_else(wrong)?;
        let [names, classes] = pair.as_slice() else { return Err(wrong()) };
        let names = names.items().ok_or_else(wrong)?;
        let names: Vec<&str> = names.iter().map(Value::text).collect::<Option<_>>().ok_or_else(wrong)?;
        let classes = whole(classes).ok_or_else(wrong)?;
        if names.len() != classes.len() {
            return Err(Error::format(format!("{} names, but {} labels", names.len(), classes.len())));
        }
        // Names can share their bytes in the file, so its size is no bound of the copies.
        if let Some(long) = names.iter().find(|name| name.len() > NAME) {
            return Err(Error::format(format!("a name of {} bytes; at most {NAME} are read", long.len())));
        }
        Ok(Self { names: names.into_iter().map(str::to_owned).collect(), classes })
    }

    /// How many clips are named.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Is none named?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The label of the clip at a place: the class in its name, or `class N` counted from 1.
    pub fn of(&self, index: usize) -> Option<String> {
        let named = ntu_classes::label(self.names.get(index)?);
        Some(named.map_or_else(|| format!("class {}", self.classes[index].saturating_add(1)), str::to_owned))
    }

    /// The name of the clip at a place.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(String::as_str)
    }
}

/// The whole numbers of a list, a tuple or an array.
fn whole(value: &Value<'_>) -> Option<Vec<i64>> {
    if let Some(list) = value.items() {
        return list.iter().map(Array::int).collect();
    }
    let array = Array::of(value).ok().flatten().filter(Array::is_numeric)?;
    Some((0..array.len()).map(|i| array.number(i) as i64).collect())
}
