//! One error for the whole crate.
//!
//! Callers ask *what kind* of thing went wrong with the predicates (`is_format`, `is_weights`, ...) and show the
//! message to a person; nobody matches on variants, so that a new cause is never a breaking change. The place
//! (a line, a field, a tensor's key) stands before the cause because that is what a person looks for first.
//!
//! Messages quote names and texts from files, which can be long or hold control characters. They are shortened and
//! escaped here, once for all: no message is longer than a screen or changes a terminal.

use std::fmt;

/// Characters of a cause, at most.
const CAUSE: usize = 800;
/// Characters of a place, at most.
const PLACE: usize = 300;

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
        Self { kind, place: None, cause: printable(&cause.into(), CAUSE) }
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
        let place = match self.place {
            Some(inner) => format!("{}, {inner}", printable(&place.to_string(), PLACE / 2)),
            None => place.to_string(),
        };
        self.place = Some(printable(&place, PLACE));
        self
    }

    /// The same error as one of a clip file: zips and pickles hold clips as well as weights.
    #[must_use]
    pub(crate) fn of_format(self) -> Self {
        Self { kind: Kind::Format, ..self }
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

/// At most `most` characters of a text from a file, for messages.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text with at most about `most` characters, control characters escaped. A long one loses its middle: what is wrong
/// stands at the start, what was expected instead at the end.
pub(crate) fn printable(text: &str, most: usize) -> String {
    let length = text.chars().count();
    let shortened = match length > most {
        true => {
            let end: String = text.chars().skip(length - most / 2).collect();
            format!("{}{end}", short(text, most / 2))
        }
        false => text.to_owned(),
    };
    // Directional marks reorder what stands around them.
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !shortened.contains(hidden) {
        return shortened;
    }
    let escaped = |c: char| if hidden(c) { c.escape_default().to_string() } else { c.to_string() };
    shortened.chars().map(escaped).collect()
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

    #[test]
    fn what_a_file_says_is_shortened_and_escaped() {
        let e = Error::weights(format!("{} is not known", "k".repeat(5_000_000))).at("\u{1b}[2J".repeat(1_000));
        let e = (0..50).fold(e, |e, i| e.at(format!("file {i}")));
        let text = e.to_string();
        assert!(text.chars().count() < 2_000, "{}", text.len());
        assert!(text.starts_with("file 49, file 48") && text.ends_with("k is not known"), "{text}");
        assert!(!text.contains(char::is_control));
        assert_eq!(Error::data("\u{1b}[31m\u{202e}red").to_string(), "\\u{1b}[31m\\u{202e}red");
        assert_eq!(Error::data("two\nlines").to_string(), "two\nlines");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(short("éàü", 2), "éà...");
        assert_eq!(short("éàü", 3), "éàü");
        let long = format!("{}, expected a number", "é".repeat(500));
        let cut = printable(&long, 200);
        assert!(cut.chars().count() == 203 && cut.starts_with("éé") && cut.ends_with("é, expected a number"));
        assert_eq!(printable("plain", 200), "plain");
    }
}
