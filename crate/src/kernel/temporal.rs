//! Convolutions over time on the CPU: a matrix product over contiguous rows for each tap instead of an unfolded copy.
//!
//! With joints and channels innermost, the frames that one tap of the kernel reads are one contiguous block of rows, so each
//! tap is a plain product of (T * V, C) by (C, C'). With a stride, the frames are first dealt out into one block for each
//! residue of the frame index, which makes the same true again. A long clip is cut into runs of frames that fit a core's cache,
//! which are computed side by side, from the bias to the positive part.

use super::gemm::{Mat, add_product, each_chunk, threads};
use super::work::{Around, Way, Weight, Work};

/// Taps of the networks' temporal kernel.
pub const TAPS: usize = 9;
/// Values of the result that one task computes at most.
const TASK: usize = 1 << 17;

/// Shape of one convolution: x is (N, T, V, C), the weight (taps, C, C'), the result (N, T', V, C'). The padding is half of the
/// taps on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub n: usize,
    pub t: usize,
    pub v: usize,
    pub c: usize,
    pub out: usize,
    pub stride: usize,
    pub taps: usize,
}

/// One tap: weight `tap`, reading rows of the block `phase` from frame `from`, for result frames `start..end`.
pub(super) struct Tap {
    pub tap: usize,
    pub phase: usize,
    pub from: usize,
    pub start: usize,
    pub end: usize,
}

impl Shape {
    /// T'.
    pub fn frames_out(self) -> usize {
        self.t.div_ceil(self.stride)
    }

    pub fn x_len(self) -> usize {
        self.t * self.v * self.c
    }

    pub fn y_len(self) -> usize {
        self.frames_out() * self.v * self.out
    }

    /// Frames whose index leaves the residue `phase`.
    pub fn phase_frames(self, phase: usize) -> usize {
        (self.t + self.stride - 1 - phase) / self.stride
    }

    pub fn taps(self) -> impl Iterator<Item = Tap> {
        let stride = self.stride as isize;
        let pad = (self.taps / 2) as isize;
        (0..self.taps).filter_map(move |tap| {
            let offset = tap as isize - pad;
            let phase = offset.rem_euclid(stride);
            let shift = (offset - phase) / stride;
            let available = self.phase_frames(phase as usize) as isize;
            let start = (-shift).max(0);
            let end = (available - shift).min(self.frames_out() as isize);
            (start < end).then(|| Tap {
                tap,
                phase: phase as usize,
                from: (start + shift) as usize,
                start: start as usize,
                end: end as usize,
            })
        })
    }

    /// The frames of x, dealt out by residue; none for a residue that no tap reads.
    pub fn deal(self, x: &[f32]) -> Vec<Vec<f32>> {
        let row = self.v * self.c;
        let frames = |p: usize| (p..self.t).step_by(self.stride).flat_map(|t| &x[t * row..(t + 1) * row]).copied();
        (0..self.stride).map(|p| if self.reads(p) { frames(p).collect() } else { Vec::new() }).collect()
    }

    pub fn reads(self, phase: usize) -> bool {
        self.taps().any(|tap| tap.phase == phase)
    }

    /// Frames of `values` that one task takes, of `frames`: all of a clip where there are several.
    pub fn task(self, frames: usize, values: usize) -> usize {
        if self.n > 1 { frames } else { (TASK / values).clamp(1, frames.div_ceil(threads())) }
    }

    /// The clip, and its first frame, of a task.
    pub fn place(self, task: usize, frames: usize) -> (usize, usize) {
        if self.n > 1 { (task, 0) } else { (0, task * frames) }
    }
}

/// y = x * w, and what is around it.
pub(super) fn forward(s: Shape, x: &[f32], w: Weight<'_>, around: Around<'_>) -> Vec<f32> {
    Work::new(s, Way::Forward, x, w, around).done()
}

/// Gradient with respect to x.
pub(super) fn backward_x(s: Shape, dy: &[f32], w: Weight<'_>) -> Vec<f32> {
    Work::new(s, Way::Back, dy, w, Around { bias: &[], past: &[], relu: false }).done()
}

/// A graph product with the adjacency a, (K, V, V), and the product over the channels after it, with what is around it. x is
/// (N, T, V, C), the weight (1, K C, C'); taps and stride are 1.
pub(super) fn spatial(s: Shape, x: &[f32], a: &[f32], w: Weight<'_>, around: Around<'_>) -> Vec<f32> {
    Work::new(s, Way::Forward, x, w, around).after_graph(a).done()
}

/// Gradient of [`spatial`] with respect to x.
pub(super) fn spatial_x(s: Shape, dy: &[f32], a: &[f32], w: Weight<'_>) -> Vec<f32> {
    Work::new(s, Way::Back, dy, w, Around { bias: &[], past: &[], relu: false }).after_graph(a).done()
}

/// `dy` where `y` is positive, else zero.
pub(super) fn passed(y: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut dx = vec![0.0; dy.len()];
    each_chunk(&mut dx, TASK, |task, dx| {
        let from = task * TASK;
        for ((dx, y), dy) in dx.iter_mut().zip(&y[from..]).zip(&dy[from..]) {
            *dx = if *y > 0.0 { *dy } else { 0.0 };
        }
    });
    dx
}

/// Gradient with respect to the weight, (taps, C, C').
pub(super) fn backward_w(s: Shape, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let samples = |n: usize| &x[n * s.x_len()..(n + 1) * s.x_len()];
    let dealt: Vec<Vec<Vec<f32>>> =
        if s.stride > 1 { (0..s.n).map(|n| s.deal(samples(n))).collect() } else { Vec::new() };
    let mut dw = vec![0.0; s.taps * s.c * s.out];
    each_chunk(&mut dw, s.c * s.out, |index, dw| {
        for tap in s.taps().filter(|t| t.tap == index) {
            let rows = (tap.end - tap.start) * s.v;
            for n in 0..s.n {
                let block = dealt.get(n).map_or(samples(n), |d| &d[tap.phase]);
                let a = Mat::new(&block[tap.from * s.v * s.c..], rows, s.c);
                let g = Mat::new(&dy[n * s.y_len() + tap.start * s.v * s.out..], rows, s.out);
                add_product(dw, a.t(), g, false);
            }
        }
    });
    dw
}

/// Gradient with respect to the bias, (C').
pub(super) fn backward_b(out: usize, dy: &[f32]) -> Vec<f32> {
    let mut db = vec![0.0; out];
    for row in dy.chunks_exact(out) {
        db.iter_mut().zip(row).for_each(|(d, g)| *d += g);
    }
    db
}
