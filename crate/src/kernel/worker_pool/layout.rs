//! Where a job's values lie in the shared buffer, and which tasks each thread takes.

use std::ops::Range;

use super::super::cpu::plan::Plan;
use super::header::Lens;

/// Places of a job's operands and of its result, counted in values; the input begins at 0.
pub struct Layout {
    pub w: Range<usize>,
    pub bias: Range<usize>,
    pub residual: Range<usize>,
    pub a: Range<usize>,
    pub result: Range<usize>,
}

impl Layout {
    /// The places of operands with so many values.
    pub fn of(plan: Plan, lens: Lens) -> Self {
        let [from, result] = plan.sizes();
        let mut end = from;
        let mut next = |len: usize| {
            end += len;
            end - len..end
        };
        Self {
            w: next(lens.w),
            bias: next(lens.bias),
            residual: next(lens.residual),
            a: next(lens.a),
            result: next(result),
        }
    }
}

/// The tasks of one of several threads.
pub fn share(tasks: usize, threads: usize, thread: usize) -> Range<usize> {
    tasks * thread / threads..tasks * (thread + 1) / threads
}
