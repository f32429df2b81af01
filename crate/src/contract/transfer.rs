//! How a transfer attack smooths its surrogate and counts motion.

use serde::{Deserialize, Serialize};

/// Most draws of the last layer's weights.
pub const MAX_DRAWS: usize = 100;
/// Largest noise of the last layer's weights, as a share of the root of their mean square.
pub const MAX_NOISE: f32 = 2.0;

/// How TASAR smooths the network that it attacks, so that what it finds fools others too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Transfer {
    /// Draws of the last layer's weights in each step, over which the gradient is averaged.
    pub draws: usize,
    /// Size of the Gaussian noise of the weights, as a share of the root of their mean square.
    pub noise: f32,
    /// Share of the motion gradient in the direction, 0 to 1.
    pub motion: f32,
}

impl Default for Transfer {
    /// Draws and share as published; the published noise comes from trained heads.
    fn default() -> Self {
        Self { draws: 20, noise: 0.5, motion: 0.2 }
    }
}
