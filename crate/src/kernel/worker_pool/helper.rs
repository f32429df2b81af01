//! A helper's side of the pool: waits for jobs and computes its share of each.

use js_sys::SharedArrayBuffer;
use wasm_bindgen::JsValue;

use super::super::cpu::conv_task::ConvTask;
use super::super::cpu::fused::fuse;
use super::super::cpu::minimal;
use super::super::cpu::packed_weights;
use super::super::cpu::weight::{Epilogue, Weight};
use super::buffer::{Buffer, FAILED, JOB};
use super::layout::{Layout, share};

/// Memory that a helper keeps from job to job.
#[derive(Default)]
struct Scratch {
    from: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    residual: Vec<f32>,
    a: Vec<f32>,
}

/// Jobs after which a helper returns to its browser: every few seconds of an attack.
const JOBS: usize = 1_000;

/// Runs a helper: computes its share of many jobs, from the one after `job` on. Gives the number of the last one, for
/// the next call. In between the browser runs the tasks that it has for the thread, such as garbage collections. It
/// keeps them until then.
///
/// # Errors
/// Throws where the buffer is not shared memory of the right size, or the thread may not wait.
pub fn help(buffer: &SharedArrayBuffer, helper: u32, mut job: i32) -> Result<i32, JsValue> {
    let buffer = Buffer::new(buffer);
    let mut scratch = Scratch::default();
    for _ in 0..JOBS {
        job = buffer.changed(JOB, job, f64::INFINITY)?.unwrap_or(job);
        compute(&buffer, helper, &mut scratch);
        buffer.finish(helper, job)?;
    }
    Ok(job)
}

/// Reports that a helper has failed; the engine then computes that helper's share itself.
///
/// # Errors
/// Throws as [`help`] does.
pub fn give_up(buffer: &SharedArrayBuffer, helper: u32) -> Result<(), JsValue> {
    Buffer::new(buffer).finish(helper, FAILED)
}

/// A helper's share of the job in the buffer.
fn compute(buffer: &Buffer, helper: u32, scratch: &mut Scratch) {
    let header = buffer.read_header();
    let plan = header.plan;
    fuse(header.fused);
    let wanted = |id: u32| id >= header.oldest_weight;
    packed_weights::keep(wanted);
    minimal::keep(wanted);

    let tasks = share(plan.tasks(), header.threads, helper as usize + 1);
    let (place, layout) = (plan.place(tasks.clone()), Layout::of(plan, header.lens));
    let residual = if layout.residual.is_empty() { 0..0 } else { place.clone() };
    buffer.read(&mut scratch.w, layout.w.len(), layout.w.start, 0..layout.w.len());
    buffer.read(&mut scratch.bias, layout.bias.len(), layout.bias.start, 0..layout.bias.len());
    buffer.read(&mut scratch.a, layout.a.len(), layout.a.start, 0..layout.a.len());
    if !place.is_empty() {
        buffer.read(&mut scratch.from, plan.sizes()[0], 0, plan.needs(tasks.clone()));
        buffer.read(&mut scratch.residual, layout.residual.len(), layout.residual.start, residual);
    }
    let task = ConvTask {
        plan,
        from: &scratch.from,
        w: Weight { values: &scratch.w, id: header.weight },
        epilogue: Epilogue { bias: &scratch.bias, residual: &scratch.residual, relu: header.relu },
        a: &scratch.a,
    };
    // A weight is sent only once, so helpers without a task keep it too.
    if !layout.w.is_empty() {
        task.keep_weight();
    }
    if !place.is_empty() {
        buffer.write(layout.result.start + place.start, &task.compute(tasks));
    }
}
