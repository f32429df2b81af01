//! From a state dict's descriptions to arrays of 32-bit floats.

use std::collections::BTreeMap;

use half::{bf16, f16};

use super::state::State;
use super::state_dict::Found;
use crate::container::value::TensorRef;
use crate::container::{Array, Value};
use crate::error::{Error, Result};

/// The bytes of each storage, by its key.
pub(super) type Storages<'a> = BTreeMap<&'a str, &'a [u8]>;

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

/// Bytes of one value; none for a type that no network of ours needs.
pub(super) fn width(kind: &str) -> Option<usize> {
    match kind {
        "DoubleStorage" | "LongStorage" => Some(8),
        "FloatStorage" | "IntStorage" => Some(4),
        "HalfStorage" | "BFloat16Storage" | "ShortStorage" => Some(2),
        "BoolStorage" | "ByteStorage" | "CharStorage" => Some(1),
        _ => None,
    }
}

/// One value; `big`: its highest byte stands first.
fn value(kind: &str, bytes: &[u8], big: bool) -> f32 {
    let bits = match big {
        true => bytes.iter().fold(0u64, |sum, b| (sum << 8) | u64::from(*b)),
        false => bytes.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b)),
    };
    match kind {
        "DoubleStorage" => f64::from_bits(bits) as f32,
        "LongStorage" => bits as i64 as f32,
        "FloatStorage" => f32::from_bits(bits as u32),
        "IntStorage" => bits as u32 as i32 as f32,
        "HalfStorage" => f16::from_bits(bits as u16).to_f32(),
        "BFloat16Storage" => bf16::from_bits(bits as u16).to_f32(),
        "ShortStorage" => f32::from(bits as u16 as i16),
        "CharStorage" => f32::from(bits as u8 as i8),
        _ => f32::from(bits as u8),
    }
}

/// The arrays. They may share storages, but together have no more values than the file has bytes.
pub(super) fn state(
    found: BTreeMap<String, Found<'_>>,
    storages: &Storages<'_>,
    big: bool,
    most: usize,
) -> Result<State> {
    let mut state = State::new();
    let (mut total, mut raw) = (0, 0);
    for (key, found) in found {
        let place = |e: Error| e.at(format!("{key:?}"));
        match found {
            Found::Unread(cause) => state.insert_unread(key, cause),
            Found::Tensor(tensor) => match width(tensor.storage.kind) {
                Some(width) => {
                    let data = gather(&tensor, storages, width, big, most - total).map_err(place)?;
                    total += data.len();
                    state.insert(key, &tensor.shape, data);
                }
                None => state.insert_unread(key, format!("has the type {}, which is not read", tensor.storage.kind)),
            },
            Found::Array(value) => {
                raw += Array::claims(&value).unwrap_or(0);
                if raw > 2 * most {
                    return Err(place(bad("the arrays have more values than the file has bytes")));
                }
                numpy(&mut state, key, &value);
            }
        }
    }
    Ok(state)
}

fn numpy(state: &mut State, key: String, value: &Value<'_>) {
    match Array::of(value) {
        Ok(Some(array)) if array.is_numeric() => state.insert(key, &array.shape, array.floats()),
        Ok(_) => {} // Texts.
        Err(e) => state.insert_unread(key, e.to_string()),
    }
}

fn gather(tensor: &TensorRef<'_>, storages: &Storages<'_>, width: usize, big: bool, most: usize) -> Result<Vec<f32>> {
    let kind = tensor.storage.kind;
    let bytes = storages.get(tensor.storage.key).ok_or_else(|| bad("its values are not in the file"))?;
    let held = bytes.len() / width;
    let count = tensor.shape.iter().try_fold(1usize, |n, s| n.checked_mul(*s)).filter(|n| *n <= held);
    let count = count.ok_or_else(|| bad(format!("shape {:?} of {held} values", tensor.shape)))?;
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > most {
        return Err(bad("the arrays have more values than the file has bytes"));
    }
    let reach = tensor
        .shape
        .iter()
        .zip(&tensor.strides)
        .try_fold(tensor.offset, |at, (size, stride)| at.checked_add((size - 1).checked_mul(*stride)?));
    if reach.is_none_or(|last| last >= held) {
        return Err(bad(format!("reaches beyond its {held} values")));
    }
    let mut out = Vec::with_capacity(count);
    let mut index = vec![0; tensor.shape.len()];
    for _ in 0..count {
        let at: usize = tensor.offset + index.iter().zip(&tensor.strides).map(|(i, s)| i * s).sum::<usize>();
        out.push(value(kind, &bytes[at * width..(at + 1) * width], big));
        for d in (0..index.len()).rev() {
            index[d] += 1;
            if index[d] < tensor.shape[d] {
                break;
            }
            index[d] = 0;
        }
    }
    Ok(out)
}
