//! NumPy arrays: `.npy` files, and arrays and scalars in pickles.

use std::borrow::Cow;

use super::calls::sizes;
use super::dtype::Dtype;
use super::value::Value;
use crate::error::{Error, Result};

/// An array of numbers or texts, as it lies in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<'a> {
    /// Its axes.
    pub shape: Vec<usize>,
    dtype: Dtype,
    /// Does the first axis run fastest (Fortran's order)?
    fortran: bool,
    data: Cow<'a, [u8]>,
}

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

impl<'a> Array<'a> {
    fn new(dtype: Dtype, shape: Vec<usize>, fortran: bool, data: Cow<'a, [u8]>) -> Result<Self> {
        let count = shape.iter().try_fold(1usize, |n, s| n.checked_mul(*s));
        let bytes = count.and_then(|n| n.checked_mul(dtype.size));
        if bytes != Some(data.len()) {
            let has = data.len();
            return Err(bad(format!("an array of shape {shape:?}, {} bytes a value, has {has} bytes", dtype.size)));
        }
        Ok(Self { shape, dtype, fortran, data })
    }

    /// Do these bytes begin a `.npy` file?
    pub fn is_npy(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x93NUMPY")
    }

    /// Reads a `.npy` file.
    ///
    /// # Errors
    /// Where the header is not NumPy's, the type is not read (objects, records), or bytes are missing.
    pub fn npy(bytes: &'a [u8]) -> Result<Self> {
        let cut = || bad("the .npy file is cut short");
        let version = *bytes.get(6).ok_or_else(cut)?;
        let (start, length) = match version {
            1 => (10, usize::from(u16::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(cut)?))),
            2 | 3 => {
                let length = u32::from_le_bytes(*bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or_else(cut)?);
                (12, usize::try_from(length).map_err(|_| cut())?)
            }
            other => return Err(bad(format!("version {other} of the .npy format is not read"))),
        };
        let end = start + length.min(bytes.len());
        let header = bytes.get(start..end).and_then(|h| std::str::from_utf8(h).ok()).ok_or_else(cut)?;
        let after = |key: &str| header.find(key).map(|at| header[at + key.len()..].trim_start_matches([':', ' ']));
        let missing = |key: &str| bad(format!("the .npy header has no {key}"));
        let descr = after("'descr'").ok_or_else(|| missing("descr"))?;
        let quoted = descr.strip_prefix('\'').and_then(|d| d.split_once('\''));
        let (descr, _) = quoted.ok_or_else(|| bad("an array of records is not read"))?;
        if descr.ends_with('O') {
            return Err(bad("an array of Python objects is not read; save the arrays without objects"));
        }
        let fortran = after("'fortran_order'").ok_or_else(|| missing("fortran_order"))?.starts_with("True");
        let shape = after("'shape'").and_then(|s| s.strip_prefix('(')).and_then(|s| s.split_once(')'));
        let (shape, _) = shape.ok_or_else(|| missing("shape"))?;
        let sizes = shape.split(',').map(str::trim).filter(|s| !s.is_empty()).take(32);
        let shape = sizes.map(|s| s.parse().map_err(|_| missing("shape"))).collect::<Result<Vec<usize>>>()?;
        Self::new(Dtype::parse(descr)?, shape, fortran, Cow::Borrowed(bytes.get(end..).ok_or_else(cut)?))
    }

    /// The array that a pickle's value is; None for a value that is no array.
    ///
    /// # Errors
    /// Where it is an array of a type that is not read, or bytes are missing.
    pub fn of(value: &Value<'a>) -> Result<Option<Self>> {
        let Value::Object(object) = value else { return Ok(None) };
        let callee = &object.callee;
        if is_numpy(callee.module) && callee.name == "_reconstruct" {
            let Some(state) = object.state().and_then(Value::items) else { return Ok(None) };
            let [_, shape, dtype, Value::Bool(fortran), data] = state.as_slice() else {
                return Err(bad("an array with another state than NumPy's"));
            };
            let shape = sizes(&shape.items().ok_or_else(|| bad("an array without a shape"))?)?;
            return Self::new(dtype_of(dtype)?, shape, *fortran, raw(data)?).map(Some);
        }
        if is_numpy(callee.module) && callee.name == "_frombuffer" {
            let Some(arguments) = object.arguments.items() else { return Ok(None) };
            let [data, dtype, shape, order] = arguments.as_slice() else {
                return Err(bad("an array with other arguments than NumPy's"));
            };
            let shape = sizes(&shape.items().ok_or_else(|| bad("an array without a shape"))?)?;
            return Self::new(dtype_of(dtype)?, shape, order.text() == Some("F"), raw(data)?).map(Some);
        }
        Ok(None)
    }

    /// The bytes of a value that looks like an array, without reading them; None for a value that is no array.
    pub fn claims(value: &Value<'_>) -> Option<usize> {
        let Value::Object(object) = value else { return None };
        let holder = match object.callee.name {
            "_reconstruct" if is_numpy(object.callee.module) => object.state()?.items()?,
            "_frombuffer" if is_numpy(object.callee.module) => object.arguments.items()?,
            _ => return None,
        };
        let size = |value: &Value<'_>| match value {
            Value::Bytes(bytes) => Some(bytes.len()),
            Value::Latin1(text) => Some(text.len()),
            _ => None,
        };
        Some(holder.iter().filter_map(size).max().unwrap_or(0))
    }

    /// The shape of a value that looks like an array, without reading its numbers; None for a value that is no array.
    pub fn shape_of(value: &Value<'_>) -> Option<Vec<usize>> {
        let Value::Object(object) = value else { return None };
        let shape = match object.callee.name {
            "_reconstruct" if is_numpy(object.callee.module) => object.state()?.items()?.get(1)?.clone(),
            "_frombuffer" if is_numpy(object.callee.module) => object.arguments.items()?.get(2)?.clone(),
            _ => return None,
        };
        sizes(&shape.items()?).ok()
    }

    /// The number that a value is: Python's or NumPy's.
    pub fn scalar(value: &Value<'_>) -> Option<f64> {
        match value {
            Value::Int(i) => Some(*i as f64),
            Value::Float(f) => Some(*f),
            Value::Bool(b) => Some(f64::from(u8::from(*b))),
            Value::Object(object) if is_numpy(object.callee.module) && object.callee.name == "scalar" => {
                let arguments = object.arguments.items()?;
                let [dtype, data] = arguments.as_slice() else { return None };
                let (dtype, data) = (dtype_of(dtype).ok()?, raw(data).ok()?);
                (dtype.is_number() && data.len() == dtype.size).then(|| dtype.number(&data))
            }
            _ => None,
        }
    }

    /// The whole number that a value is: Python's or NumPy's.
    pub fn int(value: &Value<'_>) -> Option<i64> {
        match value {
            Value::Int(i) => Some(*i),
            Value::Object(_) => Self::scalar(value).filter(|v| v.fract() == 0.0).map(|v| v as i64),
            _ => None,
        }
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Has it no values?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Are its values numbers?
    pub fn is_numeric(&self) -> bool {
        self.dtype.is_number()
    }

    /// The number at a row-major index.
    pub fn number(&self, index: usize) -> f64 {
        self.at(index).map_or(f64::NAN, |bytes| self.dtype.number(bytes))
    }

    /// The text at a row-major index.
    pub fn text(&self, index: usize) -> String {
        self.at(index).map_or_else(String::new, |bytes| self.dtype.text(bytes))
    }

    /// All numbers, row-major.
    pub fn floats(&self) -> Vec<f32> {
        (0..self.len()).map(|i| self.number(i) as f32).collect()
    }

    fn at(&self, index: usize) -> Option<&[u8]> {
        let place = if self.fortran { self.fortran_place(index) } else { index };
        self.data.get(place * self.dtype.size..(place + 1) * self.dtype.size)
    }

    /// Where the value of a row-major index lies in Fortran's order.
    fn fortran_place(&self, mut index: usize) -> usize {
        let mut stride = self.len();
        let mut place = 0;
        for size in self.shape.iter().rev().map(|s| (*s).max(1)) {
            stride /= size;
            place += index % size * stride;
            index /= size;
        }
        place
    }
}

/// Numbers as a `.npy` file of 32-bit floats, row-major.
pub fn write_npy(shape: &[usize], data: &[f32]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes.trim_end());
    // The data begins at a multiple of 64 bytes, after a line break.
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut out = [b"\x93NUMPY\x01\0", &(length as u16).to_le_bytes()[..]].concat();
    out.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    out.extend(data.iter().flat_map(|value| value.to_le_bytes()));
    out
}

/// NumPy moved its insides from `numpy.core` to `numpy._core` in version 2.
fn is_numpy(module: &str) -> bool {
    let inside = ["numpy.core.", "numpy._core."].into_iter().find_map(|package| module.strip_prefix(package));
    matches!(inside, Some("multiarray" | "numeric"))
}

fn raw<'a>(value: &Value<'a>) -> Result<Cow<'a, [u8]>> {
    match value {
        Value::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        Value::Latin1(text) => {
            let byte =
                |c: char| u8::try_from(u32::from(c)).map_err(|_| bad("an array whose bytes are no Latin-1 text"));
            text.chars().map(byte).collect::<Result<Vec<_>>>().map(Cow::Owned)
        }
        Value::List(_) => Err(bad("an array of Python objects is not read")),
        _ => Err(bad("an array without its bytes")),
    }
}

/// `numpy.dtype('f4', False, True)`, filled with `(3, '<', None, None, None, -1, -1, 0)`.
fn dtype_of(value: &Value<'_>) -> Result<Dtype> {
    let unknown = || bad("an array of a type that is not read");
    let Value::Object(object) = value else { return Err(unknown()) };
    if !object.callee.is("numpy", "dtype") {
        return Err(unknown());
    }
    let arguments = object.arguments.items().ok_or_else(unknown)?;
    let mut dtype = Dtype::parse(arguments.first().and_then(Value::text).ok_or_else(unknown)?)?;
    let state = object.state().and_then(Value::items);
    dtype.big = state.is_some_and(|s| s.get(1).and_then(Value::text) == Some(">"));
    Ok(dtype)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(header: &str, data: &[u8]) -> Vec<u8> {
        [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
    }

    #[test]
    fn both_orders_and_any_shape_are_read() -> Result<()> {
        let data: Vec<u8> = (0..6u8).collect();
        let of = |order: &str, shape: &str| {
            npy(&format!("{{'descr': '|u1', 'fortran_order': {order}, 'shape': {shape}, }}"), &data)
        };
        assert_eq!(Array::npy(&of("False", "(2, 3)"))?.floats(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(Array::npy(&of("True", "(2, 3)"))?.floats(), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
        assert_eq!(Array::npy(&of("True", "(6,)"))?.floats(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        Ok(())
    }

    #[test]
    fn a_written_file_is_read_with_the_same_bits() -> Result<()> {
        let data = [0.1, -2.5e-8, f32::MAX, 0.0, -0.0, 7.0];
        let bytes = write_npy(&[3, 1, 2], &data);
        assert_eq!((bytes.len() - 24) % 64, 0);
        let read = Array::npy(&bytes)?;
        assert_eq!(read.shape, [3, 1, 2]);
        assert!(read.floats().iter().zip(data).all(|(a, b)| a.to_bits() == b.to_bits()));
        Ok(())
    }

    #[test]
    fn wrong_headers_and_missing_bytes_are_errors() {
        let message = |bytes: &[u8]| Array::npy(bytes).err().map(|e| e.to_string()).unwrap_or_default();
        let good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", &[0; 8]);
        assert!(Array::npy(&good).is_ok());
        for cut in 6..good.len() {
            assert!(Array::npy(&good[..cut]).is_err(), "cut at {cut}");
        }
        let with = |descr: &str, shape: &str| {
            npy(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"), &[0; 8])
        };
        assert!(message(&with("'|O'", "(1,)")).contains("Python objects"));
        assert!(message(&with("[('a', '<f4')]", "(1,)")).contains("records"));
        assert!(message(&with("'<f4'", "(3,)")).contains("shape [3], 4 bytes a value, has 8 bytes"));
        assert!(message(&with("'<f4'", "(99999999999, 99999999999)")).contains("has 8 bytes"));
    }
}
