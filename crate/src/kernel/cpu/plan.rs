//! How a convolution is cut into tasks that do not depend on each other.

use std::ops::Range;

use super::gemm::Mat;
use super::shape::ConvShape;
use super::threads::threads;
use super::weight::Weight;

/// Values of the result that one task computes at most: they fit a core's cache.
pub const TASK: usize = 1 << 17;

/// Direction of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From x to y.
    Forward,
    /// From the gradient of y to the gradient of x.
    Backward,
}

/// A convolution's sizes and how it is cut into tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub shape: ConvShape,
    pub direction: Direction,
    /// Frames of the result that a task computes; backward, groups of `stride` frames.
    pub frames: usize,
    /// K of the graph product before the convolution; 0 without one. With one, taps and stride are 1, and the weight
    /// has K C rows: C for each subset, as for a tap.
    pub subsets: usize,
    /// Whether it is computed in tiles, with fewer products ([`super::minimal`]).
    pub minimal: bool,
}

impl Plan {
    /// Cuts a convolution for the threads at hand. A frozen weight may be transformed once and kept.
    pub fn new(shape: ConvShape, direction: Direction, subsets: usize, frozen: bool) -> Self {
        let s = shape;
        let (frames, values) = match direction {
            Direction::Forward => (s.frames_out(), s.v * s.out),
            // Frames of a run whose indices share a remainder modulo the stride are computed as one block.
            Direction::Backward => (s.phase_frames(0), s.v * s.c * s.stride),
        };
        let minimal = frozen && subsets == 0 && shape.tiled();
        let frames = match minimal {
            // A batch has one task per clip.
            _ if s.n > 1 => frames,
            // Tasks begin where tiles begin; tiles come in groups that fit a core's cache anyway.
            true => frames.div_ceil(s.tile()).div_ceil(threads()) * s.tile(),
            // Tasks fit a core's cache, and there are as many for each thread.
            false => frames.div_ceil(frames.div_ceil((TASK / values).max(1)).next_multiple_of(threads())),
        };
        Self { shape, direction, frames, subsets, minimal }
    }

    /// Values of the input and of the result for one clip.
    pub fn clip(self) -> [usize; 2] {
        let (x, y) = (self.shape.x_len(), self.shape.y_len());
        match self.direction {
            Direction::Forward => [x, y],
            Direction::Backward => [y, x],
        }
    }

    /// Values of the input and of the result for all clips.
    pub fn sizes(self) -> [usize; 2] {
        self.clip().map(|clip| self.shape.n * clip)
    }

    /// Values of the result of one task; the last task may have fewer.
    pub fn task_len(self) -> usize {
        let s = self.shape;
        match self.direction {
            Direction::Forward => self.frames * s.v * s.out,
            Direction::Backward => (self.frames * s.stride * s.v * s.c).min(s.x_len()),
        }
    }

    /// How many tasks there are.
    pub fn tasks(self) -> usize {
        let [_, result] = self.sizes();
        result.div_ceil(self.task_len())
    }

    /// The matrix that a tap or a subset multiplies with: (C, C'), backward (C', C).
    pub fn weight(self, w: Weight<'_>, index: usize) -> Mat<'_> {
        let (c, out) = (self.shape.c, self.shape.out);
        let w = Mat::new(&w.values[index * c * out..], c, out);
        match self.direction {
            Direction::Forward => w,
            Direction::Backward => w.t(),
        }
    }

    /// The values of the whole result that some tasks compute.
    pub fn place(self, tasks: Range<usize>) -> Range<usize> {
        let [_, result] = self.sizes();
        let end = |task: usize| (task * self.task_len()).min(result);
        end(tasks.start)..end(tasks.end)
    }
}

/// What helpers in other memories need to know.
#[cfg(target_arch = "wasm32")]
impl Plan {
    /// Matrices that the weight consists of: one for each tap, or for each subset of a graph.
    pub fn matrices(self) -> usize {
        self.shape.taps.max(self.subsets)
    }

    /// Columns of the matrix that a tap or a subset multiplies with.
    pub fn columns(self) -> usize {
        match self.direction {
            Direction::Forward => self.shape.out,
            Direction::Backward => self.shape.c,
        }
    }

    /// About how many multiplications the convolution takes: more than 32 bits can count.
    pub fn multiplications(self) -> u64 {
        let s = self.shape;
        [s.n, s.t, s.v, s.c, s.out, self.matrices()].into_iter().map(|size| size as u64).product()
    }

    /// The values of the whole input that some tasks read.
    pub fn needs(self, tasks: Range<usize>) -> Range<usize> {
        let (s, [clip, _]) = (self.shape, self.clip());
        if s.n > 1 {
            return tasks.start * clip..tasks.end * clip;
        }
        let (first, last, pad) = (tasks.start * self.frames, tasks.end * self.frames, s.taps / 2);
        // Backward, the frames of dy that reach a frame of x are the task's own (counted in frames of the result) and
        // the padding on each side.
        let (first, last, row) = match self.direction {
            Direction::Forward => ((first * s.stride).saturating_sub(pad), last * s.stride + pad, s.v * s.c),
            Direction::Backward => (first.saturating_sub(pad), last + pad, s.v * s.out),
        };
        (first * row).min(clip)..(last * row).min(clip)
    }
}
