//! A state dict: named arrays, under the names that the networks' publishers use.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// One array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub data: Vec<f32>,
}

/// Named arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    arrays: BTreeMap<String, Array>,
    /// Arrays that could not be read, and why: an error only where a network needs them.
    unread: BTreeMap<String, String>,
}

impl State {
    /// No array.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces an array.
    pub fn insert(&mut self, key: impl Into<String>, shape: &[usize], data: Vec<f32>) {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        self.arrays.insert(key.into(), Array { shape: shape.to_vec(), data });
    }

    /// Takes an array out.
    pub fn take(&mut self, key: &str) -> Option<Array> {
        self.arrays.remove(key)
    }

    /// Notes an array that cannot be read, and why.
    pub fn insert_unread(&mut self, key: impl Into<String>, cause: impl Into<String>) {
        self.unread.insert(key.into(), cause.into());
    }

    /// Why the array of that name could not be read, if it is in the file and could not.
    pub fn unread(&self, key: &str) -> Option<&str> {
        self.unread.get(key).map(String::as_str)
    }

    /// Is there an array of that name?
    pub fn contains(&self, key: &str) -> bool {
        self.arrays.contains_key(key)
    }

    /// The names in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str)
    }

    /// The array of that name, which must have that shape.
    ///
    /// # Errors
    /// Names the key where it is missing, has another shape, or holds a value that is not finite.
    pub fn get(&self, key: &str, shape: &[usize]) -> Result<&[f32]> {
        let array = self.expect(key, shape)?;
        if let Some(i) = array.data.iter().position(|v| !v.is_finite()) {
            return Err(Error::weights(format!("value {i} is {}", array.data[i])).at(format!("{key:?}")));
        }
        Ok(&array.data)
    }

    /// Checks that the array of that name is there and has that shape.
    ///
    /// # Errors
    /// Names the key.
    pub fn expect(&self, key: &str, shape: &[usize]) -> Result<&Array> {
        let array = self.arrays.get(key).ok_or_else(|| {
            let cause = self.unread.get(key).map_or("is missing", String::as_str);
            Error::weights(cause).at(format!("{key:?}"))
        })?;
        match array.shape == shape {
            true => Ok(array),
            false => {
                let cause = format!("has shape {:?} where {shape:?} is needed", array.shape);
                Err(Error::weights(cause).at(format!("{key:?}")))
            }
        }
    }

    /// The shape of the array of that name.
    pub fn shape(&self, key: &str) -> Option<&[usize]> {
        self.arrays.get(key).map(|a| a.shape.as_slice())
    }

    /// All arrays in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Array)> {
        self.arrays.iter().map(|(key, array)| (key.as_str(), array))
    }

    /// The arrays whose names begin with `prefix`, without it, and the others as they are.
    #[must_use]
    pub fn within(self, prefix: &str) -> Self {
        let short = |key: String| key.strip_prefix(prefix).map(str::to_owned).unwrap_or(key);
        self.renamed(short)
    }

    /// The same arrays under other names.
    #[must_use]
    pub fn renamed(self, name: impl Fn(String) -> String) -> Self {
        Self {
            arrays: self.arrays.into_iter().map(|(key, array)| (name(key), array)).collect(),
            unread: self.unread.into_iter().map(|(key, cause)| (name(key), cause)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn wrong_arrays_are_named() {
        let mut state = State::new();
        state.insert("fc.bias", &[2], vec![1.0, f32::NAN]);
        state.insert_unread("conv.weight", "is a tensor of a type that is not read");
        let message = |e: Result<&[f32]>| e.unwrap_err().to_string();
        assert_eq!(message(state.get("fc.weight", &[2])), "\"fc.weight\": is missing");
        assert_eq!(message(state.get("conv.weight", &[2])), "\"conv.weight\": is a tensor of a type that is not read");
        assert_eq!(message(state.get("fc.bias", &[3])), "\"fc.bias\": has shape [2] where [3] is needed");
        assert_eq!(message(state.get("fc.bias", &[2])), "\"fc.bias\": value 1 is NaN");
    }
}
