//! The graph product on the CPU, edge by edge: nine tenths of a skeleton's adjacency are zeros.

use super::threads::each_chunk;

/// Sizes of a graph product: x is (N, T, V, C), the adjacency (K, V, V), the result (N, T, V, K C).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphShape {
    /// N * T.
    pub frames: usize,
    pub v: usize,
    pub c: usize,
    pub k: usize,
}

/// The edges of an adjacency: its non-zero entries.
pub struct Graph {
    shape: GraphShape,
    edges: Vec<Edge>,
}

struct Edge {
    k: usize,
    from: usize,
    to: usize,
    weight: f32,
}

impl Graph {
    /// The edges of the adjacency `a`, (K, V, V).
    pub fn new(s: GraphShape, a: &[f32]) -> Self {
        let at = |i: usize| Edge { k: i / (s.v * s.v), from: i / s.v % s.v, to: i % s.v, weight: a[i] };
        let edges = (0..s.k * s.v * s.v).filter(|&i| a[i] != 0.0).map(at).collect();
        Self { shape: s, edges }
    }

    /// y\[w, k\] += sum over v of a\[k, v, w\] x\[v\], frame by frame.
    pub fn add(&self, x: &[f32], y: &mut [f32]) {
        let s = self.shape;
        for (x, y) in x.chunks_exact(s.v * s.c).zip(y.chunks_exact_mut(s.v * s.k * s.c)) {
            for e in &self.edges {
                let out = &mut y[(e.to * s.k + e.k) * s.c..][..s.c];
                out.iter_mut().zip(&x[e.from * s.c..][..s.c]).for_each(|(o, x)| *o += e.weight * x);
            }
        }
    }

    /// Adds the gradient to x, from the gradient to y.
    pub fn add_back(&self, dy: &[f32], dx: &mut [f32]) {
        let s = self.shape;
        for (dy, dx) in dy.chunks_exact(s.v * s.k * s.c).zip(dx.chunks_exact_mut(s.v * s.c)) {
            for e in &self.edges {
                let g = &dy[(e.to * s.k + e.k) * s.c..][..s.c];
                dx[e.from * s.c..][..s.c].iter_mut().zip(g).for_each(|(d, g)| *d += e.weight * g);
            }
        }
    }
}

/// Frames of one task: enough to outweigh what it costs to start one.
const CHUNK: usize = 32;

/// The graph product.
pub fn forward(s: GraphShape, x: &[f32], a: &[f32]) -> Vec<f32> {
    let (graph, x_row, y_row) = (Graph::new(s, a), s.v * s.c, s.v * s.k * s.c);
    let mut y = vec![0.0; s.frames * y_row];
    each_chunk(&mut y, CHUNK * y_row, |chunk, y| graph.add(&x[chunk * CHUNK * x_row..], y));
    y
}

/// Gradient to x.
pub fn backward_x(s: GraphShape, dy: &[f32], a: &[f32]) -> Vec<f32> {
    let (graph, x_row, y_row) = (Graph::new(s, a), s.v * s.c, s.v * s.k * s.c);
    let mut dx = vec![0.0; s.frames * x_row];
    each_chunk(&mut dx, CHUNK * x_row, |chunk, dx| graph.add_back(&dy[chunk * CHUNK * y_row..], dx));
    dx
}

/// Gradient to the adjacency; zero where the adjacency is zero, because there is no edge there.
pub fn backward_a(s: GraphShape, x: &[f32], dy: &[f32], a: &[f32]) -> Vec<f32> {
    let Graph { edges, .. } = Graph::new(s, a);
    let (x_row, y_row) = (s.v * s.c, s.v * s.k * s.c);
    let mut da = vec![0.0; s.k * s.v * s.v];
    for (x, dy) in x.chunks_exact(x_row).zip(dy.chunks_exact(y_row)) {
        for e in &edges {
            let (x, g) = (&x[e.from * s.c..][..s.c], &dy[(e.to * s.k + e.k) * s.c..][..s.c]);
            da[(e.k * s.v + e.from) * s.v + e.to] += dot(x, g);
        }
    }
    da
}

/// Dot product in eight partial sums, which the compiler may keep in vector registers; it may not reorder a single sum.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a8.zip(b8) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}
