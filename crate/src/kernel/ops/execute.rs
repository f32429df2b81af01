//! Who computes a convolution: this thread and Rayon's, or in WebAssembly the worker pool too.

use super::super::cpu::conv_task::ConvTask;
#[cfg(target_arch = "wasm32")]
use super::super::worker_pool;

/// Computes all of a convolution.
pub fn execute(task: ConvTask<'_>) -> Vec<f32> {
    #[cfg(target_arch = "wasm32")]
    if let Some(result) = worker_pool::compute(&task) {
        return result;
    }
    task.compute(0..task.plan.tasks())
}
