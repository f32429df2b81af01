//! A convolution over time as tasks for threads: forward, and its gradient to the input. A product over the channels is one of a
//! single frame; the graph product before it is computed in the same pass, so that what lies between them, as wide as all subsets
//! together, never leaves a core's cache.

use std::ops::Range;

use super::gemm::{Mat, add_product, each_chunk};
use super::graph::{self, Graph};
#[cfg(target_arch = "wasm32")]
use super::panels::Panels;
use super::temporal::{Shape, Tap};
#[cfg(target_arch = "wasm32")]
use super::tile;

/// The weight of a convolution, (taps, C, C').
#[derive(Clone, Copy)]
pub(super) struct Weight<'a> {
    pub values: &'a [f32],
    /// The number that it is known by, where it stays.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub name: Option<u32>,
}

/// What happens around the products.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// (C') or (V, C'); nothing where it is empty.
    pub bias: &'a [f32],
    /// Added to the result, whose shape it has; nothing where it is empty.
    pub past: &'a [f32],
    /// Is only the positive part kept?
    pub relu: bool,
}

/// Which way a convolution goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// From x to y.
    Forward,
    /// From y's gradient to x's.
    Back,
}

/// How a convolution is cut into tasks that do not depend on each other.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub shape: Shape,
    pub way: Way,
    /// Frames of the result that a task computes; backward, groups of `stride` frames.
    pub frames: usize,
    /// K of the graph product before the convolution, which then has one tap; 0 without one. Its c is that of x, the weight's K c.
    pub subsets: usize,
}

/// Frames that go through graph and product at a time.
const PIECE: usize = 16;

impl Plan {
    fn new(shape: Shape, way: Way, subsets: usize) -> Self {
        let s = shape;
        let frames = match way {
            Way::Forward => s.task(s.frames_out(), s.v * s.out),
            // Of a run of frames, those of each residue are computed as one block.
            Way::Back => s.task(s.phase_frames(0), s.v * s.c * s.stride),
        };
        Self { shape, way, frames, subsets }
    }

    /// Rows of a tap's weight.
    fn inner(self) -> usize {
        self.shape.c * self.subsets.max(1)
    }

    /// Values that go in and come out, of one clip.
    fn clip(self) -> [usize; 2] {
        let (x, y) = (self.shape.x_len(), self.shape.y_len());
        match self.way {
            Way::Forward => [x, y],
            Way::Back => [y, x],
        }
    }

    /// Values that go in and come out.
    pub fn sizes(self) -> [usize; 2] {
        self.clip().map(|clip| self.shape.n * clip)
    }

    /// Values of the result of one task; the last one may have less.
    fn task_len(self) -> usize {
        let s = self.shape;
        match self.way {
            Way::Forward => self.frames * s.v * s.out,
            Way::Back => (self.frames * s.stride * s.v * s.c).min(s.x_len()),
        }
    }

    /// How many tasks there are.
    pub fn tasks(self) -> usize {
        let [_, result] = self.sizes();
        result.div_ceil(self.task_len())
    }

    /// Where the result of some tasks lies in the whole.
    pub fn place(self, tasks: Range<usize>) -> Range<usize> {
        let [_, result] = self.sizes();
        let end = |task: usize| (task * self.task_len()).min(result);
        end(tasks.start)..end(tasks.end)
    }

    /// Columns of the matrix that a tap multiplies with.
    #[cfg(target_arch = "wasm32")]
    pub fn columns(self) -> usize {
        match self.way {
            Way::Forward => self.shape.out,
            Way::Back => self.inner(),
        }
    }

    /// How many there are, about: more than 32 bits can count.
    #[cfg(target_arch = "wasm32")]
    pub fn multiplications(self) -> u64 {
        let s = self.shape;
        [s.n, s.t, s.v, self.inner(), s.out, s.taps].into_iter().map(|size| size as u64).product()
    }

    /// Where the values lie that some tasks read.
    #[cfg(target_arch = "wasm32")]
    pub fn needs(self, tasks: Range<usize>) -> Range<usize> {
        let (s, [clip, _]) = (self.shape, self.clip());
        if s.n > 1 {
            return tasks.start * clip..tasks.end * clip;
        }
        let (first, last, pad) = (tasks.start * self.frames, tasks.end * self.frames, s.taps / 2);
        // Backward, the frames that reach one of x lie between its own, in the result's count, and the padding on each side.
        let (first, last, row) = match self.way {
            Way::Forward => ((first * s.stride).saturating_sub(pad), last * s.stride + pad, s.v * s.c),
            Way::Back => (first.saturating_sub(pad), last + pad, s.v * s.out),
        };
        (first * row).min(clip)..(last * row).min(clip)
    }
}

/// A convolution with its numbers.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub plan: Plan,
    /// x, or y's gradient.
    pub from: &'a [f32],
    pub w: Weight<'a>,
    pub around: Around<'a>,
    /// The adjacency of the graph product, (K, V, V); empty without one.
    pub a: &'a [f32],
}

impl<'a> Work<'a> {
    pub fn new(shape: Shape, way: Way, from: &'a [f32], w: Weight<'a>, around: Around<'a>) -> Self {
        Self { plan: Plan::new(shape, way, 0), from, w, around, a: &[] }
    }

    /// With a graph product before it; the convolution has one tap and no stride.
    pub fn after_graph(self, a: &'a [f32]) -> Self {
        let Plan { shape, way, .. } = self.plan;
        Self { plan: Plan::new(shape, way, a.len() / (shape.v * shape.v)), a, ..self }
    }

    /// All of it.
    pub fn done(self) -> Vec<f32> {
        #[cfg(target_arch = "wasm32")]
        if let Some(result) = super::threads::shared(&self) {
            return result;
        }
        self.compute(0..self.plan.tasks())
    }

    /// The result of some tasks.
    pub fn compute(&self, tasks: Range<usize>) -> Vec<f32> {
        let (s, first) = (self.plan.shape, tasks.start);
        let (task, place) = (self.plan.task_len(), self.plan.place(tasks));
        let Around { bias, past, .. } = self.around;
        let mut result = match (past.is_empty(), bias.is_empty()) {
            (false, _) => past[place].to_vec(),
            (_, false) => bias.repeat(place.len() / bias.len()),
            _ => vec![0.0; place.len()],
        };
        let taps = Taps::of(self);
        match self.plan.way {
            _ if self.plan.subsets > 0 => {
                let shape = graph::Shape { frames: PIECE, v: s.v, c: s.c, k: self.plan.subsets };
                let graph = Graph::new(shape, self.a);
                each_chunk(&mut result, task, |task, result| self.through(&graph, &taps, first + task, result));
            }
            Way::Forward => {
                let clips = (0..s.n).map(|n| &self.from[n * s.x_len()..(n + 1) * s.x_len()]);
                let dealt: Vec<_> = if s.stride > 1 { clips.map(|x| s.deal(x)).collect() } else { Vec::new() };
                each_chunk(&mut result, task, |task, y| {
                    self.forward(&taps, first + task, y, &dealt);
                });
            }
            Way::Back => each_chunk(&mut result, task, |task, dx| self.back(&taps, first + task, dx)),
        }
        result
    }

    fn forward(&self, taps: &Taps<'_>, task: usize, y: &mut [f32], dealt: &[Vec<Vec<f32>>]) {
        let (s, around, row) = (self.plan.shape, self.around, self.plan.shape.v * self.plan.shape.out);
        let (n, first) = s.place(task, self.plan.frames);
        let last = first + y.len() / row;
        if !around.past.is_empty() && !around.bias.is_empty() {
            for y in y.chunks_exact_mut(around.bias.len()) {
                y.iter_mut().zip(around.bias).for_each(|(y, b)| *y += b);
            }
        }
        for tap in s.taps() {
            let (start, end) = (tap.start.max(first), tap.end.min(last));
            if start < end {
                let block = dealt.get(n).map_or(&self.from[n * s.x_len()..], |dealt| &dealt[tap.phase]);
                let from = tap.from + start - tap.start;
                let a = Mat::new(&block[from * s.v * s.c..], (end - start) * s.v, s.c);
                taps.add(&mut y[(start - first) * row..], a, tap.tap);
            }
        }
        self.finish(y);
    }

    fn back(&self, taps: &Taps<'_>, task: usize, dx: &mut [f32]) {
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

    /// Through graph and product, or back.
    fn through(&self, graph: &Graph, taps: &Taps<'_>, task: usize, result: &mut [f32]) {
        let (s, Plan { way, frames, .. }) = (self.plan.shape, self.plan);
        let (n, first) = s.place(task, frames);
        let [clip, _] = self.plan.clip();
        let (wide, narrow, out) = (s.v * self.plan.inner(), s.v * s.c, s.v * s.out);
        let (row_from, row_to) = if way == Way::Forward { (narrow, out) } else { (out, narrow) };
        let mut between = vec![0.0; PIECE * wide];
        let pieces = self.from[n * clip + first * row_from..].chunks(PIECE * row_from);
        for (from, to) in pieces.zip(result.chunks_mut(PIECE * row_to)) {
            let count = to.len() / row_to;
            let (from, between) = (&from[..count * row_from], &mut between[..count * wide]);
            between.fill(0.0);
            match way {
                Way::Forward => {
                    graph.add(from, between);
                    taps.add(to, Mat::new(between, count * s.v, self.plan.inner()), 0);
                }
                Way::Back => {
                    taps.add(between, Mat::new(from, count * s.v, s.out), 0);
                    graph.add_back(between, to);
                }
            }
        }
        self.finish(result);
    }

    /// Only the positive part, where that is wanted.
    fn finish(&self, result: &mut [f32]) {
        if self.around.relu {
            // Not `max`, which is a call for each value in WebAssembly.
            result.iter_mut().for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y });
        }
    }

    /// What one tap gives to the frames of a block that begins at its `first`.
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

    /// The matrix that a tap multiplies with: (C, C'), backward (C', C).
    pub fn weight(&self, tap: usize) -> Mat<'a> {
        let (c, out) = (self.plan.inner(), self.plan.shape.out);
        let w = Mat::new(&self.w.values[tap * c * out..], c, out);
        match self.plan.way {
            Way::Forward => w,
            Way::Back => w.t(),
        }
    }
}

/// The weights of the taps as the product likes them best.
struct Taps<'a> {
    work: &'a Work<'a>,
    #[cfg(target_arch = "wasm32")]
    panels: Option<std::sync::Arc<Panels>>,
}

impl<'a> Taps<'a> {
    fn of(work: &'a Work<'a>) -> Self {
        Self {
            work,
            #[cfg(target_arch = "wasm32")]
            panels: Panels::of(work),
        }
    }

    /// `out += a w`, with the weight of a tap.
    fn add(&self, out: &mut [f32], a: Mat<'_>, tap: usize) {
        #[cfg(target_arch = "wasm32")]
        if let Some(panels) = &self.panels {
            return tile::add_product(out, a, panels.tap(tap), panels.columns);
        }
        add_product(out, a, self.work.weight(tap), false);
    }
}
