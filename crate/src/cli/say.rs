//! Printing: results to standard output, notes and warnings to standard error.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _, stderr, stdout};

/// Exit code of a program whose reader went away, as the shell reports SIGPIPE.
const READER_IS_GONE: i32 = 141;

/// Prints a line of the result. `println!` would panic where the reader stops early, as `head` does.
pub fn line(text: Arguments<'_>) {
    match writeln!(stdout().lock(), "{text}") {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(READER_IS_GONE),
        // A full disk: the exit code is all that is left to say so.
        Err(_) => std::process::exit(1),
        Ok(()) => {}
    }
}

/// Prints a remark that is no part of the result.
pub fn remark(text: Arguments<'_>) {
    // If standard error is closed nobody wants remarks.
    let _ = writeln!(stderr().lock(), "ciasa: {text}");
}

/// Prints a line of the result, as `println!` does.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::say::line(format_args!($($text)*)) };
}

/// Prints a remark to standard error.
macro_rules! note {
    ($($text:tt)*) => { $crate::cli::say::remark(format_args!($($text)*)) };
}

pub(in crate::cli) use {note, say};
