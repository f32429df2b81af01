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
    /// Steps of alpha, a share of its length, along the gradient's sign of each bone's length.
    BoneLength,
    /// One step: a body part moves as in another clip.
    PartSwap,
    /// A walk along the decision boundary that sees labels only.
    Basar,
    /// Steps along a gradient that is averaged over noisy last layers, with a share of the motion's gradient.
    Tasar,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 11] = [
        Self::Fgsm,
        Self::Ciasa,
        Self::Pgd,
        Self::MiFgsm,
        Self::Adam,
        Self::Noise,
        Self::Rotation,
        Self::BoneLength,
        Self::PartSwap,
        Self::Basar,
        Self::Tasar,
    ];

    /// Whether it follows the gradient of the recogniser. The others take no backward pass through it.
    pub fn follows_gradient(self) -> bool {
        !self.draws()
    }

    /// Whether it draws at random instead.
    pub fn draws(self) -> bool {
        matches!(self, Self::Noise | Self::Rotation | Self::PartSwap | Self::Basar)
    }

    /// Whether it is over after one step.
    pub fn one_step(self) -> bool {
        matches!(self, Self::Fgsm | Self::PartSwap)
    }

    /// Whether it moves parts of other clips into the attacked one, or starts from them.
    pub fn borrows(self) -> bool {
        matches!(self, Self::PartSwap | Self::Basar)
    }

    /// Whether it keeps bone lengths if that constraint is on. The bone-length attack has tau in its place.
    pub fn keeps_lengths(self) -> bool {
        self != Self::BoneLength
    }

    /// Whether the attack can be made for a camera: it moves joints along the gradient of one network.
    pub fn takes_camera(self) -> bool {
        matches!(self, Self::Fgsm | Self::Ciasa | Self::Pgd | Self::MiFgsm | Self::Adam)
    }

    /// Whether alpha is the size of its steps.
    pub fn has_step_size(self) -> bool {
        self.follows_gradient() && !self.one_step()
    }
}
