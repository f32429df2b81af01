//! A graph product's convolution and the normalisation after it, folded.

use super::fold::{Affine, by_lines};
use crate::error::Result;
use crate::weights::state::State;

/// The convolution `conv.*`, (K C', C, 1, 1), that stands before a graph product, and the normalisation after it, as
/// products after the graph product: weight (K C, C'), and bias (V, C'), in which each subset's bias is weighted by the
/// column sums of the adjacency.
///
/// # Shapes
/// - adjacency: (K, V, V)
pub(super) fn folded(
    state: &State,
    conv: &str,
    adjacency: &[f32],
    norm: &Affine,
    [v, c, out]: [usize; 3],
) -> Result<(Vec<f32>, Vec<f32>)> {
    let k = adjacency.len() / (v * v);
    let weight = state.get(&format!("{conv}.weight"), &[k * out, c, 1, 1])?;
    let bias = state.get(&format!("{conv}.bias"), &[k * out])?;
    let mut products = vec![0.0; k * c * out];
    for k in 0..k {
        for (i, o) in by_lines(c, out) {
            products[(k * c + i) * out + o] = weight[(k * out + o) * c + i] * norm.scale[o];
        }
    }
    let mut biases = vec![0.0; v * out];
    for w in 0..v {
        let sums: Vec<f32> = (0..k).map(|k| (0..v).map(|u| adjacency[(k * v + u) * v + w]).sum()).collect();
        for o in 0..out {
            let b: f32 = (0..k).map(|k| sums[k] * bias[k * out + o]).sum();
            biases[w * out + o] = b * norm.scale[o] + norm.shift[o];
        }
    }
    Ok((products, biases))
}
