//! Convolutions over time on the CPU: a matrix product over contiguous rows for each tap instead of an unfolded copy.
//!
//! With joints and channels innermost, the frames that one tap of the kernel reads are one contiguous block of rows, so
//! each tap is a plain product of (T * V, C) by (C, C'). With a stride, the frames are first dealt out into one block
//! for each remainder of the frame index, which makes the same true again. A long clip is cut into runs of frames that
//! fit a core's cache; they are computed side by side, from bias to ReLU.

use super::conv_task::ConvTask;
use super::gemm::{Mat, add_product};
use super::plan::{Direction, TASK};
use super::shape::ConvShape;
use super::threads::each_chunk;
use super::weight::{Epilogue, Weight};

/// The convolution y = x * w with its epilogue.
pub fn forward<'a>(s: ConvShape, x: &'a [f32], w: Weight<'a>, epilogue: Epilogue<'a>) -> ConvTask<'a> {
    ConvTask::new(s, Direction::Forward, x, w, epilogue)
}

/// Its gradient to x.
pub fn backward_x<'a>(s: ConvShape, dy: &'a [f32], w: Weight<'a>) -> ConvTask<'a> {
    ConvTask::new(s, Direction::Backward, dy, w, Epilogue::NONE)
}

/// A graph product with the adjacency a, (K, V, V), then the product over the channels with its epilogue. x is (N, T,
/// V, C), the weight (1, K C, C'); taps and stride are 1.
pub fn spatial<'a>(s: ConvShape, x: &'a [f32], a: &'a [f32], w: Weight<'a>, epilogue: Epilogue<'a>) -> ConvTask<'a> {
    ConvTask::new(s, Direction::Forward, x, w, epilogue).after_graph(a)
}

/// Gradient of [`spatial`] to x.
pub fn spatial_x<'a>(s: ConvShape, dy: &'a [f32], a: &'a [f32], w: Weight<'a>) -> ConvTask<'a> {
    ConvTask::new(s, Direction::Backward, dy, w, Epilogue::NONE).after_graph(a)
}

/// Gradient through a ReLU with the result `y`: `dy` where `y` is positive, else zero.
pub fn relu_backward(y: &[f32], dy: &[f32]) -> Vec<f32> {
    assert_eq!(y.len(), dy.len(), "sizes differ");
    let mut dx = Vec::with_capacity(dy.len());
    // Not zeros first, which one thread would write for all.
    each_chunk(&mut dx.spare_capacity_mut()[..dy.len()], TASK, |task, dx| {
        let from = task * TASK;
        for ((dx, y), dy) in dx.iter_mut().zip(&y[from..]).zip(&dy[from..]) {
            // Bits in place of a branch, which would be guessed wrong for every second value.
            let mask = u32::from(*y > 0.0).wrapping_neg();
            dx.write(f32::from_bits(dy.to_bits() & mask));
        }
    });
    // SAFETY: the chunks are all of these values, and each has been written, as `y` and `dy` are equally long.
    unsafe { dx.set_len(dy.len()) };
    dx
}

/// Gradient to the weight, (taps, C, C').
pub fn backward_w(s: ConvShape, x: &[f32], dy: &[f32]) -> Vec<f32> {
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
                add_product(dw, a.t(), g);
            }
        }
    });
    dw
}

/// Gradient to the bias, (C').
pub fn backward_b(out: usize, dy: &[f32]) -> Vec<f32> {
    let mut db = vec![0.0; out];
    for row in dy.chunks_exact(out) {
        db.iter_mut().zip(row).for_each(|(d, g)| *d += g);
    }
    db
}
