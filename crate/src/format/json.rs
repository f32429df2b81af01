//! Streaming JSON with a place: every error names the field it happened in, such as `data[3].skeleton[0].pose`.
//!
//! Both JSON formats are long arrays of numbers. A tree of values would take many times the file's size in memory, and
//! derived structs lose the path, so readers say what each level holds ([`List`], [`Record`]) and numbers go straight
//! where they belong. Unknown keys are skipped without recursion, however deep they nest.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{self, Error, printable};

/// An array level.
pub(super) trait List {
    /// What should stand here, for messages.
    const EXPECTED: &'static str;
    /// May `null` stand in the array's place?
    const NULLABLE: bool = false;

    /// Reads the element at `index`.
    fn item<'de, D: Deserializer<'de>>(&mut self, index: usize, value: Value<'_, D>) -> Result<(), D::Error>;
}

/// An object level.
pub(super) trait Record {
    /// What should stand here, for messages.
    const EXPECTED: &'static str;
    /// The keys that are read; all others are skipped. At most 32.
    const KEYS: &'static [&'static str];

    /// Reads the value of one of the keys; called at most once for each.
    fn field<'de, D: Deserializer<'de>>(&mut self, key: &'static str, value: Value<'_, D>) -> Result<(), D::Error>;
}

/// A level that may be an array or an object, or a number where that is taken.
pub(super) trait Mixed: List + Record {
    /// Takes a number that stands in the level's place, or says why not.
    fn number(&mut self, value: f64) -> Result<(), String> {
        Err(format!("{value:?} is neither an array nor an object"))
    }
}

/// How many numbers a document can hold at most, for a list that need not grow: growing takes three times its memory.
pub(super) fn most_numbers(text: &str) -> usize {
    let commas = text.bytes().filter(|b| *b == b',').count();
    (commas + 1).min(text.len() / 2)
}

/// Reads a whole document that is one object.
pub(super) fn parse(text: &str, record: &mut impl Record) -> error::Result<()> {
    let path = Path::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Value { inner: &mut reader, path: &path }.record(record).and_then(|()| reader.end());
    read.map_err(|e| path.explain(&e))
}

/// Reads a whole document that is an object or an array.
pub(super) fn parse_mixed(text: &str, mixed: &mut impl Mixed) -> error::Result<()> {
    let path = Path::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Value { inner: &mut reader, path: &path }.mixed(mixed).and_then(|()| reader.end());
    read.map_err(|e| path.explain(&e))
}

/// The way from the document's root to the value being read. An error leaves it standing where it happened.
#[derive(Default)]
struct Path(RefCell<Vec<Step>>);

enum Step {
    Key(&'static str),
    Index(usize),
}

impl Path {
    fn enter<T, E>(&self, step: Step, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.0.borrow_mut().push(step);
        let value = read()?;
        self.0.borrow_mut().pop();
        Ok(value)
    }

    fn explain(&self, e: &serde_json::Error) -> Error {
        let mut place = String::new();
        for step in self.0.borrow().iter() {
            match step {
                Step::Key(key) if place.is_empty() => place.push_str(key),
                Step::Key(key) => place.push_str(&format!(".{key}")),
                Step::Index(i) => place.push_str(&format!("[{i}]")),
            }
        }
        // The position is taken off the message and put back after shortening: a message quotes the file's text.
        let whole = e.to_string();
        let position = format!(" at line {} column {}", e.line(), e.column());
        let cause = whole.strip_suffix(&position).unwrap_or(&whole);
        let error = Error::format(format!("{}{position}", printable(cause, 200)));
        if place.is_empty() { error } else { error.at(place) }
    }
}

/// A value about to be read, and where it stands.
pub(super) struct Value<'p, D> {
    inner: D,
    path: &'p Path,
}

impl<'de, D: Deserializer<'de>> Value<'_, D> {
    /// Reads an array; the count of its elements, or None for a `null` where one is allowed.
    pub(super) fn list<L: List>(self, list: &mut L) -> Result<Option<usize>, D::Error> {
        self.inner.deserialize_any(ListVisitor { list, path: self.path })
    }

    /// Reads an object.
    pub(super) fn record<R: Record>(self, record: &mut R) -> Result<(), D::Error> {
        self.inner.deserialize_any(RecordVisitor { record, path: self.path })
    }

    /// Reads an array or an object, and whatever else the level takes.
    pub(super) fn mixed<M: Mixed>(self, mixed: &mut M) -> Result<(), D::Error> {
        self.inner.deserialize_any(MixedVisitor { mixed, path: self.path })
    }

    /// Reads a number.
    pub(super) fn number(self) -> Result<f64, D::Error> {
        self.inner.deserialize_any(NumberVisitor)
    }

    /// Reads a count: a whole number from 0.
    pub(super) fn count(self) -> Result<usize, D::Error> {
        let n = self.number()?;
        // No count or index that we read comes near this bound, and sums of two fit the 32 bits of wasm.
        if n.fract() == 0.0 && (0.0..=1e9).contains(&n) {
            Ok(n as usize)
        } else {
            Err(de::Error::custom(format!("{n:?} is no count")))
        }
    }

    /// Reads a text, or None for `null`.
    pub(super) fn text(self) -> Result<Option<String>, D::Error> {
        serde::Deserialize::deserialize(self.inner)
    }

    /// Skips the value. Is it an array?
    pub(super) fn skip_list(self) -> Result<bool, D::Error> {
        self.inner.deserialize_any(IsList)
    }

    /// Skips the value.
    pub(super) fn skip(self) -> Result<(), D::Error> {
        self.inner.deserialize_ignored_any(IgnoredAny).map(drop)
    }
}

struct IsList;

impl<'de> Visitor<'de> for IsList {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
}

struct ListVisitor<'a, L> {
    list: &'a mut L,
    path: &'a Path,
}

impl<'de, L: List> Visitor<'de> for ListVisitor<'_, L> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(L::EXPECTED)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<usize>, E> {
        if L::NULLABLE { Ok(None) } else { Err(E::invalid_type(de::Unexpected::Unit, &self)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<usize>, A::Error> {
        let mut index = 0;
        while seq.next_element_seed(Item { list: &mut *self.list, path: self.path, index })?.is_some() {
            index += 1;
        }
        Ok(Some(index))
    }
}

struct Item<'a, L> {
    list: &'a mut L,
    path: &'a Path,
    index: usize,
}

impl<'de, L: List> DeserializeSeed<'de> for Item<'_, L> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        let Self { list, path, index } = self;
        path.enter(Step::Index(index), || list.item(index, Value { inner, path }))
    }
}

struct RecordVisitor<'a, R> {
    record: &'a mut R,
    path: &'a Path,
}

impl<'de, R: Record> Visitor<'de> for RecordVisitor<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0u32;
        while let Some(known) = map.next_key_seed(Key(R::KEYS))? {
            let Some(i) = known else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let repeated = seen & (1 << i) != 0;
            seen |= 1 << i;
            map.next_value_seed(Field { record: &mut *self.record, path: self.path, key: R::KEYS[i], repeated })?;
        }
        Ok(())
    }
}

struct MixedVisitor<'a, M> {
    mixed: &'a mut M,
    path: &'a Path,
}

impl<'de, M: Mixed> Visitor<'de> for MixedVisitor<'_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(<M as Record>::EXPECTED)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        ListVisitor { list: self.mixed, path: self.path }.visit_unit().map(drop)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        ListVisitor { list: self.mixed, path: self.path }.visit_seq(seq).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        RecordVisitor { record: self.mixed, path: self.path }.visit_map(map)
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<(), E> {
        self.mixed.number(v).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<(), E> {
        self.visit_f64(v as f64)
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<(), E> {
        self.visit_f64(v as f64)
    }
}

struct Field<'a, R> {
    record: &'a mut R,
    path: &'a Path,
    key: &'static str,
    repeated: bool,
}

impl<'de, R: Record> DeserializeSeed<'de> for Field<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        let Self { record, path, key, repeated } = self;
        path.enter(Step::Key(key), || {
            if repeated {
                return Err(de::Error::custom("the key stands twice"));
            }
            record.field(key, Value { inner, path })
        })
    }
}

/// Finds a key among the known ones; None for another.
struct Key(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| *known == key))
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<f64, E> {
        Ok(v)
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<f64, E> {
        Ok(v as f64)
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<f64, E> {
        Ok(v as f64)
    }
}
