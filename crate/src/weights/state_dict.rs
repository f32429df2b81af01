//! Finding the state dict in what a training program saved.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::container::value::TensorRef;
use crate::container::{Array, Value};
use crate::error::{Error, Result, short};

/// Longer keys than any network has.
const KEY: usize = 512;
/// Dicts in dicts that are searched.
const LEVELS: usize = 4;
/// Keys that an error names.
const NAMED: usize = 8;
/// The names under which training programs save a network, the network itself before its running mean.
const WRAPPERS: [&str; 16] = [
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "model_state",
    "network",
    "params",
    "weights",
    "module",
    "model_weights",
    "state",
    "backbone",
    "ema",
    "model_ema",
    "ema_state_dict",
    "state_dict_ema",
];

/// One array of a state dict.
pub(super) enum Found<'a> {
    Tensor(Rc<TensorRef<'a>>),
    /// A NumPy array, not read yet.
    Array(Value<'a>),
    /// An array that cannot be read, and why. It is an error only where a network needs it.
    Unread(String),
}

/// The arrays of the state dict, wherever it is wrapped, without the prefix `module.` of data-parallel training.
pub(super) fn find<'a>(root: &Value<'a>) -> Result<BTreeMap<String, Found<'a>>> {
    if !is_dict(root) {
        return Err(Error::weights(format!("holds no state dict, but {}", root.kind())));
    }
    let Some(dict) = wrapped(root).or_else(|| largest(root)) else { return Err(nothing(root)) };
    let mut arrays = BTreeMap::new();
    for (key, value) in dict {
        let (Some(key), Some(found)) = (key.text(), array(&value)) else { continue };
        if key.len() > KEY {
            let cause = format!("a key of {} bytes; at most {KEY} are read", key.len());
            return Err(Error::weights(cause).at(format!("{:?}", short(key, 40))));
        }
        arrays.insert(key.trim_start_matches("module.").to_owned(), found);
    }
    Ok(arrays)
}

fn array<'a>(value: &Value<'a>) -> Option<Found<'a>> {
    match value {
        Value::Tensor(tensor) => Some(Found::Tensor(tensor.clone())),
        Value::Object(_) if Array::claims(value).is_some() => Some(Found::Array(value.clone())),
        Value::Object(object)
            if object.callee.module.starts_with("torch") && object.callee.name.starts_with("_rebuild") =>
        {
            Some(Found::Unread(format!("is a tensor that calls {:?}, which is not read", object.callee.full())))
        }
        _ => None,
    }
}

type Pairs<'a> = Vec<(Value<'a>, Value<'a>)>;

fn is_dict(value: &Value<'_>) -> bool {
    matches!(value, Value::Dict(_) | Value::Object(_))
}

/// The items of a dict, or the attributes of a saved object.
fn pairs<'a>(value: &Value<'a>) -> Option<Pairs<'a>> {
    match value {
        Value::Dict(dict) => Some(dict.items().clone()),
        Value::Object(object) => object.state().and_then(pairs),
        _ => None,
    }
}

fn arrays(pairs: &Pairs<'_>) -> usize {
    pairs.iter().filter(|(key, value)| key.text().is_some() && array(value).is_some()).count()
}

/// The dict under the first known name that leads to arrays.
fn wrapped<'a>(value: &Value<'a>) -> Option<Pairs<'a>> {
    let mut here = value.clone();
    for _ in 0..LEVELS {
        // A dict of dicts may lie between: `{"state_dict": {"model": {...}}}`.
        let leads = |inner: &Value<'a>| matches!(inner, Value::Dict(_)) && largest(inner).is_some();
        match WRAPPERS.iter().find_map(|name| here.get(name).filter(leads)) {
            Some(inner) => here = inner,
            None => break,
        }
    }
    pairs(&here).filter(|pairs| arrays(pairs) > 0)
}

/// The dict with the most arrays, the first of several. An optimiser's arrays are in dicts of two or three.
fn largest<'a>(root: &Value<'a>) -> Option<Pairs<'a>> {
    let mut best: Option<(usize, Pairs<'a>)> = None;
    let mut level = vec![root.clone()];
    let mut seen = BTreeSet::new();
    for _ in 0..=LEVELS {
        let mut next = Vec::new();
        // Shared values are searched once.
        for value in level.iter().filter(|value| address(value).is_some_and(|a| seen.insert(a))) {
            let Some(pairs) = pairs(value) else { continue };
            next.extend(pairs.iter().map(|(_, value)| value).filter(|v| is_dict(v)).cloned());
            let count = arrays(&pairs);
            if count > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((count, pairs));
            }
        }
        level = next;
    }
    best.map(|(_, pairs)| pairs)
}

fn address(value: &Value<'_>) -> Option<usize> {
    match value {
        Value::Dict(dict) => Some(Rc::as_ptr(dict) as usize),
        Value::Object(object) => Some(Rc::as_ptr(object) as usize),
        _ => None,
    }
}

/// An error that lists what is there instead of arrays.
fn nothing(root: &Value<'_>) -> Error {
    if let Value::Object(_) = root {
        return Error::weights(format!("holds no state dict, but {}; nothing was run", root.kind()));
    }
    let pairs = pairs(root).unwrap_or_default();
    let keys: Vec<&str> = pairs.iter().filter_map(|(key, _)| key.text()).collect();
    let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{:?}", short(key, 40))).collect();
    match (named.is_empty(), keys.len().saturating_sub(NAMED)) {
        (true, _) => Error::weights("found no array: the file holds an empty dict"),
        (_, 0) => Error::weights(format!("found no array; the keys are {}", named.join(", "))),
        (_, more) => Error::weights(format!("found no array; the keys are {} and {more} more", named.join(", "))),
    }
}
