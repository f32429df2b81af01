//! L_smooth: motion, or a perturbation of it, without jitter (Eq. 7).

use burn::tensor::{Tensor, TensorData};

/// The squared acceleration `v[t+1] + v[t-1] - 2 v[t]`, summed over the perturbed joints and their coordinates and
/// averaged over the inner frames.
///
/// The paper prints the plain sum of accelerations and divides by T - 1. Such a sum has no lower bound, so this is the
/// squared norm, and the mean is over the T - 2 frames that have an acceleration. A joint counts in a frame if it may
/// move there and in both neighbouring frames (an absent person would be a jump to the origin), and a frame counts in
/// the mean if one of its joints does.
///
/// `x` is the clip, or what was added to it, (T, M, V, C), and `bounds` the epsilon of each value in the same order, 0
/// where it may not move. The result is one number, (1), in squared units of the layout; `None` if no frame counts.
pub fn smooth(x: Tensor<4>, bounds: &[f32]) -> Option<Tensor<1>> {
    let [t, m, v, c] = x.dims();
    let frame = m * v * c;
    let inner = t.checked_sub(2).filter(|inner| *inner > 0)?;
    let counts: Vec<f32> =
        (0..inner * frame).map(|i| if (0..3).all(|dt| bounds[i + dt * frame] > 0.0) { 1.0 } else { 0.0 }).collect();
    let frames = counts.chunks(frame).filter(|f| f.iter().any(|c| *c > 0.0)).count();
    if frames == 0 {
        return None;
    }
    let counts = Tensor::from_data(TensorData::new(counts, [inner, m, v, c]), &x.device());
    let at = |from: usize| x.clone().narrow(0, from, inner);
    let acceleration = at(2) + at(0) - at(1) * 2.0;
    Some((acceleration.square() * counts).sum() / frames as f32)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::losses::check;
    use burn::tensor::Device;

    fn value(x: &[f32], shape: [usize; 4], bounds: &[f32]) -> f32 {
        let x = Tensor::<1>::from_floats(x, &Device::flex()).reshape(shape);
        smooth(x, bounds).unwrap().into_scalar()
    }

    #[test]
    fn four_frames_by_hand() {
        // One joint, two coordinates: accelerations (1 + 0 - 0, ..) = (1, 0) and (0 + 0 - 2, 1) = (-2, 1); (1 + 5) / 2.
        let x = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        assert_eq!(value(&x, [4, 1, 1, 2], &[0.1; 8]), 3.0);
    }

    #[test]
    fn only_what_moves_in_all_three_frames_counts() {
        // Two joints of one coordinate. Joint 1 never moves; joint 0 is absent in the last frame, so that only frame 1
        // counts.
        let x = [0.0, 9.0, 0.0, -9.0, 1.0, 9.0, 0.0, -9.0];
        assert_eq!(value(&x, [4, 1, 2, 1], &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]), 1.0);
    }

    #[test]
    fn without_a_frame_that_counts_there_is_no_loss() {
        let x = Tensor::<4>::zeros([3, 1, 1, 1], &Device::flex());
        assert!(smooth(x.clone(), &[1.0, 0.0, 1.0]).is_none());
        assert!(smooth(x.narrow(0, 0, 2), &[1.0, 1.0]).is_none());
    }

    #[test]
    fn its_gradient_agrees_with_finite_differences() {
        let x: Vec<f32> = (0..5 * 2 * 3 * 3).map(|i| (i as f32 * 0.9).sin()).collect();
        let bounds: Vec<f32> = (0..x.len()).map(|i| if i % 7 == 3 { 0.0 } else { 0.1 }).collect();
        check::gradient(&x, 1e-2, |x| smooth(x.reshape([5, 2, 3, 3]), &bounds).unwrap());
    }
}
