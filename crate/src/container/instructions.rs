//! The instructions of a pickle, protocols 0 to 5.

use super::calls::{call, storage};
use super::pickle::{Machine, NAME, bad};
use super::value::Value;
use crate::error::Result;

/// The longest line of protocol 0 that is read.
const LINE: usize = 1 << 16;

impl<'a> Machine<'a> {
    /// Reads one instruction; the pickle's value at its end.
    pub(super) fn step(&mut self) -> Result<Option<Value<'a>>> {
        let op = self.take(1)?[0];
        match op {
            b'.' => return self.pop().map(Some),
            // The protocol's number, and the length of a frame.
            0x80 => self.take(1).map(drop)?,
            0x95 => self.take(8).map(drop)?,
            b'(' => self.mark()?,
            b'0' => self.pop().map(drop)?,
            b'1' => self.since_mark().map(drop)?,
            b'2' => {
                let top = self.stack.last().cloned().ok_or_else(|| bad("a value is missing"))?;
                self.push(top)?;
            }
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            b'K' | b'M' | b'J' | 0x8a | 0x8b | b'G' | b'I' | b'L' | b'F' => self.number(op)?,
            b'X' | 0x8c | 0x8d | b'U' | b'T' | b'C' | b'B' | 0x8e | 0x96 | b'S' | b'V' => self.string(op)?,
            b'c' => {
                let (module, name) = (self.line(NAME)?, self.line(NAME)?);
                self.global(module, name)?;
            }
            0x93 => match self.last_n(2)?.as_slice() {
                [Value::Str(module), Value::Str(name)] => self.global(module, name)?,
                _ => return Err(bad("a global without a name")),
            },
            b']' | 0x8f => self.push(Value::List(Default::default()))?,
            b'}' => self.push(Value::Dict(Default::default()))?,
            b')' => self.push(Value::Tuple(Default::default()))?,
            b't' => {
                let values = self.since_mark()?;
                self.tuple(values)?;
            }
            0x85..=0x87 => {
                let values = self.last_n(usize::from(op - 0x84))?;
                self.tuple(values)?;
            }
            // A list or a frozen set with its items, a dict with its items.
            b'l' | 0x91 => {
                let values = self.since_mark()?;
                self.push(Value::List(Default::default()))?;
                self.append(values)?;
            }
            b'd' => {
                let values = self.since_mark()?;
                self.push(Value::Dict(Default::default()))?;
                self.set(values)?;
            }
            b'a' => {
                let value = self.last_n(1)?;
                self.append(value)?;
            }
            b'e' | 0x90 => {
                let values = self.since_mark()?;
                self.append(values)?;
            }
            b's' => {
                let pair = self.last_n(2)?;
                self.set(pair)?;
            }
            b'u' => {
                let values = self.since_mark()?;
                self.set(values)?;
            }
            b'q' | b'r' | b'p' | 0x94 => {
                let slot = match op {
                    b'q' => self.unsigned(1)?,
                    b'r' => self.unsigned(4)?,
                    b'p' => self.slot()?,
                    _ => self.memo.len(),
                };
                self.memoize(slot)?;
            }
            b'h' | b'j' | b'g' => {
                let slot = match op {
                    b'h' => self.unsigned(1)?,
                    b'j' => self.unsigned(4)?,
                    _ => self.slot()?,
                };
                self.recall(slot)?;
            }
            b'Q' => {
                let storage = std::rc::Rc::new(storage(&self.pop()?)?);
                self.storages.push(storage.clone());
                self.push(Value::Storage(storage))?;
            }
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                let made = call(&self.pop()?, arguments)?;
                self.push(made)?;
            }
            // A call with arguments by name, which no array needs.
            0x92 => {
                let (_named, arguments) = (self.pop()?, self.pop()?);
                let made = call(&self.pop()?, arguments)?;
                self.push(made)?;
            }
            b'b' => self.build()?,
            _ => return Err(bad(format!("instruction {op:#04x} is not known"))),
        }
        Ok(None)
    }

    fn number(&mut self, op: u8) -> Result<()> {
        let value = match op {
            b'K' => Value::Int(self.unsigned(1)? as i64),
            b'M' => Value::Int(self.unsigned(2)? as i64),
            b'J' => Value::Int(i64::from(self.unsigned(4)? as u32 as i32)),
            0x8a | 0x8b => {
                let n = self.unsigned(if op == 0x8a { 1 } else { 4 })?;
                Value::Int(low_bits(self.take(n)?))
            }
            b'G' => Value::Float(f64::from_bits(self.take(8)?.iter().fold(0, |sum, b| (sum << 8) | u64::from(*b)))),
            b'F' => Value::Float(self.line(NAME)?.parse().map_err(|_| bad("a float that is no number"))?),
            _ => match self.line(NAME)? {
                "00" if op == b'I' => Value::Bool(false),
                "01" if op == b'I' => Value::Bool(true),
                digits => {
                    Value::Int(digits.trim_end_matches('L').parse().map_err(|_| bad("an integer that is no number"))?)
                }
            },
        };
        self.push(value)
    }

    fn string(&mut self, op: u8) -> Result<()> {
        // Texts are X, 0x8c, 0x8d and V; the others are bytes, which Python 2 also used for texts.
        let value = match op {
            b'V' => Value::Str(plain(self.line(LINE)?)?),
            b'S' => {
                let line = self.line(LINE)?;
                let quoted = |q: char| line.strip_prefix(q)?.strip_suffix(q);
                let inner = quoted('\'').or_else(|| quoted('"')).ok_or_else(|| bad("a string without quotes"))?;
                Value::Bytes(plain(inner)?.as_bytes())
            }
            _ => {
                let width = match op {
                    b'U' | b'C' | 0x8c => 1,
                    b'X' | b'T' | b'B' => 4,
                    _ => 8,
                };
                let n = self.unsigned(width)?;
                match op {
                    b'X' | 0x8c | 0x8d => Value::Str(self.text(n)?),
                    _ => Value::Bytes(self.take(n)?),
                }
            }
        };
        self.push(value)
    }

    fn slot(&mut self) -> Result<usize> {
        self.line(NAME)?.parse().map_err(|_| bad("a memo slot that is no number"))
    }
}

/// The low 64 bits of a little-endian number with its sign. Longer ones only occur as a file's magic number.
fn low_bits(digits: &[u8]) -> i64 {
    let negative = digits.len() < 8 && digits.last().is_some_and(|b| b & 0x80 != 0);
    let low = digits.iter().take(8).rev().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
    let sign = if negative { u64::MAX << (8 * digits.len()) } else { 0 };
    (low | sign) as i64
}

fn plain(text: &str) -> Result<&str> {
    if text.contains('\\') { Err(bad("an escaped text of protocol 0, which is not read")) } else { Ok(text) }
}
