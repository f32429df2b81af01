//! Safetensors files, read and written.

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde::Deserialize;

use super::eight_bits;
use super::state::{Array, State};
use crate::error::{Error, Result, short};

/// A network's header has some tens of kilobytes.
const MAX_HEADER: u64 = 1 << 20;
/// The largest whole number up to which 16-bit floats have all whole numbers.
const WHOLE: f32 = 2048.0;

impl State {
    /// Reads a safetensors file of floats and integers; arrays of 8 bits need their scales. Arrays of other types count
    /// as unread.
    ///
    /// Memory stays within a small multiple of the file's size: the format's header cannot promise more bytes than
    /// the file has.
    ///
    /// # Errors
    /// Where the header is not valid or longer than 1 MiB, or an array's bytes lie outside the file.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        if let Some(length) = bytes.first_chunk().map(|b| u64::from_le_bytes(*b)).filter(|n| *n > MAX_HEADER) {
            let cause = match bytes.get(8) {
                Some(b'{') => format!("a safetensors header of {length} bytes; at most {MAX_HEADER} are read"),
                _ => "neither a PyTorch nor a safetensors file".to_owned(),
            };
            return Err(Error::weights(cause));
        }
        let file = SafeTensors::deserialize(bytes).map_err(|e| explain(bytes, &e))?;
        let mut state = Self::new();
        for (key, view) in file.iter() {
            if eight_bits::is_scale(&file, key) {
                continue;
            }
            let data: Vec<f32> = match view.dtype() {
                Dtype::F32 => chunks(view.data(), f32::from_le_bytes),
                Dtype::F16 => chunks(view.data(), |b: [u8; 2]| half(u16::from_le_bytes(b))),
                Dtype::BF16 => chunks(view.data(), |b: [u8; 2]| half::bf16::from_le_bytes(b).to_f32()),
                Dtype::F64 => chunks(view.data(), |b: [u8; 8]| f64::from_le_bytes(b) as f32),
                Dtype::I64 => chunks(view.data(), |b: [u8; 8]| i64::from_le_bytes(b) as f32),
                Dtype::I32 => chunks(view.data(), |b: [u8; 4]| i32::from_le_bytes(b) as f32),
                Dtype::I8 => match eight_bits::values(&file, key, &view) {
                    Ok(data) => data,
                    Err(cause) => {
                        state.insert_unread(key, cause);
                        continue;
                    }
                },
                other => {
                    state.insert_unread(key, format!("has the type {other:?}, which is not read"));
                    continue;
                }
            };
            state.insert(key, view.shape(), data);
        }
        Ok(state)
    }

    /// Writes a safetensors file of 16-bit floats. Whole numbers that 16 bits would round (Shift-GCN's indices above
    /// 2,048) are written as 32-bit integers.
    ///
    /// # Errors
    /// Names the key whose values do not fit 16 bits.
    pub fn to_safetensors_16(&self) -> Result<Vec<u8>> {
        let arrays = self.iter().map(|(key, array)| sixteen(key, array)).collect::<Result<Vec<_>>>()?;
        written(&arrays)
    }

    /// Writes a safetensors file whose large arrays have 8 bits, with the scales of their rows beside them, half the
    /// size of [`State::to_safetensors_16`], as which all other arrays are written.
    ///
    /// # Errors
    /// Names the key whose values do not fit, or whose name is that of another array's scales.
    pub fn to_safetensors_8(&self) -> Result<Vec<u8>> {
        let mut arrays = Vec::new();
        for (key, array) in self.iter() {
            if !eight_bits::fits(array) || is_indices(array) {
                arrays.push(sixteen(key, array)?);
                continue;
            }
            if let Some(v) = array.data.iter().find(|v| !v.is_finite()) {
                return Err(Error::weights(format!("{v} does not fit 8 bits")).at(format!("{key:?}")));
            }
            let name = format!("{key}{}", eight_bits::SCALE);
            if self.contains(&name) {
                let cause = "this name is needed for the scales of another array; rename it";
                return Err(Error::weights(cause).at(format!("{name:?}")));
            }
            let (bytes, scales) = eight_bits::quantised(array);
            arrays.push(Written { key: key.to_owned(), shape: array.shape.clone(), dtype: Dtype::I8, bytes });
            let bytes = scales.iter().flat_map(|s| s.to_le_bytes()).collect();
            arrays.push(Written { key: name, shape: vec![scales.len()], dtype: Dtype::F32, bytes });
        }
        written(&arrays)
    }
}

/// An array as it lies in the file.
struct Written {
    key: String,
    shape: Vec<usize>,
    dtype: Dtype,
    bytes: Vec<u8>,
}

/// Whole numbers that 16 bits would round.
fn is_indices(array: &Array) -> bool {
    array.data.iter().all(|v| v.fract() == 0.0 && v.abs() <= 16_777_216.0) && array.data.iter().any(|v| v.abs() > WHOLE)
}

fn sixteen(key: &str, array: &Array) -> Result<Written> {
    let as_written = |dtype, bytes| Ok(Written { key: key.to_owned(), shape: array.shape.clone(), dtype, bytes });
    if is_indices(array) {
        return as_written(Dtype::I32, array.data.iter().flat_map(|v| (*v as i32).to_le_bytes()).collect());
    }
    if let Some(v) = array.data.iter().find(|v| !f16::from_f32(**v).is_finite()) {
        return Err(Error::weights(format!("{v} does not fit a 16-bit float")).at(format!("{key:?}")));
    }
    as_written(Dtype::F16, array.data.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect())
}

fn written(arrays: &[Written]) -> Result<Vec<u8>> {
    let views = arrays.iter().map(|array| {
        TensorView::new(array.dtype, array.shape.clone(), &array.bytes)
            .map(|view| (array.key.as_str(), view))
            .map_err(|e| Error::weights(e.to_string()).at(format!("{:?}", array.key)))
    });
    let views = views.collect::<Result<Vec<_>>>()?;
    safetensors::serialize(views, None).map_err(|e| Error::weights(e.to_string()))
}

fn chunks<const N: usize>(bytes: &[u8], f: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|b| f(*b)).collect()
}

/// What the header says of an array.
/// A 16-bit float, as [`f16::to_f32`] gives it, but without branches: a network has millions, and a visitor waits.
fn half(bits: u16) -> f32 {
    let (sign, magnitude) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff) << 13);
    // The exponents differ by 112. The product is exact, and makes normal numbers of what is subnormal in 16 bits.
    let scaled = (f32::from_bits(magnitude) * f32::from_bits((127 + 112) << 23)).to_bits();
    let special = if bits & 0x7c00 == 0x7c00 { 0x7f80_0000 } else { 0 };
    f32::from_bits(sign | scaled | special)
}

#[derive(Deserialize)]
struct Info {
    dtype: Dtype,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// The library's error, with the array's name where it leaves it out.
fn explain(bytes: &[u8], error: &SafeTensorError) -> Error {
    let whole = Error::weights(format!("neither a PyTorch nor a safetensors file ({error})"));
    let header = bytes.first_chunk().and_then(|b| usize::try_from(u64::from_le_bytes(*b)).ok());
    let Some(header) = header.and_then(|n| bytes.get(8..n.checked_add(8)?)) else { return whole };
    let Ok(serde_json::Value::Object(entries)) = serde_json::from_slice(header) else { return whole };
    let held = bytes.len() - 8 - header.len();
    for (key, entry) in entries.iter().filter(|(key, _)| *key != "__metadata__") {
        let at = |cause: String| Error::weights(cause).at(format!("{:?}", short(key, 80)));
        let info: Info = match serde_json::from_value(entry.clone()) {
            Ok(info) => info,
            Err(e) => return at(format!("has a wrong entry in the safetensors header: {e}")),
        };
        let ((start, end), shape) = (info.data_offsets, &info.shape);
        let bits = shape.iter().try_fold(info.dtype.bitsize(), |n, size| n.checked_mul(*size));
        if end < start || end > held {
            return at(format!(
                "lies at bytes {start} to {end} of {held}: the safetensors file is cut short or damaged"
            ));
        }
        if bits != (end - start).checked_mul(8) {
            return at(format!("has {} bytes for shape {shape:?} of type {:?}", end - start, info.dtype));
        }
    }
    match error {
        SafeTensorError::InvalidOffset(key) => {
            Error::weights("does not begin where the array before it ends").at(format!("{:?}", short(key, 80)))
        }
        _ => whole,
    }
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
    fn every_sixteen_bit_float_is_read() {
        for bits in 0..=u16::MAX {
            let (ours, right) = (half(bits), f16::from_bits(bits).to_f32());
            assert!(
                ours.to_bits() == right.to_bits() || ours.is_nan() && right.is_nan(),
                "{bits:#06x}: {ours}, {right}"
            );
        }
    }

    #[test]
    fn indices_are_not_rounded() {
        let mut state = State::new();
        state.insert("l1.gcn1.shift_in", &[3], vec![0.0, 2049.0, 6399.0]);
        state.insert("small", &[2], vec![7.0, 2048.0]);
        let bytes = state.to_safetensors_16().unwrap();
        assert_eq!(State::from_safetensors(&bytes).unwrap(), state);
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

    #[test]
    fn errors_name_the_array() {
        let file = |header: &str, data: usize| {
            let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat();
            State::from_safetensors(&bytes).unwrap_err().to_string()
        };
        let w = |shape: &str, offsets: &str| {
            format!("{{\"fc.weight\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}")
        };
        assert_eq!(file(&w("[3]", "[0,8]"), 8), "\"fc.weight\": has 8 bytes for shape [3] of type F32");
        assert!(file(&w("[4]", "[0,16]"), 8).starts_with("\"fc.weight\": lies at bytes 0 to 16 of 8"));
        assert!(file(&w("[2]", "[4,12]"), 12).starts_with("\"fc.weight\": does not begin where"));
        assert!(file(&w("[-2]", "[0,8]"), 8).starts_with("\"fc.weight\": has a wrong entry"));
        assert!(file("[]", 8).contains("neither a PyTorch nor a safetensors file"));
    }
}
