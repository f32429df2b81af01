//! The settings of adversarial training (Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks",
//! 2018): a part of each batch is attacked before the network learns from it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The attacks of adversarial training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Adversarial {
    /// The largest change of a coordinate.
    pub epsilon: Reach,
    /// Steps of PGD.
    pub steps: usize,
    /// Size of a step, as a share of epsilon.
    pub step: f32,
    /// Share of each batch that is attacked, above 0 to 1.
    pub share: f32,
    /// The attack.
    #[serde(default, skip_serializing_if = "By::is_pgd")]
    pub by: By,
}

/// An attack of adversarial training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// PGD with the exact projection: bones keep their lengths.
    #[default]
    Pgd,
    /// The bone-length attack, within epsilon: one factor a bone, a tenth more or less at most. A step is a share of
    /// that tenth.
    BoneLength,
}

impl By {
    fn is_pgd(&self) -> bool {
        *self == Self::Pgd
    }
}

/// How far a coordinate may move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// As a share of the example's body height.
    Height(f32),
    /// In metres.
    Metres(f32),
}

impl Adversarial {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A config error that names the field.
    pub(in crate::train) fn validate(&self) -> Result<()> {
        let (Reach::Height(reach) | Reach::Metres(reach)) = self.epsilon;
        let ranges = [("epsilon", reach, 1.0), ("step", self.step, 10.0), ("share", self.share, 1.0)];
        if let Some((field, value, most)) = ranges.into_iter().find(|(_, value, most)| !(*value > 0.0 && value <= most))
        {
            return Err(
                Error::config(format!("{value} must be above 0 and at most {most}")).at(format!("adversarial.{field}"))
            );
        }
        match self.steps {
            1..=100 => Ok(()),
            steps => Err(Error::config(format!("{steps} must be from 1 to 100")).at("adversarial.steps")),
        }
    }
}
