//! PyTorch's weight files: the zip of today and the sequence of pickles of versions before 1.6.

use std::collections::BTreeMap;

use super::state::State;
use super::state_dict::{Found, find};
use super::tensors::{Storages, state, width};
use crate::container::pickle::Loaded;
use crate::container::{Archive, Value, load};
use crate::error::{Error, Result};

/// What the first pickle of an old file holds: the low half of PyTorch's magic number 0x1950a86a20f9469cfc6c.
const MAGIC: i64 = 0xa86a_20f9_469c_fc6c_u64 as i64;

/// Reads the state dict of a `.pt` or `.pth` file, or of a pickle of NumPy arrays (`.pdparams`). Wrappings such as
/// `state_dict` and the prefix `module.` of data-parallel training are taken off.
///
/// # Errors
/// Names the byte or the key where the file is cut short or contradicts itself, and the keys where no array is found.
pub fn read(bytes: &[u8]) -> Result<State> {
    if Archive::is_zip(bytes) { read_zip(bytes) } else { read_pickles(bytes) }
}

fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

fn read_zip(bytes: &[u8]) -> Result<State> {
    let archive = Archive::open(bytes)?;
    let (folder, pickle) = pickle(&archive)?;
    let root = load(archive.get(pickle)?).map_err(|e| e.at(format!("{pickle:?}")))?.value;
    let found = find(&root)?;
    let mut storages = Storages::new();
    let mut total = 0;
    for key in found.values().filter_map(storage) {
        if !storages.contains_key(key) {
            let data = archive.get(&format!("{folder}data/{key}"))?;
            total += data.len();
            if total > bytes.len() {
                return Err(bad("its entries are larger than the file"));
            }
            storages.insert(key, data);
        }
    }
    let big = match archive.get(&format!("{folder}byteorder")).ok().map(<[u8]>::trim_ascii) {
        Some(b"big") => true,
        Some(b"little") | None => false,
        Some(other) => return Err(bad(format!("the byte order {:?} is not known", String::from_utf8_lossy(other)))),
    };
    state(found, &storages, big, bytes.len())
}

fn storage<'a>(found: &Found<'a>) -> Option<&'a str> {
    match found {
        Found::Tensor(tensor) if width(tensor.storage.kind).is_some() => Some(tensor.storage.key),
        _ => None,
    }
}

/// The folder of the archive and its pickle. PyTorch keeps all in the folder of the first entry.
fn pickle<'a>(archive: &Archive<'a>) -> Result<(&'a str, &'a str)> {
    const NAME: &str = "data.pkl";
    let folder = |name: &'a str| name.strip_suffix(NAME).filter(|folder| folder.is_empty() || folder.ends_with('/'));
    let all: Vec<(&str, &str)> = archive.names().iter().filter_map(|name| Some((folder(name)?, *name))).collect();
    let first = archive.names().first().map_or("", |name| name.split_inclusive('/').next().unwrap_or(name));
    match (all.as_slice(), all.iter().find(|(folder, _)| *folder == first)) {
        ([], _) if archive.names().is_empty() => Err(bad("an empty zip archive")),
        ([], _) => Err(bad("a zip archive without data.pkl: no PyTorch file")),
        ([one], _) => Ok(*one),
        (_, Some(own)) => Ok(*own),
        ([(_, one), (_, two), ..], None) => {
            Err(bad(format!("two networks in one zip archive: {one:?} and {two:?}; save one of them alone")))
        }
    }
}

fn read_pickles(bytes: &[u8]) -> Result<State> {
    let mut at = 0;
    let mut next = || -> Result<Loaded<'_>> {
        let loaded = load(&bytes[at..]).map_err(|e| e.at(format!("pickle at byte {at}")))?;
        at += loaded.len;
        Ok(loaded)
    };
    let first = next()?.value;
    if !matches!(first, Value::Int(MAGIC)) {
        // A plain pickle; what is in it says whether it holds arrays.
        return match find(&first) {
            Ok(found) if found.values().all(|found| storage(found).is_none()) => {
                state(found, &Storages::new(), false, bytes.len())
            }
            Ok(_) => Err(bad("a pickle whose tensors lie in another file; save it with torch.save")),
            Err(e) => Err(bad(format!("does not begin as a PyTorch file does: {e}"))),
        };
    }
    let (_version, system, root, keys) = (next()?, next()?, next()?, next()?);
    let big = matches!(system.value.get("little_endian"), Some(Value::Bool(false)));
    let found = find(&root.value)?;
    // The optimiser's as well, which lie between those of the network.
    let known: BTreeMap<&str, _> = root.storages.iter().map(|s| (s.key, s)).collect();
    let Value::List(keys) = keys.value else { return Err(bad("has no list of its storages")) };
    let mut storages = Storages::new();
    for key in keys.items().iter() {
        let key = key.text().ok_or_else(|| bad("a storage without a name"))?;
        let place = || format!("storage {:?}", crate::error::short(key, 40));
        let storage = known.get(key).ok_or_else(|| bad("is used by no tensor").at(place()))?;
        let header = bytes.get(at..at + 8).ok_or_else(|| bad("the file is cut short").at(place()))?;
        let count = header.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
        let size = usize::try_from(count).ok().and_then(|n| n.checked_mul(width(storage.kind)?));
        let end = size.and_then(|size| (at + 8).checked_add(size)).filter(|end| *end <= bytes.len());
        let end = end.ok_or_else(|| bad(format!("{count} values are more than the file holds")).at(place()))?;
        if storages.insert(storage.key, &bytes[at + 8..end]).is_some() {
            return Err(bad("is in the list of storages twice").at(place()));
        }
        at = end;
    }
    state(found, &storages, big, bytes.len())
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
        assert!(error(&legacy(&long)).contains("more than weights or clips need"));
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
