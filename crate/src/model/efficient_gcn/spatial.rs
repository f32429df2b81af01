//! EfficientGCN's spatial layer: a graph product with a projected residual and a swish.

use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::kernel::{biased_rows, graph_product};
use crate::model::fold::{Affine, Pointwise, tensor};
use crate::model::graph_layer::folded;
use crate::model::stgcn::K;
use crate::weights::state::State;

#[derive(Clone, Debug)]
pub(super) struct Spatial {
    /// (K, V, V): the graph of the file times its learned importance.
    adjacency: Tensor<3>,
    /// (K C, C')
    weight: Tensor<2>,
    /// (1, 1, V, C')
    bias: Tensor<4>,
    residual: Pointwise,
}

impl Spatial {
    pub fn new(state: &State, key: &str, v: usize, [c, out]: [usize; 2], device: &Device) -> Result<Self> {
        let [graph, edge] = ["A", "edge"].map(|name| state.get(&format!("{key}.conv.{name}"), &[K, v, v]));
        let adjacency: Vec<f32> = graph?.iter().zip(edge?).map(|(a, e)| a * e).collect();
        let norm = Affine::read(state, &format!("{key}.bn"), out)?;
        let (weight, bias) = folded(state, &format!("{key}.conv.gcn"), &adjacency, &norm, [v, c, out])?;
        let [conv, norm] = ["residual.0", "residual.1"].map(|name| format!("{key}.{name}"));
        Ok(Self {
            adjacency: tensor(adjacency, [K, v, v], device),
            weight: tensor(weight, [K * c, out], device),
            bias: tensor(bias, [1, 1, v, out], device),
            residual: Pointwise::normalised(state, &conv, &norm, c, out, device)?,
        })
    }

    /// (N, T, V, C) to (N, T, V, C').
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mixed = graph_product(x.clone(), self.adjacency.clone());
        silu(biased_rows(mixed, self.weight.clone(), self.bias.clone(), 1, false) + self.residual.forward(x, 1))
    }
}
