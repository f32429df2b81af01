//! What all plots share: colours and the error of a drawing.

use plotters::style::RGBColor;

use crate::error::Error;

/// Orange, blue and three others of Okabe and Ito's colour-blind-safe set. Each curve has its own dash as well.
pub const COLOURS: [RGBColor; 5] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];

/// The error of a drawing that failed.
pub fn broken(e: impl std::fmt::Display) -> Error {
    Error::data(e.to_string())
}
