//! What each joint contributed, in each frame, to the change of the network's answer.
//!
//! The answer is the difference of two logits, f(V) = z_to - z_from. Along the straight line from the clean clip to the
//! attacked one, a value contributes its change times the gradient of f there. The mean over points of the line makes
//! the contributions sum to f(V') - f(V), up to the sum's error (integrated gradients: Sundararajan, Taly and Yan,
//! "Axiomatic Attribution for Deep Networks", 2017). With one point it is the gradient half way times the change.

use burn::tensor::{Tensor, TensorData};

use super::victim::Victim;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// Points on the line: each is a forward and a backward pass.
pub const POINTS: usize = 6;

/// The contributions of an attack's joints.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// (T, M, V), in logits: above 0 what moves the answer to the class `to`.
    pub values: Vec<f32>,
    /// The change of the difference of the two logits, which the values sum to.
    pub change: f32,
}

/// Attributes the change of `z[to] - z[from]` between a clip and its attacked values, (T, M, V, C).
///
/// # Errors
/// A config error if a class does not exist, both are the same, or there is no point; a format error if the values do
/// not have the clip's shape; the errors of [`Victim::accepts`]; a device error.
pub async fn attribute(
    victim: &dyn Victim,
    clean: &Sequence,
    attacked: &[f32],
    [from, to]: [usize; 2],
    points: usize,
) -> Result<Attribution> {
    victim.accepts(clean)?;
    let moved = clean.with_data(attacked.to_vec())?;
    if from == to || from.max(to) >= victim.classes() || points == 0 {
        let cause = format!("{from} and {to} must be two of {} classes, and {points} points above 0", victim.classes());
        return Err(Error::config(cause).at("attribution"));
    }
    let (t, m) = (clean.frames(), clean.people());
    let (v, c) = (clean.layout().len(), clean.layout().channels());
    let device = victim.device().clone();
    let tensor = |values: Vec<f32>| Tensor::<4>::from_data(TensorData::new(values, [t, m, v, c]), &device);
    let (start, change) =
        (tensor(clean.data().to_vec()), tensor(moved.data().to_vec()) - tensor(clean.data().to_vec()));
    let difference = |x: Tensor<4>| {
        let logits = victim.logits(x.permute([3, 0, 2, 1]).unsqueeze());
        logits.clone().narrow(1, to, 1) - logits.narrow(1, from, 1)
    };
    let mut sum = Tensor::<4>::zeros([t, m, v, c], &device);
    for i in 0..points {
        let share = (i as f32 + 0.5) / points as f32;
        let x = Tensor::from_inner(start.clone() + change.clone() * share).require_grad();
        let mut gradients = difference(x.clone()).sum().backward();
        let gradient = x.grad_remove(&mut gradients);
        sum = sum + gradient.ok_or_else(|| Error::device("the backward pass gave no gradient"))?;
    }
    let values = (sum * change.clone() / points as f32).sum_dim(3);
    let ends = difference(start.clone() + change) - difference(start);
    let values = read(values.reshape([t * m * v])).await?;
    let change = read(ends.reshape([1])).await?.first().copied().unwrap_or_default();
    Ok(Attribution { values, change })
}

async fn read(tensor: Tensor<1>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|e| Error::device(e.to_string()))?;
    data.try_to_vec::<f32>().map_err(|e| Error::device(format!("{e:?}")))
}
