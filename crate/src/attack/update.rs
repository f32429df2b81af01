//! The update rules: how a step moves the clip.

use std::sync::Arc;

use super::adam::Adam;
use super::basar::Walk;
use super::bone_lengths::BoneLengths;
use super::draw::Draw;
use super::momentum::Momentum;
use super::part_swap::PartSwap;
use super::sign;
use super::tasar::Tasar;
use crate::contract::{AttackConfig, Method};
use crate::skeleton::Sequence;

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
    /// Random noise around the original.
    Noise(Draw),
    /// Random rotations of the original.
    Rotation(Draw),
    /// Bone lengths.
    BoneLength(BoneLengths),
    /// A body part of another clip.
    PartSwap(Box<PartSwap>),
    /// Steps along the gradients of noisy last layers and of the motion.
    Tasar(Tasar),
    /// A walk that sees labels only. The loop asks its queries and passes the labels on; an update has nothing to do.
    Basar(Box<Walk>),
}

/// What a step starts from, beside the clip that it moves.
pub struct Step<'a> {
    /// V^0.
    pub clean: &'a Sequence,
    /// The epsilon of each value, (T, M, V, C), 0 where the value must stay. The gradient is 0 there, too.
    pub bounds: &'a [f32],
    /// The step size, in the layout's unit; of a bone's length a share of it.
    pub alpha: f32,
    /// The gradient of noisy networks, (T, M, V, C), for the rule that follows it.
    pub spread: Option<&'a [f32]>,
}

impl Update {
    /// The rule of an attack on a clip with these bounds, (T, M, V, C), without memory. `others` are other clips of the
    /// same layout.
    pub fn new(config: &AttackConfig, clean: &Arc<Sequence>, bounds: &Arc<[f32]>, others: &[Sequence]) -> Self {
        let values = clean.data().len();
        match config.method {
            Method::Fgsm => Self::Fgsm,
            Method::Pgd => Self::Pgd,
            Method::MiFgsm => Self::MiFgsm(Momentum::new(values)),
            Method::Ciasa | Method::Adam => Self::Adam(Adam::new(values)),
            Method::Noise => Self::Noise(Draw::new(config.seed)),
            Method::Rotation => Self::Rotation(Draw::new(config.seed)),
            Method::BoneLength => {
                Self::BoneLength(BoneLengths::new(clean.layout().len(), config.tau, config.constraints.clip))
            }
            Method::PartSwap => Self::PartSwap(Box::new(PartSwap::new(others, config.seed))),
            Method::Tasar => Self::Tasar(Tasar::new(clean, config.transfer.motion)),
            Method::Basar => Self::Basar(Box::new(Walk::new(config, clean, bounds, others))),
        }
    }

    /// Moves `x` one step against the gradient, or to a random place. Both slices are (T, M, V, C), in the layout's
    /// unit.
    pub fn apply(&mut self, x: &mut [f32], gradient: &[f32], step: &Step<'_>) {
        let Step { clean, bounds, alpha, spread } = *step;
        match self {
            Self::Fgsm => sign::epsilon_step(x, gradient, bounds),
            Self::Pgd => sign::alpha_step(x, gradient, alpha, bounds),
            Self::MiFgsm(momentum) => momentum.step(x, gradient, alpha, bounds),
            Self::Adam(adam) => adam.step(x, gradient, alpha),
            Self::Noise(draw) => draw.noise(x, clean, bounds),
            Self::Rotation(draw) => draw.rotation(x, clean, bounds),
            Self::BoneLength(lengths) => lengths.step(x, gradient, clean, bounds, alpha),
            Self::PartSwap(part) => part.swap(x, clean, bounds),
            Self::Tasar(tasar) => tasar.step(x, gradient, spread.unwrap_or(gradient), alpha),
            Self::Basar(_) => {}
        }
    }

    /// The walk, if the attack is one.
    pub fn walk(&self) -> Option<&Walk> {
        match self {
            Self::Basar(walk) => Some(walk),
            _ => None,
        }
    }

    /// The walk, to be answered.
    pub fn walk_mut(&mut self) -> Option<&mut Walk> {
        match self {
            Self::Basar(walk) => Some(walk),
            _ => None,
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
