//! What a conversion is.

use super::place::Place;
use crate::skeleton::LayoutId;

/// A conversion from one layout to another.
#[derive(Debug)]
pub struct Conversion {
    /// The layout that is read.
    pub from: LayoutId,
    /// The layout that is made.
    pub to: LayoutId,
    /// How each joint of `to` is made, (V).
    pub places: &'static [Place],
    /// What else a person should know; a sentence, or empty.
    pub remark: &'static str,
}
