//! Tensors of Burn's CPU backend as slices and back.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, ops::FloatTensorOps};
use burn::tensor::TensorData;

use super::super::cpu::weight::Weight;
use super::super::weight_ids::id_of;

/// A tensor of the CPU backend.
pub type Primitive = FloatTensor<Flex>;

/// The tensor with contiguous values; copies only a strided view.
pub fn dense(x: &Primitive) -> Primitive {
    x.to_contiguous()
}

/// The values of a contiguous tensor.
pub fn values(x: &Primitive) -> &[f32] {
    x.as_slice::<f32>().unwrap_or_default()
}

/// A tensor from its values.
pub fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D]) -> Primitive {
    Flex::float_from_data(TensorData::new(data, shape), &Default::default())
}

/// A weight that may change between calls.
pub fn tracked(w: &Primitive) -> Weight<'_> {
    Weight { values: values(w), id: None }
}

/// A frozen weight, which is packed and transformed only once. A view of another tensor has no id, and nothing of it is
/// kept.
pub fn constant(w: &Primitive) -> Weight<'_> {
    let (values, storage) = (values(w), w.data_arc());
    let whole = w.is_contiguous() && size_of_val(values) == storage.len() && !values.is_empty();
    Weight { values, id: whole.then(|| id_of(&storage)) }
}
