//! The parts of a pose that move on their own, their bones, and the order in which their joints are put down.

use std::rc::Rc;

use super::point::{minus, norm, tolerance};
use super::pose::Pose;
use crate::skeleton::Layout;

/// What poses have in common in which the same joints are seen and may move as far.
#[derive(Clone)]
pub(super) struct Plan(Rc<Shared>);

struct Shared {
    seen: Vec<bool>,
    reach: Vec<f32>,
    parts: Vec<Part>,
}

/// Joints that may move, connected by bones. Joints that stay separate them from other parts.
pub(super) struct Part {
    /// The joints that may move, in the order in which they are put down.
    pub placing: Vec<Placing>,
    /// The bones with both ends seen, (parent, child), a joint's own bone before its children's.
    pub bones: Vec<(usize, usize)>,
}

/// A joint to be put down, after the joints at the other ends of these bones.
pub(super) struct Placing {
    pub joint: usize,
    /// None for the root of a part that hangs on nothing; several for a joint between joints that stay.
    pub from: Vec<usize>,
}

impl Plan {
    pub fn new(layout: &Layout, pose: &Pose) -> Self {
        let counts = |&(a, b): &(usize, usize)| pose.seen[a] && pose.seen[b] && (pose.moves(a) || pose.moves(b));
        let bones: Vec<(usize, usize)> = layout.bones().into_iter().filter(counts).collect();
        let order = layout.order();
        let mut parts: Vec<Part> = Vec::new();
        for &joint in order.iter().filter(|&&j| pose.moves(j)) {
            if !parts.iter().any(|part| part.has(joint)) {
                parts.push(Part::around(joint, &order, &bones, pose));
            }
        }
        Self(Rc::new(Shared { seen: pose.seen.clone(), reach: pose.reach.clone(), parts }))
    }

    /// Is it this pose's plan, too?
    pub fn fits(&self, pose: &Pose) -> bool {
        self.0.seen == pose.seen && self.0.reach == pose.reach
    }

    pub fn parts(&self) -> &[Part] {
        &self.0.parts
    }
}

impl Part {
    /// The part that a joint belongs to.
    fn around(joint: usize, order: &[usize], all: &[(usize, usize)], pose: &Pose) -> Self {
        let mut inside = vec![false; order.len()];
        inside[joint] = true;
        let mut joints = vec![joint];
        let mut next = 0;
        while next < joints.len() {
            for n in neighbours(all, joints[next]) {
                if pose.moves(n) && !inside[n] {
                    inside[n] = true;
                    joints.push(n);
                }
            }
            next += 1;
        }
        let bones: Vec<(usize, usize)> = all.iter().copied().filter(|&(a, b)| inside[a] || inside[b]).collect();
        // A joint moves along with the one before it, which it can always do if its own reach is not smaller. So a part
        // that hangs on nothing starts at the joint with the smallest reach, of equals at the one nearest to the
        // centre.
        let root =
            order.iter().copied().filter(|&j| inside[j]).min_by(|&a, &b| pose.reach[a].total_cmp(&pose.reach[b]));
        let placing = placing(&bones, |j| inside[j], root);
        Self { placing, bones }
    }

    /// The joints that may move.
    pub fn joints(&self) -> impl Iterator<Item = usize> + '_ {
        self.placing.iter().map(|p| p.joint)
    }

    fn has(&self, joint: usize) -> bool {
        self.joints().any(|j| j == joint)
    }

    /// Does everything hold for the part in the pose `x`, (V)?
    pub fn holds(&self, pose: &Pose, x: &[[f32; 3]]) -> bool {
        let inside = |j: usize| (0..3).all(|c| pose.low[j][c] <= x[j][c] && x[j][c] <= pose.high[j][c]);
        let right = |&(a, b): &(usize, usize)| {
            let (length, is) = (pose.length(a, b), norm(minus(x[a].map(f64::from), x[b].map(f64::from))));
            (is - length).abs() <= tolerance(length, [x[a], x[b]])
        };
        self.joints().all(inside) && self.bones.iter().all(right)
    }

    /// Is a joint tied to several that are put down before it?
    pub fn tied(&self) -> bool {
        self.placing.iter().any(|p| p.from.len() > 1)
    }
}

/// Outwards from the joints that stay, or from `root` where there are none.
fn placing(bones: &[(usize, usize)], moves: impl Fn(usize) -> bool, root: Option<usize>) -> Vec<Placing> {
    let mut queue: Vec<usize> = Vec::new();
    for &(a, b) in bones {
        for end in [a, b] {
            if !moves(end) && !queue.contains(&end) {
                queue.push(end);
            }
        }
    }
    let mut steps = Vec::new();
    if let (true, Some(joint)) = (queue.is_empty(), root) {
        steps.push(Placing { joint, from: Vec::new() });
        queue.push(joint);
    }
    let mut next = 0;
    while next < queue.len() {
        for joint in neighbours(bones, queue[next]) {
            if moves(joint) && !queue.contains(&joint) {
                steps.push(Placing { joint, from: neighbours(bones, joint).filter(|n| queue.contains(n)).collect() });
                queue.push(joint);
            }
        }
        next += 1;
    }
    steps
}

/// The joints that share a bone with a joint.
fn neighbours(bones: &[(usize, usize)], joint: usize) -> impl Iterator<Item = usize> + '_ {
    bones.iter().filter_map(move |&(a, b)| if a == joint { Some(b) } else { (b == joint).then_some(a) })
}
