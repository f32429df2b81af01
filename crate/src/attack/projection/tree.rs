//! The joints of a part as a tree, and the smallest move of all of them that lengthens its bones by given amounts.
//!
//! With the amounts r and the bones' directions as rows of D, the smallest move that is right to first order is `D^T (D
//! D^T)^-1 r`. No matrix is needed: the joints beyond a bone weigh on it like one joint with a compliance of three by
//! three. A pass from the leaves to the root eliminates joint after joint, and one back to the leaves hands out the
//! moves: the same two passes as of a Kalman smoother, linear in the joints. A coordinate that stays has the compliance
//! 0, which also covers parts that are held at several ends.

use super::plan::Part;
use super::point::{Point, dot, minus, norm};
use super::pose::Pose;

/// The bones of a part with their joints, and what a move needs.
pub(super) struct Tree<'a> {
    pub pose: &'a Pose,
    pub part: &'a Part,
    pub bones: Vec<Bone>,
    /// (V)
    pub joints: Vec<Joint>,
}

/// A joint with all that hangs on it: how it yields to a pull of 1, and where it moves on its own.
#[derive(Clone, Copy, Default)]
pub(super) struct Joint {
    compliance: [Point; 3],
    pub moves: Point,
    /// Which coordinates may move.
    pub free: [bool; 3],
}

/// A bone from parent to child.
pub(super) struct Bone {
    pub parent: usize,
    pub child: usize,
    /// The original's.
    pub length: f64,
    pub direction: Point,
    /// By how much it is to be lengthened.
    pub lacks: f64,
}

impl<'a> Tree<'a> {
    pub fn new(pose: &'a Pose, part: &'a Part) -> Self {
        let bone = |&(parent, child): &(usize, usize)| {
            let length = pose.length(parent, child);
            Bone { parent, child, length, direction: [0.0; 3], lacks: 0.0 }
        };
        let joints = vec![Joint::default(); pose.clean.len()];
        Self { pose, part, bones: part.bones.iter().map(bone).collect(), joints }
    }

    /// Looks at the bones as they are in the pose `x`, (V): their directions, and how much they lack.
    pub fn look(&mut self, x: &[Point]) {
        self.bones.iter_mut().for_each(|bone| bone.look(self.pose, x));
    }

    /// All coordinates that have room may move. Of the joints that stay none may.
    pub fn free(&mut self) {
        for j in self.part.joints() {
            for c in 0..3 {
                self.joints[j].free[c] = self.pose.low[j][c] < self.pose.high[j][c];
            }
        }
    }

    /// The smallest moves of the free coordinates, squares summed, that lengthen each bone by what it lacks to first
    /// order.
    pub fn smallest(&mut self, give: f64) {
        for joint in &mut self.joints {
            joint.rest();
        }
        // Each bone passes on to the parent what its child cannot take.
        for bone in self.bones.iter().rev() {
            let child = &self.joints[bone.child];
            let gives = dot(times(&child.compliance, bone.direction), bone.direction) + give;
            let asked = dot(child.moves, bone.direction) - bone.lacks;
            self.joints[bone.parent].pull(bone.direction, asked, gives);
        }
        for bone in &self.bones {
            let asked = dot(self.joints[bone.parent].moves, bone.direction) + bone.lacks;
            self.joints[bone.child].pull(bone.direction, asked, give);
        }
    }
}

impl Bone {
    /// Looks at the bone as it is in `x`.
    fn look(&mut self, pose: &Pose, x: &[Point]) {
        let along = minus(x[self.child], x[self.parent]);
        let is = norm(along);
        if is > 1e-9 * self.length.max(1e-6) {
            self.direction = along.map(|c| c / is);
            self.lacks = self.length - is;
            return;
        }
        // Without a direction it takes the original's.
        let was = minus(pose.clean[self.child].map(f64::from), pose.clean[self.parent].map(f64::from));
        self.direction = if self.length > 0.0 { was.map(|c| c / self.length) } else { [0.0; 3] };
        self.lacks = self.length - dot(along, self.direction);
    }
}

impl Joint {
    /// Nothing hangs on the joint, and nothing pulls.
    fn rest(&mut self) {
        self.moves = [0.0; 3];
        self.compliance = [[0.0; 3]; 3];
        (0..3).for_each(|c| self.compliance[c][c] = f64::from(self.free[c]));
    }

    /// Asks for the move `asked` along `direction`, by something that gives way itself.
    fn pull(&mut self, direction: Point, asked: f64, gives: f64) {
        let answer = times(&self.compliance, direction);
        let (short, scale) = (asked - dot(self.moves, direction), 1.0 / (dot(answer, direction) + gives));
        for c in 0..3 {
            self.moves[c] += answer[c] * short * scale;
            for d in 0..3 {
                self.compliance[c][d] -= answer[c] * answer[d] * scale;
            }
        }
    }
}

fn times(matrix: &[Point; 3], v: Point) -> Point {
    [dot(matrix[0], v), dot(matrix[1], v), dot(matrix[2], v)]
}
