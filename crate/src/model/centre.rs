//! Centring: removes where people stand. Differentiable.

use burn::tensor::Tensor;

/// Subtracts the position of a joint of the first person in each frame from all joints of that frame. The first person
/// is the first one who is in that frame. In a picture the joint may be unseen; then the middle of that person's seen
/// joints stands in for it. `dims` channels are coordinates; a confidence that follows is never moved.
pub(super) fn centred(x: Tensor<5>, joint: usize, dims: usize) -> Tensor<5> {
    let [_, c, _, _, m] = x.dims();
    if c == dims && m == 1 {
        return x.clone() - x.narrow(3, joint, 1);
    }
    if c == dims {
        let there = present(&x);
        let centre = x.clone().narrow(3, joint, 1);
        return x - (centre * first(&there)).sum_dim(4) * there;
    }
    // The confidence stays, and an unseen joint stays at zero.
    let (xyz, confidence) = (x.clone().narrow(1, 0, dims), x.narrow(1, dims, c - dims));
    let seen = confidence.clone().narrow(1, 0, 1).greater_elem(0.0).float();
    let moved = (xyz.clone() - seen_centre(xyz, &seen, joint)) * seen;
    Tensor::cat(vec![moved, confidence], 1)
}

/// Subtracts from all joints the mean position of one joint of the first person, over the frames that show this person.
/// The first person is the first one who is anywhere in the clip. For layouts in space.
pub(super) fn anchored(x: Tensor<5>, joint: usize) -> Tensor<5> {
    let there = present(&x);
    let weights = there.clone() * first(&there.clone().max_dim(2));
    let frames = weights.clone().sum_dim(4).sum_dim(2).clamp_min(1.0);
    let mean = (x.clone().narrow(3, joint, 1) * weights).sum_dim(4).sum_dim(2) / frames;
    x - mean * there
}

/// (N, 1, T, 1, M): 1 where a person is in a frame, that is, where any coordinate is not zero; else 0.
pub(super) fn present(x: &Tensor<5>) -> Tensor<5> {
    x.clone().abs().sum_dim(1).sum_dim(3).greater_elem(0.0).float()
}

/// The first 1 along the people, (N, 1, T or 1, 1, M); the others become 0.
fn first(there: &Tensor<5>) -> Tensor<5> {
    if there.dims()[4] == 1 {
        return there.clone();
    }
    let before = there.clone().cumsum(4) - there.clone();
    there.clone() * before.lower_elem(0.5).float()
}

/// (N, dims, T, 1, 1): the centre joint of the first person who is seen in a frame, or the middle of the seen joints
/// where the centre joint is unseen. `seen` is (N, 1, T, V, M).
fn seen_centre(xyz: Tensor<5>, seen: &Tensor<5>, joint: usize) -> Tensor<5> {
    let count = seen.clone().sum_dim(3);
    let middle = (xyz.clone() * seen.clone()).sum_dim(3) / count.clone().clamp_min(1.0);
    let known = seen.clone().narrow(3, joint, 1);
    let centre = xyz.narrow(3, joint, 1) * known.clone() + middle * (known.neg() + 1.0);
    if count.dims()[4] == 1 {
        return centre;
    }
    (centre * first(&count.greater_elem(0.0).float())).sum_dim(4)
}

/// The input of Kinetics-skeleton: x and y from the middle of the picture, y times `sign`. An unseen joint stays at
/// zero.
pub(super) fn middle(x: Tensor<5>, sign: f32) -> Tensor<5> {
    let score = x.clone().narrow(1, 2, 1);
    let seen = score.clone().abs().greater_elem(0.0).float();
    let channel = |c: usize, sign: f32| x.clone().narrow(1, c, 1).sub_scalar(0.5) * seen.clone() * sign;
    Tensor::cat(vec![channel(0, 1.0), channel(1, sign), score], 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::{Device, TensorData};

    use super::super::resample::resample;
    use super::*;

    /// Three joints of two people in a picture; the second frame's centre and the second person's last joint are not
    /// seen.
    fn picture(shift: f32) -> Tensor<5> {
        let people = [
            [[[0.4, 0.2, 0.9], [0.5, 0.3, 0.8], [0.6, 0.9, 0.7]], [[0.1, 0.2, 0.9], [0.2, 0.4, 0.8], [0.0; 3]]],
            [[[0.4, 0.2, 0.9], [0.0; 3], [0.6, 0.8, 0.7]], [[0.0; 3]; 3]],
        ];
        let moved = people.as_flattened().as_flattened().iter().flat_map(|j| {
            let by = if j[2] > 0.0 { shift } else { 0.0 };
            [j[0] + by, j[1] - by, j[2]]
        });
        let data = TensorData::new(moved.collect::<Vec<f32>>(), [2, 2, 3, 3]);
        Tensor::<4>::from_data(data, &Device::flex()).permute([3, 0, 2, 1]).unsqueeze()
    }

    #[test]
    fn unseen_joints_stay_at_zero_and_seen_ones_are_where_they_are_from_the_centre() {
        let of = |x: Tensor<5>| centred(x, 1, 2).permute([0, 2, 4, 3, 1]).into_data().try_to_vec::<f32>().unwrap();
        let (found, moved) = (of(picture(0.0)), of(picture(0.25)));
        // Without its centre joint, a frame is centred on the middle of the seen joints: (0.5, 0.5).
        let expected = [
            [[-0.1, -0.1, 0.9], [0.0, 0.0, 0.8], [0.1, 0.6, 0.7]],
            [[-0.4, -0.1, 0.9], [-0.3, 0.1, 0.8], [0.0; 3]],
            [[-0.1, -0.3, 0.9], [0.0; 3], [0.1, 0.3, 0.7]],
            [[0.0; 3]; 3],
        ];
        for (i, expected) in expected.as_flattened().as_flattened().iter().enumerate() {
            assert!((found[i] - expected).abs() < 1e-6 && (moved[i] - expected).abs() < 1e-6, "{i}: {found:?}");
        }
    }

    #[test]
    fn the_gradient_passes_the_centring_of_a_picture() {
        let forward = |x: Tensor<5>| resample(centred(x, 1, 2), 3);
        let weights = Tensor::<5>::random([1, 3, 3, 3, 2], burn::tensor::Distribution::Default, &Device::flex());
        let value = |x: Tensor<5>| (forward(x) * weights.clone()).sum().into_scalar::<f32>();
        let tracked = Tensor::from_inner(picture(0.0)).require_grad();
        let mut grads = (forward(tracked.clone()) * Tensor::from_inner(weights.clone())).sum().backward();
        let grad = tracked.grad_remove(&mut grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
        let x = picture(0.0).into_data().try_to_vec::<f32>().unwrap();
        // Only coordinates of seen joints: at confidence 0 the input has a step.
        for i in (0..24).filter(|i| x[*i] != 0.0) {
            let at = |by: f32| {
                let mut x = x.clone();
                x[i] += by;
                value(Tensor::from_data(TensorData::new(x, [1, 3, 2, 3, 2]), &Device::flex()))
            };
            let slope = (at(0.05) - at(-0.05)) / 0.1;
            assert!((slope - grad[i]).abs() < 1e-3, "{i}: {slope}, not {}", grad[i]);
        }
    }
}
