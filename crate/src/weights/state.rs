//! A state dict: named arrays, under the names that the networks' publishers use.

use std::collections::BTreeMap;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::pytorch;
use crate::error::{Error, Result};

/// One array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub data: Vec<f32>,
}

/// A network's safetensors header has some tens of kilobytes.
const MAX_HEADER: u64 = 1 << 20;

/// Named arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    arrays: BTreeMap<String, Array>,
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
        let array = self.arrays.get(key).ok_or_else(|| Error::weights("is missing").at(format!("{key:?}")))?;
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
        Self { arrays: self.arrays.into_iter().map(|(key, array)| (short(key), array)).collect() }
    }

    /// Reads a weight file: safetensors, or PyTorch's `.pt` and `.pth`, told apart by their first bytes.
    ///
    /// # Errors
    /// As [`State::from_safetensors`] and [`super::pytorch::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match pytorch::is_pytorch(bytes) {
            true => pytorch::read(bytes),
            false => Self::from_safetensors(bytes),
        }
    }

    /// Reads a safetensors file of floats and integers; arrays of other types are left out.
    ///
    /// Memory stays within a small multiple of the file's size: the format's header cannot promise more bytes than
    /// the file has.
    ///
    /// # Errors
    /// Where the header is not valid or longer than 1 MiB, or an array's bytes lie outside the file.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        if let Some(length) = bytes.first_chunk().map(|b| u64::from_le_bytes(*b)).filter(|n| *n > MAX_HEADER) {
            let cause = format!("neither a PyTorch nor a safetensors file (of a header of {length} bytes)");
            return Err(Error::weights(cause));
        }
        let file = SafeTensors::deserialize(bytes)
            .map_err(|e| Error::weights(format!("neither a PyTorch nor a safetensors file ({e})")))?;
        let mut state = Self::new();
        for (key, view) in file.iter() {
            let data: Vec<f32> = match view.dtype() {
                Dtype::F32 => chunks(view.data(), f32::from_le_bytes),
                Dtype::F16 => chunks(view.data(), |b: [u8; 2]| f16::from_le_bytes(b).to_f32()),
                Dtype::BF16 => chunks(view.data(), |b: [u8; 2]| half::bf16::from_le_bytes(b).to_f32()),
                Dtype::F64 => chunks(view.data(), |b: [u8; 8]| f64::from_le_bytes(b) as f32),
                Dtype::I64 => chunks(view.data(), |b: [u8; 8]| i64::from_le_bytes(b) as f32),
                Dtype::I32 => chunks(view.data(), |b: [u8; 4]| i32::from_le_bytes(b) as f32),
                _ => continue,
            };
            state.insert(key, view.shape(), data);
        }
        Ok(state)
    }

    /// Writes a safetensors file of 16-bit floats.
    ///
    /// # Errors
    /// Names the key whose values do not fit 16 bits.
    pub fn to_safetensors_16(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.arrays.len());
        for (key, array) in &self.arrays {
            if let Some(v) = array.data.iter().find(|v| !f16::from_f32(**v).is_finite()) {
                return Err(Error::weights(format!("{v} does not fit a 16-bit float")).at(format!("{key:?}")));
            }
            bytes.push(array.data.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect::<Vec<u8>>());
        }
        let views = self.arrays.iter().zip(&bytes).map(|((key, array), bytes)| {
            TensorView::new(Dtype::F16, array.shape.clone(), bytes)
                .map(|view| (key.as_str(), view))
                .map_err(|e| Error::weights(e.to_string()).at(format!("{key:?}")))
        });
        let views = views.collect::<Result<Vec<_>>>()?;
        safetensors::serialize(views, None).map_err(|e| Error::weights(e.to_string()))
    }
}

fn chunks<const N: usize>(bytes: &[u8], f: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|b| f(*b)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sixteen_bits_go_round() {
        let mut state = State::new();
        state.insert("a.weight", &[2, 3], vec![0.0, 0.5, -1.25, 2.0, 1024.0, -0.125]);
        let back = State::from_safetensors(&state.to_safetensors_16().unwrap()).unwrap();
        assert_eq!(back, state);
        state.insert("b", &[1], vec![1e9]);
        assert!(state.to_safetensors_16().unwrap_err().to_string().starts_with("\"b\""));
    }

    #[test]
    fn wrong_arrays_are_named() {
        let mut state = State::new();
        state.insert("fc.bias", &[2], vec![1.0, f32::NAN]);
        let message = |e: Result<&[f32]>| e.unwrap_err().to_string();
        assert_eq!(message(state.get("fc.weight", &[2])), "\"fc.weight\": is missing");
        assert_eq!(message(state.get("fc.bias", &[3])), "\"fc.bias\": has shape [2] where [3] is needed");
        assert_eq!(message(state.get("fc.bias", &[2])), "\"fc.bias\": value 1 is NaN");
    }

    #[test]
    fn hostile_files_are_refused() {
        let mut state = State::new();
        state.insert("a", &[4], vec![1.0; 4]);
        let good = state.to_safetensors_16().unwrap();
        for cut in 0..good.len() {
            assert!(State::from_safetensors(&good[..cut]).is_err(), "cut at {cut}");
        }
        let mut huge = good.clone();
        huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(State::from_safetensors(&huge).unwrap_err().is_weights());
    }
}
