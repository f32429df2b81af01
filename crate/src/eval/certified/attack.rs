//! The attack on a certificate: up the steepest way within the radius, through the smoothing.
//!
//! The radius bounds a change's length in the noise, so the steepest way is that of the noise ([`Filter::steepest`]),
//! not of signs. Each step follows the gradient of the smoothed network's logarithmic probability, the mean over new
//! draws of noise, by a whole radius; what is longer than the radius is shortened to it.

use burn::tensor::Tensor;

use crate::attack::Victim;
use crate::attack::noise::Filter;
use crate::defence::defended::Defended;
use crate::error::{Error, Result};
use crate::model::clip_tensor;
use crate::skeleton::Sequence;

/// Where an attack goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// Away from a class.
    From(usize),
    /// Towards a class.
    To(usize),
}

/// The attacked values, (T, M, V, C), as far from the clip as the radius.
///
/// # Errors
/// A device error.
pub fn attacked(victim: &Defended, clip: &Sequence, filter: &Filter, way: Way, plan: (f64, usize)) -> Result<Vec<f32>> {
    let (radius, steps) = plan;
    let mut change = vec![0.0; clip.data().len()];
    for _ in 0..steps {
        let gradient = gradient(victim, clip, &change, way)?;
        let up = filter.steepest(clip, &gradient);
        let length = filter.length(clip, &up);
        if length > 0.0 && length.is_finite() {
            change.iter_mut().zip(up).for_each(|(change, up)| *change += up * (radius / length) as f32);
        }
        let reached = filter.length(clip, &change);
        if reached > radius {
            change.iter_mut().for_each(|change| *change *= (radius / reached) as f32);
        }
    }
    Ok(clip.data().iter().zip(change).map(|(x, change)| x + change).collect())
}

/// The gradient, (T, M, V, C), of the logarithmic probability of the class, upwards for the way.
fn gradient(victim: &Defended, clip: &Sequence, change: &[f32], way: Way) -> Result<Vec<f32>> {
    let data = clip.data().iter().zip(change).map(|(x, change)| x + change).collect();
    let x = Tensor::from_inner(clip_tensor(&clip.with_data(data)?, victim.device())).require_grad();
    let logits = victim.logits(x.clone());
    let score = match way {
        Way::From(class) => -logits.narrow(1, class, 1),
        Way::To(class) => logits.narrow(1, class, 1),
    };
    let mut gradients = score.sum().backward();
    let gradient = x.grad_remove(&mut gradients);
    let gradient: Tensor<5> = gradient.ok_or_else(|| Error::device("the backward pass gave no gradient"))?;
    // (1, C, T, V, M) to (T, M, V, C).
    let gradient = gradient.permute([0, 2, 4, 3, 1]).reshape([clip.data().len()]);
    let data = gradient.try_into_data().map_err(|e| Error::device(e.to_string()))?;
    data.try_into_vec::<f32>().map_err(|e| Error::device(format!("{e:?}")))
}
