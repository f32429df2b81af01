//! From places back to rotations: each joint is turned as little as possible towards where its points should be.

use super::hierarchy::Joint;
use super::polish::{error, polished};
use super::pose::Pose;
use super::rig::Rig;
use super::rotation::{Matrix, Point, about, apply, cross, dot, length, product, sub, transposed};

/// Times that the body is gone through.
const SWEEPS: usize = 3;
/// How much a point counts for a joint if a joint between the two can correct it.
const INDIRECT: f64 = 0.02;
/// Turns of a joint towards its points; each makes the error several times smaller.
const TURNS: usize = 12;
/// No turn is made for an error smaller than this share of the bones.
const SMALL: f64 = 1e-12;

/// A point, by index of the layout's joint, that a joint's rotation leads, and how much it counts.
pub(super) type Aim = (usize, f64);

/// For each joint of the file the points that its rotation leads: those fixed to it, and the nearest below it.
pub(super) fn aims(joints: &[Joint], rig: &Rig) -> Vec<Vec<Aim>> {
    let mut aims: Vec<Vec<Aim>> = vec![Vec::new(); joints.len()];
    let has_points = |joint: usize| rig.points.iter().any(|fixed| fixed.joint == joint);
    for (point, fixed) in rig.points.iter().enumerate() {
        let mut from = fixed.joint;
        let mut weight = 1.0;
        if fixed.at != [0.0; 3] {
            aims[from].push((point, weight));
            if is_point(rig, from) {
                continue;
            }
            weight = INDIRECT;
        }
        // Joints between two points help to reach the lower one.
        while let Some(parent) = joints[from].parent {
            if is_point(rig, parent) || !has_points(parent) {
                aims[parent].push((point, weight));
            }
            if has_points(parent) {
                break;
            }
            if joints[parent].rotations().count() == 3 {
                weight = INDIRECT;
            }
            from = parent;
        }
    }
    aims
}

/// Is the joint's own place one of the points?
fn is_point(rig: &Rig, joint: usize) -> bool {
    rig.points.iter().any(|fixed| fixed.joint == joint && fixed.at == [0.0; 3])
}

/// The pose whose points are nearest to `targets`, (V): offsets stay, and each joint's rotation against the one above
/// stays but for the smallest turn that leads its points to their targets. The body is gone through from the root
/// outwards; as joints share the way to a point, all of them are then turned together.
pub(super) fn fitted(joints: &[Joint], values: &[f64], rig: &Rig, aims: &[Vec<Aim>], targets: &[Point]) -> Pose {
    let mut best = Pose::of(joints, values);
    let mut least = error(&best, rig, targets);
    for _ in 0..SWEEPS {
        let next = swept(joints, &best, rig, aims, targets);
        let now = error(&next, rig, targets);
        if now >= least {
            break;
        }
        (best, least) = (next, now);
    }
    polished(joints, best, rig, targets)
}

/// One way through the body.
fn swept(joints: &[Joint], before: &Pose, rig: &Rig, aims: &[Vec<Aim>], targets: &[Point]) -> Pose {
    let mut pose = before.clone();
    for j in 0..joints.len() {
        if joints[j].parent.is_none()
            && joints[j].positions().count() == 3
            && let Some(point) = rig.points.iter().position(|f| f.joint == j && f.at == [0.0; 3])
        {
            pose.shift[j] = targets[point];
        }
        pose.settle(joints, j);
        if aims[j].is_empty() || joints[j].rotations().count() != 3 {
            continue;
        }
        // Where the points are in this joint's axes, as long as nothing below it has turned.
        let inward = transposed(&before.global[j]);
        let pair = |&(point, weight): &Aim| {
            let fixed = rig.points[point];
            let own = apply(&inward, sub(before.point(fixed.joint, fixed.at), before.place[j]));
            (own, sub(targets[point], pose.place[j]), weight)
        };
        let pairs: Vec<_> = aims[j].iter().map(pair).filter(|(own, ..)| length(*own) > 1e-9).collect();
        let turned = towards(pose.global[j], &pairs);
        pose.local[j] = match joints[j].parent {
            Some(parent) => product(&transposed(&pose.global[parent]), &turned),
            None => turned,
        };
        pose.settle(joints, j);
    }
    pose
}

/// A rotation, turned until it leads the first of each pair (in its own axes) as near as possible to the second (in the
/// world's), weighted: least squares by steps of the smallest turn.
fn towards(mut rotation: Matrix, pairs: &[(Point, Point, f64)]) -> Matrix {
    for _ in 0..TURNS {
        let (mut m, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
        let mut size = 0.0;
        for &(own, wanted, weight) in pairs {
            let now = apply(&rotation, own);
            // A target that is nearer or farther than the bone is long counts by its direction.
            let wanted = wanted.map(|v| v * length(now) / length(wanted).max(1e-12));
            let aside = cross(now, wanted).map(|v| weight * v);
            let square = dot(now, now);
            size += weight * square;
            for a in 0..3 {
                right[a] += aside[a];
                for b in 0..3 {
                    m[a][b] += weight * (if a == b { square } else { 0.0 } - now[a] * now[b]);
                }
            }
        }
        if length(right) <= SMALL * size {
            break;
        }
        // Nothing turns about the direction of a single point: the twist stays.
        (0..3).for_each(|a| m[a][a] += 1e-6 * size);
        let Some(turn) = solved(&m, right) else { break };
        rotation = product(&about(turn), &rotation);
    }
    rotation
}

/// x with m x = right, by Cramer's rule; None where m has no inverse.
fn solved(m: &Matrix, right: Point) -> Option<Point> {
    let [a, b, c] = transposed(m);
    let determinant = dot(a, cross(b, c));
    (determinant.abs() > 1e-300)
        .then(|| [dot(right, cross(b, c)), dot(a, cross(right, c)), dot(a, cross(b, right))].map(|v| v / determinant))
}
