//! The temporal shift of Shift-GCN on the CPU: each channel reads two neighbouring frames at its own distance.

use super::threads::each_chunk;

/// Sizes of a shift: x is (N, T, V, C), the result (N, T', V, C) with T' = ceil(T / stride).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftShape {
    pub n: usize,
    pub t: usize,
    pub v: usize,
    pub c: usize,
    pub stride: usize,
}

impl ShiftShape {
    /// T'.
    pub fn frames_out(self) -> usize {
        self.t.div_ceil(self.stride)
    }

    /// The frame of x that frame `i` of the result reads at a whole distance.
    fn read_by(self, i: usize, distance: i64) -> Option<usize> {
        usize::try_from((i * self.stride) as i64 + distance).ok().filter(|t| *t < self.t)
    }

    /// The frame of the result that reads frame `t` of x at a whole distance.
    fn reader_of(self, t: usize, distance: i64) -> Option<usize> {
        let start = usize::try_from(t as i64 - distance).ok()?;
        (start % self.stride == 0).then_some(start / self.stride).filter(|i| *i < self.frames_out())
    }
}

/// Each channel's offset in frames, rounded down, and the remainder: the weight of the later frame.
pub fn split(offsets: &[f32]) -> impl Iterator<Item = (i64, f32)> {
    offsets.iter().map(|o| (o.floor() as i64, o - o.floor()))
}

/// y\[i\] = (1 - share) x\[i stride + whole\] + share x\[i stride + whole + 1\], channel by channel, zero outside.
pub fn forward(s: ShiftShape, x: &[f32], offsets: &[f32]) -> Vec<f32> {
    moved(s, x, offsets, [s.t, s.frames_out()], ShiftShape::read_by)
}

/// Gradient to x: each frame collects from the frames that read it.
pub fn backward_x(s: ShiftShape, dy: &[f32], offsets: &[f32]) -> Vec<f32> {
    moved(s, dy, offsets, [s.frames_out(), s.t], ShiftShape::reader_of)
}

/// Each channel of each of `make` frames as the weighted sum of the two of `have` frames that `find` names.
fn moved(
    s: ShiftShape,
    from: &[f32],
    offsets: &[f32],
    [have, make]: [usize; 2],
    find: fn(ShiftShape, usize, i64) -> Option<usize>,
) -> Vec<f32> {
    let row = s.v * s.c;
    let mut out = vec![0.0; s.n * make * row];
    each_chunk(&mut out, row, |at, out| {
        let from = &from[at / make * have * row..][..have * row];
        // A frame outside the clip has weight zero, so any index will do.
        let taps: Vec<_> = split(offsets)
            .enumerate()
            .map(|(c, (whole, share))| {
                let tap = |distance: i64, weight: f32| match find(s, at % make, distance) {
                    Some(frame) => (frame * row + c, weight),
                    None => (c, 0.0),
                };
                (tap(whole, 1.0 - share), tap(whole + 1, share))
            })
            .collect();
        for (v, out) in out.chunks_exact_mut(s.c).enumerate() {
            let from = &from[v * s.c..];
            for (out, ((a, wa), (b, wb))) in out.iter_mut().zip(&taps) {
                *out = wa * from[*a] + wb * from[*b];
            }
        }
    });
    out
}
