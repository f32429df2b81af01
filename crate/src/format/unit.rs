//! Units of files that are not in their layout's own.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// The unit of the numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Unit {
    /// Metres, as every layout with lengths has them.
    #[serde(rename = "m")]
    Metres,
    /// Hundredths of a metre.
    #[serde(rename = "cm")]
    Centimetres,
    /// Thousandths of a metre.
    #[serde(rename = "mm")]
    Millimetres,
    /// The unit of CMU's motion capture in BVH files: 1/0.45 inches.
    #[serde(rename = "cmu")]
    Cmu,
    /// Confidences from 0 to 100.
    #[serde(rename = "percent")]
    Percent,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 5] = [Self::Metres, Self::Centimetres, Self::Millimetres, Self::Cmu, Self::Percent];

    /// The id for settings: `m`, `cm`, `mm`, `cmu`, `percent`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metres => "m",
            Self::Centimetres => "cm",
            Self::Millimetres => "mm",
            Self::Cmu => "cmu",
            Self::Percent => "percent",
        }
    }

    /// The unit of that id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == id)
    }

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metres => "metres",
            Self::Centimetres => "centimetres",
            Self::Millimetres => "millimetres",
            Self::Cmu => "CMU's unit of 5.64 cm",
            Self::Percent => "percent",
        }
    }

    /// What a number in this unit is multiplied by.
    pub fn factor(self) -> f32 {
        match self {
            Self::Metres => 1.0,
            Self::Centimetres | Self::Percent => 0.01,
            Self::Millimetres => 0.001,
            Self::Cmu => 0.0254 / 0.45,
        }
    }

    /// A clip in its layout's own units, from numbers in this one: coordinates in space are scaled by a length,
    /// confidences by percent.
    ///
    /// # Errors
    /// The unit does not apply to the clip's layout.
    pub fn applied(self, clip: &Sequence) -> Result<Sequence> {
        let layout = clip.layout();
        let refused = |what: &str| {
            let cause = format!("{} has no effect: the layout {} has no {what}", self.as_str(), layout.id.as_str());
            Err(Error::config(cause).at("unit"))
        };
        let mut data = clip.data().to_vec();
        match self {
            Self::Percent if layout.confidence => {
                data.iter_mut().skip(layout.dims).step_by(layout.channels()).for_each(|c| *c *= self.factor());
            }
            Self::Percent => return refused("confidences"),
            _ if layout.dims == 3 => {
                for joint in data.chunks_exact_mut(layout.channels()) {
                    joint[..layout.dims].iter_mut().for_each(|v| *v *= self.factor());
                }
            }
            _ => return refused("lengths, but shares of the picture"),
        }
        clip.with_data(data)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_id() {
        for unit in Unit::ALL {
            assert_eq!(serde_json::to_value(unit).ok(), Some(unit.as_str().into()));
            assert_eq!(Unit::parse(unit.as_str()), Some(unit));
        }
    }
}
