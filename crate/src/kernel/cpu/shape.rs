//! Sizes of a convolution over time, and which frames each of its taps reads.

/// Taps of the networks' temporal kernel.
pub const TAPS: usize = 9;
/// Frames that a tile reads ([`super::minimal`]): those that it gives, and all taps but one.
pub const WINDOW: usize = 16;
/// Channels that are transformed at once.
const LANES: usize = 16;

/// See [`ConvShape::tile`].
pub fn tile_of(stride: usize) -> usize {
    WINDOW - (TAPS - 1) / stride
}

/// Sizes of one convolution: x is (N, T, V, C), the weight (taps, C, C'), the result (N, T', V, C') with T' = ceil(T /
/// stride). The padding is half of the taps on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    pub n: usize,
    pub t: usize,
    pub v: usize,
    pub c: usize,
    /// C'.
    pub out: usize,
    pub stride: usize,
    pub taps: usize,
}

/// One tap: weight `tap`, reading rows of the block `phase` from frame `from`, for result frames `start..end`.
pub struct Tap {
    pub tap: usize,
    pub phase: usize,
    pub from: usize,
    pub start: usize,
    pub end: usize,
}

impl ConvShape {
    /// T'.
    pub fn frames_out(self) -> usize {
        self.t.div_ceil(self.stride)
    }

    /// Frames read before the current one, and after it.
    #[cfg(feature = "gpu")]
    pub fn pad(self) -> usize {
        self.taps / 2
    }

    /// Values of x in one clip.
    pub fn x_len(self) -> usize {
        self.t * self.v * self.c
    }

    /// Values of the result for one clip.
    pub fn y_len(self) -> usize {
        self.frames_out() * self.v * self.out
    }

    /// How many of the T frames have an index with the remainder `phase` modulo the stride.
    pub fn phase_frames(self, phase: usize) -> usize {
        (self.t + self.stride - 1 - phase) / self.stride
    }

    /// Frames of the result that a tile computes, of nine taps or, with stride 2, of five.
    pub fn tile(self) -> usize {
        tile_of(self.stride)
    }

    /// Whether tiles compute it with fewer products: nine taps at every frame or every second one, enough channels for
    /// the products to outweigh the transform, and a result of more than eight frames.
    pub fn tiled(self) -> bool {
        let whole = self.c.is_multiple_of(LANES) && self.out.is_multiple_of(LANES);
        let fits = self.taps == TAPS && self.stride <= 2 && self.frames_out() >= TAPS;
        fits && whole && self.c.min(self.out) >= 2 * LANES
    }

    /// The taps that read at least one frame inside the clip.
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

    /// The frames of x in one block for each remainder modulo the stride; the block is empty where no tap reads it.
    pub fn deal(self, x: &[f32]) -> Vec<Vec<f32>> {
        let frames: Vec<&[f32]> = x.chunks_exact(self.v * self.c).take(self.t).collect();
        let block = |p: usize| frames.iter().skip(p).step_by(self.stride).copied().collect::<Vec<_>>().concat();
        (0..self.stride).map(|p| if self.reads(p) { block(p) } else { Vec::new() }).collect()
    }

    /// Whether a tap reads the block `phase`.
    pub fn reads(self, phase: usize) -> bool {
        self.taps().any(|tap| tap.phase == phase)
    }

    /// The clip of a task that takes `frames` frames, and the first of them. A batch has one task per clip.
    pub fn place(self, task: usize, frames: usize) -> (usize, usize) {
        if self.n > 1 { (task, 0) } else { (0, task * frames) }
    }
}
