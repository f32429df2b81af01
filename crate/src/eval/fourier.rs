//! What a network is sensitive to, by frequency: along the skeleton (graph Fourier transform) and in time (DFT), after
//! Tanaka, Kera and Kawamoto, "Fourier Analysis on Robustness of Graph Convolutional Neural Networks for Skeleton-based
//! Action Recognition" (2023).
//!
//! A perturbation of one graph frequency moves the joints in the shape of an eigenvector of the skeleton's Laplacian:
//! the lowest moves all of them alike, high ones move neighbours apart. Over time it is a cosine with a random phase.
//! All perturbations have the same size, so the errors show where the network is weak.

use std::f64::consts::TAU;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::attack::Victim;
use crate::error::{Error, Result};
use crate::model::clip_tensor;
use crate::skeleton::{Layout, Sequence};

/// Frequencies in time, in hertz.
pub const HERTZ: [f64; 9] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0];
/// Rounds of Jacobi's method: a symmetric matrix of a skeleton's size is diagonal after fewer than ten.
const ROUNDS: usize = 60;

/// The frequencies of a skeleton.
#[derive(Clone, Debug)]
pub struct GraphBasis {
    /// Eigenvalues of the Laplacian, from 0 up, (V).
    pub frequencies: Vec<f64>,
    /// The eigenvector of each, of length 1, (V) each.
    pub shapes: Vec<Vec<f64>>,
}

impl GraphBasis {
    /// Of a layout's bones.
    pub fn new(layout: &Layout) -> Self {
        let n = layout.len();
        let mut laplacian = vec![vec![0.0; n]; n];
        for (a, b) in layout.bones() {
            for (i, j) in [(a, b), (b, a)] {
                laplacian[i][i] += 1.0;
                laplacian[i][j] -= 1.0;
            }
        }
        let (values, vectors) = eigen(laplacian);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let shape = |&k: &usize| vectors.iter().map(|row| row[k]).collect();
        Self { frequencies: order.iter().map(|k| values[*k]).collect(), shapes: order.iter().map(shape).collect() }
    }
}

/// Eigenvalues of a symmetric matrix, and its eigenvectors as columns, by Jacobi's rotations.
fn eigen(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = a.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect();
    for _ in 0..ROUNDS {
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q].abs() < 1e-15 {
                    continue;
                }
                let angle = 0.5 * (2.0 * a[p][q]).atan2(a[q][q] - a[p][p]);
                let (s, c) = angle.sin_cos();
                for row in a.iter_mut().chain(vectors.iter_mut()) {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (above, below) = a.split_at_mut(q);
                for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), vectors)
}

/// A perturbation of one graph frequency and one frequency in time, (T, M, V, C): its root mean square over the joints
/// that are seen is `size`. Each coordinate of each person has a random sign and phase. Joints that were not seen, and
/// confidences, stay.
pub fn wave(clip: &Sequence, shape: &[f64], hertz: f64, size: f32, rng: &mut impl Rng) -> Vec<f32> {
    let layout = clip.layout();
    let mut wave = vec![0.0; clip.data().len()];
    let mut moved = Vec::new();
    for m in 0..clip.people() {
        for c in 0..layout.dims {
            let (sign, phase) = (if rng.random::<bool>() { 1.0 } else { -1.0 }, rng.random_range(0.0..TAU));
            for t in 0..clip.frames() {
                // At 0 Hz a phase would only change the size.
                let turn = if hertz == 0.0 { 0.0 } else { TAU * hertz * t as f64 / f64::from(clip.fps) + phase };
                for (j, shape) in shape.iter().enumerate().filter(|(j, _)| clip.seen(t, m, *j)) {
                    let at = ((t * clip.people() + m) * layout.len() + j) * layout.channels() + c;
                    wave[at] = (sign * shape * turn.cos()) as f32;
                    moved.push(at);
                }
            }
        }
    }
    let squares: f64 = moved.iter().map(|at| f64::from(wave[*at]).powi(2)).sum();
    let scale = if squares > 0.0 { f64::from(size) / (squares / moved.len() as f64).sqrt() } else { 0.0 };
    moved.into_iter().for_each(|at| wave[at] = (f64::from(wave[at]) * scale) as f32);
    wave
}

/// For a clip, whether the network gives another class than the true one under each wave: (graph frequencies, hertz).
///
/// # Errors
/// A device error.
pub fn errors(
    victim: &dyn Victim,
    basis: &GraphBasis,
    (clip, label): (&Sequence, usize),
    size: f32,
    seed: u64,
) -> Result<Vec<Vec<bool>>> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut row = |shape: &Vec<f64>| {
        HERTZ
            .iter()
            .map(|hertz| {
                let wave = wave(clip, shape, *hertz, size, &mut rng);
                let data = clip.data().iter().zip(&wave).map(|(x, w)| x + w).collect();
                let logits = victim.logits(clip_tensor(&clip.with_data(data)?, victim.device()));
                let logits = logits.try_into_data().map_err(|e| Error::device(e.to_string()))?;
                let logits: Vec<f32> = logits.try_to_vec().map_err(|e| Error::device(format!("{e:?}")))?;
                let best = (1..logits.len()).fold(0, |best, c| if logits[c] > logits[best] { c } else { best });
                Ok(best != label)
            })
            .collect()
    };
    basis.shapes.iter().map(&mut row).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn shapes_are_eigenvectors_of_the_skeletons_laplacian() {
        for id in LayoutId::ALL {
            let layout = id.layout();
            let basis = GraphBasis::new(layout);
            assert!(basis.frequencies[0].abs() < 1e-9 && basis.frequencies.is_sorted(), "{id:?}");
            for (value, shape) in basis.frequencies.iter().zip(&basis.shapes) {
                let mut product = vec![0.0; layout.len()];
                for (a, b) in layout.bones() {
                    product[a] += shape[a] - shape[b];
                    product[b] += shape[b] - shape[a];
                }
                let length: f64 = shape.iter().map(|v| v * v).sum();
                assert!((length - 1.0).abs() < 1e-9, "{id:?}");
                assert!(product.iter().zip(shape).all(|(p, s)| (p - value * s).abs() < 1e-9), "{id:?} {value}");
            }
        }
    }

    #[test]
    fn waves_have_one_size_and_the_slowest_is_a_shift() {
        let layout = LayoutId::KinectV1.layout();
        let data = (0..30 * 60).map(|i| 1.0 + (i as f32 * 0.3).sin()).collect();
        let clip = Sequence::new(layout.id, 30.0, 30, 1, data).unwrap();
        let basis = GraphBasis::new(layout);
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        for shape in &basis.shapes {
            for hertz in HERTZ {
                let wave = wave(&clip, shape, hertz, 0.02, &mut rng);
                let size = wave.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / wave.len() as f64;
                assert!((size.sqrt() - 0.02).abs() < 1e-5, "{hertz}");
            }
        }
        let shift = wave(&clip, &basis.shapes[0], 0.0, 0.02, &mut rng);
        assert!(shift.iter().all(|v| (v.abs() - 0.02).abs() < 1e-5) && shift[0] == shift[3 * 7 + 60]);
    }
}
