//! Finds a conversion.

use super::conversion::Conversion;
use super::tables::ALL;
use crate::error::{Error, Result};
use crate::skeleton::LayoutId;

impl Conversion {
    /// Every conversion. Those of one layout stand together, the best first.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The conversions of a layout, the best first.
    pub fn of(from: LayoutId) -> impl Iterator<Item = &'static Self> {
        ALL.iter().filter(move |c| c.from == from)
    }

    /// The conversion from one layout to another.
    ///
    /// # Errors
    /// A config error if there is none; the message lists those that there are.
    pub fn find(from: LayoutId, to: LayoutId) -> Result<&'static Self> {
        Self::of(from).find(|c| c.to == to).ok_or_else(|| {
            let targets: Vec<&str> = Self::of(from).map(|c| c.to.as_str()).collect();
            let next = match targets[..] {
                [] => "no conversion of this layout is known".to_owned(),
                _ => format!("it can be converted to {}", targets.join(", ")),
            };
            Error::config(format!("there is no conversion from {} to {}; {next}", from.as_str(), to.as_str()))
        })
    }
}
