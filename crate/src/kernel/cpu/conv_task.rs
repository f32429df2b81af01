//! A convolution over time as tasks for threads: forward, and its gradient to the input. A product over the channels is
//! a convolution of a single frame. A graph product before it is computed in the same pass, so that its result (K C
//! channels) never leaves a core's cache.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::gemm::{Mat, add_product};
use super::graph::{GraphShape, Subset};
use super::minimal::{self, Bank};
#[cfg(target_arch = "wasm32")]
use super::packed_weights::PackedWeights;
use super::plan::{Direction, Plan};
use super::shape::{ConvShape, Tap};
use super::threads::each_chunk;
#[cfg(target_arch = "wasm32")]
use super::tile;
use super::weight::{Epilogue, Weight};

/// Frames that go through graph product and product at a time.
const PIECE: usize = 16;
/// The general product adds up in another order where a result with a transposed matrix has some hundred values. Which
/// pieces are short depends on the threads, so those with fewer values than this are filled up with zeros.
const SMALL: usize = 1024;

/// A convolution with its plan and values.
#[derive(Clone, Copy)]
pub struct ConvTask<'a> {
    pub plan: Plan,
    /// The input: x, or backward the gradient to y.
    pub from: &'a [f32],
    pub w: Weight<'a>,
    pub epilogue: Epilogue<'a>,
    /// The adjacency of the graph product, (K, V, V); empty without one.
    pub a: &'a [f32],
}

/// What is kept of a weight: its id, the direction, and whether it is transformed for tiles or packed.
#[cfg(target_arch = "wasm32")]
pub type WeightForm = (u32, Direction, bool);

#[cfg(target_arch = "wasm32")]
impl ConvTask<'_> {
    /// What [`Self::keep_weight`] keeps; none if the weight is not frozen, or if no loop has a form of its own.
    pub fn weight_form(&self) -> Option<WeightForm> {
        let Plan { direction, minimal, .. } = self.plan;
        let id = self.w.id.filter(|_| minimal || PackedWeights::supports(self.plan))?;
        Some((id, direction, minimal))
    }

    /// Brings the weight into the form that is computed with, which is kept under its id.
    pub fn keep_weight(&self) {
        match self.w.id {
            Some(id) if self.plan.minimal => drop(Bank::of(self.plan, self.w, id)),
            _ => drop(PackedWeights::of(self.plan, self.w)),
        }
    }
}

impl<'a> ConvTask<'a> {
    pub fn new(shape: ConvShape, direction: Direction, from: &'a [f32], w: Weight<'a>, epilogue: Epilogue<'a>) -> Self {
        Self { plan: Plan::new(shape, direction, 0, w.id.is_some()), from, w, epilogue, a: &[] }
    }

    /// The same with a graph product before it; taps and stride are 1.
    pub fn after_graph(self, a: &'a [f32]) -> Self {
        let Plan { shape, direction, .. } = self.plan;
        Self { plan: Plan::new(shape, direction, a.len() / (shape.v * shape.v), false), a, ..self }
    }

    /// The result of some tasks.
    pub fn compute(&self, tasks: Range<usize>) -> Vec<f32> {
        let s = self.plan.shape;
        let id = self.w.id.filter(|_| self.plan.minimal);
        if let Some(id) = id {
            let bank = Bank::of(self.plan, self.w, id);
            return self.each(tasks, |task, result| self.tiles(&bank, task, result));
        }
        let taps = Taps::of(self);
        match self.plan.direction {
            _ if self.plan.subsets > 0 => {
                let shape = GraphShape { frames: PIECE, v: s.v, c: s.c, k: self.plan.subsets };
                let subsets: Vec<_> = (0..shape.k).map(|k| Subset::new(shape, self.a, k)).collect();
                self.each(tasks, |task, result| self.graph_and_product(&subsets, &taps, task, result))
            }
            Direction::Forward => {
                let clips = (0..s.n).map(|n| &self.from[n * s.x_len()..(n + 1) * s.x_len()]);
                let dealt: Vec<_> = if s.stride > 1 { clips.map(|x| s.deal(x)).collect() } else { Vec::new() };
                self.each(tasks, |task, y| self.forward(&taps, task, y, &dealt))
            }
            Direction::Backward => self.each(tasks, |task, dx| self.backward(&taps, task, dx)),
        }
    }

    /// The results of some tasks. `work` adds to what each begins with; who works on it begins it, so that one thread
    /// does not do that for all.
    fn each(&self, tasks: Range<usize>, work: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
        let (first, len) = (tasks.start, self.plan.place(tasks).len());
        let mut result = Vec::with_capacity(len);
        let values = &mut result.spare_capacity_mut()[..len];
        each_chunk(values, self.plan.task_len(), |task, values| work(first + task, self.begun(first + task, values)));
        // SAFETY: the chunks are all of these values, and each has been written.
        unsafe { result.set_len(len) };
        result
    }

    /// What a task's result begins with: the residual and the bias, or zeros.
    fn begun<'r>(&self, task: usize, result: &'r mut [MaybeUninit<f32>]) -> &'r mut [f32] {
        let Epilogue { bias, residual, .. } = self.epilogue;
        if !residual.is_empty() {
            let result = result.write_copy_of_slice(&residual[self.plan.place(task..task + 1)]);
            if !bias.is_empty() {
                for y in result.chunks_exact_mut(bias.len()) {
                    y.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
                }
            }
            return result;
        }
        if bias.is_empty() {
            result.fill(MaybeUninit::new(0.0));
        } else {
            assert!(result.len().is_multiple_of(bias.len()), "{} values in rows of {}", result.len(), bias.len());
            for row in result.chunks_exact_mut(bias.len()) {
                row.write_copy_of_slice(bias);
            }
        }
        // SAFETY: all have been written, by whole rows.
        unsafe { result.assume_init_mut() }
    }

    /// A task in tiles, with fewer products.
    fn tiles(&self, bank: &Bank, task: usize, result: &mut [f32]) {
        let (n, first) = self.plan.shape.place(task, self.plan.frames);
        let [clip, _] = self.plan.clip();
        minimal::add(self.plan, bank, &self.from[n * clip..(n + 1) * clip], first, result);
        self.relu(result);
    }

    fn forward(&self, taps: &Taps<'_>, task: usize, y: &mut [f32], dealt: &[Vec<Vec<f32>>]) {
        let (s, row) = (self.plan.shape, self.plan.shape.v * self.plan.shape.out);
        let (n, first) = s.place(task, self.plan.frames);
        let last = first + y.len() / row;
        for tap in s.taps() {
            let (start, end) = (tap.start.max(first), tap.end.min(last));
            if start < end {
                let block = dealt.get(n).map_or(&self.from[n * s.x_len()..], |dealt| &dealt[tap.phase]);
                let from = tap.from + start - tap.start;
                let a = Mat::new(&block[from * s.v * s.c..], (end - start) * s.v, s.c);
                taps.add(&mut y[(start - first) * row..], a, tap.tap);
            }
        }
        self.relu(y);
    }

    fn backward(&self, taps: &Taps<'_>, task: usize, dx: &mut [f32]) {
        let (s, row) = (self.plan.shape, self.plan.shape.v * self.plan.shape.c);
        let (n, first) = s.place(task, self.plan.frames);
        let dy = &self.from[n * s.y_len()..(n + 1) * s.y_len()];
        if s.stride == 1 {
            return s.taps().for_each(|tap| self.add_gradient(taps, &tap, dx, first, dy));
        }
        for phase in (0..s.stride).filter(|p| s.reads(*p)) {
            let frames = (dx.len() / row + s.stride - 1 - phase) / s.stride;
            let mut block = vec![0.0; frames * row];
            s.taps()
                .filter(|tap| tap.phase == phase)
                .for_each(|tap| self.add_gradient(taps, &tap, &mut block, first, dy));
            for (dx, block) in dx.chunks_exact_mut(row).skip(phase).step_by(s.stride).zip(block.chunks_exact(row)) {
                dx.copy_from_slice(block);
            }
        }
    }

    /// The frames of one task through graph product and product, subset by subset; backward in the reverse order.
    fn graph_and_product(&self, subsets: &[Subset], taps: &Taps<'_>, task: usize, result: &mut [f32]) {
        let (s, Plan { direction, frames, .. }) = (self.plan.shape, self.plan);
        let (n, first) = s.place(task, frames);
        let [clip, _] = self.plan.clip();
        let (narrow, out) = (s.v * s.c, s.v * s.out);
        let (row_from, row_to) = if direction == Direction::Forward { (narrow, out) } else { (out, narrow) };
        let (mut between, mut few) = (vec![0.0; PIECE * narrow], vec![0.0; PIECE * out]);
        let pieces = self.from[n * clip + first * row_from..].chunks(PIECE * row_from);
        for (from, to) in pieces.zip(result.chunks_mut(PIECE * row_to)) {
            let from = &from[..to.len() / row_to * row_from];
            for (k, subset) in subsets.iter().enumerate().filter(|(_, subset)| subset.rows() > 0) {
                let frames = to.len() / row_to;
                let small = direction == Direction::Backward && frames * subset.rows() * s.c < SMALL;
                let rows = subset.rows() * if small { PIECE } else { frames };
                let (between, few) = (&mut between[..rows * s.c], &mut few[..rows * s.out]);
                between.fill(0.0);
                match direction {
                    Direction::Forward => {
                        subset.graph.add(from, between);
                        let a = Mat::new(between, rows, s.c);
                        if subset.is_whole() {
                            taps.add(to, a, k);
                        } else {
                            few.fill(0.0);
                            taps.add(few, a, k);
                            subset.scatter(few, to, s.out);
                        }
                    }
                    Direction::Backward => {
                        let from = if subset.is_whole() && !small {
                            from
                        } else {
                            few.fill(0.0);
                            subset.gather(from, few, s.out);
                            few
                        };
                        taps.add(between, Mat::new(from, rows, s.out), k);
                        subset.graph.add_back(between, to);
                    }
                }
            }
        }
        self.relu(result);
    }

    /// The ReLU, if the epilogue has one.
    fn relu(&self, result: &mut [f32]) {
        if self.epilogue.relu {
            // Not `max`, which is a call for each value in WebAssembly.
            result.iter_mut().for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y });
        }
    }

    /// Adds one tap's share of the gradient to a block of frames that begins at frame `first`.
    fn add_gradient(&self, taps: &Taps<'_>, tap: &Tap, block: &mut [f32], first: usize, dy: &[f32]) {
        let s = self.plan.shape;
        let row = s.v * s.c;
        let (start, end) = (tap.from.max(first), (tap.from + tap.end - tap.start).min(first + block.len() / row));
        if start < end {
            let from = tap.start + start - tap.from;
            let g = Mat::new(&dy[from * s.v * s.out..], (end - start) * s.v, s.out);
            taps.add(&mut block[(start - first) * row..], g, tap.tap);
        }
    }
}

/// The weights of all taps or subsets, in WebAssembly packed for its loops.
struct Taps<'a> {
    task: &'a ConvTask<'a>,
    #[cfg(target_arch = "wasm32")]
    packed: Option<std::sync::Arc<PackedWeights>>,
}

impl<'a> Taps<'a> {
    fn of(task: &'a ConvTask<'a>) -> Self {
        Self {
            task,
            #[cfg(target_arch = "wasm32")]
            packed: PackedWeights::of(task.plan, task.w),
        }
    }

    /// `out += a w`, with the weight of a tap or a subset.
    fn add(&self, out: &mut [f32], a: Mat<'_>, index: usize) {
        #[cfg(target_arch = "wasm32")]
        if let Some(packed) = &self.packed {
            return tile::add_product(out, a, packed.matrix(index), packed.columns);
        }
        add_product(out, a, self.task.plan.weight(self.task.w, index));
    }
}
