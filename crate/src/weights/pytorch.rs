//! PyTorch's weight files: the zip of today and the row of pickles of before, read without running anything in them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use half::{bf16, f16};

use super::pickle::{Loaded, Storage, TensorRef, Value, load};
use super::state::State;
use crate::error::{Error, Result};

/// What the first pickle of an old file holds: the low half of PyTorch's magic number 0x1950a86a20f9469cfc6c.
const MAGIC: i64 = 0xa86a_20f9_469c_fc6c_u64 as i64;

/// More entries than a zip of a network has: one an array.
const ENTRIES: u64 = 50_000;

/// Is it such a file, as far as its first bytes tell?
pub fn is_pytorch(bytes: &[u8]) -> bool {
    // A safetensors file begins with the length of its JSON, which can look like the start of a pickle.
    let safetensors = bytes.get(4..9) == Some(b"\0\0\0\0{");
    bytes.starts_with(b"PK\x03\x04") || (matches!(bytes, [0x80, 2..=5, ..]) && !safetensors)
}

/// Reads the state dict of a `.pt` or `.pth` file. Where the dict is wrapped (`state_dict`, `model`), the wrapping is taken
/// off, and so is the prefix `module.` of data-parallel training.
///
/// # Errors
/// Names the byte or the key where the file is cut short, calls something, or does not fit itself.
pub fn read(bytes: &[u8]) -> Result<State> {
    if bytes.starts_with(b"PK") { read_zip(bytes) } else { read_legacy(bytes) }
}

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

/// Where a storage's bytes are.
type Storages<'a> = BTreeMap<String, std::borrow::Cow<'a, [u8]>>;

/// How many entries a zip of the large kind promises; its reader would make room for all of them before it looks.
fn promised(bytes: &[u8]) -> Option<u64> {
    let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let end = bytes.windows(4).skip(bytes.len().saturating_sub(22 + 65_535)).rposition(|w| w == b"PK\x05\x06")?;
    let end = end + bytes.len().saturating_sub(22 + 65_535);
    let comment = usize::from(u16::from_le_bytes(*bytes.get(end + 20..)?.first_chunk()?));
    let locator = bytes.len().checked_sub(20 + 22 + comment)?;
    bytes.get(locator..)?.starts_with(b"PK\x06\x07").then_some(())?;
    let from = usize::try_from(number(locator + 8)?).ok()?;
    let record = from + bytes.get(from..)?.windows(4).position(|w| w == b"PK\x06\x06")?;
    number(record + 32)
}

fn read_zip(bytes: &[u8]) -> Result<State> {
    if let Some(entries) = promised(bytes).filter(|n| *n > ENTRIES) {
        return Err(bad(format!("a zip of {entries} entries")));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(format!("not a zip file: {e}")))?;
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    let pickle =
        names.iter().find(|n| n.ends_with("data.pkl")).ok_or_else(|| bad("has no data.pkl: no PyTorch file"))?;
    let folder = pickle.trim_end_matches("data.pkl").to_owned();
    let mut entry = |name: &str| -> Result<Vec<u8>> {
        let file = archive.by_name(name).map_err(|e| bad(e.to_string()).at(name))?;
        // PyTorch stores without compression: an entry cannot be larger than the file, whatever its header promises.
        let mut out = Vec::new();
        file.take(bytes.len() as u64 + 1).read_to_end(&mut out).map_err(|e| bad(e.to_string()).at(name))?;
        if out.len() > bytes.len() { Err(bad("is larger than the file that holds it").at(name)) } else { Ok(out) }
    };
    let pickle_bytes = entry(pickle)?;
    let root = load(&pickle_bytes).map_err(|e| e.at(pickle))?.value;
    let tensors = tensors(&root)?;
    let mut storages = Storages::new();
    let mut total = 0;
    for (_, tensor) in &tensors {
        let key = &tensor.storage.key;
        if !storages.contains_key(key) {
            let data = entry(&format!("{folder}data/{key}"))?;
            total += data.len();
            if total > bytes.len() {
                return Err(bad("its entries are larger than the file"));
            }
            storages.insert(key.clone(), data.into());
        }
    }
    state(&tensors, &storages, bytes.len())
}

fn read_legacy(bytes: &[u8]) -> Result<State> {
    let mut at = 0;
    let mut next = || -> Result<Loaded> {
        let loaded = load(&bytes[at..]).map_err(|e| e.at(format!("pickle at byte {at}")))?;
        at += loaded.len;
        Ok(loaded)
    };
    match next()?.value {
        Value::Int(magic) if magic == MAGIC => {}
        _ => return Err(bad("does not begin as a PyTorch file does")),
    }
    let (_version, _system, root, keys) = (next()?, next()?, next()?, next()?);
    let tensors = tensors(&root.value)?;
    // The optimiser's as well, which lie between those of the network.
    let known: BTreeMap<&str, &Storage> = root.storages.iter().map(|s| (&*s.key, &**s)).collect();
    let Value::List(keys) = keys.value else { return Err(bad("has no list of its storages")) };
    let mut storages = Storages::new();
    for key in keys.items().iter() {
        let Value::Str(key) = key else { return Err(bad("a storage without a name")) };
        let place = || format!("storage {key:?}");
        let header = bytes.get(at..at + 8).ok_or_else(|| bad("the file is cut short").at(place()))?;
        let count = header.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
        let storage = known.get(&**key).ok_or_else(|| bad("is used by no tensor").at(place()))?;
        let size = usize::try_from(count).ok().and_then(|n| n.checked_mul(width(&storage.kind)?));
        let end = size.and_then(|size| (at + 8).checked_add(size)).filter(|end| *end <= bytes.len());
        let end = end.ok_or_else(|| bad(format!("{count} values are more than the file holds")).at(place()))?;
        storages.insert(key.to_string(), bytes[at + 8..end].into());
        at = end;
    }
    state(&tensors, &storages, bytes.len())
}

/// The tensors of the state dict, wherever it is wrapped.
fn tensors(root: &Value) -> Result<Vec<(String, std::rc::Rc<TensorRef>)>> {
    let Value::Dict(dict) = root else { return Err(bad("holds no state dict")) };
    let items = dict.items();
    for wrapping in ["state_dict", "model_state_dict", "model", "net"] {
        let inner = items.iter().find(|(k, _)| matches!(k, Value::Str(k) if &**k == wrapping));
        if let Some((_, inner @ Value::Dict(_))) = inner {
            return tensors(inner);
        }
    }
    let named = items.iter().filter_map(|(key, value)| match (key, value) {
        (Value::Str(key), Value::Tensor(tensor)) => {
            Some((key.trim_start_matches("module.").to_owned(), tensor.clone()))
        }
        _ => None,
    });
    Ok(named.collect())
}

/// Bytes of one value; none for a type that no network of ours needs.
fn width(kind: &str) -> Option<usize> {
    match kind {
        "DoubleStorage" | "LongStorage" => Some(8),
        "FloatStorage" | "IntStorage" => Some(4),
        "HalfStorage" | "BFloat16Storage" | "ShortStorage" => Some(2),
        "BoolStorage" | "ByteStorage" | "CharStorage" => Some(1),
        _ => None,
    }
}

fn value(kind: &str, b: &[u8]) -> f32 {
    let long = |b: &[u8]| b.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
    match kind {
        "DoubleStorage" => f64::from_bits(long(b)) as f32,
        "LongStorage" => long(b) as i64 as f32,
        "FloatStorage" => f32::from_bits(long(b) as u32),
        "IntStorage" => long(b) as u32 as i32 as f32,
        "HalfStorage" => f16::from_bits(long(b) as u16).to_f32(),
        "BFloat16Storage" => bf16::from_bits(long(b) as u16).to_f32(),
        "ShortStorage" => f32::from(long(b) as u16 as i16),
        "CharStorage" => f32::from(b[0] as i8),
        _ => f32::from(b[0]),
    }
}

/// The arrays. They may share storages, but together have no more values than the file has bytes.
fn state(tensors: &[(String, std::rc::Rc<TensorRef>)], storages: &Storages<'_>, most: usize) -> Result<State> {
    let mut state = State::new();
    let mut total = 0;
    for (key, tensor) in tensors {
        let data = gather(tensor, storages, most - total).map_err(|e| e.at(format!("{key:?}")))?;
        total += data.len();
        state.insert(key.clone(), &tensor.shape, data);
    }
    Ok(state)
}

fn gather(tensor: &TensorRef, storages: &Storages<'_>, most: usize) -> Result<Vec<f32>> {
    let kind = tensor.storage.kind.as_str();
    let width = width(kind).ok_or_else(|| bad(format!("has the type {kind}, which is not known")))?;
    let bytes = storages.get(&tensor.storage.key).ok_or_else(|| bad("its values are not in the file"))?;
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
        out.push(value(kind, &bytes[at * width..(at + 1) * width]));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(s: &str) -> Vec<u8> {
        [&[b'X'][..], &(s.len() as u32).to_le_bytes(), s.as_bytes()].concat()
    }

    fn global(module: &str, name: &str) -> Vec<u8> {
        format!("c{module}\n{name}\n").into_bytes()
    }

    /// A tensor named `w` over a storage of six floats, of that shape and strides.
    fn object(kind: &str, offset: u8, shape: [u8; 2], strides: [u8; 2]) -> Vec<u8> {
        let pair = |p: [u8; 2]| vec![b'K', p[0], b'K', p[1], 0x86];
        let id = [&b"("[..], &text("storage"), &global("torch", kind), &text("s0"), &text("cpu"), b"K\x06Nt"].concat();
        let arguments =
            [&b"("[..], &id, b"Q", &[b'K', offset], &pair(shape), &pair(strides), b"\x89", b"N", b"t"].concat();
        let tensor = [global("torch._utils", "_rebuild_tensor_v2"), arguments, b"R".to_vec()].concat();
        [&b"\x80\x02}("[..], &text("module.w"), &tensor, b"u."].concat()
    }

    fn legacy(object: &[u8]) -> Vec<u8> {
        legacy_of(object, 6)
    }

    fn legacy_of(object: &[u8], count: u64) -> Vec<u8> {
        let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
        let keys = [&b"\x80\x02]"[..], &text("s0"), b"a."].concat();
        let values: Vec<u8> = (1..=count).flat_map(|v| (v as f32).to_le_bytes()).collect();
        [&magic[..], b"\x80\x02M\xe9\x03.", b"\x80\x02}.", object, &keys, &count.to_le_bytes(), &values].concat()
    }

    fn error(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn an_old_file_is_read_with_its_strides() {
        let rows = read(&legacy(&object("FloatStorage", 0, [2, 3], [3, 1]))).unwrap();
        assert_eq!(rows.get("w", &[2, 3]).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let transposed = read(&legacy(&object("FloatStorage", 0, [3, 2], [1, 3]))).unwrap();
        assert_eq!(transposed.get("w", &[3, 2]).unwrap(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }

    #[test]
    fn an_old_checkpoint_with_its_optimiser_is_read() {
        let tensor = |key: &str| {
            let id =
                [&b"("[..], &text("storage"), &global("torch", "FloatStorage"), &text(key), &text("cpu"), b"K\x02Nt"];
            [
                global("torch._utils", "_rebuild_tensor_v2"),
                b"(".to_vec(),
                id.concat(),
                b"QK\0K\x02\x85K\x01\x85\x89NtR".to_vec(),
            ]
            .concat()
        };
        let dict = |name: &str, key: &str| [text(name), b"}".to_vec(), text("w"), tensor(key), b"s".to_vec()].concat();
        let root = [&b"\x80\x02}("[..], &dict("optimizer", "s1"), &dict("state_dict", "s0"), b"u."].concat();
        let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";
        let keys = [&b"\x80\x02]("[..], &text("s1"), &text("s0"), b"e."].concat();
        let values = |a: f32| [&2u64.to_le_bytes()[..], &a.to_le_bytes(), &(a + 1.0).to_le_bytes()].concat();
        let state = read(&[&magic[..], &root, &keys, &values(7.0), &values(1.0)].concat()).unwrap();
        assert_eq!(state.get("w", &[2]).unwrap(), [1.0, 2.0]);
        assert_eq!(state.iter().count(), 1);
    }

    #[test]
    fn views_outside_their_storage_are_refused() {
        assert!(error(&legacy(&object("FloatStorage", 1, [2, 3], [3, 1]))).contains("\"w\": reaches beyond"));
        assert!(error(&legacy(&object("FloatStorage", 0, [200, 200], [0, 0]))).contains("shape [200, 200] of 6"));
        assert!(error(&legacy(&object("QuantStorage", 0, [2, 3], [3, 1]))).contains("more than the file holds"));
    }

    #[test]
    fn nothing_is_called() {
        let call = [&b"\x80\x02"[..], &global("os", "system"), &text("echo"), b"\x85R."].concat();
        assert!(error(&legacy(&call)).contains("calls \"os.system\""));
        let stack = [&b"\x80\x04"[..], &text("builtins"), &text("eval"), b"\x93."].concat();
        assert!(error(&legacy(&stack)).contains("calls \"builtins.eval\""));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_an_error_or_a_state_never_a_panic() {
        let good = legacy(&object("FloatStorage", 0, [2, 3], [3, 1]));
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..good.len() {
            for value in [0, 0xff, good[at] ^ 1, b'(', b'R', b't', b'}', b']'] {
                let mut changed = good.clone();
                changed[at] = value;
                let _ = read(&changed);
            }
        }
    }

    #[test]
    fn little_files_do_not_ask_for_much() {
        // Many arrays over the same values.
        let mut many = b"\x80\x02}(".to_vec();
        let one = object("FloatStorage", 0, [20, 20], [20, 1]);
        let tensor = &one[b"\x80\x02}(".len() + text("module.w").len()..one.len() - 2];
        for i in 0..200u8 {
            many.extend(
                [text(&i.to_string()), if i == 0 { [tensor, b"q\x07"].concat() } else { b"h\x07".to_vec() }].concat(),
            );
        }
        many.extend(b"u.");
        assert!(error(&legacy_of(&many, 400)).contains("more values than the file has bytes"));

        let long = [&b"\x80\x02("[..], &b"N".repeat(2 << 20)].concat();
        assert!(error(&legacy(&long)).contains("more than a state dict"));
        let wide = [&b"\x80\x02"[..], &text("x"), b"r\xff\xff\xff\x0f."].concat();
        assert!(error(&legacy(&wide)).contains("memo slot"));
    }

    #[test]
    fn a_zip_that_promises_a_billion_entries_is_refused_before_room_is_made() {
        let record = |entries: u64| {
            let mut zip = b"PK\x03\x04".to_vec();
            zip.resize(200, 0);
            let at = zip.len() as u64;
            zip.extend([&b"PK\x06\x06"[..], &[0; 20], &[0; 8], &entries.to_le_bytes(), &[0; 16]].concat());
            zip.extend([&b"PK\x06\x07"[..], &[0; 4], &at.to_le_bytes(), &[0; 4]].concat());
            zip.extend([&b"PK\x05\x06"[..], &[0; 18]].concat());
            zip
        };
        assert!(error(&record(1 << 30)).contains("zip of 1073741824 entries"));
        assert!(!error(&record(1)).contains("entries"));
    }

    #[test]
    fn a_short_header_of_safetensors_is_no_pickle() {
        assert!(!is_pytorch(b"\x80\x02\0\0\0\0\0\0{}"));
        assert!(is_pytorch(b"\x80\x02\x8a\x0al"));
    }

    #[test]
    fn nothing_nests_without_end_or_contains_itself() {
        let deep = [&b"\x80\x02)"[..], &b"\x85".repeat(100_000), b"."].concat();
        assert!(error(&legacy(&deep)).contains("nests deeper"));
        let chain: Vec<u8> = b"]q\x00".iter().chain(b"]q\x01h\x00h\x01a0".repeat(3).iter()).copied().collect();
        let _ = read(&legacy(&[&b"\x80\x02"[..], &chain, b"."].concat()));
        let own = [&b"\x80\x02}q\x00"[..], &text("a"), b"h\x00s."].concat();
        assert!(error(&legacy(&own)).contains("changes after it was stored"));
    }

    #[test]
    fn a_zip_without_a_pickle_is_named_as_such() {
        assert!(error(b"PK\x03\x04 and nothing else").contains("not a zip file"));
        assert!(error(b"\x80\x02K\x01.").contains("does not begin as a PyTorch file does"));
    }
}
