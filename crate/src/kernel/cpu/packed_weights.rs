//! Weights in the order in which the loops of [`super::product`] read them. Frozen weights come back at every step: the
//! packed form is kept under their id.

use core::arch::wasm32::{f32x4, v128};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::gemm::Mat;
use super::plan::{Direction, Plan};
use super::product::{COLS, VECTORS};
use super::weight::Weight;

/// The matrix of each tap, or of each subset of a graph: its columns in groups of [`COLS`], each group row by row.
pub struct PackedWeights {
    vectors: Vec<v128>,
    matrices: usize,
    /// Columns of each matrix.
    pub columns: usize,
}

thread_local! {
    static KEPT: RefCell<HashMap<(u32, Direction), Arc<PackedWeights>>> = RefCell::default();
}

/// Drops the packed weights but those with these ids.
pub fn keep(wanted: impl Fn(u32) -> bool) {
    KEPT.with_borrow_mut(|kept| kept.retain(|(id, _), _| wanted(*id)));
}

/// Bytes of this thread's packed weights.
pub fn kept() -> usize {
    KEPT.with_borrow(|kept| kept.values().map(|packed| size_of_val(packed.vectors.as_slice())).sum())
}

impl PackedWeights {
    /// Whether the loops support the weight of such a convolution.
    pub fn supports(plan: Plan) -> bool {
        plan.columns().is_multiple_of(COLS)
    }

    /// The packed weight of a convolution, kept if the weight has an id; `None` where the loops do not support it.
    pub fn of(plan: Plan, w: Weight<'_>) -> Option<Arc<Self>> {
        if !Self::supports(plan) {
            return None;
        }
        let Some(id) = w.id else { return Some(Arc::new(Self::new(plan, w))) };
        let kept = KEPT.with_borrow(|kept| kept.get(&(id, plan.direction)).cloned());
        Some(kept.unwrap_or_else(|| {
            let made = Arc::new(Self::new(plan, w));
            KEPT.with_borrow_mut(|kept| kept.insert((id, plan.direction), made.clone()));
            made
        }))
    }

    fn new(plan: Plan, w: Weight<'_>) -> Self {
        let matrices = plan.matrices();
        let mut vectors = Vec::with_capacity(w.values.len() / 4);
        (0..matrices).for_each(|index| vectors.extend(pack(plan.weight(w, index))));
        Self { vectors, matrices, columns: plan.columns() }
    }

    /// The packed columns of one matrix.
    pub fn matrix(&self, index: usize) -> &[v128] {
        let each = self.vectors.len() / self.matrices;
        &self.vectors[index * each..][..each]
    }
}

/// The columns of a matrix in groups of [`COLS`], each group row by row.
pub fn pack(b: Mat<'_>) -> Vec<v128> {
    let [k, n] = b.dims();
    let mut panels = Vec::with_capacity(k * n / 4);
    for column in (0..n).step_by(COLS) {
        for row in 0..k {
            panels.extend((0..VECTORS).map(|v| {
                let at = |i: usize| b.at(row, column + 4 * v + i);
                f32x4(at(0), at(1), at(2), at(3))
            }));
        }
    }
    panels
}
