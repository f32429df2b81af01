//! What enters the three branches of EfficientGCN: joints, velocities and bones, six channels each.

use burn::tensor::{Int, Tensor, TensorData};

/// Joints, velocities, bones.
pub(super) const BRANCHES: usize = 3;
/// The joint that the others are relative to, in each frame and for each person.
const CENTRE: usize = 1;
/// The joint at which each joint's bone starts. The centre's bone is zero.
const STARTS: [i32; 25] = [1, 1, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 22, 7, 24, 11];
/// Added to the length of a bone, as published.
const EPSILON: f32 = 1e-4;
/// The square of a length below which a bone counts as none.
const NO_BONE: f32 = 1e-20;

/// The branches' inputs, as published.
///
/// A bone of no length (an absent person, an empty frame, the centre) has right angles and no gradient: the published
/// slope there is ten thousand, and moves nothing that exists.
///
/// # Shapes
/// - x: (N, 3, T, 25, M)
/// - each of the three: (N, 6, T, 25, M)
pub(super) fn branches(x: Tensor<5>) -> [Tensor<5>; BRANCHES] {
    let joints = Tensor::cat(vec![x.clone(), x.clone() - x.clone().narrow(3, CENTRE, 1)], 1);
    let velocities = Tensor::cat(vec![velocity(&x, 1), velocity(&x, 2)], 1);
    let starts = Tensor::<1, Int>::from_data(TensorData::from(STARTS), &x.device());
    let bones = x.clone() - x.select(3, starts);
    let square = bones.clone().square().sum_dim(1);
    let there = square.clone().greater_elem(NO_BONE).float();
    let cosines = bones.clone() / (square.clamp_min(NO_BONE).sqrt() + EPSILON) * there;
    [joints, velocities, Tensor::cat(vec![bones, cosines.acos()], 1)]
}

/// The way from each frame to the one `ahead`. The last two frames have none, for both distances.
fn velocity(x: &Tensor<5>, ahead: usize) -> Tensor<5> {
    let [_, _, t, _, _] = x.dims();
    let kept = t.saturating_sub(2);
    let rest = x.clone().narrow(2, kept, t - kept).zeros_like();
    if kept == 0 {
        return rest;
    }
    let way = x.clone().narrow(2, ahead, kept) - x.clone().narrow(2, 0, kept);
    Tensor::cat(vec![way, rest], 2)
}
