//! A side of the bench: an implementation that takes steps of the attack.

use ciasa::skeleton::{LayoutId, Sequence};
use serde::{Deserialize, Serialize};

use crate::support::golden;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The golden case's settings.
pub const TARGET: usize = 7;
pub const EPSILON: f32 = 0.02;
pub const ALPHA: f32 = 0.01;
pub const LAMBDA: f32 = 1.0;
/// Joints, channels and classes.
pub const V: usize = 25;
pub const C: usize = 3;
pub const CLASSES: usize = 60;

/// A side's name, the side that it is compared with, and the group whose matrix product is its roof.
#[derive(Clone, Debug)]
pub struct Spec {
    pub name: String,
    pub against: Option<String>,
    pub roof: String,
}

impl Spec {
    pub fn new(name: String, against: Option<String>, roof: String) -> Self {
        Self { name, against, roof }
    }
}

/// A side's answers to one clip: the logits, (classes), the gradient of the cross-entropy alone, (T, V, C), and the
/// clip after one step, (T, V, C).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answers {
    pub logits: Vec<f32>,
    pub gradient: Vec<f32>,
    pub moved: Vec<f32>,
}

pub trait Side {
    /// Version and device, for the report.
    fn detail(&self) -> (String, String);
    /// Whether it computes on a GPU; batches are measured there.
    fn is_gpu(&self) -> bool;
    /// Whether it computes temporal convolutions with fewer products.
    fn saves(&self) -> bool {
        false
    }
    /// The process that computes.
    fn process(&self) -> u32;
    /// Begins an attack on `batch` copies of a clip of `frames` frames.
    fn begin(&mut self, frames: usize, batch: usize) -> Result<()>;
    /// Takes `count` steps; the mean seconds of each.
    fn steps(&mut self, count: usize) -> Result<f64>;
    /// Recognises the clean clip `count` times, without a gradient; the mean seconds of each.
    fn forward(&mut self, count: usize) -> Result<f64>;
    /// Its answers to the current clip. Takes one step.
    fn check(&mut self) -> Result<Answers>;
    /// Seconds of a matrix product of n x n: the mean of `count` in a row, each of the product before.
    fn product(&mut self, n: usize, count: usize) -> Result<f64>;
}

/// The golden clip with `frames` frames, cut or repeated forwards and backwards.
pub fn clip(frames: usize) -> Sequence {
    const GOLDEN: usize = 64;
    let case = golden("stgcn_case_T64.safetensors");
    let x0 = case.get("x0", &[1, C, GOLDEN, V, 1]).unwrap();
    let period = 2 * (GOLDEN - 1);
    let from = |t: usize| (t % period).min(period - t % period);
    let at = |i: usize| x0[(i % C * GOLDEN + from(i / (V * C))) * V + i / C % V];
    Sequence::new(LayoutId::Ntu, 30.0, frames, 1, (0..frames * V * C).map(at).collect()).unwrap()
}

/// Floating-point operations of a forward pass for one clip, counting a multiply-add as two. The backward pass to the
/// input, the other half of a step, has as many. Normalisation, ReLU and losses are left out; the graph product counts
/// as dense.
pub fn forward_flops(frames: usize) -> f64 {
    flops(frames, |frames, _| frames * 9)
}

/// [`forward_flops`] that our engine on the CPU computes: temporal convolutions in overlapping tiles
/// (`kernel/cpu/minimal`). Its transforms are left out, too.
pub fn computed_flops(frames: usize) -> f64 {
    flops(frames, |frames, stride| if stride == 1 { frames.div_ceil(8) * 23 } else { frames.div_ceil(12) * 46 })
}

/// `conv` gives the products over the channels that a temporal convolution takes for frames of its result.
fn flops(frames: usize, conv: impl Fn(usize, usize) -> usize) -> f64 {
    let config = ciasa::model::stgcn::StGcnConfig::published(LayoutId::Ntu, CLASSES);
    let (mut sum, mut t) = (0, frames);
    for (i, (inputs, (outputs, stride))) in config.inputs().into_iter().zip(&config.blocks).enumerate() {
        let after = t.div_ceil(*stride);
        sum += t * V * 3 * outputs * (inputs + V) + conv(after, *stride) * V * outputs * outputs;
        if config.residual(i) == ciasa::model::residual::Residual::Projection {
            sum += after * V * inputs * outputs;
        }
        t = after;
    }
    2.0 * sum as f64
}
