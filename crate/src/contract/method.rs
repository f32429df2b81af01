//! How an attack moves the clip, and what it needs for that.

use serde::{Deserialize, Serialize};

/// How an attack moves the clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One step of epsilon along the gradient's sign (Eq. 10), without a restraint.
    Fgsm,
    /// The constrained iterative attack (Algorithm 1): Adam on the cross-entropy to a target and CIASA's restraint.
    Ciasa,
    /// Steps of alpha along the gradient's sign.
    Pgd,
    /// Steps of alpha along the sign of a momentum.
    MiFgsm,
    /// Adam with any target, prediction loss and restraint; C&W and SMART are settings of it ([`super::peers`]).
    Adam,
    /// Each step draws random noise of size epsilon around the original.
    Noise,
    /// Each step turns the original about a random axis, as far as epsilon lets it.
    Rotation,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 7] =
        [Self::Fgsm, Self::Ciasa, Self::Pgd, Self::MiFgsm, Self::Adam, Self::Noise, Self::Rotation];

    /// Whether it follows the gradient of the recogniser. The others take no backward pass through it.
    pub fn follows_gradient(self) -> bool {
        !matches!(self, Self::Noise | Self::Rotation)
    }

    /// Whether it draws at random.
    pub fn draws(self) -> bool {
        matches!(self, Self::Noise | Self::Rotation)
    }

    /// Whether it is over after one step.
    pub fn one_step(self) -> bool {
        self == Self::Fgsm
    }

    /// Whether alpha is the size of its steps.
    pub fn has_step_size(self) -> bool {
        self.follows_gradient() && !self.one_step()
    }
}
