//! One person in one frame: the original, and how far each coordinate may go.

use super::point::{Point, minus, norm};
use crate::attack::project::range;
use crate::skeleton::Sequence;

/// A pose of the original with its bounds, all (V).
pub(super) struct Pose {
    pub clean: Vec<[f32; 3]>,
    /// The lowest place of each coordinate, within its bound.
    pub low: Vec<[f32; 3]>,
    /// The highest.
    pub high: Vec<[f32; 3]>,
    pub seen: Vec<bool>,
    /// How far a joint may go: the smallest bound of its coordinates that may move, and 0 for a joint that stays.
    pub reach: Vec<f32>,
}

impl Pose {
    /// The pose of a person in a frame of `clean`, with its bounds, (V, C).
    pub fn new(clean: &Sequence, frame: usize, person: usize, bounds: &[f32]) -> Self {
        let layout = clean.layout();
        let here = clean.person(frame, person);
        let channels = layout.channels();
        let of = |values: &[f32], j: usize| -> [f32; 3] {
            std::array::from_fn(|c| if c < layout.dims { values[j * channels + c] } else { 0.0 })
        };
        let (mut low, mut high) = (Vec::with_capacity(layout.len()), Vec::with_capacity(layout.len()));
        let (mut clean_at, mut reach) = (Vec::with_capacity(layout.len()), Vec::with_capacity(layout.len()));
        for j in 0..layout.len() {
            let (at, bound) = (of(here, j), of(bounds, j));
            let ends: [(f32, f32); 3] = std::array::from_fn(|c| range(at[c], bound[c]));
            low.push(ends.map(|e| e.0));
            high.push(ends.map(|e| e.1));
            // A bound below the numbers' own spacing leaves no room.
            let room = bound.into_iter().zip(ends).filter(|(_, (low, high))| low < high);
            reach.push(room.map(|(bound, _)| bound).reduce(f32::min).unwrap_or(0.0));
            clean_at.push(at);
        }
        let seen = (0..layout.len()).map(|j| clean.seen(frame, person, j)).collect();
        Self { clean: clean_at, low, high, seen, reach }
    }

    /// May the joint move?
    pub fn moves(&self, joint: usize) -> bool {
        self.reach[joint] > 0.0
    }

    /// The original's length of the bone between two joints.
    pub fn length(&self, a: usize, b: usize) -> f64 {
        norm(minus(self.clean[a].map(f64::from), self.clean[b].map(f64::from)))
    }

    /// The nearest place within the joint's bounds.
    pub fn clip(&self, joint: usize, at: Point) -> Point {
        std::array::from_fn(|c| at[c].clamp(self.low[joint][c].into(), self.high[joint][c].into()))
    }
}
