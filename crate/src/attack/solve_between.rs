//! Places for the joints of a region that lie between joints that stay: a knee between hip and ankle, a trunk between
//! four limbs.

use super::pose::{Point, Pose, distance};

/// A bone's length is right within this share of it.
const TOLERANCE: f64 = 1e-6;
/// The most corrections. Each about doubles the correct digits, unless the pose is stretched to its limit.
const CORRECTIONS: usize = 30;
/// How often the perturbation is halved if no places are found.
const HALVINGS: i32 = 6;

/// Moves the joints `between` from their perturbed places, by the smallest move that gives all their bones the
/// original's lengths, with at most the share `most` of their perturbation. That can fail: the knee of a straight leg
/// cannot leave the line. Then the perturbation of these joints is halved and tried again, up to six times; after that
/// they return to the original, which has the right lengths. Returns the share that is left.
pub(super) fn place(pose: &Pose<'_>, between: &[bool], most: f64, at: &mut [Point]) -> f64 {
    let leads = leads(pose, between);
    let moves: Vec<bool> = (0..between.len()).map(|j| between[j] && leads[j] == j).collect();
    let bones: Vec<Bone> = (0..between.len())
        .filter(|&a| between[a])
        .flat_map(|a| pose.neighbours(a).map(move |b| (a, b)))
        .filter(|&(a, b)| if between[b] { a < b } else { !pose.free[b] })
        .map(|(a, b)| Bone { a: leads[a], b: leads[b], length: pose.length(a, b) })
        .filter(|bone| bone.a != bone.b && (moves[bone.a] || moves[bone.b]))
        .collect();
    for halving in 0..=HALVINGS {
        let share = most * 0.5_f64.powi(halving);
        for j in (0..between.len()).filter(|&j| between[j]) {
            let (from, to) = (pose.original[j], pose.perturbed[j]);
            at[j] = [0, 1, 2].map(|c| from[c] + share * (to[c] - from[c]));
        }
        if correct(&bones, &moves, at) {
            (0..between.len()).filter(|&j| between[j]).for_each(|j| at[j] = at[leads[j]]);
            return share;
        }
    }
    (0..between.len()).filter(|&j| between[j]).for_each(|j| at[j] = pose.original[j]);
    0.0
}

/// For each joint the one that it moves with: itself, but for joints between at the end of a bone without length, which
/// has no direction to be corrected along. A joint that stays leads those that it holds.
fn leads(pose: &Pose<'_>, between: &[bool]) -> Vec<usize> {
    let mut leads: Vec<usize> = (0..between.len()).collect();
    for a in (0..between.len()).filter(|&a| between[a]) {
        for b in pose.neighbours(a).filter(|&b| (between[b] || !pose.free[b]) && pose.length(a, b) == 0.0) {
            let (one, other) = if between[leads[a]] { (leads[a], leads[b]) } else { (leads[b], leads[a]) };
            leads.iter_mut().filter(|lead| **lead == one).for_each(|lead| *lead = other);
        }
    }
    leads
}

/// A bone with an end that moves.
struct Bone {
    a: usize,
    b: usize,
    length: f64,
}

/// Newton's method for the lengths, with the smallest move that is right to first order each time: for the constraints
/// `c = (|d|^2 - length^2) / 2` and their Jacobian J, the move `-J^T (J J^T)^-1 c`. True if all lengths are right in
/// the end.
fn correct(bones: &[Bone], moves: &[bool], at: &mut [Point]) -> bool {
    let n = bones.len();
    for _ in 0..CORRECTIONS {
        let vectors: Vec<Point> = bones.iter().map(|k| [0, 1, 2].map(|c| at[k.b][c] - at[k.a][c])).collect();
        let right = |k: &Bone| (distance(at[k.a], at[k.b]) - k.length).abs() <= TOLERANCE * k.length;
        if bones.iter().all(right) {
            return true;
        }
        // Row k of J is -d at a and +d at b, for those of them that move.
        let sides = |k: usize| [(bones[k].a, -1.0), (bones[k].b, 1.0)].into_iter().filter(|(j, _)| moves[*j]);
        let mut matrix = vec![0.0; n * n];
        for (k, l) in (0..n).flat_map(|k| (0..n).map(move |l| (k, l))) {
            let along = dot(vectors[k], vectors[l]);
            let shared = sides(k).flat_map(|(j, s)| sides(l).filter(move |(i, _)| *i == j).map(move |(_, r)| s * r));
            matrix[k * n + l] = shared.map(|sign: f64| sign * along).sum();
        }
        let mut pull: Vec<f64> =
            (0..n).map(|k| (dot(vectors[k], vectors[k]) - bones[k].length.powi(2)) / 2.0).collect();
        if !solve(&mut matrix, &mut pull) {
            return false;
        }
        for k in 0..n {
            for (j, sign) in sides(k) {
                (0..3).for_each(|c| at[j][c] -= sign * pull[k] * vectors[k][c]);
            }
        }
    }
    false
}

/// Solves a symmetric positive definite system (n, n) by Cholesky's method, in place. False if it is singular.
fn solve(matrix: &mut [f64], x: &mut [f64]) -> bool {
    let n = x.len();
    for i in 0..n {
        let whole = matrix[i * n + i];
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| matrix[i * n + k] * matrix[j * n + k]).sum();
            let rest = matrix[i * n + j] - known;
            if i == j && rest <= 1e-12 * whole {
                return false;
            }
            matrix[i * n + j] = if i == j { rest.sqrt() } else { rest / matrix[j * n + j] };
        }
        x[i] = (x[i] - (0..i).map(|k| matrix[i * n + k] * x[k]).sum::<f64>()) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        x[i] = (x[i] - (i + 1..n).map(|k| matrix[k * n + i] * x[k]).sum::<f64>()) / matrix[i * n + i];
    }
    true
}

fn dot(a: Point, b: Point) -> f64 {
    (0..3).map(|c| a[c] * b[c]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_by_hand() {
        // [[4, 2], [2, 3]] x = [10, 9] has x = [1.5, 2].
        let (mut matrix, mut x) = ([4.0, 2.0, 2.0, 3.0], [10.0, 9.0]);
        assert!(solve(&mut matrix, &mut x));
        assert!((x[0] - 1.5).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12);
        assert!(!solve(&mut [1.0, 1.0, 1.0, 1.0], &mut [1.0, 1.0]));
    }

    #[test]
    fn a_knee_slides_on_its_circle() {
        // Hip (0, 0, 0), ankle (0, -0.8, 0), both bones 0.5: the knee's circle has radius 0.3 at height -0.4.
        let bones = [Bone { a: 1, b: 0, length: 0.5 }, Bone { a: 1, b: 2, length: 0.5 }];
        let mut at = [[0.0; 3], [0.4, -0.3, 0.3], [0.0, -0.8, 0.0]];
        assert!(correct(&bones, &[false, true, false], &mut at));
        let knee = at[1];
        assert!((knee[1] + 0.4).abs() < 1e-6);
        assert!((knee[0].hypot(knee[2]) - 0.3).abs() < 1e-6);
        // The nearest point of the circle lies in the direction of the start.
        assert!((knee[0] / knee[2] - 4.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn lengths_out_of_reach_are_reported() {
        let bones = [Bone { a: 1, b: 0, length: 0.5 }, Bone { a: 1, b: 2, length: 0.5 }];
        let mut at = [[0.0; 3], [0.1, -0.5, 0.0], [0.0, -1.1, 0.0]];
        assert!(!correct(&bones, &[false, true, false], &mut at));
    }
}
