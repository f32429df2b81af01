//! A report while it is written.

/// A report: the page, and the plots that it shows, by file name.
#[derive(Default)]
pub struct Report {
    /// Markdown.
    pub page: String,
    /// SVG files beside it.
    pub plots: Vec<(String, String)>,
}
