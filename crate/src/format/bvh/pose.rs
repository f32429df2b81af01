//! Forward kinematics: from the values of a frame's channels to places and rotations.

use super::hierarchy::Joint;
use super::rotation::{IDENTITY, Matrix, Point, about_axis, add, apply, product};

/// A frame of a hierarchy.
#[derive(Clone)]
pub(super) struct Pose {
    /// The rotation of each joint against the one above.
    pub local: Vec<Matrix>,
    /// From the joint above, in its axes; of the root, from the origin.
    pub shift: Vec<Point>,
    /// The rotation of each joint against the world.
    pub global: Vec<Matrix>,
    /// The place of each joint.
    pub place: Vec<Point>,
}

impl Pose {
    /// The pose of a frame's values, (channels). Position channels take the place of the offset.
    pub(super) fn of(joints: &[Joint], values: &[f64]) -> Self {
        let n = joints.len();
        let mut pose = Self {
            local: Vec::with_capacity(n),
            shift: Vec::with_capacity(n),
            global: vec![IDENTITY; n],
            place: vec![[0.0; 3]; n],
        };
        for joint in joints {
            let turned =
                |m: Matrix, (axis, at): (usize, usize)| product(&m, &about_axis(axis, values[at].to_radians()));
            pose.local.push(joint.rotations().fold(IDENTITY, turned));
            let mut shift = joint.offset;
            joint.positions().for_each(|(axis, at)| shift[axis] = values[at]);
            pose.shift.push(shift);
        }
        for j in 0..n {
            pose.settle(joints, j);
        }
        pose
    }

    /// Places a joint after its parent is placed.
    pub(super) fn settle(&mut self, joints: &[Joint], j: usize) {
        (self.global[j], self.place[j]) = match joints[j].parent {
            Some(parent) => (
                product(&self.global[parent], &self.local[j]),
                add(self.place[parent], apply(&self.global[parent], self.shift[j])),
            ),
            None => (self.local[j], self.shift[j]),
        };
    }

    /// A point that is fixed to a joint: where `at`, in the joint's axes, is in the world.
    pub(super) fn point(&self, joint: usize, at: Point) -> Point {
        add(self.place[joint], apply(&self.global[joint], at))
    }
}
