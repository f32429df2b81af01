//! What PyTorch's state dicts call by name in a pickle: storages, tensors, ordered dicts.

use std::rc::Rc;

use super::pickle::{Storage, TensorRef, Value, bad};
use crate::error::Result;

/// Axes of an array, at most.
const AXES: usize = 8;

/// The names that a state dict may speak of.
pub(super) fn allowed(module: &str, name: &str) -> Result<Rc<str>> {
    let full = format!("{module}.{name}");
    let known = matches!(
        full.as_str(),
        "collections.OrderedDict" | "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_parameter"
    ) || (module == "torch" && name.ends_with("Storage"));
    if known {
        Ok(full.into())
    } else {
        Err(bad(format!("calls {full:?}, which no state dict needs; nothing was run")))
    }
}

/// `('storage', torch.FloatStorage, key, location, length, ...)`
pub(super) fn storage(id: &Value) -> Result<Storage> {
    let Value::Tuple(id) = id else { return Err(bad("a storage without a description")) };
    match id.items().as_slice() {
        [Value::Str(_), Value::Global(kind), Value::Str(key), Value::Str(_), Value::Int(len), ..] => {
            let kind = kind.trim_start_matches("torch.").to_owned();
            let len = usize::try_from(*len).map_err(|_| bad(format!("a storage of {len} values")))?;
            Ok(Storage { kind, key: key.to_string(), len })
        }
        _ => Err(bad("a storage with another description than PyTorch's")),
    }
}

/// What a function of these makes of its arguments: an ordered dict, a parameter or a tensor.
pub(super) fn rebuild(function: &Value, arguments: &Value) -> Result<Value> {
    let (Value::Global(name), Value::Tuple(arguments)) = (function, arguments) else {
        return Err(bad("calls what is no function"));
    };
    match (&**name, arguments.items().as_slice()) {
        ("collections.OrderedDict", []) => Ok(Value::Dict(Rc::default())),
        ("torch._utils._rebuild_parameter", [tensor @ Value::Tensor(_), ..]) => Ok(tensor.clone()),
        (
            "torch._utils._rebuild_tensor_v2",
            [Value::Storage(storage), Value::Int(offset), Value::Tuple(shape), Value::Tuple(strides), ..],
        ) => {
            let offset = usize::try_from(*offset).map_err(|_| bad("a negative offset"))?;
            let (shape, strides) = (sizes(&shape.items())?, sizes(&strides.items())?);
            if shape.len() != strides.len() {
                return Err(bad("a tensor whose shape and strides differ in number"));
            }
            Ok(Value::Tensor(Rc::new(TensorRef { storage: storage.clone(), offset, shape, strides })))
        }
        _ => Err(bad(format!("calls {name} with arguments that are not its own"))),
    }
}

fn sizes(values: &[Value]) -> Result<Vec<usize>> {
    if values.len() > AXES {
        return Err(bad(format!("an array of {} axes", values.len())));
    }
    let size = |v: &Value| match v {
        Value::Int(i) => usize::try_from(*i).map_err(|_| bad("a negative size")),
        _ => Err(bad("a size that is no number")),
    };
    values.iter().map(size).collect()
}
