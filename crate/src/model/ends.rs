//! The two ends that all networks share: the normalisation of the input, and the mean with a linear layer after the
//! last block.

use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg32;

use super::fold::{Affine, tensor};
use super::heads::Heads;
use crate::error::{Error, Result};
use crate::kernel::product;
use crate::weights::state::State;

/// The normalisation of the input: each channel of each joint, and of each person where people are features of one
/// sample.
#[derive(Clone, Debug)]
pub(super) struct InputNorm {
    /// (1, M or 1, 1, V, C)
    scale: Tensor<5>,
    shift: Tensor<5>,
}

impl InputNorm {
    /// Reads `data_bn.*`, whose features are counted person by person, then joint by joint.
    pub fn read(state: &State, [m, v, c]: [usize; 3], device: &Device) -> Result<Self> {
        let data = Affine::read(state, "data_bn", m * v * c)?;
        let shape = [1, m, 1, v, c];
        Ok(Self { scale: tensor(data.scale, shape, device), shift: tensor(data.shift, shape, device) })
    }

    /// (N, C, T, V, M) to (N M, T, V, C).
    pub fn forward(&self, x: Tensor<5>) -> Tensor<4> {
        let [n, c, t, v, m] = x.dims();
        let x = x.permute([0, 4, 2, 3, 1]) * self.scale.clone() + self.shift.clone();
        x.reshape([n * m, t, v, c])
    }
}

/// The mean over people, frames and joints, then a linear layer, and small heads beside it where a network has them.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// (C, classes)
    weight: Tensor<2>,
    /// (1, classes)
    bias: Tensor<2>,
    /// Small heads that add their scores.
    heads: Option<Heads>,
}

impl Head {
    /// Reads `key.weight`, (classes, C, ...) with `ones` more dimensions of size 1, and `key.bias`, (classes).
    pub fn read(state: &State, key: &str, [classes, c]: [usize; 2], ones: usize, device: &Device) -> Result<Self> {
        let shape = [&[classes, c], vec![1; ones].as_slice()].concat();
        let weight = state.get(&format!("{key}.weight"), &shape)?;
        let bias = state.get(&format!("{key}.bias"), &[classes])?;
        Ok(Self {
            weight: tensor::<2>(weight.to_vec(), [classes, c], device).transpose(),
            bias: tensor(bias.to_vec(), [1, classes], device),
            heads: None,
        })
    }

    /// Adds small heads, from a file of their own.
    ///
    /// # Errors
    /// A weights error if it has heads already, or as [`Heads::read`].
    pub fn add(&mut self, state: &State, device: &Device) -> Result<()> {
        if self.heads.is_some() {
            return Err(Error::weights("is a second file of heads; a network has one"));
        }
        let [c, classes] = self.weight.dims();
        self.heads = Some(Heads::read(state, [classes, c], device)?);
        Ok(())
    }

    /// The layer that gives what this one reads, and behind it this one's own scores: (N, C + classes).
    pub fn open(&self) -> Self {
        let (c, device) = (self.weight.dims()[0], self.weight.device());
        Self {
            weight: Tensor::cat(vec![Tensor::eye(c, &device), self.weight.clone()], 1),
            bias: Tensor::cat(vec![Tensor::zeros([1, c], &device), self.bias.clone()], 1),
            heads: None,
        }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.bias.dims()[1]
    }

    /// The head with `draws` others beside it, whose weights have Gaussian noise of the size `noise`, a share of the
    /// root of their mean square. Its scores are (N, (1 + draws) classes): its own, then those of each draw.
    pub fn spread(&self, draws: usize, noise: f32, seed: u64) -> Self {
        let spread = |weight: &Tensor<2>| {
            let size = weight.clone().square().mean().sqrt().reshape([1, 1]) * noise;
            let [rows, columns] = weight.dims();
            let mut rng = Pcg32::seed_from_u64(seed);
            let values = rows * columns * draws;
            let drawn: Vec<f32> = (0..values).map(|_| StandardNormal.sample(&mut rng)).collect();
            let drawn = tensor::<2>(drawn, [rows, columns * draws], &weight.device());
            Tensor::cat(vec![weight.clone(), weight.clone().repeat_dim(1, draws) + drawn * size], 1)
        };
        Self { weight: spread(&self.weight), bias: self.bias.clone().repeat_dim(1, 1 + draws), ..self.clone() }
    }

    /// (N M, T, V, C) to (N, classes).
    pub fn forward(&self, x: Tensor<4>, people: usize) -> Tensor<2> {
        let [samples, t, v, c] = x.dims();
        let n = samples / people;
        let pooled = x.reshape([n, people * t * v, c]).mean_dim(1).reshape([n, c]);
        let scores = product(pooled.clone(), self.weight.clone()) + self.bias.clone();
        match &self.heads {
            Some(heads) => heads.forward(pooled, scores),
            None => scores,
        }
    }
}
