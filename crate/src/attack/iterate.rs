//! What Algorithm 1 asks of an iterate, wherever its state lives.

use super::forward_backward::{Input, Pass};
use crate::error::Result;

/// V', and what updates it, of one attack during its steps: on the host (`host_steps.rs`) or on a GPU (`gpu_steps.rs`).
pub(super) trait Iterate {
    /// A [`Pass`] as the update needs it: read back, or still on the device.
    type Pass;

    /// V' and the discriminator's weights on the recogniser's device.
    fn input(&self) -> Input<'_>;

    /// Reads the passes back if the update is the host's.
    async fn fetch(passes: Vec<Pass>) -> Result<Vec<Self::Pass>>;

    /// Counts the step. Whether the stop rule has held, so that V' must stay as it is. A GPU decides that after its
    /// steps.
    fn holds(&mut self, pass: &Self::Pass) -> bool;

    /// One step of the update rule on V', and of Adam on the discriminator's weights.
    fn update(&mut self, pass: Self::Pass);

    /// Projects V' onto its constraints.
    fn project(&mut self);
}
