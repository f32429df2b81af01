//! Progress bars.

use indicatif::ProgressStyle;

/// How a bar looks: done, of how much, a message, and the remaining time.
pub fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta} left");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}
