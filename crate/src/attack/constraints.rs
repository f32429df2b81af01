//! The projection: brings V' back within its constraints after each update.
//!
//! This is the one place that does so, for every method: [`Projection::project`] on the host, `GpuProjection` on a GPU.
//! Another projection is one more [`Rule`].

use std::sync::Arc;

#[cfg(feature = "gpu")]
use burn::tensor::{Device, Int, Tensor, TensorData};

#[cfg(feature = "gpu")]
use super::gpu;
use super::{project, projection, realign};
use crate::contract::{self, AttackConfig};
use crate::skeleton::Sequence;

/// How V' is projected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The bounds and the bone lengths hold at once: see [`projection`].
    Exact,
    /// Lines 10 to 13 of Algorithm 1: clip once, then realign once. A realigned joint may end beyond its epsilon.
    Paper {
        /// Clip every coordinate to its epsilon (Eq. 5).
        clip: bool,
        /// Restore the bone lengths (Eq. 6).
        realign: bool,
    },
}

/// The projection of one attack, with the clip and the bounds that it holds V' to.
#[derive(Clone)]
pub struct Projection {
    clean: Arc<Sequence>,
    /// The bound of each value, (T, M, V, C). Without clipping the exact projection has infinite ones.
    bounds: Arc<[f32]>,
    rule: Rule,
}

impl Projection {
    /// For a clip and its bounds, (T, M, V, C), in the layout's unit, 0 where a value must stay.
    pub fn new(clean: &Arc<Sequence>, bounds: &Arc<[f32]>, config: &AttackConfig) -> Self {
        let contract::Constraints { clip, realign, .. } = config.constraints;
        // Without realignment both projections clip, and that is exact.
        if config.projection == contract::Projection::Paper || !realign {
            return Self { clean: clean.clone(), bounds: bounds.clone(), rule: Rule::Paper { clip, realign } };
        }
        let anywhere = |bound: &f32| if *bound > 0.0 { f32::INFINITY } else { 0.0 };
        let bounds = if clip { bounds.clone() } else { bounds.iter().map(anywhere).collect() };
        Self { clean: clean.clone(), bounds, rule: Rule::Exact }
    }

    /// Projects `x`, (T, M, V, C). Values that must stay are set to the original's in any case. Returns the number of
    /// frames that the exact projection had to pull towards the original.
    pub fn project(&self, x: &mut [f32]) -> usize {
        project::hold(x, self.clean.data(), &self.bounds);
        match self.rule {
            Rule::Exact => projection::project(x, &self.clean, &self.bounds),
            Rule::Paper { clip, realign } => {
                if clip {
                    project::clip(x, self.clean.data(), &self.bounds);
                }
                if realign {
                    realign::realign(x, &self.clean, &self.bounds);
                }
                0
            }
        }
    }
}

/// The paper's projection with its data on a GPU. Holding and clipping happen within the kernel of the Adam step, by
/// [`GpuProjection::range`]; [`GpuProjection::project`] realigns in f32, the host in f64.
#[cfg(feature = "gpu")]
pub(super) struct GpuProjection {
    /// The lowest and the highest place of each value, (2, T M V C).
    pub range: Tensor<2>,
    realign: Option<GpuBones>,
}

/// What realigns the bones.
#[cfg(feature = "gpu")]
struct GpuBones {
    /// (T, M, V, C)
    clean: Tensor<4>,
    /// The bones in their order, (T M, V): see [`realign::placing`].
    placing: Tensor<2, Int>,
    /// Coordinates per joint: 2 or 3.
    dims: usize,
}

#[cfg(feature = "gpu")]
impl Projection {
    /// Uploads the projection; `None` if a GPU has no kernels for it. The exact projection is the host's.
    pub(super) fn on_gpu(&self, device: &Device) -> Option<GpuProjection> {
        let (clip, placing) = match self.rule {
            Rule::Exact => return None,
            Rule::Paper { clip, realign: true } => (clip, Some(realign::placing(&self.clean, &self.bounds)?)),
            Rule::Paper { clip, realign: false } => (clip, None),
        };
        let range = |(clean, bound): (&f32, &f32)| match clip || *bound == 0.0 {
            true => project::range(*clean, *bound),
            false => (f32::MIN, f32::MAX),
        };
        let (low, high): (Vec<_>, Vec<_>) = self.clean.data().iter().zip(&*self.bounds).map(range).unzip();
        let range: Vec<f32> = low.into_iter().chain(high).collect();
        let range = Tensor::from_data(TensorData::new(range, [2, self.bounds.len()]), device);
        let realign = placing.map(|placing| GpuBones::new(&self.clean, placing, device));
        Some(GpuProjection { range, realign })
    }
}

#[cfg(feature = "gpu")]
impl GpuBones {
    fn new(clean: &Sequence, placing: Vec<i32>, device: &Device) -> Self {
        let layout = clean.layout();
        let [poses, joints] = [clean.frames() * clean.people(), layout.len()];
        let shape = [clean.frames(), clean.people(), joints, layout.channels()];
        Self {
            clean: Tensor::from_data(TensorData::new(clean.data().to_vec(), shape), device),
            placing: Tensor::from_data(TensorData::new(placing, [poses, joints]), device),
            dims: layout.dims,
        }
    }
}

#[cfg(feature = "gpu")]
impl GpuProjection {
    /// Projects `x`, (T, M, V, C), which lies within the range.
    pub fn project(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.realign {
            Some(GpuBones { clean, placing, dims }) => gpu::realign(x, clean.clone(), placing.clone(), *dims),
            None => x,
        }
    }
}
