//! One person in one frame, for realignment: which joints may move, and in which order their bones are restored.

use crate::skeleton::Sequence;

/// A point; in the picture plane the third coordinate is 0.
pub(super) type Point = [f64; 3];

/// One person in one frame. All lists are (V).
pub(super) struct Pose<'a> {
    pub original: Vec<Point>,
    pub perturbed: Vec<Point>,
    pub seen: Vec<bool>,
    /// The joints that may move; all of them are seen.
    pub free: Vec<bool>,
    parents: &'a [usize],
    /// The joints from the root outwards.
    order: &'a [usize],
}

impl<'a> Pose<'a> {
    /// Pose number `i` of the clip's (T M). `perturbed` and `bounds` are those of this pose, (V, C).
    pub fn new(clean: &Sequence, i: usize, perturbed: &[f32], bounds: &[f32], order: &'a [usize]) -> Self {
        let (t, m, layout) = (i / clean.people(), i % clean.people(), clean.layout());
        let points = |data: &[f32]| -> Vec<Point> {
            let point = |j: &[f32]| [0, 1, 2].map(|c| if c < layout.dims { f64::from(j[c]) } else { 0.0 });
            data.chunks(layout.channels()).map(point).collect()
        };
        Self {
            original: points(clean.person(t, m)),
            perturbed: points(perturbed),
            seen: (0..layout.len()).map(|j| clean.seen(t, m, j)).collect(),
            free: bounds.chunks(layout.channels()).map(|b| b[0] > 0.0).collect(),
            parents: layout.parents,
            order,
        }
    }

    /// The bones whose far joint is placed, as (from, to), in this order. The joints `between` already have their
    /// places.
    pub fn placing(&self, between: &[bool]) -> Vec<(usize, usize)> {
        let mut placed: Vec<bool> = (0..between.len()).map(|j| between[j] || self.seen[j] && !self.free[j]).collect();
        // Outwards from the joints with a place; a part tied to none starts at its joint nearest to the root.
        let mut queue: Vec<usize> = (0..placed.len()).filter(|&j| placed[j]).collect();
        let (mut next, mut bones) = (0, Vec::new());
        loop {
            while next < queue.len() {
                let from = queue[next];
                next += 1;
                for to in self.neighbours(from).filter(|&j| !placed[j]).collect::<Vec<_>>() {
                    bones.push((from, to));
                    placed[to] = true;
                    queue.push(to);
                }
            }
            match self.order.iter().find(|&&j| self.free[j] && !placed[j]) {
                Some(&root) => {
                    placed[root] = true;
                    queue.push(root);
                }
                None => return bones,
            }
        }
    }

    /// The free joints on a path between two joints that stay: those left after all loose ends are cut off.
    pub fn between(&self) -> Vec<bool> {
        let mut left = self.free.clone();
        loop {
            let tied = |j: usize| self.neighbours(j).filter(|&n| left[n] || !self.free[n]).count();
            let loose: Vec<usize> = (0..left.len()).filter(|&j| left[j] && tied(j) < 2).collect();
            if loose.is_empty() {
                return left;
            }
            loose.into_iter().for_each(|j| left[j] = false);
        }
    }

    /// The seen joints that share a bone with joint `j`, which is seen itself.
    pub fn neighbours(&self, j: usize) -> impl Iterator<Item = usize> + use<'_> {
        let linked = move |n: usize| n != j && (self.parents[n] == j || self.parents[j] == n);
        (0..self.seen.len()).filter(move |&n| linked(n) && self.seen[n])
    }

    /// The original's length of the bone between two joints.
    pub fn length(&self, a: usize, b: usize) -> f64 {
        distance(self.original[a], self.original[b])
    }

    /// The perturbed bone's direction at the original's length; the original bone if the perturbed one has no
    /// direction.
    pub fn bone(&self, from: usize, to: usize) -> Point {
        let length = distance(self.perturbed[from], self.perturbed[to]);
        let (ends, scale) = match length > 1e-9 {
            true => (&self.perturbed, self.length(from, to) / length),
            false => (&self.original, 1.0),
        };
        [0, 1, 2].map(|c| (ends[to][c] - ends[from][c]) * scale)
    }
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f64>().sqrt()
}
