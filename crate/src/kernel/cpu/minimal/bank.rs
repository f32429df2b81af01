//! The weights of a convolution as matrices for each product of a tile, kept between calls for frozen networks.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::super::gemm::Mat;
#[cfg(not(target_arch = "wasm32"))]
use super::super::gemm::{add_product, set_product};
#[cfg(target_arch = "wasm32")]
use super::super::packed_weights::pack;
use super::super::plan::{Direction, Plan};
use super::super::shape::TAPS;
#[cfg(target_arch = "wasm32")]
use super::super::tile;
use super::super::weight::Weight;
use super::transform::{PRODUCTS, part};
#[cfg(target_arch = "x86_64")]
use super::wide;

/// Values of a tap that are mixed at once.
const PIECE: usize = 256;
/// Matrices that are mixed at once.
const GROUP: usize = 8;

/// The matrices, (rows, columns) each: those of each phase's taps, see [`super`].
pub struct Bank {
    /// Whether they are packed for [`super::wide`].
    #[cfg(target_arch = "x86_64")]
    wide: bool,
    rows: usize,
    pub columns: usize,
    /// By phase, then product. Each lies by itself, so that it fits where the memory of an earlier network was.
    matrices: Vec<Vec<Value>>,
}

#[cfg(not(target_arch = "wasm32"))]
type Value = f32;
#[cfg(target_arch = "wasm32")]
type Value = std::arch::wasm32::v128;

type Kept = HashMap<(u32, Direction), Arc<Bank>>;
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// Drops the matrices of all weights but those with these ids.
pub fn keep(wanted: impl Fn(u32) -> bool) {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).retain(|(id, _), _| wanted(*id));
}

/// Bytes of all kept matrices.
#[cfg(target_arch = "wasm32")]
pub fn kept() -> usize {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.values().flat_map(|bank| &bank.matrices).map(|matrix| size_of_val(matrix.as_slice())).sum()
}

impl Bank {
    /// The matrices of a weight, which has an id.
    pub fn of(plan: Plan, w: Weight<'_>, id: u32) -> Arc<Self> {
        let known = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&(id, plan.direction)).cloned();
        known.unwrap_or_else(|| {
            let made = Arc::new(Self::new(plan, w));
            KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert((id, plan.direction), made.clone());
            made
        })
    }

    fn new(plan: Plan, w: Weight<'_>) -> Self {
        let (taps, stride) = (plan.shape.taps, plan.shape.stride);
        let forward = plan.direction == Direction::Forward;
        let (rows, columns) = if forward { (plan.shape.c, plan.shape.out) } else { (plan.shape.out, plan.shape.c) };
        let size = rows * columns;
        let terms: Vec<_> = (0..stride * PRODUCTS).map(|index| terms(stride, plan.direction, index)).collect();
        let mut turned = vec![0.0; if forward { 0 } else { size }];
        let mut matrices = Vec::with_capacity(terms.len());
        for terms in terms.chunks(GROUP) {
            for mixed in mixed(w.values, taps, terms).chunks_exact(size) {
                // Backward the matrix is transposed.
                for (row, turned) in turned.chunks_exact_mut(columns).enumerate() {
                    turned.iter_mut().zip(mixed[row..].iter().step_by(rows)).for_each(|(to, from)| *to = *from);
                }
                matrices.push(formed(if forward { mixed } else { &turned }, rows, columns));
            }
        }
        Self {
            #[cfg(target_arch = "x86_64")]
            wide: wide::supports(columns),
            rows,
            columns,
            matrices,
        }
    }

    /// `out = a w` with the matrix of a phase and a product, `out += a w` with `add`; `a` is (n, rows), row by row.
    pub fn product(&self, out: &mut [f32], a: &[f32], [phase, product]: [usize; 2], add: bool) {
        let matrix = &self.matrices[phase * PRODUCTS + product];
        #[cfg(target_arch = "x86_64")]
        if self.wide {
            return wide::product(out, a, matrix, [self.rows, self.columns], add);
        }
        let a = Mat::new(a, a.len() / self.rows, self.rows);
        #[cfg(target_arch = "wasm32")]
        {
            if !add {
                out.fill(0.0);
            }
            tile::add_product(out, a, matrix, self.columns);
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            let multiply = if add { add_product } else { set_product };
            multiply(out, a, Mat::new(matrix, self.rows, self.columns));
        }
    }
}

/// A matrix, (rows, columns), as the products read it. In its own room: one that grows ends a third larger, and banks
/// are most of an engine's memory.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "only WebAssembly's form needs the rows"))]
fn formed(matrix: &[f32], rows: usize, columns: usize) -> Vec<Value> {
    #[cfg(target_arch = "x86_64")]
    if wide::supports(columns) {
        let mut packed = Vec::with_capacity(matrix.len());
        packed.extend(wide::pack(matrix, columns));
        return packed;
    }
    #[cfg(not(target_arch = "wasm32"))]
    return matrix.to_vec();
    #[cfg(target_arch = "wasm32")]
    pack(Mat::new(matrix, rows, columns))
}

/// The taps of nine that a matrix is made of, each with its factor. Matrices are numbered by phase, then product.
pub fn terms(stride: usize, direction: Direction, index: usize) -> Vec<(usize, f64)> {
    let lag = |tap: usize| match direction {
        Direction::Forward => tap / stride,
        // The gradient reads later frames through earlier taps.
        Direction::Backward => (TAPS - 1) / stride - tap / stride,
    };
    (index / PRODUCTS..TAPS).step_by(stride).map(|tap| (tap, factor(index % PRODUCTS, lag(tap)))).collect()
}

/// The sums of the taps' values, (taps, size), with the factors of each matrix, (matrices, size). In pieces that stay
/// near a core: a visitor waits for this before the first answer.
fn mixed(values: &[f32], taps: usize, terms: &[Vec<(usize, f64)>]) -> Vec<f32> {
    let size = values.len() / taps;
    let mut mixed = vec![0.0; terms.len() * size];
    let (mut piece, mut sum) = ([[0.0; PIECE]; TAPS], [0.0; PIECE]);
    for start in (0..size).step_by(PIECE) {
        let len = PIECE.min(size - start);
        for (tap, piece) in piece.iter_mut().enumerate().take(taps) {
            piece.iter_mut().zip(&values[tap * size + start..][..len]).for_each(|(to, from)| *to = f64::from(*from));
        }
        for (terms, mixed) in terms.iter().zip(mixed.chunks_exact_mut(size)) {
            sum.fill(0.0);
            for (tap, factor) in terms {
                sum.iter_mut().zip(&piece[*tap]).for_each(|(sum, value)| *sum += factor * value);
            }
            mixed[start..][..len].iter_mut().zip(&sum).for_each(|(to, from)| *to = *from as f32);
        }
    }
    mixed
}

/// The factor of a tap in a product's matrix: the conjugate of its Fourier coefficient, with the factors of the way
/// back; see [`super::transform`] for the three products of a complex one.
fn factor(product: usize, tap: usize) -> f64 {
    let (frequency, third) = part(product);
    let angle = PI * (frequency * tap) as f64 / 8.0;
    let (re, im) = (angle.cos() / 8.0, angle.sin() / 8.0);
    match (frequency, third) {
        (0 | 8, _) => re / 2.0,
        (_, 0) => re,
        (_, 1) => im - re,
        _ => re + im,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::shape::ConvShape;
    use super::*;

    #[test]
    fn matrices_take_no_more_room_than_their_values() {
        let (c, out) = (32, 48);
        let values = vec![0.5; TAPS * c * out];
        for (stride, direction) in [(1, Direction::Forward), (2, Direction::Forward), (1, Direction::Backward)] {
            let plan = Plan::new(ConvShape { n: 1, t: 16, v: 2, c, out, stride, taps: TAPS }, direction, 0, true);
            let bank = Bank::new(plan, Weight { values: &values, id: Some(u32::MAX) });
            assert_eq!(bank.matrices.len(), stride * PRODUCTS);
            let sizes = |matrix: &Vec<_>| (matrix.len(), matrix.capacity());
            assert!(bank.matrices.iter().all(|matrix| sizes(matrix) == (c * out, c * out)));
        }
    }
}
