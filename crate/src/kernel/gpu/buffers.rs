//! Tensors of Burn's CubeCL backend as buffers for kernels.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::{DType, Shape};
use cubecl::prelude::*;

/// A tensor of the CubeCL backend.
pub(crate) type Primitive = FloatTensor<Cube>;

/// A new f32 tensor on the device of `like`; its values are not initialised.
pub(crate) fn empty(like: &Primitive, shape: impl Into<Shape>) -> Primitive {
    let shape = shape.into();
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    Primitive::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// The tensor with contiguous values; copies only a strided view.
pub(crate) fn dense(x: Primitive) -> Primitive {
    if x.is_contiguous() {
        return x;
    }
    let (client, device, shape) = (x.client.clone(), x.device.clone(), x.shape());
    let copy = cubecl::std::tensor::into_contiguous(&client, x.binding(), f32::elem_type_native());
    Primitive::new_contiguous(client, device, shape, copy.handle, DType::F32)
}
