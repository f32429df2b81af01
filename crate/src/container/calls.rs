//! The calls of a pickle: PyTorch's storages and tensors and the dicts of `collections` are built, all others stay
//! opaque.

use std::rc::Rc;

use super::pickle::{NAME, bad};
use super::value::{Items, Object, Storage, TensorRef, Value};
use crate::error::Result;

/// Axes of an array, at most.
const AXES: usize = 8;

/// `('storage', torch.FloatStorage, key, location, length, ...)`
pub(super) fn storage<'a>(id: &Value<'a>) -> Result<Storage<'a>> {
    let Value::Tuple(id) = id else { return Err(bad("a storage without a description")) };
    match id.items().as_slice() {
        [_, Value::Global(kind), key, _, Value::Int(len), ..]
            if kind.module.starts_with("torch") && kind.name.ends_with("Storage") =>
        {
            let key = key.text().ok_or_else(|| bad("a storage without a name"))?;
            if key.len() > NAME {
                return Err(bad(format!("a storage's name of {} bytes; at most {NAME} are read", key.len())));
            }
            let len = usize::try_from(*len).map_err(|_| bad(format!("a storage of {len} values")))?;
            Ok(Storage { kind: kind.name, key, len })
        }
        _ => Err(bad("a storage with another description than PyTorch's")),
    }
}

/// What a call makes of its arguments. Nothing is run.
pub(super) fn call<'a>(callee: &Value<'a>, arguments: Value<'a>) -> Result<Value<'a>> {
    let Value::Global(name) = callee else {
        // An attribute of an opaque object, for instance: opaque as well.
        return match callee {
            Value::Object(object) => Ok(Value::Object(Rc::new(Object::new(object.callee.clone(), arguments)?))),
            _ => Err(bad("calls a value that is no function")),
        };
    };
    let Value::Tuple(tuple) = &arguments else { return Err(bad("calls a function without a tuple of arguments")) };
    let items = tuple.items();
    let built = match (name.module, name.name, items.as_slice()) {
        ("collections", "OrderedDict", []) | ("collections", "defaultdict", _) => Some(Value::Dict(Rc::default())),
        ("collections", "OrderedDict", [Value::List(pairs)]) => Some(ordered(&pairs.items())?),
        ("builtins" | "__builtin__", "set" | "frozenset", [Value::List(list)]) => Some(Value::List(list.clone())),
        ("_codecs", "encode", [Value::Str(text), encoding]) if encoding.text() == Some("latin1") => {
            Some(Value::Latin1(text))
        }
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state", [tensor @ Value::Tensor(_), ..]) => {
            Some(tensor.clone())
        }
        ("torch._tensor", "_rebuild_from_type_v2", [function, _, arguments @ Value::Tuple(_), ..]) => {
            // The inner call is one of the above or opaque; it cannot be this one again without end, as tuples nest so
            // deep.
            Some(call(function, arguments.clone())?)
        }
        ("torch._utils", "_rebuild_tensor_v2", arguments) => Some(tensor(arguments)?),
        _ => None,
    };
    match built {
        Some(value) => Ok(value),
        None => {
            drop(items);
            Ok(Value::Object(Rc::new(Object::new(name.clone(), arguments)?)))
        }
    }
}

/// An ordered dict as Python 2 wrote it: a list of pairs.
fn ordered<'a>(pairs: &[Value<'a>]) -> Result<Value<'a>> {
    let dict = Items::default();
    for pair in pairs {
        let items = pair.items().ok_or_else(|| bad("an ordered dict of other than pairs"))?;
        let [key, value] = items.as_slice() else { return Err(bad("an ordered dict of other than pairs")) };
        dict.push((key.clone(), value.clone()), key.complete().max(value.complete()))?;
    }
    Ok(Value::Dict(Rc::new(dict)))
}

fn tensor<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Storage(storage), Value::Int(offset), Value::Tuple(shape), Value::Tuple(strides), ..] = arguments
    else {
        return Err(bad("builds a tensor from arguments that are not PyTorch's"));
    };
    let offset = usize::try_from(*offset).map_err(|_| bad("a tensor with a negative offset"))?;
    let (shape, strides) = (sizes(&shape.items())?, sizes(&strides.items())?);
    if shape.len() != strides.len() {
        return Err(bad("a tensor whose shape and strides differ in number"));
    }
    Ok(Value::Tensor(Rc::new(TensorRef { storage: storage.clone(), offset, shape, strides })))
}

/// The sizes of a shape.
pub(super) fn sizes(values: &[Value<'_>]) -> Result<Vec<usize>> {
    if values.len() > AXES {
        return Err(bad(format!("an array of {} axes; at most {AXES} are read", values.len())));
    }
    let size = |v: &Value<'_>| match v {
        Value::Int(i) => usize::try_from(*i).map_err(|_| bad("a negative size")),
        _ => Err(bad("a size that is no number")),
    };
    values.iter().map(size).collect()
}
