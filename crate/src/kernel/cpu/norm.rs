//! Batch normalisation in training, with the ReLU that follows it, in as few passes over the activations as possible.

use super::threads::each_chunk;

/// Added to the variance, as the published networks do.
pub const EPSILON: f32 = 1e-5;
/// Rows of one task.
const CHUNK: usize = 512;

/// What all passes read: x as rows of C channels, the statistics (2, C) as mean and variance, gamma and beta (C).
#[derive(Clone, Copy)]
pub struct Norm<'a> {
    pub x: &'a [f32],
    pub stats: &'a [f32],
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub relu: bool,
}

/// (2, C): mean and (biased) variance of each channel over all rows.
pub fn stats(x: &[f32], c: usize) -> Vec<f32> {
    let rows = (x.len() / c) as f32;
    let mut mean = reduce(x.len() / c, c, |row, out| {
        out.iter_mut().zip(&x[row * c..][..c]).for_each(|(o, x)| *o += x);
    });
    mean.iter_mut().for_each(|m| *m /= rows);
    let var = reduce(x.len() / c, c, |row, out| {
        for ((o, x), m) in out.iter_mut().zip(&x[row * c..][..c]).zip(&mean) {
            *o += (x - m) * (x - m);
        }
    });
    mean.extend(var.iter().map(|v| v / rows));
    mean
}

/// Sums rows into `width` values, chunk by chunk in a fixed order: the result does not depend on the number of threads.
fn reduce(rows: usize, width: usize, add: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let mut partial = vec![0.0; rows.div_ceil(CHUNK).max(1) * width];
    each_chunk(&mut partial, width, |chunk, out| {
        (chunk * CHUNK..((chunk + 1) * CHUNK).min(rows)).for_each(|row| add(row, out));
    });
    let mut sum = vec![0.0; width];
    for part in partial.chunks_exact(width) {
        sum.iter_mut().zip(part).for_each(|(s, p)| *s += p);
    }
    sum
}

impl Norm<'_> {
    fn c(&self) -> usize {
        self.gamma.len()
    }

    fn inverse(&self) -> Vec<f32> {
        self.stats[self.c()..].iter().map(|v| 1.0 / (v + EPSILON).sqrt()).collect()
    }

    /// y = gamma (x - mean) / std + beta, then the ReLU with `relu`.
    pub fn forward(&self) -> Vec<f32> {
        let (c, inverse) = (self.c(), self.inverse());
        let scale: Vec<f32> = inverse.iter().zip(self.gamma).map(|(i, g)| i * g).collect();
        let shift: Vec<f32> = (0..c).map(|i| self.beta[i] - self.stats[i] * scale[i]).collect();
        let floor = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        let mut y = vec![0.0; self.x.len()];
        each_chunk(&mut y, CHUNK * c, |chunk, y| {
            for (y, x) in y.chunks_exact_mut(c).zip(self.x[chunk * CHUNK * c..].chunks_exact(c)) {
                for i in 0..c {
                    y[i] = (x[i] * scale[i] + shift[i]).max(floor);
                }
            }
        });
        y
    }

    /// The normalised value, and 1 where the gradient passes the ReLU, else 0.
    #[inline]
    fn at(&self, x: f32, i: usize, inverse: &[f32]) -> (f32, f32) {
        let hat = (x - self.stats[i]) * inverse[i];
        let open = !self.relu || hat * self.gamma[i] + self.beta[i] > 0.0;
        (hat, f32::from(open))
    }

    /// (2, C): gradients to gamma and beta.
    pub fn sums(&self, dy: &[f32]) -> Vec<f32> {
        let (c, inverse) = (self.c(), self.inverse());
        reduce(dy.len() / c, 2 * c, |row, out| {
            let (gamma, beta) = out.split_at_mut(c);
            let (x, dy) = (&self.x[row * c..][..c], &dy[row * c..][..c]);
            for i in 0..c {
                let (hat, open) = self.at(x[i], i, &inverse);
                gamma[i] += dy[i] * open * hat;
                beta[i] += dy[i] * open;
            }
        })
    }

    /// Gradient to x, through the statistics as well. `sums` are those of [`Norm::sums`].
    pub fn backward_x(&self, sums: &[f32], dy: &[f32]) -> Vec<f32> {
        let (c, inverse) = (self.c(), self.inverse());
        let rows = (dy.len() / c) as f32;
        let mut dx = vec![0.0; dy.len()];
        each_chunk(&mut dx, CHUNK * c, |chunk, dx| {
            let from = chunk * CHUNK * c;
            let rows_of = self.x[from..].chunks_exact(c).zip(dy[from..].chunks_exact(c));
            for (dx, (x, dy)) in dx.chunks_exact_mut(c).zip(rows_of) {
                for i in 0..c {
                    let (hat, open) = self.at(x[i], i, &inverse);
                    let centred = dy[i] * open - (sums[c + i] + hat * sums[i]) / rows;
                    dx[i] = self.gamma[i] * inverse[i] * centred;
                }
            }
        });
        dx
    }
}
