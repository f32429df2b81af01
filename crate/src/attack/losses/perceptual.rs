//! SMART's perceptual loss: how visible a change is.

use burn::tensor::{Tensor, TensorData};

use crate::kernel::product;
use crate::skeleton::Sequence;

/// The weights of the three terms, and of a limb's and a trunk's joint in the first: the defaults of its authors'
/// published code.
const DISPLACEMENT: f32 = 0.4;
const ACCELERATION: f32 = 0.6 * 0.3;
const BONES: f32 = 0.6 * 0.7;
const LIMB: f32 = 0.02;
const TRUNK: f32 = 0.04;

/// Added to a bone's squared length under the root: a bone of length 0 gets a bounded gradient.
const SOFT: f32 = 1e-12;

/// The loss of "Understanding the Robustness of Skeleton-based Action Recognition under Adversarial Attack" (Wang et
/// al., CVPR 2021), `0.4 D + 0.18 A + 0.42 B`, each summed over frames and people:
///
/// - D, displacement: `w_j |v' - v|^2` over the joints, with w twice as high for the trunk, where changes show most;
/// - A, dynamics: `|a' - a|^2` over the joints, with a the acceleration in units per second squared;
/// - B, bones: `(b' - b)^2` over the bones, with b the bone's length in that frame. A bone with an unseen end does not
///   count.
///
/// `x` is (T, M, V, C), of the clip's shape, in the layout's unit; confidences do not enter. The result is one number,
/// (1).
pub fn perceptual(x: Tensor<4>, clean: &Sequence) -> Tensor<1> {
    let layout = clean.layout();
    let device = x.device();
    let [t, m, v, c] = x.dims();
    let was = Tensor::<4>::from_data(TensorData::new(clean.data().to_vec(), [t, m, v, c]), &device);
    let [x, was] = [x, was].map(|p| p.narrow(3, 0, layout.dims));
    let moved = x.clone() - was.clone();

    let weights: Vec<f32> = (0..v).map(|j| if layout.mirror[j] == j { TRUNK } else { LIMB }).collect();
    let weights = Tensor::from_data(TensorData::new(weights, [1, 1, v, 1]), &device);
    let mut loss = (moved.clone().square() * weights).sum() * DISPLACEMENT;
    if t > 2 {
        let at = |from: usize| moved.clone().narrow(0, from, t - 2);
        let change = (at(2) + at(0) - at(1) * 2.0) * clean.fps.powi(2);
        loss = loss + change.square().sum() * ACCELERATION;
    }
    // Both lengths are computed in the same way, so an unchanged clip has a loss of exactly 0 and no gradient from
    // rounding.
    loss + (lengths(x, clean) - lengths(was, clean)).square().sum() * BONES
}

/// The bones' lengths, (T M, B); 0 for a bone with an unseen end.
fn lengths(x: Tensor<4>, clean: &Sequence) -> Tensor<2> {
    let (layout, device, [t, m, v, c]) = (clean.layout(), x.device(), x.dims());
    let bones = layout.bones();
    let mut ends = vec![0.0_f32; bones.len() * v];
    for (row, &(a, b)) in ends.chunks_mut(v).zip(&bones) {
        row[a] = -1.0;
        row[b] = 1.0;
    }
    let ends = Tensor::<2>::from_data(TensorData::new(ends, [bones.len(), v]), &device).unsqueeze::<3>();
    let mut there = Vec::with_capacity(t * m * bones.len());
    for (t, m) in (0..t).flat_map(|t| (0..m).map(move |m| (t, m))) {
        let seen = |&(a, b): &(usize, usize)| clean.seen(t, m, a) && clean.seen(t, m, b);
        there.extend(bones.iter().map(|bone| if seen(bone) { 1.0_f32 } else { 0.0 }));
    }
    let there = Tensor::from_data(TensorData::new(there, [t * m, bones.len(), 1]), &device);
    let vectors = product(ends, x.reshape([t * m, v, c]));
    ((vectors.square().sum_dim(2) + SOFT).sqrt() * there).squeeze_dim::<2>(2)
}

/// SMART's direction of descent for both losses: in each frame both gradients are scaled to unit length, then
/// `prediction += weight * perceptual`. So the scales of the losses do not matter. Both slices are (T, ...), with
/// `frame` values per frame.
pub fn balance(prediction: &mut [f32], perceptual: &[f32], weight: f32, frame: usize) {
    let norm = |g: &[f32]| g.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt().max(1e-18);
    for (p, q) in prediction.chunks_mut(frame).zip(perceptual.chunks(frame)) {
        let (np, nq) = (norm(p), norm(q));
        for (p, q) in p.iter_mut().zip(q) {
            *p = (f64::from(*p) / np + f64::from(weight) * f64::from(*q) / nq) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::attack::losses::check;
    use crate::skeleton::LayoutId;
    use burn::tensor::Device;

    /// Joints at (j / 10, 0) in the picture plane, 10 frames a second; the left ear (17) was not seen.
    fn clip(frames: usize) -> Sequence {
        let frame: Vec<f32> =
            (0..18).flat_map(|j| if j < 17 { [j as f32 / 10.0, 0.0, 0.8] } else { [0.0; 3] }).collect();
        Sequence::new(LayoutId::OpenPose18, 10.0, frames, 1, frame.repeat(frames)).unwrap()
    }

    fn value(data: Vec<f32>, clean: &Sequence) -> f32 {
        let shape = [clean.frames(), 1, 18, 3];
        perceptual(Tensor::from_data(TensorData::new(data, shape), &Device::flex()), clean).into_scalar()
    }

    #[test]
    fn one_moved_joint_by_hand() {
        let clean = clip(3);
        assert_eq!(value(clean.data().to_vec(), &clean), 0.0);
        // In the middle frame the right wrist (4) goes from (0.4, 0) to (0.7, 0.4): its bone to the elbow at (0.3, 0)
        // grows from 0.1 to sqrt(0.32). The acceleration changes by -2 (0.3, 0.4) 10^2, of squared length 4 * 0.25 *
        // 10^4.
        let mut data = clean.data().to_vec();
        let at = 54 + 4 * 3;
        data[at] += 0.3;
        data[at + 1] += 0.4;
        let bone = (0.32_f32.sqrt() - 0.1).powi(2);
        let want = 0.4 * 0.02 * 0.25 + 0.18 * 1e4 + 0.42 * bone;
        assert!((value(data, &clean) / want - 1.0).abs() < 1e-5);
        // Two frames have no dynamics. The nose (0) belongs to the trunk and ends three bones, to the neck at (0.1, 0)
        // and the eyes at (1.4, 0) and (1.5, 0).
        let clean = clip(2);
        let mut data = clean.data().to_vec();
        data[1] = 0.5;
        let change = |was: f32| ((was * was + 0.25).sqrt() - was).powi(2);
        let want = 0.4 * 0.04 * 0.25 + 0.42 * (change(0.1) + change(1.4) + change(1.5));
        assert!((value(data, &clean) / want - 1.0).abs() < 1e-4);
    }

    #[test]
    fn confidences_and_bones_to_unseen_joints_do_not_enter() {
        let clean = clip(2);
        let mut data = clean.data().to_vec();
        data[2] = 0.1;
        assert_eq!(value(data, &clean), 0.0);
        // The left ear's displacement counts, its bone does not.
        let mut data = clean.data().to_vec();
        data[17 * 3] = 0.5;
        assert!((value(data, &clean) - 0.4 * 0.02 * 0.25).abs() < 1e-7);
    }

    #[test]
    fn its_gradient_agrees_with_finite_differences() {
        for id in [LayoutId::KinectV1, LayoutId::OpenPose18] {
            let layout = id.layout();
            let n = 4 * 2 * layout.len() * layout.channels();
            let data: Vec<f32> = (0..n).map(|i| 0.5 + 0.4 * (i as f32 * 1.7).sin()).collect();
            // One frame per second keeps the dynamics from dominating.
            let clean = Sequence::new(id, 1.0, 4, 2, data).unwrap();
            let x: Vec<f32> = clean.data().iter().enumerate().map(|(i, x)| x + 0.1 * (i as f32 * 0.9).sin()).collect();
            check::gradient(&x, 3e-3, |x| perceptual(x.reshape([4, 2, layout.len(), layout.channels()]), &clean));
        }
    }

    #[test]
    fn both_gradients_have_unit_length_in_each_frame() {
        // Two frames of two values; the second has no perceptual gradient.
        let mut g = [3.0, 4.0, 0.0, -2.0];
        balance(&mut g, &[0.0, 5.0, 0.0, 0.0], 0.5, 2);
        assert_eq!(g, [0.6, 1.3, 0.0, -1.0]);
    }
}
