//! A small library of changes to files.
// Every mutation has one signature, whether it changes the length or not.
#![allow(clippy::ptr_arg)]

use rand::RngExt;
use rand_pcg::Pcg32;

/// Bytes that a changed file has at most.
const MOST: usize = 1 << 20;
/// Numbers in text that few programs expect.
const TEXTS: [&str; 24] = [
    "0",
    "-1",
    "-0.0",
    "1e308",
    "1e39",
    "-1e-320",
    "1e999",
    "NaN",
    "Infinity",
    "99999999999999999999",
    "18446744073709551615",
    "4294967296",
    "2147483648",
    "162001",
    "1048577",
    "0.00004",
    "100000.1",
    "1.0000001",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"\\u0000\\ud800\"",
];
/// Binary numbers at the edges of their types.
const EDGES: [u64; 12] =
    [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 32, i64::MAX as u64, u64::MAX, u64::MAX - 7];
const ZIP: [&[u8]; 5] = [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"];

/// What a change may use.
pub struct Tools<'a> {
    pub rng: &'a mut Pcg32,
    pub words: &'a [Vec<u8>],
    /// Another input of the same parser.
    pub other: &'a [u8],
}

type Change = fn(&mut Vec<u8>, &mut Tools);

/// The last are for binary files.
const CHANGES: [Change; 18] = [
    flip,
    set,
    remove,
    copy,
    repeat,
    cut,
    splice,
    insert_word,
    overwrite_word,
    number_text,
    word_text,
    swap,
    line,
    nest,
    insert_word,
    binary_number,
    length,
    zip_field,
];

/// Changes an input in one to eight ways, half of the time in one: most inputs should get past the first check.
pub fn mutate(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let changes = if tools.rng.random_bool(0.5) { 1 } else { 1 << tools.rng.random_range(0..4) };
    for _ in 0..changes {
        let change = CHANGES[tools.rng.random_range(0..CHANGES.len())];
        change(bytes, tools);
        bytes.truncate(MOST);
    }
}

/// A place in the input, or its end.
fn place(bytes: &[u8], rng: &mut Pcg32) -> usize {
    rng.random_range(0..=bytes.len())
}

/// A part of the input: mostly a short one.
fn part(bytes: &[u8], rng: &mut Pcg32) -> std::ops::Range<usize> {
    let start = place(bytes, rng);
    let longest = if rng.random_bool(0.8) { 24 } else { bytes.len() };
    start..(start + rng.random_range(0..=longest)).min(bytes.len())
}

fn flip(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << tools.rng.random_range(0..8);
    }
}

fn set(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    if let Some(byte) = bytes.get_mut(at) {
        *byte = tools.rng.random();
    }
}

fn remove(bytes: &mut Vec<u8>, tools: &mut Tools) {
    drop(bytes.drain(part(bytes, tools.rng)));
}

/// Puts a copy of a part somewhere else.
fn copy(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let copied = bytes[part(bytes, tools.rng)].to_vec();
    let at = place(bytes, tools.rng);
    drop(bytes.splice(at..at, copied));
}

/// A part many times in a row: values, instructions, keys.
fn repeat(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let part = part(bytes, tools.rng);
    let times = if tools.rng.random_bool(0.02) { 20_000 } else { tools.rng.random_range(1..20) };
    let times = times.min((MOST / 4) / part.len().max(1));
    let many = bytes[part.clone()].repeat(times);
    drop(bytes.splice(part.end..part.end, many));
}

fn cut(bytes: &mut Vec<u8>, tools: &mut Tools) {
    if tools.rng.random_bool(0.3) {
        bytes.truncate(place(bytes, tools.rng));
    }
}

/// Goes on as another input does.
fn splice(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let (at, from) = (place(bytes, tools.rng), place(tools.other, tools.rng));
    match tools.rng.random_bool(0.3) {
        true => {
            bytes.truncate(at);
            bytes.extend(&tools.other[from..]);
        }
        false => drop(bytes.splice(at..at, tools.other[part(tools.other, tools.rng)].to_vec())),
    }
}

fn word(tools: &mut Tools) -> Vec<u8> {
    match tools.words.is_empty() {
        true => Vec::new(),
        false => tools.words[tools.rng.random_range(0..tools.words.len())].clone(),
    }
}

fn insert_word(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let (at, word) = (place(bytes, tools.rng), word(tools));
    drop(bytes.splice(at..at, word));
}

fn overwrite_word(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let (at, word) = (place(bytes, tools.rng), word(tools));
    drop(bytes.splice(at..(at + word.len()).min(bytes.len()), word));
}

/// The run of such bytes about a place.
fn run(bytes: &[u8], at: usize, such: impl Fn(&u8) -> bool) -> std::ops::Range<usize> {
    let start = bytes[..at].iter().rposition(|b| !such(b)).map_or(0, |i| i + 1);
    let end = bytes[at..].iter().position(|b| !such(b)).map_or(bytes.len(), |i| at + i);
    start..end
}

/// A number in text gives way to an extreme one.
fn number_text(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    let from = bytes[at..].iter().position(u8::is_ascii_digit).map_or(at, |i| at + i);
    let number = run(bytes, from, |b| b.is_ascii_digit() || b".-+eE".contains(b));
    let extreme = TEXTS[tools.rng.random_range(0..TEXTS.len())];
    drop(bytes.splice(number, extreme.bytes()));
}

/// A word in text gives way to one of the dictionary.
fn word_text(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    let old = run(bytes, at, |b| b.is_ascii_alphanumeric() || b"_-. ".contains(b));
    let new = word(tools);
    drop(bytes.splice(old, new));
}

fn swap(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let (a, b) = (part(bytes, tools.rng), part(bytes, tools.rng));
    let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
    if first.end <= second.start {
        let all = [&bytes[second.clone()], &bytes[first.end..second.start], &bytes[first.clone()]].concat();
        drop(bytes.splice(first.start..second.end, all));
    }
}

/// A line of text again, or no more.
fn line(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let mut line = run(bytes, place(bytes, tools.rng), |b| *b != b'\n');
    line.end = (line.end + 1).min(bytes.len());
    match tools.rng.random_bool(0.5) {
        true => drop(bytes.drain(line)),
        false => {
            let copied = bytes[line.clone()].to_vec();
            drop(bytes.splice(line.start..line.start, copied));
        }
    }
}

/// Opens something deeper and deeper.
fn nest(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let openings: [&[u8]; 6] = [b"[", b"{\"a\":", b"(", b"]", b"\n{\nJOINT a", b"\x85"];
    let opening = openings[tools.rng.random_range(0..openings.len())];
    let depth = if tools.rng.random_bool(0.05) { 50_000 } else { tools.rng.random_range(1..200) };
    let at = place(bytes, tools.rng);
    drop(bytes.splice(at..at, opening.repeat(depth)));
}

fn write(bytes: &mut [u8], at: usize, value: u64, size: usize, big: bool) {
    if let Some(field) = bytes.get_mut(at..at + size) {
        match big {
            true => field.copy_from_slice(&value.to_be_bytes()[8 - size..]),
            false => field.copy_from_slice(&value.to_le_bytes()[..size]),
        }
    }
}

fn binary_number(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    let (edge, size) = (EDGES[tools.rng.random_range(0..EDGES.len())], 1 << tools.rng.random_range(0..4));
    write(bytes, at, edge, size, tools.rng.random_bool(0.1));
}

/// A number that fits the rest of the file, or nearly.
fn length(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let at = place(bytes, tools.rng);
    let about = if tools.rng.random_bool(0.5) { bytes.len() } else { bytes.len() - at };
    let value = (about as u64).wrapping_add_signed(tools.rng.random_range(-16..16));
    write(bytes, at, value, 1 << tools.rng.random_range(0..4), false);
}

/// A field of a record of a zip's directory becomes extreme; or a comment looks like a record.
fn zip_field(bytes: &mut Vec<u8>, tools: &mut Tools) {
    let signature = ZIP[tools.rng.random_range(0..ZIP.len())];
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(signature)).collect();
    if places.is_empty() {
        if bytes.starts_with(b"PK") {
            let tail = [&[0; 2], signature, &[tools.rng.random(); 18]].concat();
            bytes.extend(tail);
        }
        return;
    }
    let at = places[tools.rng.random_range(0..places.len())] + tools.rng.random_range(4..56);
    let value = match tools.rng.random_bool(0.5) {
        true => EDGES[tools.rng.random_range(0..EDGES.len())],
        false => tools.rng.random_range(0..=bytes.len() as u64),
    };
    write(bytes, at, value, 2 << tools.rng.random_range(0..3), false);
}
