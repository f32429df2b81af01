//! Preprocessing of pyskl (and MMAction2 1.x) and of CTR-GCN on NTU RGB+D: bodies are moved as a whole, and a fixed
//! number of frames is taken. Differentiable; which frames and joints are there is treated as constant.

use burn::tensor::{Device, Int, Tensor};

use super::centre::present;
use super::normalise::{ACROSS, CENTRE, TO_X, TO_Z, UP, turned};
use crate::kernel::product;

/// The score above which pyskl counts a joint of a picture as seen.
const SEEN: f32 = 0.01;

/// A clip whose frames are not sampled yet. Streams of motion are made here: motion runs at the clip's own rate.
pub(super) struct Kept {
    /// (N, 3, T, V, M): the frames that show the first person, then the last of them again.
    pub x: Tensor<5>,
    /// (N, 1): how many frames there are without repetition.
    count: Tensor<2>,
}

/// pyskl's `PreNormalize3D`: frames without the first person are dropped, and the person who is there in more frames
/// comes first. The spine in the first frame becomes the origin, the spine the z axis, the shoulders the x axis.
///
/// # Shapes
/// - x: (N, 3, T, V, M), joints numbered as in NTU RGB+D or Kinect v1
pub(super) fn pyskl(x: Tensor<5>) -> Kept {
    let x = most_seen_first(x);
    let [n, c, t, v, m] = x.dims();
    let device = x.device();
    let there = present(&x.clone().narrow(4, 0, 1)).reshape([n, t]);
    let count = there.clone().sum_dim(1);
    let place = (there.clone().cumsum(1) - 1.0).reshape([n, 1, t]);
    let last = (count.clone() - 1.0).clamp_min(0.0).reshape([n, 1, 1]);
    let wanted = counted(t, &device).reshape([1, t, 1]).expand([n, t, 1]).min_pair(last.expand([n, t, 1]));
    let reads = (wanted - place).abs().lower_elem(0.5).float() * there.reshape([n, 1, t]);
    let x = gathered(reads, x, [n, c, t, v, m]);

    let origin = x.clone().narrow(2, 0, 1).narrow(3, CENTRE, 1).narrow(4, 0, 1);
    let seen = x.clone().abs().sum_dim(1).greater_elem(0.0).float();
    let x = x - origin * seen;
    Kept { x: turned(turned(x, UP, TO_Z, 2), ACROSS, TO_X, 0), count }
}

/// pyskl's `PreNormalize2D` for a picture: its shares become -1 to 1, a joint without a score stays at zero. All frames
/// are kept.
///
/// # Shapes
/// - x: (N, 3, T, V, M): x, y and score
pub(super) fn pyskl_picture(x: Tensor<5>) -> Kept {
    let [n, _, t, ..] = x.dims();
    let score = x.clone().narrow(1, 2, 1);
    let seen = score.clone().greater_elem(SEEN).float();
    let place = (x.narrow(1, 0, 2) * 2.0 - 1.0) * seen;
    let count = Tensor::full([n, 1], t as f32, &place.device());
    Kept { x: Tensor::cat(vec![place, score], 1), count }
}

/// The middle frame of each of `frames` equal parts of the clip; a shorter clip is repeated. pyskl's test draws ten
/// times at random; this takes one draw, always the same.
pub(super) fn uniform(x: Tensor<5>, count: &Tensor<2>, frames: usize) -> Tensor<5> {
    let [n, c, t, v, m] = x.dims();
    let device = x.device();
    let at = counted(frames, &device).reshape([1, frames]).expand([n, frames]);
    let count = count.clone().clamp_min(1.0).expand([n, frames]);
    // Adding 0.5 keeps the quotients away from whole numbers, where rounding would matter.
    let rounds = ((at.clone() + 0.5) / count.clone()).floor();
    let repeated = at.clone() - rounds * count.clone();
    let middle = ((at + 0.5) * count.clone() / frames as f32).floor().min_pair(count.clone() - 1.0);
    let wanted = middle.mask_where(count.lower_elem(frames as f32), repeated);
    let reads = (wanted.reshape([n, frames, 1]) - counted(t, &device).reshape([1, 1, t])).abs().lower_elem(0.5).float();
    gathered(reads, x, [n, c, frames, v, m])
}

impl Kept {
    /// How many frames there are, (N, 1).
    pub fn count(&self) -> Tensor<2> {
        self.count.clone()
    }
}

/// CTR-GCN's: the first person's spine in the first frame becomes the origin; of the frames that show somebody the
/// middle 95 % are resampled to `frames`, linear in time.
///
/// # Shapes
/// - x: (N, 3, T, V, M), joints numbered as in NTU RGB+D or Kinect v1
/// - result: (N, 3, frames, V, M)
pub(super) fn ctr(x: Tensor<5>, frames: usize) -> Tensor<5> {
    /// The share that is left out at both ends together.
    const CROPPED: f32 = 0.05;
    let [n, c, t, v, m] = x.dims();
    let device = x.device();
    let there = present(&x);
    let first = there.clone().narrow(4, 0, 1);
    let first = first.clone() * first.cumsum(2).lower_elem(1.5).float();
    let origin = (x.clone().narrow(3, CENTRE, 1).narrow(4, 0, 1) * first).sum_dim(2);
    let x = x - origin * there.clone();

    let count = there.sum_dim(4).greater_elem(0.5).float().sum_dim(2).reshape([n, 1]);
    let bias = (count.clone() * (CROPPED / 2.0) + 1e-4).floor();
    let length = (count - bias.clone() * 2.0).clamp_min(1.0);
    let at = (counted(frames, &device).reshape([1, frames]) + 0.5) / frames as f32;
    let at = (at * length.clone() - 0.5).clamp_min(0.0).min_pair((length - 1.0).expand([n, frames])) + bias;
    let distance = (at.reshape([n, frames, 1]) - counted(t, &device).reshape([1, 1, t])).abs();
    gathered((distance.neg() + 1.0).clamp_min(0.0), x, [n, c, frames, v, m])
}

/// The person who is there in more frames comes first, among equals the first.
fn most_seen_first(x: Tensor<5>) -> Tensor<5> {
    let m = x.dims()[4];
    if m < 2 {
        return x;
    }
    let counts = present(&x).sum_dim(2);
    let swap = (counts.clone().narrow(4, 1, 1) - counts.narrow(4, 0, 1)).greater_elem(0.5).float();
    let keep = swap.clone().neg() + 1.0;
    let [first, second] = [0, 1].map(|i| x.clone().narrow(4, i, 1));
    let mut people = vec![first.clone() * keep.clone() + second.clone() * swap.clone(), second * keep + first * swap];
    if m > 2 {
        people.push(x.narrow(4, 2, m - 2));
    }
    Tensor::cat(people, 4)
}

/// Frames as weighted sums of frames: `reads` is (N, frames, T).
fn gathered(reads: Tensor<3>, x: Tensor<5>, [n, c, frames, v, m]: [usize; 5]) -> Tensor<5> {
    let t = x.dims()[2];
    let x = x.permute([0, 2, 4, 3, 1]).reshape([n, t, m * v * c]);
    product(reads, x).reshape([n, frames, m, v, c]).permute([0, 4, 1, 3, 2])
}

fn counted(n: usize, device: &Device) -> Tensor<1> {
    Tensor::<1, Int>::arange(0..n as i64, device).float()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::TensorData;

    use super::*;

    const V: usize = 10;

    /// People who are there in the frames that `there` names, (1, 3, T, V, M). The x of joint 0 is the frame's number,
    /// from 1, plus 100 for the second person.
    fn clip(frames: usize, there: &[&[usize]]) -> Tensor<5> {
        let value = |m: usize, t: usize, j: usize, c: usize| match there[m].contains(&t) {
            false => 0.0,
            true if c == 0 => (100 * m + t + 1) as f32 + 0.01 * j as f32,
            true => 0.3 * ((j * 7 + c * 3) as f32).sin() + 2.0,
        };
        let mut values = Vec::new();
        for c in 0..3 {
            for t in 0..frames {
                for j in 0..V {
                    values.extend((0..there.len()).map(|m| value(m, t, j, c)));
                }
            }
        }
        Tensor::from_data(TensorData::new(values, [1, 3, frames, V, there.len()]), &Device::flex())
    }

    /// How far joint 0 of a person is from where it is in the first frame, by frames.
    fn ways(x: &Tensor<5>, person: usize) -> Vec<f32> {
        let joint = x.clone().narrow(3, 0, 1).narrow(4, person, 1);
        let way = joint.clone() - joint.narrow(2, 0, 1);
        way.square().sum_dim(1).sqrt().into_data().try_to_vec().unwrap()
    }

    fn close(found: &[f32], wanted: &[f32]) {
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-3), "{found:?} is not {wanted:?}");
        assert_eq!(found.len(), wanted.len());
    }

    #[test]
    fn frames_without_the_first_person_are_dropped_and_the_last_one_repeated() {
        let kept = pyskl(clip(6, &[&[1, 2, 4]]));
        close(&ways(&kept.x, 0), &[0.0, 1.0, 3.0, 3.0, 3.0, 3.0]);
        // Short clips are repeated, long ones give the middle of equal parts.
        close(&ways(&uniform(kept.x.clone(), &kept.count(), 7), 0), &[0.0, 1.0, 3.0, 0.0, 1.0, 3.0, 0.0]);
        let kept = pyskl(clip(9, &[&[0, 1, 2, 3, 4, 5, 6, 7, 8]]));
        close(&ways(&uniform(kept.x.clone(), &kept.count(), 3), 0), &[0.0, 3.0, 6.0]);
    }

    #[test]
    fn who_is_there_longer_comes_first() {
        let kept = pyskl(clip(4, &[&[1], &[0, 1, 3]]));
        close(&ways(&kept.x, 0), &[0.0, 1.0, 3.0, 3.0]);
        assert_eq!(kept.count().into_scalar::<f32>(), 3.0);
    }

    #[test]
    fn the_body_is_turned_once_and_stands_at_the_origin_in_the_first_frame() {
        let x = pyskl(clip(3, &[&[0, 1, 2]])).x;
        let joint = |j: usize| x.clone().narrow(2, 0, 1).narrow(3, j, 1).into_data().try_to_vec::<f32>().unwrap();
        close(&joint(CENTRE), &[0.0; 3]);
        // The shoulders are turned last.
        let (left, right) = (joint(4), joint(8));
        assert!(right[0] > left[0]);
        close(&right[1..], &left[1..]);
    }

    #[test]
    fn the_middle_of_a_clip_is_resampled_linearly() {
        let all: Vec<usize> = (0..40).collect();
        let x = ctr(clip(41, &[&all]), 19);
        // 40 frames: one is left out at both ends, 38 become 19, each the mean of two neighbours.
        let wanted: Vec<f32> = (0..19).map(|i| 2.0 * i as f32).collect();
        close(&ways(&x, 0), &wanted);
        let first = x.narrow(2, 0, 1).narrow(3, 1, 1).into_data().try_to_vec::<f32>().unwrap();
        close(&first, &[1.5, 0.0, 0.0]);
    }

    #[test]
    fn a_picture_reaches_from_minus_one_to_one() {
        let joints = vec![0.0f32, 0.25, 1.0, 0.5, 0.75, 1.0, 0.9, 0.8, 0.005];
        // Channels first: x of three joints, then y, then the score.
        let x = Tensor::<5>::from_data(TensorData::new(joints, [1, 3, 1, 3, 1]), &Device::flex());
        let kept = pyskl_picture(x);
        assert_eq!(kept.count().into_scalar::<f32>(), 1.0);
        close(&kept.x.into_data().try_to_vec::<f32>().unwrap(), &[-1.0, -0.5, 0.0, 0.0, 0.5, 0.0, 0.9, 0.8, 0.005]);
    }

    #[test]
    fn an_empty_clip_has_finite_values() {
        let x = Tensor::<5>::zeros([1, 3, 4, V, 2], &Device::flex());
        let kept = pyskl(x.clone());
        let all = [uniform(kept.x.clone(), &kept.count(), 6), ctr(x, 6)];
        assert!(all.into_iter().all(|x| x.abs().max().into_scalar::<f32>() == 0.0));
    }
}
