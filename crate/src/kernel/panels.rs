//! Weights as the loops of [`super::product`] want them. Those of a frozen network come back at every step: they are known by
//! their storage, and laid out once.

use core::arch::wasm32::{f32x4, v128};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use burn::tensor::Bytes;

use super::gemm::Mat;
use super::op::Primitive;
use super::product::{COLS, VECTORS};
use super::work::{Plan, Way, Work};

/// The weight of each tap: its columns in groups, each group one run of rows.
pub(super) struct Panels {
    vectors: Vec<v128>,
    taps: usize,
    /// Columns of a tap's weight.
    pub columns: usize,
}

thread_local! {
    static NAMES: RefCell<Names> = RefCell::default();
    static KEPT: RefCell<HashMap<(u32, Way), Arc<Panels>>> = RefCell::default();
}

/// Which number each weight goes by. A storage that is gone keeps its place in memory as long as its number is kept, so that
/// no other one can be taken for it.
#[derive(Default)]
struct Names {
    last: u32,
    named: Vec<(Weak<Bytes>, u32)>,
}

/// The number of a weight, the same as long as it lives; none where the tensor is a view of something else.
pub(super) fn name(weight: &Primitive) -> Option<u32> {
    let storage = weight.data_arc();
    let whole = weight.is_contiguous() && size_of_val(weight.as_slice::<f32>()?) == storage.len();
    whole.then(|| NAMES.with_borrow_mut(|names| names.of(&storage)))
}

impl Names {
    fn of(&mut self, storage: &Arc<Bytes>) -> u32 {
        let known = self.named.iter().find(|(other, _)| std::ptr::eq(other.as_ptr(), Arc::as_ptr(storage)));
        if let Some((_, name)) = known {
            return *name;
        }
        self.named.retain(|(other, _)| other.strong_count() > 0);
        self.last += 1;
        self.named.push((Arc::downgrade(storage), self.last));
        forget(self.named[0].1);
        self.last
    }
}

/// The smallest number that is in use.
pub(super) fn oldest() -> u32 {
    NAMES.with_borrow(|names| names.named.first().map_or(0, |(_, name)| *name))
}

/// Forgets weights before the oldest one in use.
pub(super) fn forget(oldest: u32) {
    KEPT.with_borrow_mut(|kept| kept.retain(|(name, _), _| *name >= oldest));
}

impl Panels {
    /// Can the loops take the weight of such a convolution?
    pub fn take(plan: Plan) -> bool {
        plan.columns().is_multiple_of(COLS)
    }

    /// Those of a work's weight; none where the loops do not take it.
    pub fn of(work: &Work<'_>) -> Option<Arc<Self>> {
        if !Self::take(work.plan) {
            return None;
        }
        let Some(name) = work.w.name else { return Some(Arc::new(Self::new(work))) };
        let kept = KEPT.with_borrow(|kept| kept.get(&(name, work.plan.way)).cloned());
        Some(kept.unwrap_or_else(|| {
            let made = Arc::new(Self::new(work));
            KEPT.with_borrow_mut(|kept| kept.insert((name, work.plan.way), made.clone()));
            made
        }))
    }

    fn new(work: &Work<'_>) -> Self {
        let taps = work.plan.shape.taps;
        let vectors = (0..taps).flat_map(|tap| pack(work.weight(tap))).collect();
        Self { vectors, taps, columns: work.plan.columns() }
    }

    /// Those of one tap.
    pub fn tap(&self, tap: usize) -> &[v128] {
        let each = self.vectors.len() / self.taps;
        &self.vectors[tap * each..][..each]
    }
}

fn pack(b: Mat<'_>) -> Vec<v128> {
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
