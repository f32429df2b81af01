//! How a gradient moves the clip. A new attack of the gradient family is one more small value of this kind.

use super::adam::Adam;
use super::fgsm::Sign;
use super::momentum::Momentum;
use super::pgd::Pgd;
use crate::contract::config::Method;

/// One descent step. All slices are (T, M, V, C); `bounds` holds each coordinate's epsilon, 0 where nothing may move,
/// and there the gradient is 0 as well.
pub trait Update: Send {
    /// Moves `x` against the gradient.
    fn apply(&mut self, x: &mut [f32], gradient: &[f32], alpha: f32, bounds: &[f32]);

    /// The rule itself, if it is Adam's: a GPU takes its steps, too.
    #[cfg(feature = "gpu")]
    fn adam(&self) -> Option<&Adam> {
        None
    }

    /// The same, to go on after them.
    #[cfg(feature = "gpu")]
    fn adam_mut(&mut self) -> Option<&mut Adam> {
        None
    }
}

/// A fresh rule for a clip of so many values.
pub(super) fn rule(method: Method, values: usize) -> Box<dyn Update> {
    match method {
        Method::Fgsm => Box::new(Sign),
        Method::Pgd => Box::new(Pgd),
        Method::MiFgsm => Box::new(Momentum::new(values)),
        Method::Ciasa | Method::Adam => Box::new(Adam::new(values)),
    }
}
