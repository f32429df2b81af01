//! The update rules: how a gradient moves the clip.

use super::adam::Adam;
use super::momentum::Momentum;
use super::sign;
use crate::contract::Method;

/// An update rule with its memory. A new attack of the gradient family is one more variant.
#[derive(Clone, Debug)]
pub enum Update {
    /// One step of epsilon along the sign.
    Fgsm,
    /// Steps of alpha along the sign.
    Pgd,
    /// Steps of alpha along the sign of a momentum.
    MiFgsm(Momentum),
    /// Adam, for CIASA and for the attacks with other losses.
    Adam(Adam),
}

impl Update {
    /// The rule of a method, without memory, for a clip of `values` numbers.
    pub fn new(method: Method, values: usize) -> Self {
        match method {
            Method::Fgsm => Self::Fgsm,
            Method::Pgd => Self::Pgd,
            Method::MiFgsm => Self::MiFgsm(Momentum::new(values)),
            Method::Ciasa | Method::Adam => Self::Adam(Adam::new(values)),
        }
    }

    /// Moves `x` one step against the gradient. All slices are (T, M, V, C), in the layout's unit; `bounds` holds the
    /// epsilon of each value, 0 where the value must stay. The gradient is 0 there, too.
    pub fn apply(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32, bounds: &[f32]) {
        match self {
            Self::Fgsm => sign::epsilon_step(x, gradient, bounds),
            Self::Pgd => sign::alpha_step(x, gradient, alpha, bounds),
            Self::MiFgsm(momentum) => momentum.step(x, gradient, alpha, bounds),
            Self::Adam(adam) => adam.step(x, gradient, alpha),
        }
    }
}

/// A GPU takes Adam's steps only.
#[cfg(feature = "gpu")]
impl Update {
    pub(super) fn adam(&self) -> Option<&Adam> {
        match self {
            Self::Adam(adam) => Some(adam),
            _ => None,
        }
    }

    pub(super) fn adam_mut(&mut self) -> Option<&mut Adam> {
        match self {
            Self::Adam(adam) => Some(adam),
            _ => None,
        }
    }
}
