//! What every reader is held to.

use ciasa::Error;

/// Checks the laws of what was read; a broken one panics.
pub type Laws<'a> = Box<dyn FnOnce() + 'a>;

/// A refusal's message: it is short, harmless to a terminal, and names a place or the whole file.
pub fn refusal(error: &Error) -> String {
    let message = error.to_string();
    let length = message.chars().count();
    assert!((1..2_000).contains(&length), "a message of {length} characters");
    assert!(!message.contains(|c: char| c.is_control() && c != '\n'), "control characters in {message:?}");
    assert!(Error::KINDS.contains(&error.kind()));
    // What is about all of a file or list has no narrower place.
    let whole = "file clip name version frame JSON zip pickle archive nobody values pixels header array state storages";
    let place = message.contains([':', '"', '[']) || message.contains(" line ") || message.contains("column");
    assert!(place || whole.split(' ').any(|word| message.contains(word)), "no place in {message:?}");
    message
}
