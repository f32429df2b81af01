//! One error for the whole crate.
//!
//! Callers ask *what kind* of thing went wrong with the predicates (`is_format`, `is_weights`, ...) and show the
//! message to a person; nobody matches on variants, so that a new cause is never a breaking change. The place
//! (a line, a field, a tensor's key) stands before the cause because that is what a person looks for first.

use std::fmt;

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    place: Option<String>,
    cause: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Format,
    Weights,
    Config,
    Device,
    Data,
    Io,
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Every value of [`Error::kind`].
    pub const KINDS: [&str; 6] = ["format", "weights", "config", "device", "data", "io"];

    fn new(kind: Kind, cause: impl Into<String>) -> Self {
        Self { kind, place: None, cause: cause.into() }
    }

    /// A clip file that cannot be read.
    pub fn format(cause: impl Into<String>) -> Self {
        Self::new(Kind::Format, cause)
    }

    /// A weight file or manifest that cannot be used.
    pub fn weights(cause: impl Into<String>) -> Self {
        Self::new(Kind::Weights, cause)
    }

    /// A setting outside its range, or settings that contradict each other.
    pub fn config(cause: impl Into<String>) -> Self {
        Self::new(Kind::Config, cause)
    }

    /// The compute device failed: lost, out of memory, not there.
    pub fn device(cause: impl Into<String>) -> Self {
        Self::new(Kind::Device, cause)
    }

    /// A training set that does not hold what it should.
    pub fn data(cause: impl Into<String>) -> Self {
        Self::new(Kind::Data, cause)
    }

    /// A file that cannot be opened or written.
    pub fn io(path: &std::path::Path, cause: &std::io::Error) -> Self {
        Self::new(Kind::Io, cause.to_string()).at(path.display().to_string())
    }

    /// The same error with the place where it happened, outermost first.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(match self.place {
            Some(inner) => format!("{place}, {inner}"),
            None => place.to_string(),
        });
        self
    }

    /// Is it about the bytes of a clip?
    pub fn is_format(&self) -> bool {
        self.kind == Kind::Format
    }

    /// Is it about weights or their manifest?
    pub fn is_weights(&self) -> bool {
        self.kind == Kind::Weights
    }

    /// Is it about a setting?
    pub fn is_config(&self) -> bool {
        self.kind == Kind::Config
    }

    /// Is it about the compute device?
    pub fn is_device(&self) -> bool {
        self.kind == Kind::Device
    }

    /// Is it about a training set?
    pub fn is_data(&self) -> bool {
        self.kind == Kind::Data
    }

    /// Is it about a file's opening or writing?
    pub fn is_io(&self) -> bool {
        self.kind == Kind::Io
    }

    /// A stable word for the kind, one of [`Self::KINDS`], for messages that cross to TypeScript.
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Format => "format",
            Kind::Weights => "weights",
            Kind::Config => "config",
            Kind::Device => "device",
            Kind::Data => "data",
            Kind::Io => "io",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.cause),
            None => f.write_str(&self.cause),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_stands_before_the_cause_outermost_first() {
        let e = Error::format("expected 12 fields, found 3").at("joint 4").at("line 17");
        assert_eq!(e.to_string(), "line 17, joint 4: expected 12 fields, found 3");
        assert!(e.is_format() && !e.is_weights());
        let made =
            [Error::format, Error::weights, Error::config, Error::device, Error::data].map(|make| make("x").kind());
        let io = Error::io("x".as_ref(), &std::io::ErrorKind::NotFound.into());
        assert_eq!((&made[..], io.kind()), (&Error::KINDS[..5], Error::KINDS[5]));
    }
}
