//! 2s-AGCN's preprocessing of NTU RGB+D (lshiwjx/2s-AGCN, `data_gen/preprocess.py`), which Shift-GCN shares.
//!
//! It is differentiable, including the rotation: an attack that moves the first frame turns the whole clip, as it would
//! in a service that reads the attacked file. Which frames and joints are present is treated as constant.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::kernel::product;

/// The first person's joint on which each frame is centred.
pub(super) const CENTRE: usize = 1;
/// The bones that become the z axis and the x axis: from, to.
pub(super) const UP: [usize; 2] = [0, 1];
pub(super) const ACROSS: [usize; 2] = [4, 8];

/// For each component of a unit vector a, its contribution to the matrix of `p -> (a x axis) x p`, row by row.
pub(super) const TO_Z: [[f32; 9]; 3] =
    [[0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0], [0.0; 9]];
pub(super) const TO_X: [[f32; 9]; 3] =
    [[0.0; 9], [0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0]];

/// Repeats the clip up to `frames`, centres it, and turns it so that in the first frame the first person's spine points
/// along z and the shoulders along x. People who are nowhere in the clip stay zero.
///
/// # Shapes
/// - x: (N, 3, T, V, M), joints numbered as in NTU RGB+D or Kinect v1
/// - result: (N, 3, frames, V, M)
pub(super) fn normalised(x: Tensor<5>, frames: usize) -> Tensor<5> {
    let x = centred(filled(x, frames));
    let x = turned(x, UP, TO_Z, 2);
    turned(x, ACROSS, TO_X, 0)
}

/// Repeats each person's frames up to the last one that shows them. If a person is absent in the first frame, all
/// frames without them are dropped first; otherwise gaps stay.
fn filled(x: Tensor<5>, frames: usize) -> Tensor<5> {
    let [n, c, t, v, m] = x.dims();
    let device = x.device();
    let x = x.permute([0, 4, 2, 3, 1]).reshape([n, m, t, v * c]);
    let there = x.clone().abs().sum_dim(3).greater_elem(0.0).float().reshape([n, m, t]);
    let starts = there.clone().narrow(2, 0, 1);
    let gapless = starts.clone().neg().add_scalar(1.0);
    let at = count(t, &device).reshape([1, 1, t]);
    let last = ((at.clone() + 1.0) * there.clone()).max_dim(2);
    let length = (last * starts.clone() + there.clone().sum_dim(2) * gapless.clone()).clamp_min(1.0);
    let place = at * starts + (there.cumsum(2) - 1.0) * gapless;
    // The place that each frame of the result reads. Adding 0.5 keeps the quotient away from whole numbers, where
    // rounding would matter.
    let frame = count(frames, &device).reshape([1, 1, frames, 1]);
    let length = length.reshape([n, m, 1, 1]);
    let rounds = ((frame.clone() + 0.5) / length.clone()).floor();
    let wanted = frame - rounds * length;
    let reads = (wanted - place.reshape([n, m, 1, t])).abs().lower_elem(0.5).float();
    product(reads, x).reshape([n, m, frames, v, c]).permute([0, 4, 2, 3, 1])
}

fn count(n: usize, device: &Device) -> Tensor<1> {
    Tensor::<1, Int>::arange(0..n as i64, device).float()
}

/// Joints relative to the first person's spine in the same frame; a joint at zero is lost and stays there. As in the
/// published program, a frame without the first person is not centred.
fn centred(x: Tensor<5>) -> Tensor<5> {
    let centre = x.clone().narrow(3, CENTRE, 1).narrow(4, 0, 1);
    let there = x.clone().abs().sum_dim(1).greater_elem(0.0).float();
    x - centre * there
}

/// Turns the clip about its origin so that a bone of the first person points along an axis in the first frame.
pub(super) fn turned(x: Tensor<5>, [from, to]: [usize; 2], cross: [[f32; 9]; 3], axis: usize) -> Tensor<5> {
    let [n, c, t, v, m] = x.dims();
    let device = x.device();
    let first = x.clone().narrow(2, 0, 1).narrow(4, 0, 1);
    let bone = (first.clone().narrow(3, to, 1) - first.narrow(3, from, 1)).reshape([n, c]);
    // A bone without length turns nothing: every product below is zero.
    let length = bone.clone().square().sum_dim(1).clamp_min(1e-12).sqrt();
    let a = bone / length;
    let cos = a.clone().narrow(1, axis, 1).reshape([n, 1, 1]);
    let k = product(a, Tensor::from_data(TensorData::from(cross), &device)).reshape([n, 3, 3]);
    // 1 + cos. Near the opposite direction it comes from the sine, which is exact there.
    let sine = k.clone().square().sum_dim(2).sum_dim(1) * 0.5;
    let behind = cos.clone().lower_elem(0.0);
    let near = (cos.clone() + 1.0).mask_where(behind, sine / (cos.neg() + 1.0).clamp_min(0.5));
    let identity = Tensor::<2>::eye(3, &device).unsqueeze::<3>();
    let turn = identity + k.clone() + product(k.clone(), k) / near.clamp_min(1e-12);
    product(turn, x.reshape([n, c, t * v * m])).reshape([n, c, t, v, m])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Clip = Vec<Vec<Vec<[f64; 3]>>>;

    /// The published program, followed step by step, person by person, (M, T, V, 3).
    fn published(mut clip: Clip, frames: usize) -> Clip {
        let empty = |frame: &Vec<[f64; 3]>| frame.iter().flatten().all(|v| *v == 0.0);
        for person in &mut clip {
            if person.iter().all(empty) {
                *person = vec![vec![[0.0; 3]; person[0].len()]; frames];
                continue;
            }
            if empty(&person[0]) {
                person.retain(|frame| !empty(frame));
            }
            let end = person.iter().rposition(|frame| !empty(frame)).unwrap() + 1;
            *person = (0..frames).map(|i| person[i % end].clone()).collect();
        }
        let centre: Vec<[f64; 3]> = clip[0].iter().map(|frame| frame[1]).collect();
        for (frame, centre) in clip.iter_mut().flat_map(|person| person.iter_mut().zip(&centre)) {
            for joint in frame.iter_mut().filter(|j| j.iter().any(|v| *v != 0.0)) {
                *joint = [0, 1, 2].map(|c| joint[c] - centre[c]);
            }
        }
        for ([from, to], axis) in [([0, 1], [0.0, 0.0, 1.0]), ([4, 8], [1.0, 0.0, 0.0])] {
            let first = &clip[0][0];
            let bone = [0, 1, 2].map(|c| first[to][c] - first[from][c]);
            let about = cross(bone, axis);
            let size = dot(about, about).sqrt();
            if size < 1e-9 {
                continue;
            }
            let about = about.map(|v| v / size);
            let angle = (dot(bone, axis) / dot(bone, bone).sqrt()).acos();
            for joint in clip.iter_mut().flatten().flatten() {
                // Rodrigues' formula.
                let (aside, along) = (cross(about, *joint), dot(about, *joint) * (1.0 - angle.cos()));
                *joint = [0, 1, 2].map(|c| joint[c] * angle.cos() + aside[c] * angle.sin() + about[c] * along);
            }
        }
        clip
    }

    fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    }

    fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }

    const V: usize = 10;

    /// People who are there in the frames that `there` names.
    fn made(frames: usize, there: &[&[usize]], turn: f64) -> Clip {
        let joint = |m: usize, t: usize, j: usize| {
            let s = (m * 31 + t) as f64 * 0.1;
            let (a, b) = ((j as f64 * 1.7 + s).sin(), (j as f64 * 0.9 - s).cos());
            [a * turn.cos() + m as f64, 0.4 * b + 1.0, a * turn.sin() + 2.5]
        };
        let frame = |m: usize, t: usize| (0..V).map(|j| joint(m, t, j)).collect();
        let of = |(m, there): (usize, &&[usize])| {
            (0..frames).map(|t| if there.contains(&t) { frame(m, t) } else { vec![[0.0; 3]; V] }).collect()
        };
        there.iter().enumerate().map(of).collect()
    }

    fn tensor(clip: &Clip) -> Tensor<5> {
        let (m, t) = (clip.len(), clip[0].len());
        let values: Vec<f32> = clip.iter().flatten().flatten().flatten().map(|v| *v as f32).collect();
        Tensor::<4>::from_data(TensorData::new(values, [m, t, V, 3]), &Device::flex()).permute([3, 1, 2, 0]).unsqueeze()
    }

    fn check(clip: Clip, frames: usize) {
        let found = normalised(tensor(&clip), frames);
        let wanted = tensor(&published(clip, frames));
        assert_eq!(found.dims(), wanted.dims());
        let error = (found - wanted).abs().max().into_scalar::<f32>();
        assert!(error < 2e-5, "{error}");
    }

    #[test]
    fn it_is_the_published_one() {
        let all: Vec<usize> = (0..7).collect();
        check(made(7, &[&all], 0.3), 7);
        check(made(7, &[&all, &[]], 1.0), 20);
        // Somebody comes late, leaves a gap, goes early.
        check(made(7, &[&all, &[2, 3, 5]], 2.0), 23);
        check(made(7, &[&[0, 1, 4], &[1, 2]], -1.0), 16);
        check(made(7, &[&[3, 4], &all], 0.5), 9);
    }

    #[test]
    fn a_person_with_the_back_to_the_camera_is_turned_round() {
        let all: Vec<usize> = (0..3).collect();
        // Shoulders along -x, within rounding, and within what rounding hides.
        for nearly in [0.0, 1e-3, 1e-5] {
            let mut clip = made(3, &[&all], 0.4);
            for frame in &mut clip[0] {
                frame[0] = [1.0, 1.0, 2.0];
                frame[1] = [1.0, 1.0, 2.4];
                frame[4] = [1.3, 1.5, 2.0];
                frame[8] = [0.9, 1.5 + 0.4 * nearly, 2.0];
            }
            check(clip, 3);
        }
    }

    #[test]
    fn an_empty_clip_stays_empty_and_has_a_gradient() {
        let device = Device::flex().autodiff();
        let x = Tensor::<5>::zeros([1, 3, 4, V, 2], &device).require_grad();
        let y = normalised(x.clone(), 6);
        assert_eq!(y.clone().abs().max().into_scalar::<f32>(), 0.0);
        let gradient = x.grad(&y.sum().backward()).unwrap().into_data().try_to_vec::<f32>().unwrap();
        assert!(gradient.iter().all(|g| g.is_finite()));
    }
}
