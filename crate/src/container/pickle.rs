//! A machine that reads Python's pickles as data. It knows the instructions and runs nothing.
//!
//! A call becomes a tensor or an ordered dict where it is one of PyTorch's few, and otherwise an opaque
//! [`Object`](super::value::Object): training programs put much beside the weights (arguments, counters, paths), and
//! none of it may make the file unreadable. Work and memory are bounded by the file's size: texts and bytes borrow
//! from it, containers are shared, never copied, and nest only so deep.

use std::rc::Rc;

use super::value::{Global, Items, Storage, Value};
use crate::error::{Error, Result};

/// Values in one pickle, at most, and one more for every 32 bytes. A state dict with its optimiser has some ten
/// thousand, a clip in a set of clips a hundred; a value can take a hundred bytes.
const MOST: usize = 1 << 20;
/// A stack with room for so many values, or fewer, is not made smaller.
const ROOM: usize = 1 << 10;
/// A name of a class or a key of a storage is not longer than that.
pub(super) const NAME: usize = 512;

pub(super) fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

/// What a pickle holds.
pub struct Loaded<'a> {
    /// Its value.
    pub value: Value<'a>,
    /// Every storage that it names, in the value or not.
    pub storages: Vec<Rc<Storage<'a>>>,
    /// Its length in bytes.
    pub len: usize,
}

/// Could these bytes begin a pickle of protocol 2 or later?
pub fn is_pickle(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, ..])
}

/// Reads the pickle that the bytes begin with.
///
/// # Errors
/// Names the byte where something is unknown or cut short, or where the pickle exceeds 1,048,576 values and one more
/// for every 32 bytes.
pub fn load(bytes: &[u8]) -> Result<Loaded<'_>> {
    let mut machine = Machine { bytes, ..Machine::default() };
    loop {
        let at = machine.at;
        match machine.step() {
            Ok(Some(value)) => {
                value.complete();
                return Ok(Loaded { value, storages: machine.storages, len: machine.at });
            }
            Ok(None) => {}
            Err(e) => return Err(e.at(format!("byte {at}"))),
        }
    }
}

#[derive(Default)]
pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) stack: Vec<Value<'a>>,
    pub(super) marks: Vec<usize>,
    pub(super) memo: Vec<Option<Value<'a>>>,
    pub(super) storages: Vec<Rc<Storage<'a>>>,
    pushed: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(n).filter(|e| *e <= self.bytes.len());
        let taken = end.map(|end| &self.bytes[self.at..end]).ok_or_else(|| bad("the pickle is cut short"))?;
        self.at += n;
        Ok(taken)
    }

    /// A little-endian number of `n` bytes.
    pub(super) fn unsigned(&mut self, n: usize) -> Result<usize> {
        let number = self.take(n)?.iter().rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
        usize::try_from(number).map_err(|_| bad("the pickle is cut short"))
    }

    /// The rest of the line, which ends within `most` bytes.
    pub(super) fn line(&mut self, most: usize) -> Result<&'a str> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().take(most).position(|b| *b == b'\n').ok_or_else(|| bad("a line without an end"))?;
        self.at += end + 1;
        std::str::from_utf8(&rest[..end]).map_err(|_| bad("a line that is no text"))
    }

    pub(super) fn text(&mut self, n: usize) -> Result<&'a str> {
        std::str::from_utf8(self.take(n)?).map_err(|_| bad("a string that is no text"))
    }

    pub(super) fn push(&mut self, value: Value<'a>) -> Result<()> {
        self.pushed += 1;
        let most = MOST + self.bytes.len() / 32;
        if self.pushed > most {
            return Err(bad(format!("holds more than {most} values: more than weights or clips need")));
        }
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Value<'a>> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(bad("a value is missing"));
        }
        self.stack.pop().ok_or_else(|| bad("a value is missing"))
    }

    pub(super) fn mark(&mut self) -> Result<()> {
        if self.marks.len() >= MOST {
            return Err(bad(format!("holds more than {MOST} marks: more than weights or clips need")));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    pub(super) fn since_mark(&mut self) -> Result<Vec<Value<'a>>> {
        let mark = self.marks.pop().filter(|m| *m <= self.stack.len()).ok_or_else(|| bad("a mark is missing"))?;
        let values = self.stack.split_off(mark);
        // Room for a long list is not kept while its values are put into a container.
        if self.stack.capacity() > ROOM.max(4 * self.stack.len()) {
            self.stack.shrink_to(2 * self.stack.len());
        }
        Ok(values)
    }

    pub(super) fn last_n(&mut self, n: usize) -> Result<Vec<Value<'a>>> {
        let mut values = (0..n).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
        values.reverse();
        Ok(values)
    }

    pub(super) fn memoize(&mut self, slot: usize) -> Result<()> {
        // Slots are numbered in order, and each holds a value that was pushed.
        if slot > self.pushed {
            return Err(bad(format!("memo slot {slot} after {} values", self.pushed)));
        }
        if self.memo.len() <= slot {
            self.memo.resize(slot + 1, None);
        }
        self.memo[slot] = Some(self.stack.last().cloned().ok_or_else(|| bad("a value is missing"))?);
        Ok(())
    }

    pub(super) fn recall(&mut self, slot: usize) -> Result<()> {
        let value = self.memo.get(slot).cloned().flatten().ok_or_else(|| bad(format!("memo slot {slot} is empty")))?;
        self.push(value)
    }

    pub(super) fn global(&mut self, module: &'a str, name: &'a str) -> Result<()> {
        if module.len() > NAME || name.len() > NAME {
            let longest = module.len().max(name.len());
            return Err(bad(format!("a name of {longest} bytes; at most {NAME} are read")));
        }
        self.push(Value::Global(Rc::new(Global { module, name })))
    }

    pub(super) fn tuple(&mut self, values: Vec<Value<'a>>) -> Result<()> {
        let tuple = Items::default();
        tuple.reserve(values.len());
        for value in values {
            let depth = value.complete();
            tuple.push(value, depth)?;
        }
        self.push(Value::Tuple(Rc::new(tuple)))
    }

    /// Appends to the list (or adds to the set) on top of the stack.
    pub(super) fn append(&mut self, values: Vec<Value<'a>>) -> Result<()> {
        match self.stack.last() {
            Some(Value::List(list)) => {
                list.reserve(values.len());
                values.into_iter().try_for_each(|value| {
                    let depth = value.complete();
                    list.push(value, depth)
                })
            }
            Some(Value::Object(_)) => Ok(()), // Items of an opaque object.
            _ => Err(bad("appends to a value that is no list")),
        }
    }

    /// Sets items of the dict on top of the stack.
    pub(super) fn set(&mut self, values: Vec<Value<'a>>) -> Result<()> {
        match self.stack.last() {
            Some(Value::Dict(dict)) => {
                dict.reserve(values.len() / 2);
                let mut values = values.into_iter();
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    let depth = key.complete().max(value.complete());
                    dict.push((key, value), depth)?;
                }
                Ok(())
            }
            Some(Value::Object(_)) => Ok(()), // Items of an opaque object.
            _ => Err(bad("sets an item of a value that is no dict")),
        }
    }

    /// Fills the object on top of the stack. The state of a dict (`_metadata` of a state dict) holds no weights.
    pub(super) fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        match self.stack.last() {
            Some(Value::Object(object)) => object.fill(state),
            Some(_) => Ok(()),
            None => Err(bad("a value is missing")),
        }
    }
}
