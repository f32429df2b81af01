//! The projection: brings V' back within its constraints after each update.
//!
//! This is the one place that does so, for every method: [`Projection::project`] on the host, `GpuProjection` on a GPU.
//! Another projection is one more [`Rule`].

use std::sync::Arc;

#[cfg(feature = "gpu")]
use burn::tensor::{Device, Int, Tensor, TensorData};

#[cfg(feature = "gpu")]
use super::gpu;
use super::{project, realign};
use crate::contract::Constraints;
use crate::skeleton::Sequence;

/// How V' is projected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
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
    bounds: Arc<[f32]>,
    rule: Rule,
}

impl Projection {
    /// For a clip and its bounds, (T, M, V, C), in the layout's unit, 0 where a value must stay.
    pub fn new(clean: &Arc<Sequence>, bounds: &Arc<[f32]>, constraints: Constraints) -> Self {
        let rule = Rule::Paper { clip: constraints.clip, realign: constraints.realign };
        Self { clean: clean.clone(), bounds: bounds.clone(), rule }
    }

    /// Projects `x`, (T, M, V, C). Values that must stay are set to the original's in any case.
    pub fn project(&self, x: &mut [f32]) {
        project::hold(x, self.clean.data(), &self.bounds);
        match self.rule {
            Rule::Paper { clip, realign } => {
                if clip {
                    project::clip(x, self.clean.data(), &self.bounds);
                }
                if realign {
                    realign::realign(x, &self.clean, &self.bounds);
                }
            }
        }
    }
}

/// The same projection with its data on a GPU. Holding and clipping happen within the kernel of the Adam step, by
/// [`GpuProjection::range`]; [`GpuProjection::project`] does the rest. A GPU realigns in f32, the host in f64.
#[cfg(feature = "gpu")]
pub(super) struct GpuProjection {
    /// The lowest and the highest place of each value, (2, T M V C).
    pub range: Tensor<2>,
    realign: Option<GpuRealignment>,
}

#[cfg(feature = "gpu")]
struct GpuRealignment {
    /// (T, M, V, C)
    clean: Tensor<4>,
    /// The order in which joints are placed, (T M, V): see [`realign::placing`].
    placing: Tensor<2, Int>,
    /// Coordinates per joint: 2 or 3.
    dims: usize,
}

#[cfg(feature = "gpu")]
impl Projection {
    /// Uploads the projection; `None` if a GPU has no kernels for it.
    pub(super) fn on_gpu(&self, device: &Device) -> Option<GpuProjection> {
        let Rule::Paper { clip, realign } = self.rule;
        let range = |(clean, bound): (&f32, &f32)| match clip || *bound == 0.0 {
            true => project::range(*clean, *bound),
            false => (f32::MIN, f32::MAX),
        };
        let (low, high): (Vec<_>, Vec<_>) = self.clean.data().iter().zip(&*self.bounds).map(range).unzip();
        let range = Tensor::from_data(TensorData::new([low, high].concat(), [2, self.bounds.len()]), device);
        let realign = if realign { Some(GpuRealignment::new(&self.clean, &self.bounds, device)?) } else { None };
        Some(GpuProjection { range, realign })
    }
}

#[cfg(feature = "gpu")]
impl GpuRealignment {
    fn new(clean: &Sequence, bounds: &[f32], device: &Device) -> Option<Self> {
        let layout = clean.layout();
        let [poses, joints] = [clean.frames() * clean.people(), layout.len()];
        let placing = TensorData::new(realign::placing(clean, bounds)?, [poses, joints]);
        let shape = [clean.frames(), clean.people(), joints, layout.channels()];
        Some(Self {
            clean: Tensor::from_data(TensorData::new(clean.data().to_vec(), shape), device),
            placing: Tensor::from_data(placing, device),
            dims: layout.dims,
        })
    }
}

#[cfg(feature = "gpu")]
impl GpuProjection {
    /// Projects `x`, (T, M, V, C), which lies within the range.
    pub fn project(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.realign {
            Some(GpuRealignment { clean, placing, dims }) => gpu::realign(x, clean.clone(), placing.clone(), *dims),
            None => x,
        }
    }
}
