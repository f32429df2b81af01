//! Samples of the heads' weights: stochastic gradient Hamiltonian Monte Carlo (Chen, Fox, Guestrin, ICML 2014).
//!
//! The posterior's energy is N times the mean loss plus half the squared weights over the prior's variance. With a step
//! of rate / N, friction a and temperature T a step is
//!
//! ```text
//! velocity <- (1 - a) velocity - rate (gradient of the mean loss + weights / (N prior^2)) + noise
//! noise ~ Normal(0, 2 a T rate / N),  weights <- weights + velocity
//! ```
//!
//! Every head is a chain of its own: own start, own noise. A head's gradient does not depend on the others, because the
//! loss is the sum over the heads.

use burn::tensor::{Device, Tensor, TensorData};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

use super::config::HeadsConfig;
use crate::error::{Error, Result};
use crate::model::heads::Heads;

/// What the chains learn from: examples as the last layer reads them.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    /// (examples, C)
    pub features: Vec<f32>,
    /// The last layer's own scores, (examples, classes).
    pub scores: Vec<f32>,
    /// The class of each.
    pub labels: Vec<usize>,
}

/// The chains of all heads, side by side. Between two steps they live without autodiff: its graph would keep what no
/// backward pass visits.
pub(super) struct Chains {
    weights: [Tensor<3>; 4],
    velocity: [Tensor<3>; 4],
    sizes: [usize; 2],
    /// Clips of the training side, N.
    examples: usize,
    device: Device,
}

impl Chains {
    /// Heads that add nothing yet: the units are drawn (He et al. 2015), their scores are 0.
    pub fn new(config: &HeadsConfig, [c, classes]: [usize; 2], examples: usize, rng: &mut Pcg64Mcg) -> Self {
        let device = Device::flex();
        let shapes = [[c, config.units], [1, config.units], [config.units, classes], [1, classes]];
        let zeros = || shapes.map(|[rows, columns]| Tensor::<3>::zeros([config.heads, rows, columns], &device));
        let mut weights = zeros();
        weights[0] = normal(weights[0].dims(), (2.0 / c as f32).sqrt(), rng, &device);
        Self { weights, velocity: zeros(), sizes: [c, classes], examples, device }
    }

    /// The heads as they are, without autodiff.
    pub fn heads(&self) -> Heads {
        heads(self.weights.clone())
    }

    /// One step of every head on these examples of the pool. Gives the mean of the heads' losses, and how many of the
    /// examples their mean answer recognises.
    ///
    /// # Errors
    /// A device error.
    pub fn step(
        &mut self,
        config: &HeadsConfig,
        pool: &Pool,
        batch: &[usize],
        rng: &mut Pcg64Mcg,
    ) -> Result<(f32, usize)> {
        let ([c, classes], tracked) = (self.sizes, self.device.clone().autodiff());
        let rows = |of: &[f32], width: usize| {
            let values = batch.iter().flat_map(|i| of[i * width..(i + 1) * width].to_vec()).collect::<Vec<_>>();
            Tensor::<2>::from_data(TensorData::new(values, [batch.len(), width]), &tracked)
        };
        let mut target = vec![0.0; batch.len() * classes];
        batch.iter().enumerate().for_each(|(row, i)| target[row * classes + pool.labels[*i]] = 1.0);
        let target = Tensor::<1>::from_floats(target.as_slice(), &tracked).reshape([1, batch.len(), 1, classes]);

        let weights = self.weights.clone().map(|w| Tensor::from_inner(w).require_grad());
        let answers = heads(weights.clone()).answers(rows(&pool.features, c), rows(&pool.scores, classes));
        let mean = answers.clone().inner().exp().mean_dim(0).reshape([batch.len(), classes]).argmax(1);
        let mean = mean.try_into_data().map_err(|e| Error::device(e.to_string()))?;
        let right = mean.iter::<i64>().zip(batch).filter(|(p, i)| *p as usize == pool.labels[**i]).count();
        let loss = -(answers * target).sum().div_scalar(batch.len() as f32);
        let value = loss.clone().inner().try_into_scalar::<f32>().map_err(|e| Error::device(e.to_string()))?;

        let gradients = loss.backward();
        let n = self.examples.max(1) as f32;
        let noise = (2.0 * config.friction * config.temperature * config.learning_rate / n).sqrt();
        for (i, leaf) in weights.iter().enumerate() {
            let slope = leaf.grad(&gradients).ok_or_else(|| Error::device("a weight has no gradient"))?;
            let slope = slope + self.weights[i].clone().div_scalar(n * config.prior.powi(2));
            let noise = normal(slope.dims(), noise, rng, &self.device);
            let kept = self.velocity[i].clone().mul_scalar(1.0 - config.friction);
            self.velocity[i] = kept - slope.mul_scalar(config.learning_rate) + noise;
            self.weights[i] = self.weights[i].clone() + self.velocity[i].clone();
        }
        Ok((value / config.heads as f32, right))
    }
}

fn heads([units, units_bias, scores, scores_bias]: [Tensor<3>; 4]) -> Heads {
    Heads { units, units_bias, scores, scores_bias }
}

/// Gaussian values of this standard deviation.
fn normal(shape: [usize; 3], deviation: f32, rng: &mut Pcg64Mcg, device: &Device) -> Tensor<3> {
    let draw = |_| -> f32 { deviation * Distribution::<f32>::sample(&StandardNormal, rng) };
    let values: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}
