//! The attack's kernels as operations of Burn, without gradients of their own.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Cube, ExtensionType, backend_extension};

use super::launch;
use crate::kernel::gpu::buffers::Primitive;

/// Where a value may go.
#[derive(Clone, Debug, ExtensionType)]
pub enum Within<B: Backend> {
    /// Anywhere.
    Anything,
    /// Into its range: (2, n), from and to.
    Range(FloatTensor<B>),
}

/// Shapes as in the parent module.
#[backend_extension(Cube)]
pub trait StepOps: Backend {
    /// Adam's step: the values and the moments after it.
    fn adam_step(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        #[extension_type] within: Within<Self>,
        steps: FloatTensor<Self>,
        step: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// x with the bone lengths of the clean clip.
    fn realign(
        x: FloatTensor<Self>,
        clean: FloatTensor<Self>,
        placing: IntTensor<Self>,
        dims: usize,
    ) -> FloatTensor<Self>;
    /// x within its bounds and with the bone lengths of the clean clip, and the shares that its parts have kept.
    fn exact(
        x: FloatTensor<Self>,
        places: FloatTensor<Self>,
        starts: IntTensor<Self>,
        table: IntTensor<Self>,
        asked: FloatTensor<Self>,
        dims: usize,
        rounds: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The gradient without what would change the lengths of bones.
    fn along_surface(
        gradient: FloatTensor<Self>,
        x: FloatTensor<Self>,
        places: FloatTensor<Self>,
        starts: IntTensor<Self>,
        table: IntTensor<Self>,
        dims: usize,
    ) -> FloatTensor<Self>;
}

impl StepOps for Cube {
    fn adam_step(
        x: Primitive,
        gradient: Primitive,
        moments: Primitive,
        within: Within<Self>,
        steps: Primitive,
        step: usize,
    ) -> (Primitive, Primitive) {
        let range = match within {
            Within::Anything => None,
            Within::Range(range) => Some(range),
        };
        launch::adam_step(x, gradient, moments, range, steps, step)
    }

    fn realign(x: Primitive, clean: Primitive, placing: Primitive, dims: usize) -> Primitive {
        launch::realign(x, clean, placing, dims)
    }
    fn exact(
        x: Primitive,
        places: Primitive,
        starts: Primitive,
        table: Primitive,
        asked: Primitive,
        dims: usize,
        rounds: usize,
    ) -> (Primitive, Primitive) {
        launch::exact(x, places, [starts, table], asked, dims, rounds)
    }

    fn along_surface(
        gradient: Primitive,
        x: Primitive,
        places: Primitive,
        starts: Primitive,
        table: Primitive,
        dims: usize,
    ) -> Primitive {
        launch::along_surface(gradient, x, places, [starts, table], dims)
    }
}
