//! The engine's side of the pool: shares out a convolution's tasks and collects the result.

use std::cell::RefCell;
use std::collections::HashSet;

use js_sys::SharedArrayBuffer;

use super::super::cpu::conv_task::{ConvTask, WeightForm};
use super::super::cpu::fused::fused;
use super::super::cpu::threads::set_threads;
use super::super::weight_ids;
use super::buffer::Buffer;
use super::header::{JobHeader, Lens};
use super::layout::{Layout, share};

/// Helpers at most: the last blocks of a short clip have no more than sixteen frames to share.
pub const MAX_HELPERS: u32 = 7;
/// Multiplications from which on sharing a job outweighs what it costs to share it.
const WORTH: u64 = 1 << 20;
/// Milliseconds after which a silent helper counts as failed. The engine computes its share then, so a helper that is
/// only slow costs time, and no result.
const PATIENCE: f64 = 5_000.0;

thread_local! {
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };
}

/// The helpers, and what they keep.
struct Pool {
    buffer: Buffer,
    helpers: u32,
    job: i32,
    /// What the helpers keep of weights.
    sent: HashSet<WeightForm>,
}

/// Shares work from now on with so many helpers, which wait at the buffer. With 0, the engine works alone.
pub fn join(buffer: &SharedArrayBuffer, helpers: u32) {
    let helpers = helpers.min(MAX_HELPERS);
    let pool = Pool { buffer: Buffer::new(buffer), helpers, job: 0, sent: HashSet::new() };
    set((helpers > 0).then_some(pool));
}

fn set(pool: Option<Pool>) {
    set_threads(pool.as_ref().map_or(1, |pool| pool.helpers as usize + 1));
    POOL.set(pool);
}

/// A convolution, computed by the engine and its helpers; `None` where it is too small, or where there are no helpers.
pub fn compute(task: &ConvTask<'_>) -> Option<Vec<f32>> {
    let computed = POOL.with_borrow_mut(|pool| pool.as_mut()?.compute(task))?;
    if !computed.whole {
        // The engine has computed what a helper has not. It does not wait for that helper again.
        set(None);
    }
    Some(computed.result)
}

struct Computed {
    result: Vec<f32>,
    /// Whether every helper has finished its share.
    whole: bool,
}

impl Pool {
    fn compute(&mut self, task: &ConvTask<'_>) -> Option<Computed> {
        let (plan, tasks) = (task.plan, task.plan.tasks());
        if tasks < 2 || plan.multiplications() < WORTH {
            return None;
        }
        let threads = self.helpers as usize + 1;
        let kept = task.weight_form();
        let oldest_weight = weight_ids::oldest();
        self.sent.retain(|(id, ..)| *id >= oldest_weight);
        let known = kept.is_some_and(|kept| self.sent.contains(&kept));
        let header = JobHeader {
            plan,
            relu: task.epilogue.relu,
            fused: fused(),
            threads,
            weight: task.w.id,
            oldest_weight,
            lens: Lens {
                w: if known { 0 } else { task.w.values.len() },
                bias: task.epilogue.bias.len(),
                residual: task.epilogue.residual.len(),
                a: task.a.len(),
            },
        };
        let layout = Layout::of(plan, header.lens);
        self.publish(task, &header, &layout)?;
        self.sent.extend(kept);
        self.job = self.job.checked_add(1).unwrap_or(1);
        self.buffer.start(self.job)?;

        let mut result = task.compute(share(tasks, threads, 0));
        result.resize(plan.place(0..tasks).end, 0.0);
        let mut whole = true;
        // The others have had as long as the first one that is silent: several that were ended cost one wait.
        let mut patience = PATIENCE;
        for helper in 0..self.helpers {
            let share = share(tasks, threads, helper as usize + 1);
            let place = plan.place(share.clone());
            if self.buffer.wait_for(helper, self.job, patience) {
                self.buffer.slice(layout.result.start + place.start, place.len()).copy_to(&mut result[place]);
            } else {
                result[place].copy_from_slice(&task.compute(share));
                (whole, patience) = (false, 0.0);
            }
        }
        Some(Computed { result, whole })
    }

    /// Writes a job into the buffer; `None` where it does not fit.
    fn publish(&self, task: &ConvTask<'_>, header: &JobHeader, layout: &Layout) -> Option<()> {
        if layout.result.end > self.buffer.capacity() {
            return None;
        }
        self.buffer.write_header(header);
        // The values that only the engine reads are not sent.
        let tasks = share(task.plan.tasks(), header.threads, 1).start..task.plan.tasks();
        let from = task.plan.needs(tasks.clone());
        let residual = if layout.residual.is_empty() { 0..0 } else { task.plan.place(tasks) };
        self.buffer.write(from.start, &task.from[from]);
        self.buffer.write(layout.w.start, &task.w.values[..layout.w.len()]);
        self.buffer.write(layout.bias.start, task.epilogue.bias);
        self.buffer.write(layout.residual.start + residual.start, &task.epilogue.residual[residual]);
        self.buffer.write(layout.a.start, task.a);
        Some(())
    }
}
