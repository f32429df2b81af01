//! The projection: brings V' back within its constraints after each update.
//!
//! This is the one place that does so, for every method: [`Projection::project`] on the host, `GpuProjection` on a GPU.
//! Another projection is one more [`Rule`].

use std::sync::Arc;

#[cfg(feature = "gpu")]
use burn::tensor::{Device, Int, Tensor, TensorData};

#[cfg(feature = "gpu")]
use super::gpu;
#[cfg(feature = "gpu")]
use super::projection::tables::{Tables, tables};
use super::{project, projection, realign};
use crate::contract::{self, AttackConfig};
use crate::skeleton::Sequence;

/// The farthest from 0 that the exact projection on a GPU takes a bound to be.
#[cfg(feature = "gpu")]
const FARTHEST: f32 = 1e15;

/// How often a GPU makes the frames around one that yields follow. The host repeats this until nothing changes, mostly
/// once or twice.
#[cfg(feature = "gpu")]
const ROUNDS: usize = 2;

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
        let realign = realign && config.method.keeps_lengths();
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

/// A projection with its data on a GPU. Holding, and clipping for the paper's, happen within the kernel of the Adam
/// step, by [`GpuProjection::range`]; [`GpuProjection::project`] does the rest, in f32.
#[cfg(feature = "gpu")]
pub(super) struct GpuProjection {
    /// The lowest and the highest place of each value, (2, T M V C).
    pub range: Tensor<2>,
    rest: GpuRest,
}

/// What is left to do after the Adam step.
#[cfg(feature = "gpu")]
enum GpuRest {
    Nothing,
    Realign(Box<GpuBones>),
    Exact(Box<gpu::Parts>),
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
    /// Uploads the projection; `None` if a GPU has no kernels for it: the paper's of joints between joints that stay.
    pub(super) fn on_gpu(&self, device: &Device) -> Option<GpuProjection> {
        let (clip, rest) = match self.rule {
            Rule::Exact => (false, GpuRest::Exact(self.parts(device).into())),
            Rule::Paper { clip, realign: true } => (clip, GpuRest::Realign(self.bones(device)?.into())),
            Rule::Paper { clip, realign: false } => (clip, GpuRest::Nothing),
        };
        let (low, high) = self.ends(|bound| clip || bound == 0.0, f32::MAX);
        Some(GpuProjection { range: upload([low, high].concat(), [2, self.bounds.len()], device), rest })
    }

    /// The lowest and the highest place of each value whose bound counts. Others, and infinite ones, end `farthest`
    /// from 0.
    fn ends(&self, counts: impl Fn(f32) -> bool, farthest: f32) -> (Vec<f32>, Vec<f32>) {
        let range = |(clean, bound): (&f32, &f32)| match counts(*bound) {
            true => project::range(*clean, *bound),
            false => (-farthest, farthest),
        };
        let within = |(low, high): (f32, f32)| (low.max(-farthest), high.min(farthest));
        self.clean.data().iter().zip(&*self.bounds).map(range).map(within).unzip()
    }

    fn bones(&self, device: &Device) -> Option<GpuBones> {
        let (layout, placing) = (self.clean.layout(), realign::placing(&self.clean, &self.bounds)?);
        let [poses, joints] = [self.clean.frames() * self.clean.people(), layout.len()];
        let shape = [self.clean.frames(), self.clean.people(), joints, layout.channels()];
        Some(GpuBones {
            clean: upload(self.clean.data().to_vec(), shape, device),
            placing: Tensor::from_data(TensorData::new(placing, [poses, joints]), device),
            dims: layout.dims,
        })
    }

    fn parts(&self, device: &Device) -> gpu::Parts {
        let Tables { slots, starts, table, may_yield } = tables(&self.clean, &self.bounds);
        // The kernel squares what it reads; no clip has joints as far away.
        let (low, high) = self.ends(|_| true, FARTHEST);
        let places = [self.clean.data().to_vec(), low, high].concat();
        let [parts, numbers] = [starts.len(), table.len()];
        gpu::Parts {
            places: upload(places, [3, self.bounds.len()], device),
            starts: Tensor::from_data(TensorData::new(starts, [parts / slots, slots]), device),
            table: Tensor::from_data(TensorData::new(table, [numbers]), device),
            asked: upload([vec![1.0; parts], vec![2.0; parts]].concat(), [2, parts], device),
            dims: self.clean.layout().dims,
            rounds: if may_yield { ROUNDS } else { 0 },
        }
    }
}

#[cfg(feature = "gpu")]
fn upload<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(feature = "gpu")]
impl GpuProjection {
    /// Projects `x`, (T, M, V, C), which lies within the range. The exact projection also gives the share of its
    /// perturbation that each part of each pose has kept, (T M, slots): below 1 it was pulled towards the original.
    pub fn project(&self, x: Tensor<4>) -> (Tensor<4>, Option<Tensor<2>>) {
        match &self.rest {
            GpuRest::Nothing => (x, None),
            GpuRest::Realign(bones) => (gpu::realign(x, bones.clean.clone(), bones.placing.clone(), bones.dims), None),
            GpuRest::Exact(parts) => {
                let (x, shares) = gpu::exact(x, parts);
                (x, Some(shares))
            }
        }
    }

    /// The gradient at `x` along the surface on which the bones have their lengths, both (T, M, V, C). Only the exact
    /// projection has one.
    pub fn along_surface(&self, gradient: Tensor<4>, x: Tensor<4>) -> Tensor<4> {
        match &self.rest {
            GpuRest::Exact(parts) => gpu::along_surface(gradient, x, parts),
            _ => gradient,
        }
    }
}
