//! Turns all joints together until their points are where they should be: damped Gauss-Newton steps, each the smallest
//! set of turns that does it.

use super::hierarchy::Joint;
use super::pose::Pose;
use super::rig::{Fixed, Rig};
use super::rotation::{Point, about, add, cross, dot, product, sub, transposed};

/// Steps at most; a few are usual.
const STEPS: usize = 30;
/// A step that leaves more than this share of the squared error is the last.
const ENOUGH: f64 = 0.999;
/// Squared error, by the squared size of the body, below which nothing is left to do.
const NOTHING: f64 = 1e-20;

/// Sum of squared distances between the points and their targets, (V).
pub(super) fn error(pose: &Pose, rig: &Rig, targets: &[Point]) -> f64 {
    let apart = |(fixed, target): (&Fixed, &Point)| sub(pose.point(fixed.joint, fixed.at), *target);
    rig.points.iter().zip(targets).map(apart).map(|d| dot(d, d)).sum()
}

/// The pose, turned nearer to the targets.
pub(super) fn polished(joints: &[Joint], mut pose: Pose, rig: &Rig, targets: &[Point]) -> Pose {
    let from_first = |target: &Point| sub(*target, targets[0]);
    let size: f64 = targets.iter().map(from_first).map(|d| dot(d, d)).sum();
    let (mut least, mut damping) = (error(&pose, rig, targets), 1e-6);
    for _ in 0..STEPS {
        if least <= NOTHING * size {
            break;
        }
        let next = step(joints, &pose, rig, targets, damping);
        let now = next.as_ref().map_or(f64::INFINITY, |next| error(next, rig, targets));
        match next {
            Some(next) if now < least => {
                let enough = now > ENOUGH * least;
                (pose, least, damping) = (next, now, damping / 4.0);
                if enough {
                    break;
                }
            }
            _ if damping > 1.0 => break,
            _ => damping *= 16.0,
        }
    }
    pose
}

/// One step. Of the turns w of all joints, which move a point p by the sum of w x (p - place), it takes J^T y with
/// (J J^T + damping) y = error.
fn step(joints: &[Joint], pose: &Pose, rig: &Rig, targets: &[Point], damping: f64) -> Option<Pose> {
    let points: Vec<Point> = rig.points.iter().map(|fixed| pose.point(fixed.joint, fixed.at)).collect();
    let n = points.len();
    let free: Vec<bool> = joints.iter().map(|joint| joint.rotations().count() == 3).collect();
    // For each point its distance from each joint above it; None for the others.
    let arms: Vec<Vec<Option<Point>>> = (0..n)
        .map(|p| {
            let mut arms = vec![None; joints.len()];
            let mut at = Some(rig.points[p].joint);
            while let Some(j) = at {
                arms[j] = free[j].then(|| sub(points[p], pose.place[j]));
                at = joints[j].parent;
            }
            arms
        })
        .collect();
    // A shift of the root counts as a turn does on an arm of middle length.
    let lengths = arms.iter().flatten().flatten().map(|v| dot(*v, *v));
    let mean = lengths.clone().sum::<f64>() / lengths.count().max(1) as f64;
    let shift = if joints[0].positions().count() == 3 { mean } else { 0.0 };

    let mut m = vec![0.0; 9 * n * n];
    for p in 0..n {
        for q in 0..=p {
            let mut block = [[0.0; 3]; 3];
            for (a, b) in arms[p].iter().zip(&arms[q]) {
                let (Some(a), Some(b)) = (a, b) else { continue };
                let along = dot(*a, *b);
                for (i, row) in block.iter_mut().enumerate() {
                    (0..3).for_each(|k| row[k] += if i == k { along } else { 0.0 } - b[i] * a[k]);
                }
            }
            for (i, row) in block.iter().enumerate() {
                for (k, value) in row.iter().enumerate() {
                    let own = if p == q && i == k { damping * mean } else { 0.0 };
                    m[(3 * p + i) * 3 * n + 3 * q + k] = value + own + if i == k { shift } else { 0.0 };
                }
            }
        }
    }
    let right = points.iter().zip(targets).flat_map(|(point, target)| sub(*target, *point)).collect();
    let y: Vec<Point> = solved(&mut m, right)?.chunks_exact(3).map(|v| [v[0], v[1], v[2]]).collect();

    let mut next = pose.clone();
    for j in 0..joints.len() {
        let turn = (0..n).filter_map(|p| Some(cross(arms[p][j]?, y[p]))).fold([0.0; 3], add);
        let turned = product(&about(turn), &pose.global[j]);
        next.local[j] = match joints[j].parent {
            Some(parent) => product(&transposed(&pose.global[parent]), &turned),
            None => turned,
        };
    }
    let moved = y.iter().copied().fold([0.0; 3], add);
    next.shift[0] = add(next.shift[0], moved.map(|v| shift * v));
    (0..joints.len()).for_each(|j| next.settle(joints, j));
    Some(next)
}

/// x with m x = right for a symmetric m, of which the lower half is given, row by row (Cholesky); None if it is not
/// positive.
fn solved(m: &mut [f64], mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| m[i * n + k] * m[j * n + k]).sum();
            let rest = m[i * n + j] - sum;
            m[i * n + j] = match i == j {
                true if rest > 0.0 => rest.sqrt(),
                true => return None,
                false => rest / m[j * n + j],
            };
        }
        let sum: f64 = (0..i).map(|k| m[i * n + k] * right[k]).sum();
        right[i] = (right[i] - sum) / m[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| m[k * n + i] * right[k]).sum();
        right[i] = (right[i] - sum) / m[i * n + i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        // The lower half of [[4, 2, 0], [2, 5, 1], [0, 1, 3]].
        let mut m = vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 0.0, 1.0, 3.0];
        let x = solved(&mut m, vec![8.0, 15.0, 11.0]).unwrap_or_default();
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{x:?}");
        assert_eq!(solved(&mut [-1.0], vec![1.0]), None);
    }
}
