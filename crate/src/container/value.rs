//! The values that a pickle describes. Texts and bytes borrow from the file; containers are shared, as in Python.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::rc::Rc;

use crate::error::{Error, Result};

/// Containers in containers, at most.
const DEPTH: usize = 64;

/// A value.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// None.
    None,
    /// True or False.
    Bool(bool),
    /// An integer, reduced to its low 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes that Python 3 wrote for Python 2: each character of the text is one byte.
    Latin1(&'a str),
    /// A tuple.
    Tuple(Rc<Items<Value<'a>>>),
    /// A list or a set.
    List(Rc<Items<Value<'a>>>),
    /// A dict, ordered or not.
    Dict(Rc<Items<(Value<'a>, Value<'a>)>>),
    /// A class or function, by name.
    Global(Rc<Global<'a>>),
    /// A tensor's storage.
    Storage(Rc<Storage<'a>>),
    /// A tensor.
    Tensor(Rc<TensorRef<'a>>),
    /// What a class or function would make. It is not made: the name and the arguments are kept.
    Object(Rc<Object<'a>>),
}

/// The name of a class or function.
#[derive(Debug, PartialEq, Eq)]
pub struct Global<'a> {
    /// Its module.
    pub module: &'a str,
    /// Its name in the module.
    pub name: &'a str,
}

/// Values of one type, kept elsewhere in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Storage<'a> {
    /// PyTorch's name of the type, such as `FloatStorage`.
    pub kind: &'a str,
    /// The name under which they are kept.
    pub key: &'a str,
    /// How many.
    pub len: usize,
}

/// A view of a storage.
#[derive(Debug)]
pub struct TensorRef<'a> {
    /// Its values.
    pub storage: Rc<Storage<'a>>,
    /// Where it starts.
    pub offset: usize,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its strides, in elements.
    pub strides: Vec<usize>,
}

/// What a call would make.
#[derive(Debug)]
pub struct Object<'a> {
    /// What is called.
    pub callee: Rc<Global<'a>>,
    /// With which arguments: a tuple.
    pub arguments: Value<'a>,
    state: OnceCell<Value<'a>>,
    depth: Cell<usize>,
    complete: Cell<bool>,
}

impl<'a> Object<'a> {
    pub(super) fn new(callee: Rc<Global<'a>>, arguments: Value<'a>) -> Result<Self> {
        let depth = Cell::new(deeper(arguments.complete())?);
        Ok(Self { callee, arguments, state: OnceCell::new(), depth, complete: Cell::new(false) })
    }

    /// What the object was filled with, if anything.
    pub fn state(&self) -> Option<&Value<'a>> {
        self.state.get()
    }

    /// Fills the object. A state that comes after the object was stored could contain the object itself: it is ignored.
    pub(super) fn fill(&self, state: Value<'a>) -> Result<()> {
        if !self.complete.get() {
            self.depth.set(self.depth.get().max(deeper(state.complete())?));
            let _ = self.state.set(state); // Only the first counts.
        }
        Ok(())
    }
}

/// Items that can grow until the container is put into another one. Then it is complete, so nothing can come to contain
/// itself, and its depth is known.
#[derive(Debug)]
pub struct Items<T> {
    items: RefCell<Vec<T>>,
    depth: Cell<usize>,
    complete: Cell<bool>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: RefCell::default(), depth: Cell::new(1), complete: Cell::new(false) }
    }
}

impl<T> Items<T> {
    /// The items.
    pub fn items(&self) -> Ref<'_, Vec<T>> {
        self.items.borrow()
    }

    /// Makes room for so many more: a list that grew item by item would take up to three times its size meanwhile.
    pub(super) fn reserve(&self, more: usize) {
        self.items.borrow_mut().reserve(more);
    }

    pub(super) fn push(&self, item: T, depth: usize) -> Result<()> {
        if self.complete.get() {
            return Err(Error::weights("a container changes after it was stored in another"));
        }
        self.depth.set(self.depth.get().max(deeper(depth)?));
        self.items.borrow_mut().push(item);
        Ok(())
    }
}

fn deeper(depth: usize) -> Result<usize> {
    match depth < DEPTH {
        true => Ok(depth + 1),
        false => Err(Error::weights(format!("nests deeper than {DEPTH}"))),
    }
}

impl<'a> Value<'a> {
    /// Completes a container that is about to be stored. The result is how deep it nests.
    pub(super) fn complete(&self) -> usize {
        let of = |depth: &Cell<usize>, complete: &Cell<bool>| {
            complete.set(true);
            depth.get()
        };
        match self {
            Self::Tuple(c) | Self::List(c) => of(&c.depth, &c.complete),
            Self::Dict(c) => of(&c.depth, &c.complete),
            Self::Object(o) => of(&o.depth, &o.complete),
            _ => 0,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Self::Str(text) => Some(text),
            // A Python 2 string.
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The value of a dict's key; of several the last, as in Python.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let Self::Dict(dict) = self else { return None };
        dict.items().iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value.clone())
    }

    /// The items of a list or tuple.
    pub fn items(&self) -> Option<Ref<'_, Vec<Value<'a>>>> {
        match self {
            Self::Tuple(c) | Self::List(c) => Some(c.items()),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> String {
        match self {
            Self::None => "None".into(),
            Self::Bool(_) => "a truth value".into(),
            Self::Int(_) => "an integer".into(),
            Self::Float(_) => "a float".into(),
            Self::Str(_) => "a text".into(),
            Self::Bytes(_) | Self::Latin1(_) => "bytes".into(),
            Self::Tuple(_) => "a tuple".into(),
            Self::List(_) => "a list".into(),
            Self::Dict(_) => "a dict".into(),
            Self::Global(g) => format!("code that calls {:?}", g.full()),
            Self::Storage(_) => "a storage".into(),
            Self::Tensor(_) => "a single tensor".into(),
            Self::Object(o) => format!("an object that calls {:?}", o.callee.full()),
        }
    }
}

impl Global<'_> {
    /// Module and name.
    pub fn full(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// Is it that name of that module?
    pub fn is(&self, module: &str, name: &str) -> bool {
        self.module == module && self.name == name
    }
}
