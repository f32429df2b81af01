//! Python's pickle, read as data: a small machine that knows the few instructions of a saved state dict, and runs nothing.
//!
//! The only names that may be called are the three that rebuild tensors and ordered dicts; any other is an error that
//! names it. Work and memory are bounded by the file's size: containers are shared, never copied, and nest only so deep.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use super::rebuild::{allowed, rebuild, storage};
use crate::error::{Error, Result};

/// A value. Containers are shared, as in Python.
#[derive(Clone, Debug)]
pub enum Value {
    /// None, and what we have no use for.
    None,
    /// True or False.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Rc<str>),
    /// A tuple.
    Tuple(Rc<Container<Value>>),
    /// A list.
    List(Rc<Container<Value>>),
    /// A dict, ordered or not.
    Dict(Rc<Container<(Value, Value)>>),
    /// A name of a module.
    Global(Rc<str>),
    /// A tensor's storage.
    Storage(Rc<Storage>),
    /// A tensor.
    Tensor(Rc<TensorRef>),
}

/// Items that can grow until the container is put into another one: then it is complete. So nothing can come to contain
/// itself, and how deep it nests is known when it is stored.
#[derive(Debug)]
pub struct Container<T> {
    items: RefCell<Vec<T>>,
    depth: Cell<usize>,
    complete: Cell<bool>,
}

impl<T> Default for Container<T> {
    fn default() -> Self {
        Self { items: RefCell::default(), depth: Cell::new(1), complete: Cell::new(false) }
    }
}

impl<T> Container<T> {
    /// The items.
    pub fn items(&self) -> Ref<'_, Vec<T>> {
        self.items.borrow()
    }

    fn push(&self, item: T, depth: usize) -> Result<()> {
        if self.complete.get() {
            return Err(bad("a container changes after it was stored in another"));
        }
        if depth >= DEPTH {
            return Err(bad(format!("nests deeper than {DEPTH}")));
        }
        self.depth.set(self.depth.get().max(depth + 1));
        self.items.borrow_mut().push(item);
        Ok(())
    }
}

impl Value {
    /// Completes a container that is about to be stored, and says how deep it nests.
    fn complete(&self) -> usize {
        let of = |depth: &Cell<usize>, complete: &Cell<bool>| {
            complete.set(true);
            depth.get()
        };
        match self {
            Self::Tuple(c) | Self::List(c) => of(&c.depth, &c.complete),
            Self::Dict(c) => of(&c.depth, &c.complete),
            _ => 0,
        }
    }
}

/// Values of one type, kept elsewhere in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Storage {
    /// Such as `FloatStorage`.
    pub kind: String,
    /// The name under which they are kept.
    pub key: String,
    /// How many.
    pub len: usize,
}

/// A view of a storage.
#[derive(Debug)]
pub struct TensorRef {
    /// Its values.
    pub storage: Rc<Storage>,
    /// Where it starts.
    pub offset: usize,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its strides, in elements.
    pub strides: Vec<usize>,
}

/// Containers in containers, at most.
const DEPTH: usize = 16;
/// A pickle is longer than that only if it holds something else: a network's takes some tens of kilobytes, with an
/// optimiser three times as many. A byte of it can take a hundred of memory.
const LONGEST: usize = 1 << 20;

pub(super) fn bad(cause: impl Into<String>) -> Error {
    Error::weights(cause)
}

/// What a pickle holds.
pub struct Loaded {
    /// Its value.
    pub value: Value,
    /// Every storage that it speaks of, in the value or not.
    pub storages: Vec<Rc<Storage>>,
    /// Its length in bytes.
    pub len: usize,
}

/// Reads one pickle.
///
/// # Errors
/// Names the byte where something is not allowed, not known, or cut short, or the pickle is longer than 1 MiB.
pub fn load(bytes: &[u8]) -> Result<Loaded> {
    let whole = bytes.len() <= LONGEST;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let mut machine = Machine { bytes, ..Machine::default() };
    loop {
        let at = machine.at;
        match machine.step() {
            Ok(Some(value)) => return Ok(Loaded { value, storages: machine.storages, len: machine.at }),
            Ok(None) => {}
            Err(_) if !whole && machine.at == bytes.len() => {
                return Err(bad(format!("is longer than {LONGEST} bytes: more than a state dict")));
            }
            Err(e) => return Err(e.at(format!("byte {at}"))),
        }
    }
}

#[derive(Default)]
struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
    storages: Vec<Rc<Storage>>,
}

impl<'a> Machine<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(n).filter(|e| *e <= self.bytes.len());
        let taken = end.map(|end| &self.bytes[self.at..end]).ok_or_else(|| bad("the pickle is cut short"))?;
        self.at += n;
        Ok(taken)
    }

    fn unsigned(&mut self, n: usize) -> Result<usize> {
        Ok(self.take(n)?.iter().rev().fold(0, |sum, b| (sum << 8) | usize::from(*b)))
    }

    fn line(&mut self) -> Result<&'a str> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().take(256).position(|b| *b == b'\n').ok_or_else(|| bad("a name without an end"))?;
        self.at += end + 1;
        std::str::from_utf8(&rest[..end]).map_err(|_| bad("a name that is no text"))
    }

    fn string(&mut self, n: usize) -> Result<Value> {
        let text = std::str::from_utf8(self.take(n)?).map_err(|_| bad("a string that is no text"))?;
        Ok(Value::Str(text.into()))
    }

    fn pop(&mut self) -> Result<Value> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(bad("a value is missing"));
        }
        self.stack.pop().ok_or_else(|| bad("a value is missing"))
    }

    fn since_mark(&mut self) -> Result<Vec<Value>> {
        let mark = self.marks.pop().filter(|m| *m <= self.stack.len()).ok_or_else(|| bad("a mark is missing"))?;
        Ok(self.stack.split_off(mark))
    }

    fn memoize(&mut self, slot: usize) -> Result<()> {
        // A file cannot use more slots than it has bytes.
        if slot > self.bytes.len() {
            return Err(bad(format!("memo slot {slot} in a pickle of {} bytes", self.bytes.len())));
        }
        if self.memo.len() <= slot {
            self.memo.resize(slot + 1, None);
        }
        self.memo[slot] = Some(self.stack.last().cloned().ok_or_else(|| bad("a value is missing"))?);
        Ok(())
    }

    fn recall(&mut self, slot: usize) -> Result<()> {
        let value = self.memo.get(slot).cloned().flatten().ok_or_else(|| bad(format!("memo slot {slot} is empty")))?;
        self.stack.push(value);
        Ok(())
    }

    fn tuple(&mut self, values: Vec<Value>) -> Result<()> {
        let tuple = Container::default();
        for value in values {
            let depth = value.complete();
            tuple.push(value, depth)?;
        }
        self.stack.push(Value::Tuple(Rc::new(tuple)));
        Ok(())
    }

    fn last_n(&mut self, n: usize) -> Result<Vec<Value>> {
        let mut values = (0..n).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
        values.reverse();
        Ok(values)
    }

    fn append(&mut self, values: Vec<Value>) -> Result<()> {
        let Some(Value::List(list)) = self.stack.last() else { return Err(bad("appends to what is no list")) };
        values.into_iter().try_for_each(|value| {
            let depth = value.complete();
            list.push(value, depth)
        })
    }

    fn set(&mut self, values: Vec<Value>) -> Result<()> {
        let Some(Value::Dict(dict)) = self.stack.last() else { return Err(bad("sets an item of what is no dict")) };
        let mut values = values.into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            let depth = key.complete().max(value.complete());
            dict.push((key, value), depth)?;
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Value>> {
        let op = self.take(1)?[0];
        let push = match op {
            0x80 => {
                self.take(1)?;
                return Ok(None);
            }
            0x95 => {
                self.take(8)?;
                return Ok(None);
            }
            b'.' => return self.pop().map(Some),
            b'(' => {
                self.marks.push(self.stack.len());
                return Ok(None);
            }
            b'0' => return self.pop().map(|_| None),
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(self.unsigned(1)? as i64),
            b'M' => Value::Int(self.unsigned(2)? as i64),
            b'J' => Value::Int(i64::from(self.unsigned(4)? as u32 as i32)),
            0x8a => {
                let n = self.unsigned(1)?;
                let digits = self.take(n)?;
                // Longer numbers only occur as the file's magic number, whose low half will do.
                Value::Int(digits.iter().take(8).rev().fold(0, |sum, b| (sum << 8) | i64::from(*b)))
            }
            b'G' => Value::Float(f64::from_bits(self.take(8)?.iter().fold(0, |sum, b| (sum << 8) | u64::from(*b)))),
            b'X' => {
                let n = self.unsigned(4)?;
                self.string(n)?
            }
            0x8c | b'U' => {
                let n = self.unsigned(1)?;
                self.string(n)?
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                Value::Global(allowed(module, name)?)
            }
            0x93 => match self.last_n(2)?.as_slice() {
                [Value::Str(module), Value::Str(name)] => Value::Global(allowed(module, name)?),
                _ => return Err(bad("a global without a name")),
            },
            b']' => Value::List(Rc::default()),
            b'}' => Value::Dict(Rc::default()),
            b')' => Value::Tuple(Rc::default()),
            b't' | 0x85 | 0x86 | 0x87 => {
                let values = if op == b't' { self.since_mark()? } else { self.last_n(usize::from(op - 0x84))? };
                return self.tuple(values).map(|()| None);
            }
            b'a' => {
                let value = self.last_n(1)?;
                return self.append(value).map(|()| None);
            }
            b'e' => {
                let values = self.since_mark()?;
                return self.append(values).map(|()| None);
            }
            b's' => {
                let pair = self.last_n(2)?;
                return self.set(pair).map(|()| None);
            }
            b'u' => {
                let values = self.since_mark()?;
                return self.set(values).map(|()| None);
            }
            b'q' | b'r' | 0x94 => {
                let slot = match op {
                    b'q' => self.unsigned(1)?,
                    b'r' => self.unsigned(4)?,
                    _ => self.memo.len(),
                };
                return self.memoize(slot).map(|()| None);
            }
            b'h' | b'j' => {
                let slot = self.unsigned(if op == b'h' { 1 } else { 4 })?;
                return self.recall(slot).map(|()| None);
            }
            b'Q' => {
                let storage = Rc::new(storage(&self.pop()?)?);
                self.storages.push(storage.clone());
                Value::Storage(storage)
            }
            b'R' => {
                let arguments = self.pop()?;
                rebuild(&self.pop()?, &arguments)?
            }
            // State of an object already rebuilt (`_metadata` of a state dict): of no use to us.
            b'b' => return self.pop().map(|_| None),
            _ => return Err(bad(format!("instruction {op:#04x} has no place in a state dict"))),
        };
        self.stack.push(push);
        Ok(None)
    }
}
