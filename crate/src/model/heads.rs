//! Small heads beside the last layer of a frozen network: the core of BEAT (Wang et al., "Defending Black-box
//! Skeleton-based Human Activity Classifiers", AAAI 2023). Each reads what the last layer reads, and adds its scores to
//! it. The heads are samples of one posterior, and the answer is the mean of their probabilities; the network stays as
//! it is.

use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Tensor};

use super::fold::tensor;
use crate::error::{Error, Result};
use crate::kernel::product;
use crate::weights::State;

/// More heads than any file needs.
const MOST_HEADS: usize = 64;
/// More units in a head than any file needs.
const MOST_UNITS: usize = 1024;

/// The names of the arrays: the units' weights and biases, then those of the scores.
const KEYS: [&str; 4] = ["heads.units.weight", "heads.units.bias", "heads.scores.weight", "heads.scores.bias"];

/// Whether a file holds heads and nothing else.
pub fn holds_heads(state: &State) -> bool {
    state.contains(KEYS[0]) && state.keys().all(|key| KEYS.contains(&key))
}

/// Heads of two layers with a ReLU between them, side by side.
#[derive(Clone, Debug)]
pub struct Heads {
    /// (H, C, U)
    pub units: Tensor<3>,
    /// (H, 1, U)
    pub units_bias: Tensor<3>,
    /// (H, U, classes)
    pub scores: Tensor<3>,
    /// (H, 1, classes)
    pub scores_bias: Tensor<3>,
}

impl Heads {
    /// Reads heads for a last layer of C inputs: `heads.units.weight` (H, U, C), `heads.units.bias` (H, U),
    /// `heads.scores.weight` (H, classes, U) and `heads.scores.bias` (H, classes).
    ///
    /// # Errors
    /// A weights error that names the key which is missing, has a wrong shape, or a value that is not finite.
    pub fn read(state: &State, [classes, c]: [usize; 2], device: &Device) -> Result<Self> {
        let sizes = match state.shape(KEYS[0]) {
            Some([h @ 1..=MOST_HEADS, u @ 1..=MOST_UNITS, _]) => Some((*h, *u)),
            _ => None,
        };
        let Some((h, u)) = sizes else {
            // A missing or unreadable array has its own message.
            let shape = state.shape(KEYS[0]).unwrap_or_default().to_vec();
            state.expect(KEYS[0], &shape)?;
            let wanted = format!("1 to {MOST_HEADS} heads of 1 to {MOST_UNITS} units on {c} inputs");
            return Err(
                Error::weights(format!("has shape {shape:?}; needed are {wanted}")).at(format!("{:?}", KEYS[0]))
            );
        };
        if let Some(other) = state.keys().find(|key| !KEYS.contains(key)) {
            return Err(Error::weights("is not an array of heads; name the file of the heads").at(format!("{other:?}")));
        }
        let get = |i: usize, shape: &[usize]| state.get(KEYS[i], shape).map(<[f32]>::to_vec);
        Ok(Self {
            units: tensor::<3>(get(0, &[h, u, c])?, [h, u, c], device).swap_dims(1, 2),
            units_bias: tensor(get(1, &[h, u])?, [h, 1, u], device),
            scores: tensor::<3>(get(2, &[h, classes, u])?, [h, classes, u], device).swap_dims(1, 2),
            scores_bias: tensor(get(3, &[h, classes])?, [h, 1, classes], device),
        })
    }

    /// The inverse of [`Heads::read`].
    ///
    /// # Errors
    /// A device error.
    pub fn state(&self) -> Result<State> {
        let arrays = [self.units.clone().swap_dims(1, 2), self.units_bias.clone()]
            .into_iter()
            .chain([self.scores.clone().swap_dims(1, 2), self.scores_bias.clone()]);
        let mut state = State::new();
        for (key, array) in KEYS.into_iter().zip(arrays) {
            let [h, rows, columns] = array.dims();
            let shape = if key.ends_with("bias") { vec![h, columns] } else { vec![h, rows, columns] };
            let data = array.try_into_data().map_err(|e| Error::device(e.to_string()))?;
            state.insert(key, &shape, data.try_into_vec().map_err(|e| Error::device(format!("{e:?}")))?);
        }
        Ok(state)
    }

    /// The logarithm of each head's probabilities.
    ///
    /// # Shapes
    /// - features: (N, C), what the last layer reads
    /// - own: (N, copies classes), the scores of the last layer, or of several that differ
    /// - result: (H, N, copies, classes)
    pub fn answers(&self, features: Tensor<2>, own: Tensor<2>) -> Tensor<4> {
        let [heads, _, classes] = self.scores.dims();
        let [n, columns] = own.dims();
        let units = relu(product(features.unsqueeze::<3>(), self.units.clone()) + self.units_bias.clone());
        let added = product(units, self.scores.clone()) + self.scores_bias.clone();
        let own = own.reshape([1, n, columns / classes, classes]);
        log_softmax(own + added.reshape([heads, n, 1, classes]), 3)
    }

    /// The logarithm of the mean of the heads' probabilities: their softmax is that mean.
    ///
    /// # Shapes
    /// - features: (N, C)
    /// - own: (N, copies classes), as in [`Heads::answers`]
    /// - result: (N, copies classes)
    pub fn forward(&self, features: Tensor<2>, own: Tensor<2>) -> Tensor<2> {
        let [n, columns] = own.dims();
        let answers = self.answers(features, own);
        // The highest one is taken out before the exponential, so that no probability becomes 0.
        let most = answers.clone().max_dim(0).detach();
        ((answers - most.clone()).exp().mean_dim(0).log() + most).reshape([n, columns])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const H: usize = 3;
    const C: usize = 4;
    const U: usize = 5;
    const CLASSES: usize = 3;

    fn waves(n: usize, step: f32) -> Vec<f32> {
        (0..n).map(|i| (i as f32 * step + step).sin()).collect()
    }

    fn state() -> State {
        let mut state = State::new();
        state.insert(KEYS[0], &[H, U, C], waves(H * U * C, 0.7));
        state.insert(KEYS[1], &[H, U], waves(H * U, 1.3));
        state.insert(KEYS[2], &[H, CLASSES, U], waves(H * CLASSES * U, 0.9));
        state.insert(KEYS[3], &[H, CLASSES], waves(H * CLASSES, 2.1));
        state
    }

    fn heads(device: &Device) -> Heads {
        Heads::read(&state(), [CLASSES, C], device).unwrap()
    }

    #[test]
    fn the_answer_is_the_mean_probability_by_plain_loops() {
        let (n, copies) = (2, 2);
        let (features, own) = (waves(n * C, 0.4), waves(n * copies * CLASSES, 1.1));
        let device = Device::flex();
        let found = heads(&device).forward(
            Tensor::<1>::from_floats(features.as_slice(), &device).reshape([n, C]),
            Tensor::<1>::from_floats(own.as_slice(), &device).reshape([n, copies * CLASSES]),
        );
        let found: Vec<f32> = found.into_data().try_to_vec().unwrap();
        let state = state();
        let at = |key: usize| state.iter().find(|(k, _)| *k == KEYS[key]).unwrap().1.data.clone();
        let [w, b, v, d] = [0, 1, 2, 3].map(at);
        for i in 0..n {
            for copy in 0..copies {
                let mut mean = [0.0_f64; CLASSES];
                for h in 0..H {
                    let unit = |u: usize| {
                        let sum: f32 = (0..C).map(|c| w[(h * U + u) * C + c] * features[i * C + c]).sum();
                        (sum + b[h * U + u]).max(0.0)
                    };
                    let score = |k: usize| {
                        let sum: f32 = (0..U).map(|u| v[(h * CLASSES + k) * U + u] * unit(u)).sum();
                        f64::from(own[(i * copies + copy) * CLASSES + k] + sum + d[h * CLASSES + k]).exp()
                    };
                    let total: f64 = (0..CLASSES).map(score).sum();
                    (0..CLASSES).for_each(|k| mean[k] += score(k) / total / H as f64);
                }
                for (k, mean) in mean.into_iter().enumerate() {
                    let found = f64::from(found[(i * copies + copy) * CLASSES + k]);
                    assert!((found - mean.ln()).abs() < 1e-5, "{found} is not {}", mean.ln());
                }
            }
        }
    }

    #[test]
    fn the_gradient_through_all_heads_agrees_with_finite_differences() {
        let device = Device::flex().autodiff();
        let heads = heads(&Device::flex());
        let mix = Tensor::<1>::from_floats([0.5, -1.5, 2.0], &device).reshape([1, CLASSES]);
        // Features and own scores are parts of x.
        let loss = |x: Tensor<1>| {
            let features = x.clone().narrow(0, 0, C).reshape([1, C]);
            let own = x.narrow(0, C, CLASSES).reshape([1, CLASSES]);
            (heads.forward(features, own) * mix.clone()).sum()
        };
        let x = waves(C + CLASSES, 0.8);
        let leaf = Tensor::<1>::from_floats(x.as_slice(), &device).require_grad();
        let gradient: Vec<f32> = leaf.grad(&loss(leaf.clone()).backward()).unwrap().into_data().try_to_vec().unwrap();
        for (i, slope) in gradient.iter().enumerate() {
            let at = |by: f32| -> f32 {
                let mut x = x.clone();
                x[i] += by;
                loss(Tensor::from_floats(x.as_slice(), &device)).into_scalar()
            };
            let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((difference - slope).abs() < 2e-3 * (1.0 + slope.abs()), "{i}: {difference} is not {slope}");
            assert!(slope.abs() > 1e-3, "{i}: there is no gradient to check");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(heads(&Device::flex()).state().unwrap(), state());
    }

    #[test]
    fn wrong_heads_are_named() {
        let refused = |change: &dyn Fn(&mut State)| {
            let mut state = state();
            change(&mut state);
            Heads::read(&state, [CLASSES, C], &Device::flex()).unwrap_err().to_string()
        };
        let without = |key: usize| refused(&|state| drop(state.take(KEYS[key])));
        assert_eq!(without(0), "\"heads.units.weight\": is missing");
        assert_eq!(without(2), "\"heads.scores.weight\": is missing");
        let shaped = |key: usize, shape: &[usize]| {
            refused(&|state| state.insert(KEYS[key], shape, vec![0.5; shape.iter().product()]))
        };
        assert_eq!(
            shaped(0, &[65, 1, 4]),
            "\"heads.units.weight\": has shape [65, 1, 4]; needed are 1 to 64 heads of 1 to 1024 units on 4 inputs"
        );
        assert!(shaped(0, &[0, 5, 4]).contains("has shape [0, 5, 4]"));
        assert!(shaped(0, &[60]).contains("has shape [60]"));
        assert_eq!(shaped(0, &[3, 5, 9]), "\"heads.units.weight\": has shape [3, 5, 9] where [3, 5, 4] is needed");
        assert!(shaped(3, &[3, 4]).starts_with("\"heads.scores.bias\": has shape [3, 4] where [3, 3] is needed"));
        let bad = refused(&|state| state.insert(KEYS[1], &[H, U], vec![f32::NAN; H * U]));
        assert_eq!(bad, "\"heads.units.bias\": value 0 is NaN");
        assert!(refused(&|state| state.insert("fc.bias", &[1], vec![0.0])).starts_with("\"fc.bias\": is not an array"));
    }
}
