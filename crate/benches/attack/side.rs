//! What a side of the bench is: something that takes steps of the attack.

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

/// A side's name, whom it is compared with, and whose matrix product is its roof.
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

/// What a side answers to one clip: the logits, the gradient of the cross-entropy alone, and the clip after one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answers {
    pub logits: Vec<f32>,
    pub gradient: Vec<f32>,
    pub moved: Vec<f32>,
}

pub trait Side {
    /// Version and device, for the report.
    fn detail(&self) -> (String, String);
    /// Is it a GPU, which batches are for?
    fn is_gpu(&self) -> bool;
    /// A fresh attack on so many copies of a clip of so many frames.
    fn begin(&mut self, frames: usize, batch: usize) -> Result<()>;
    /// So many steps; gives the seconds of each on average.
    fn steps(&mut self, count: usize) -> Result<f64>;
    /// Its answers to the clip that was begun, which a step then moves.
    fn check(&mut self) -> Result<Answers>;
    /// Seconds of a matrix product of n x n: the mean of so many in a row, each of the one before.
    fn product(&mut self, n: usize, count: usize) -> Result<f64>;
}

/// The golden clip with so many frames: its beginning, or itself played forth and back as often as it takes.
pub fn clip(frames: usize) -> Sequence {
    const GOLDEN: usize = 64;
    let case = golden("stgcn_case_T64.safetensors");
    let x0 = case.get("x0", &[1, C, GOLDEN, V, 1]).unwrap();
    let period = 2 * (GOLDEN - 1);
    let from = |t: usize| (t % period).min(period - t % period);
    let at = |i: usize| x0[(i % C * GOLDEN + from(i / (V * C))) * V + i / C % V];
    Sequence::new(LayoutId::Ntu, 30.0, frames, 1, (0..frames * V * C).map(at).collect()).unwrap()
}

/// Floating-point operations of a step for one clip, a multiply and an add counted as two: forward, and backward to the input
/// alone (as many again). Normalisation, ReLU and losses are left out; the graph product is counted dense.
pub fn step_flops(frames: usize) -> f64 {
    let config = ciasa::model::stgcn::StGcnConfig::published(LayoutId::Ntu, CLASSES);
    let (mut sum, mut t) = (0, frames);
    for (i, (inputs, (outputs, stride))) in config.inputs().into_iter().zip(&config.blocks).enumerate() {
        let after = t.div_ceil(*stride);
        sum += t * V * 3 * outputs * (inputs + V) + after * V * outputs * outputs * 9;
        if config.residual(i) == ciasa::model::stgcn::Residual::Projection {
            sum += after * V * inputs * outputs;
        }
        t = after;
    }
    4.0 * sum as f64
}
