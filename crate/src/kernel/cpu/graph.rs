//! The graph product on the CPU, edge by edge: nine tenths of a skeleton's adjacency are zeros.

use std::ops::Range;

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

/// The edges of an adjacency, its non-zero entries: from the V joints of x to the rows of y.
pub struct Graph {
    v: usize,
    c: usize,
    /// Rows of y in a frame.
    rows: usize,
    edges: Vec<Edge>,
}

struct Edge {
    from: usize,
    row: usize,
    /// Its place in the adjacency.
    entry: usize,
    weight: f32,
}

impl Graph {
    /// All edges of the adjacency `a`, (K, V, V): joint w of subset k is row w K + k.
    pub fn new(s: GraphShape, a: &[f32]) -> Self {
        let row = |entry: usize| entry % s.v * s.k + entry / (s.v * s.v);
        Self { v: s.v, c: s.c, rows: s.v * s.k, edges: edges(a, 0..s.k * s.v * s.v, s.v, row) }
    }

    /// Adds the sums over the edges to y, frame by frame.
    pub fn add(&self, x: &[f32], y: &mut [f32]) {
        let c = self.c;
        for (x, y) in x.chunks_exact(self.v * c).zip(y.chunks_exact_mut(self.rows * c)) {
            for e in &self.edges {
                let out = &mut y[e.row * c..][..c];
                out.iter_mut().zip(&x[e.from * c..][..c]).for_each(|(o, x)| *o += e.weight * x);
            }
        }
    }

    /// Adds the gradient to x, from the gradient to y.
    pub fn add_back(&self, dy: &[f32], dx: &mut [f32]) {
        let c = self.c;
        for (dy, dx) in dy.chunks_exact(self.rows * c).zip(dx.chunks_exact_mut(self.v * c)) {
            for e in &self.edges {
                let g = &dy[e.row * c..][..c];
                dx[e.from * c..][..c].iter_mut().zip(g).for_each(|(d, g)| *d += e.weight * g);
            }
        }
    }
}

/// The non-zeros among some entries of an adjacency, (K, V, V); `row` gives an entry's row.
fn edges(a: &[f32], entries: Range<usize>, v: usize, row: impl Fn(usize) -> usize) -> Vec<Edge> {
    let edge = |entry: usize| Edge { from: entry / v % v, row: row(entry), entry, weight: a[entry] };
    entries.filter(|&entry| a[entry] != 0.0).map(edge).collect()
}

/// One subset of a graph: its edges, and the joints that they reach. The sums of the others are zero, and are left out:
/// ST-GCN's third subset reaches only the centre's neighbours.
pub struct Subset {
    /// The edges, with a row for each of these joints.
    pub graph: Graph,
    joints: Vec<usize>,
}

impl Subset {
    /// The subset k of the adjacency `a`, (K, V, V).
    pub fn new(s: GraphShape, a: &[f32], k: usize) -> Self {
        let entries = k * s.v * s.v..(k + 1) * s.v * s.v;
        let mut reached = vec![false; s.v];
        for from in a[entries.clone()].chunks_exact(s.v) {
            reached.iter_mut().zip(from).for_each(|(reached, weight)| *reached |= *weight != 0.0);
        }
        let joints: Vec<usize> = (0..s.v).filter(|joint| reached[*joint]).collect();
        let row = |entry: usize| joints.partition_point(|joint| *joint < entry % s.v);
        let edges = edges(a, entries, s.v, row);
        Self { graph: Graph { v: s.v, c: s.c, rows: joints.len(), edges }, joints }
    }

    /// Rows of a frame.
    pub fn rows(&self) -> usize {
        self.graph.rows
    }

    /// Whether every joint has a row.
    pub fn is_whole(&self) -> bool {
        self.graph.rows == self.graph.v
    }

    /// Adds the rows, `len` values each, to their joints in frames of V joints.
    pub fn scatter(&self, rows: &[f32], frames: &mut [f32], len: usize) {
        for (at, row) in self.places(frames.len(), len).zip(rows.chunks_exact(len)) {
            frames[at..].iter_mut().zip(row).for_each(|(to, from)| *to += from);
        }
    }

    /// Copies the rows from their joints in frames of V joints.
    pub fn gather(&self, frames: &[f32], rows: &mut [f32], len: usize) {
        for (at, row) in self.places(frames.len(), len).zip(rows.chunks_exact_mut(len)) {
            row.copy_from_slice(&frames[at..][..len]);
        }
    }

    /// Where the rows begin in frames with so many values.
    fn places(&self, values: usize, len: usize) -> impl Iterator<Item = usize> {
        let v = self.graph.v;
        (0..values / (v * len)).flat_map(move |frame| self.joints.iter().map(move |joint| (frame * v + joint) * len))
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
            da[e.entry] += dot(&x[e.from * s.c..][..s.c], &dy[e.row * s.c..][..s.c]);
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
