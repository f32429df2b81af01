//! Hostile weight files: cut, changed and put together at random, an error or a state and never a panic.

use ciasa::checkpoint::Opened;
use ciasa::weights::{self, State};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::mutations::change;
use crate::torch_files::{legacy, safetensors, zipped};

/// A small state dict in each of the formats.
fn small(format: usize) -> Vec<u8> {
    let mut state = State::new();
    state.insert("fc.weight", &[2, 3], vec![1.0, -2.0, 0.5, 4.0, 0.25, 8.0]);
    state.insert("fc.bias", &[2], vec![0.5, 1.5]);
    state.insert("n", &[], vec![3.0]);
    match format {
        0 => safetensors(&state),
        1 => state.to_safetensors_16().unwrap(),
        2 => legacy(&state),
        _ => zipped(&state),
    }
}

/// Pieces of pickles, zips and headers that may make trouble in another place.
pub const PIECES: &[&[u8]] = &[
    b"(",
    b")",
    b"t",
    b"}",
    b"]",
    b"u",
    b"a",
    b"e",
    b"s",
    b"R",
    b"Q",
    b".",
    b"0",
    b"q\0",
    b"h\0",
    b"N",
    b"b",
    b"\x80\x02",
    b"\x85",
    b"\x87",
    b"\x93",
    b"\x94",
    b"J\xff\xff\xff\xff",
    b"r\xff\xff\xff\x7f",
    b"\x8a\xff",
    b"\x81",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x8f",
    b"\x90",
    b"\x91",
    b"\x92",
    b"2",
    b"l",
    b"d",
    b"I01\n",
    b"V\\u0041\n",
    b"ccollections\ndefaultdict\n",
    b"cnumpy.core.multiarray\n_reconstruct\n",
    b"cnumpy\ndtype\n",
    b"(3, 99999999999, 2)",
    b"'descr': '|O'",
    b"X\xff\xff\xff\x7f",
    b"cos\nsystem\n",
    b"ctorch\nFloatStorage\n",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"PK\x01\x02",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"[18446744073709551615,2]",
    b"\"data_offsets\":[0,0]",
    b"{",
    b"\"F32\"",
    b"\0\0\0\0\0\0\0\0",
];

/// What is read has as many values as its shape says, and not more than the file has bytes.
fn judge(bytes: &[u8]) {
    if let Ok(state) = weights::read(bytes) {
        for (key, array) in state.iter() {
            assert_eq!(array.shape.iter().product::<usize>(), array.data.len(), "{key}");
        }
        assert!(state.iter().map(|(_, array)| array.data.len()).sum::<usize>() <= bytes.len());
        let refused = Opened::read(&[("net.pt", bytes)].map(|(name, bytes)| (name.to_owned(), bytes)));
        assert!(refused.is_err(), "no such small file is a network");
    }
}

#[test]
fn the_small_files_are_read_and_every_cut_of_them_is_an_error() {
    for format in 0..4 {
        let bytes = small(format);
        assert_eq!(weights::read(&bytes).unwrap().get("fc.weight", &[2, 3]).unwrap()[3], 4.0);
        for cut in 0..bytes.len() {
            assert!(weights::read(&bytes[..cut]).is_err(), "format {format} cut at {cut}");
        }
    }
}

/// Files of some megabytes that once took gigabytes or half a minute.
#[test]
fn long_keys_and_promises_take_neither_memory_nor_time() {
    let text = |s: &str| [&[b'X'][..], &(s.len() as u32).to_le_bytes(), s.as_bytes()].concat();
    let file = |pickle: &[u8], keys: &[u8], tail: &[u8]| {
        let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";
        [&magic[..], pickle, keys, tail].concat()
    };
    let long = "k".repeat(500_000);
    let id = |key: &str| {
        [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text(key), &text("cpu"), b"K\x01t"].concat()
    };
    let none = b"\x80\x02].";
    let storages = [&b"\x80\x02"[..], &id(&long), b"q\x01", &b"h\x01Q0".repeat(100_000), b"}."].concat();
    let globals = [
        &b"\x80\x02"[..],
        &text("torch"),
        b"q\0",
        &text(&format!("{long}Storage")),
        b"q\x01",
        &b"h\0h\x01\x930".repeat(100_000),
        b"}.",
    ]
    .concat();
    let tensor = [&b"ctorch._utils\n_rebuild_tensor_v2\n("[..], &id("0"), b"QK\0))\x89}tR"].concat();
    let keys =
        [&b"\x80\x02"[..], &text(&long), b"q\0", &tensor, b"q\x01}(", &b"h\0h\x01".repeat(100_000), b"u."].concat();
    let short_list = [&b"\x80\x02]("[..], &text("0"), b"q\x01", &b"h\x01".repeat(250_000), b"e."].concat();
    let one = [&b"\x80\x02}("[..], &text("w"), &tensor, b"u."].concat();
    let started = std::time::Instant::now();
    for (file, part) in [
        (file(&storages, none, b""), "a storage's name of 500000 bytes"),
        (file(&globals, none, b""), "a name of 500007 bytes"),
        (
            file(&keys, &[&b"\x80\x02]("[..], &text("0"), b"e."].concat(), &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            "a key of 500000 bytes",
        ),
        (file(&one, &short_list, &vec![0; 2_000_000]), "is in the list of storages twice"),
    ] {
        let error = weights::read(&file).unwrap_err().to_string();
        assert!(error.contains(part) && error.len() < 300, "{error}");
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_are_an_error_or_a_state_never_a_panic(
        format in 0usize..4,
        changes in vec((0u8..5, any::<Index>(), 1usize..60, select(PIECES.to_vec())), 1..6),
    ) {
        let mut bytes = small(format);
        for (kind, at, length, piece) in changes {
            change(&mut bytes, kind, at, length, piece);
        }
        judge(&bytes);
    }

    #[test]
    fn pieces_in_any_order_never_panic(
        start in select(vec![
            &b""[..],
            b"\x80\x02",
            b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02K\x01.\x80\x02}.\x80\x02",
            b"PK\x03\x04",
            b"\x40\0\0\0\0\0\0\0{",
        ]),
        pieces in vec(select(PIECES.to_vec()), 0..50),
    ) {
        judge(&[start, &pieces.concat()].concat());
    }
}
