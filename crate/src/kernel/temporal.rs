//! The temporal convolution on the CPU: nine matrix products over contiguous rows instead of an unfolded copy.
//!
//! With joints and channels innermost, the frames that one tap of the kernel reads are one contiguous block of rows, so each
//! tap is a plain product of (T * V, C) by (C, C'). With a stride, the frames are first dealt out into one block for each
//! residue of the frame index, which makes the same true again.

use super::gemm::{Mat, add_product, each_chunk};

/// Taps of the kernel; the padding is half of it on each side.
pub const TAPS: usize = 9;
const PAD: isize = (TAPS / 2) as isize;

/// Shape of one convolution: x is (N, T, V, C), the weight (9, C, C'), the result (N, T', V, C').
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub n: usize,
    pub t: usize,
    pub v: usize,
    pub c: usize,
    pub out: usize,
    pub stride: usize,
}

/// One tap: weight `tap`, reading rows of the block `phase` from frame `from`, for result frames `start..end`.
struct Tap {
    tap: usize,
    phase: usize,
    from: usize,
    start: usize,
    end: usize,
}

impl Shape {
    /// T'.
    pub fn frames_out(self) -> usize {
        self.t.div_ceil(self.stride)
    }

    fn x_len(self) -> usize {
        self.t * self.v * self.c
    }

    fn y_len(self) -> usize {
        self.frames_out() * self.v * self.out
    }

    /// Frames whose index leaves the residue `phase`.
    fn phase_frames(self, phase: usize) -> usize {
        (self.t + self.stride - 1 - phase) / self.stride
    }

    fn taps(self) -> impl Iterator<Item = Tap> {
        let stride = self.stride as isize;
        (0..TAPS).filter_map(move |tap| {
            let offset = tap as isize - PAD;
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

    /// The frames of x, dealt out by residue.
    fn deal(self, x: &[f32]) -> Vec<Vec<f32>> {
        let row = self.v * self.c;
        (0..self.stride)
            .map(|p| (p..self.t).step_by(self.stride).flat_map(|t| &x[t * row..(t + 1) * row]).copied().collect())
            .collect()
    }

    fn weight<'a>(&self, w: &'a [f32], tap: usize) -> Mat<'a> {
        Mat::new(&w[tap * self.c * self.out..], self.c, self.out)
    }
}

/// y = x * w + b.
pub(super) fn forward(s: Shape, x: &[f32], w: &[f32], b: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; s.n * s.y_len()];
    each_chunk(&mut y, s.y_len(), |n, y| {
        y.chunks_exact_mut(s.out).for_each(|row| row.copy_from_slice(&b[..s.out]));
        let x = &x[n * s.x_len()..(n + 1) * s.x_len()];
        let dealt = if s.stride > 1 { s.deal(x) } else { Vec::new() };
        for tap in s.taps() {
            let block = dealt.get(tap.phase).map_or(x, Vec::as_slice);
            let rows = (tap.end - tap.start) * s.v;
            let a = Mat::new(&block[tap.from * s.v * s.c..], rows, s.c);
            add_product(&mut y[tap.start * s.v * s.out..], a, s.weight(w, tap.tap), s.n == 1);
        }
    });
    y
}

/// Gradient with respect to x.
pub(super) fn backward_x(s: Shape, dy: &[f32], w: &[f32]) -> Vec<f32> {
    let mut dx = vec![0.0; s.n * s.x_len()];
    let row = s.v * s.c;
    each_chunk(&mut dx, s.x_len(), |n, dx| {
        let dy = &dy[n * s.y_len()..(n + 1) * s.y_len()];
        let mut dealt: Vec<Vec<f32>> = match s.stride {
            1 => Vec::new(),
            _ => (0..s.stride).map(|p| vec![0.0; s.phase_frames(p) * row]).collect(),
        };
        for tap in s.taps() {
            let block = match dealt.get_mut(tap.phase) {
                Some(block) => block.as_mut_slice(),
                None => &mut *dx,
            };
            let rows = (tap.end - tap.start) * s.v;
            let g = Mat::new(&dy[tap.start * s.v * s.out..], rows, s.out);
            add_product(&mut block[tap.from * row..], g, s.weight(w, tap.tap).t(), s.n == 1);
        }
        for (p, block) in dealt.iter().enumerate() {
            for (i, frame) in block.chunks_exact(row).enumerate() {
                let t = i * s.stride + p;
                dx[t * row..(t + 1) * row].copy_from_slice(frame);
            }
        }
    });
    dx
}

/// Gradient with respect to the weight, (9, C, C').
pub(super) fn backward_w(s: Shape, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let samples = |n: usize| &x[n * s.x_len()..(n + 1) * s.x_len()];
    let dealt: Vec<Vec<Vec<f32>>> =
        if s.stride > 1 { (0..s.n).map(|n| s.deal(samples(n))).collect() } else { Vec::new() };
    let mut dw = vec![0.0; TAPS * s.c * s.out];
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
