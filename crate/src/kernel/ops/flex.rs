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

/// A frozen weight and its [`dense`] form. It is packed and transformed only once; of a view, whose dense form is
/// another copy each time, nothing is kept.
pub fn constant<'a>(given: &Primitive, dense: &'a Primitive) -> Weight<'a> {
    let (values, storage) = (values(dense), given.data_arc());
    let whole = given.is_contiguous() && size_of_val(values) == storage.len() && !values.is_empty();
    Weight { values, id: whole.then(|| id_of(&storage)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use burn::backend::ops::FloatTensorOps;

    use super::super::super::cpu::minimal::Bank;
    use super::super::super::cpu::plan::{Direction, Plan};
    use super::super::super::cpu::shape::{ConvShape, TAPS};
    use super::super::super::weight_ids::forget;
    use super::*;

    // The list of ids belongs to all tests: this is the only one that may forget, or rely on an id that stays.
    #[test]
    fn a_weight_and_its_matrices_are_kept_until_they_are_forgotten() {
        let (c, out) = (32, 16);
        let weight = tensor(vec![0.5; TAPS * c * out], [TAPS, c, out]);
        let plan =
            Plan::new(ConvShape { n: 1, t: 16, v: 2, c, out, stride: 1, taps: TAPS }, Direction::Forward, 0, true);
        let bank = || {
            let dense = dense(&weight);
            let weight = constant(&weight, &dense);
            let id = weight.id.unwrap_or_default();
            (id, Bank::of(plan, weight, id))
        };
        let (id, first) = bank();
        assert_eq!(bank().0, id);
        // This one and the kept one.
        assert_eq!(Arc::strong_count(&first), 2);
        forget();
        assert_eq!(Arc::strong_count(&first), 1);
        assert_ne!(bank().0, id);
    }

    #[test]
    fn only_a_weight_with_a_storage_of_its_own_has_an_id() {
        let whole = tensor((0..6).map(|i| i as f32).collect(), [2, 3]);
        assert!(constant(&whole, &dense(&whole)).id.is_some());
        let turned = Flex::float_swap_dims(whole, 0, 1);
        let copy = dense(&turned);
        assert_eq!(constant(&turned, &copy).id, None);
        assert_eq!(values(&copy), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    }
}
