//! What happens to a clip before a network sees it: differentiable, so that an attack acts on the clip itself.

use burn::tensor::{Device, Tensor, TensorData};

use super::normalise::normalised;
use crate::contract::manifest::{ModelEntry, Preprocessing};
use crate::skeleton::LayoutId;

/// A clip's way into the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// What happens to the coordinates.
    pub preprocessing: Preprocessing,
    /// The clip's skeleton.
    pub layout: LayoutId,
    /// Frames that the network takes. None: as many as the clip has.
    pub frames: Option<usize>,
    /// People that the network takes; others are left out, missing ones are empty.
    pub people: usize,
}

impl Input {
    /// What a model's entry says.
    pub fn new(entry: &ModelEntry) -> Self {
        let frames = (entry.frames > 0).then_some(entry.frames);
        Self { preprocessing: entry.preprocessing, layout: entry.layout, frames, people: entry.people }
    }

    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, C, frames or T, V, people)
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let x = self.select_people(x);
        match self.preprocessing {
            Preprocessing::Raw => self.resample(x),
            Preprocessing::Centred => {
                let layout = self.layout.layout();
                self.resample(centred(x, layout.pelvis, layout.dims))
            }
            Preprocessing::Anchored => anchored(self.resample(x), self.layout.layout().pelvis),
            Preprocessing::Padded => self.pad(self.shorten(x)),
            Preprocessing::Kinetics => self.pad(self.shorten(middle(x, 1.0))),
            Preprocessing::KineticsUp => self.pad(self.shorten(middle(x, -1.0))),
            Preprocessing::Agcn => {
                let frames = self.frames.unwrap_or(0).max(x.dims()[2]);
                self.shorten(normalised(x, frames))
            }
        }
    }

    fn select_people(&self, x: Tensor<5>) -> Tensor<5> {
        let [n, c, t, v, m] = x.dims();
        if m >= self.people {
            return if m == self.people { x } else { x.narrow(4, 0, self.people) };
        }
        let empty = Tensor::zeros([n, c, t, v, self.people - m], &x.device());
        Tensor::cat(vec![x, empty], 4)
    }

    /// Empty frames after the clip's end, up to what the network takes.
    fn pad(&self, x: Tensor<5>) -> Tensor<5> {
        let [n, c, t, v, m] = x.dims();
        match self.frames {
            Some(frames) if frames > t => {
                let empty = Tensor::zeros([n, c, frames - t, v, m], &x.device());
                Tensor::cat(vec![x, empty], 2)
            }
            _ => x,
        }
    }

    /// A clip that is longer than what the network takes is resampled: no frame is left out.
    fn shorten(&self, x: Tensor<5>) -> Tensor<5> {
        if self.frames.is_some_and(|frames| frames < x.dims()[2]) { self.resample(x) } else { x }
    }

    fn resample(&self, x: Tensor<5>) -> Tensor<5> {
        match self.frames {
            Some(frames) => resample(x, frames),
            None => x,
        }
    }
}

/// Subtracts the position of a joint of the first person in each frame from all joints of that frame. The first person is the
/// first one who is in that frame. In a picture the joint may be unseen; then the middle of that person's seen joints stands in
/// for it. `dims` channels are coordinates; a confidence that follows is never moved.
fn centred(x: Tensor<5>, joint: usize, dims: usize) -> Tensor<5> {
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

/// Subtracts from all joints the mean position of one joint of the first person, over the frames that show this person. The
/// first person is the first one who is anywhere in the clip. For layouts in space.
fn anchored(x: Tensor<5>, joint: usize) -> Tensor<5> {
    let there = present(&x);
    let weights = there.clone() * first(&there.clone().max_dim(2));
    let frames = weights.clone().sum_dim(4).sum_dim(2).clamp_min(1.0);
    let mean = (x.clone().narrow(3, joint, 1) * weights).sum_dim(4).sum_dim(2) / frames;
    x - mean * there
}

/// (N, 1, T, 1, M): 1 where a person is in a frame, that is, where any coordinate is not zero; else 0.
fn present(x: &Tensor<5>) -> Tensor<5> {
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

/// (N, dims, T, 1, 1): the centre joint of the first person who is seen in a frame, or the middle of the seen joints where the
/// centre joint is unseen. `seen` is (N, 1, T, V, M).
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

/// As many frames, each a mean of those around its moment.
fn resample(x: Tensor<5>, frames: usize) -> Tensor<5> {
    let [n, c, t, v, m] = x.dims();
    if frames == t {
        return x;
    }
    let weights = resampling(t, frames, &x.device());
    weights.matmul(x.reshape([n * c, t, v * m])).reshape([n, c, frames, v, m])
}

/// Kinetics-skeleton's: x and y relative to the picture's middle, y times `sign`; a joint that was not seen stays at zero.
fn middle(x: Tensor<5>, sign: f32) -> Tensor<5> {
    let score = x.clone().narrow(1, 2, 1);
    let seen = score.clone().abs().greater_elem(0.0).float();
    let channel = |c: usize, sign: f32| x.clone().narrow(1, c, 1).sub_scalar(0.5) * seen.clone() * sign;
    Tensor::cat(vec![channel(0, 1.0), channel(1, sign), score], 1)
}

/// (1, to, from): each row averages the frames around its moment with a triangle as wide as the larger of the two frame
/// distances, so that no frame is skipped when there are more than needed.
fn resampling(from: usize, to: usize, device: &Device) -> Tensor<3> {
    let weights = resampling_weights(from, to);
    Tensor::from_data(TensorData::new(weights, [1, to, from]), device)
}

/// The weights of that matrix, row by row.
pub fn resampling_weights(from: usize, to: usize) -> Vec<f32> {
    let scale = from as f64 / to as f64;
    let width = scale.max(1.0);
    let mut weights = Vec::with_capacity(from * to);
    for i in 0..to {
        let at = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, from as f64 - 1.0);
        let row: Vec<f64> = (0..from).map(|j| (1.0 - (j as f64 - at).abs() / width).max(0.0)).collect();
        let sum: f64 = row.iter().sum();
        weights.extend(row.iter().map(|w| (w / sum) as f32));
    }
    weights
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_sum_to_one_and_every_frame_counts() {
        for (from, to) in [(64, 64), (1, 64), (41, 64), (125, 64), (300, 64)] {
            let w = resampling_weights(from, to);
            for row in w.chunks_exact(from) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
            for j in 0..from {
                assert!((0..to).any(|i| w[i * from + j] > 0.0), "frame {j} of {from} to {to}");
            }
        }
    }

    #[test]
    fn as_many_frames_stay_as_they_are() {
        let w = resampling_weights(7, 7);
        assert!((0..49).all(|i| w[i] == if i / 7 == i % 7 { 1.0 } else { 0.0 }));
    }

    fn random(shape: [usize; 5]) -> Tensor<5> {
        Tensor::random(shape, burn::tensor::Distribution::Default, &Device::flex())
    }

    fn values(x: Tensor<5>) -> Vec<f32> {
        x.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn an_anchored_person_may_start_anywhere_but_travels_as_they_did() {
        let layout = LayoutId::KinectV1;
        let input = Input { preprocessing: Preprocessing::Anchored, layout, frames: None, people: 2 };
        let x = random([1, 3, 6, 20, 1]);
        let moved = x.clone() + Tensor::<1>::from_floats([3.0, -1.0, 2.0], &Device::flex()).reshape([1, 3, 1, 1, 1]);
        let (a, b) = (input.forward(x.clone()), input.forward(moved));
        assert!((a.clone() - b).abs().max().into_scalar::<f32>() < 1e-5);
        assert_eq!(a.clone().narrow(4, 1, 1).abs().max().into_scalar::<f32>(), 0.0);
        let pelvis = a.clone().narrow(3, layout.layout().pelvis, 1);
        assert!(pelvis.mean_dim(2).abs().max().into_scalar::<f32>() < 1e-6);
        let step = |x: Tensor<5>| x.clone().narrow(2, 5, 1) - x.narrow(2, 0, 1);
        assert!((step(x) - step(a.narrow(4, 0, 1))).abs().max().into_scalar::<f32>() < 1e-5);
    }

    #[test]
    fn each_clip_of_a_batch_goes_its_own_way() {
        use Preprocessing::{Agcn, Anchored, Centred, Kinetics, KineticsUp, Padded, Raw};
        for preprocessing in [Raw, Centred, Anchored, Padded, Kinetics, KineticsUp, Agcn] {
            let input = Input { preprocessing, layout: LayoutId::Ntu, frames: Some(9), people: 2 };
            let x = random([3, 3, 6, 25, 2]);
            let alone: Vec<f32> = x.clone().split(1, 0).into_iter().flat_map(|x| values(input.forward(x))).collect();
            let all = values(input.forward(x));
            assert!(all.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-5), "{preprocessing:?}");
        }
    }

    #[test]
    fn where_a_person_stands_does_not_matter_and_empty_people_stay_empty() {
        let layout = LayoutId::KinectV1;
        let input = Input { preprocessing: Preprocessing::Centred, layout, frames: Some(4), people: 2 };
        let x = random([1, 3, 6, 20, 1]);
        let moved = x.clone() + Tensor::<1>::from_floats([3.0, -1.0, 2.0], &Device::flex()).reshape([1, 3, 1, 1, 1]);
        let (a, b) = (input.forward(x), input.forward(moved));
        assert_eq!(a.dims(), [1, 3, 4, 20, 2]);
        assert!((a.clone() - b).abs().max().into_scalar::<f32>() < 1e-5);
        assert_eq!(a.narrow(4, 1, 1).abs().max().into_scalar::<f32>(), 0.0);
    }

    /// Two people of a clip with values, (1, C, T, V, 2); each is absent (all zeros) in the frames that `absent` names.
    fn two_people(layout: LayoutId, frames: usize, absent: [&[usize]; 2]) -> Tensor<5> {
        let (v, c) = (layout.layout().len(), layout.layout().channels());
        let people = absent.map(|absent| {
            let there = |t| if absent.contains(&t) { 0.0 } else { 1.0 };
            let mask = TensorData::new((0..frames).map(there).collect::<Vec<f32>>(), [1, 1, frames, 1, 1]);
            (random([1, c, frames, v, 1]) + 0.5) * Tensor::from_data(mask, &Device::flex())
        });
        Tensor::cat(people.to_vec(), 4)
    }

    /// Moves the people of a clip in space: an absent person stays absent.
    fn moved(x: &Tensor<5>, dims: usize) -> Tensor<5> {
        let by = [3.0, -1.0, 2.0].into_iter().take(dims).chain([0.0; 3]).take(x.dims()[1]).collect::<Vec<f32>>();
        let by = Tensor::<1>::from_floats(by.as_slice(), &Device::flex()).reshape([1, x.dims()[1], 1, 1, 1]);
        x.clone() + by * present(x)
    }

    #[test]
    fn the_second_person_is_centred_where_the_first_is_absent() {
        for (layout, preprocessing) in [
            (LayoutId::KinectV1, Preprocessing::Centred),
            (LayoutId::OpenPose18, Preprocessing::Centred),
            (LayoutId::KinectV1, Preprocessing::Anchored),
        ] {
            let input = Input { preprocessing, layout, frames: None, people: 2 };
            for absent in [[[1, 2].as_slice(), &[]], [&[0, 1, 2, 3], &[3]], [&[], &[0, 2]]] {
                let x = two_people(layout, 4, absent);
                let (a, b) = (input.forward(x.clone()), input.forward(moved(&x, layout.layout().dims)));
                let apart = (a.clone() - b).abs().max().into_scalar::<f32>();
                assert!(apart < 1e-5, "{layout:?}, {preprocessing:?}, absent in {absent:?}: {apart}");
                // Who is absent stays at zero.
                let nobody = present(&x).lower_elem(0.5).float();
                assert_eq!((a * nobody).abs().max().into_scalar::<f32>(), 0.0);
            }
        }
    }

    #[test]
    fn frames_without_the_first_person_do_not_move_the_anchor() {
        let input = Input { preprocessing: Preprocessing::Anchored, layout: LayoutId::Ntu, frames: None, people: 2 };
        let x = two_people(LayoutId::Ntu, 5, [&[0, 4], &[]]);
        let pelvis = input.forward(x).narrow(3, LayoutId::Ntu.layout().pelvis, 1).narrow(4, 0, 1);
        assert!(pelvis.narrow(2, 1, 3).mean_dim(2).abs().max().into_scalar::<f32>() < 1e-6);
    }

    #[test]
    fn empty_frames_follow_a_padded_clip_and_a_longer_one_is_resampled() {
        let input = |frames| Input { preprocessing: Preprocessing::Padded, layout: LayoutId::Ntu, frames, people: 1 };
        let x = random([1, 3, 6, 25, 1]);
        let padded = input(Some(9)).forward(x.clone());
        assert_eq!(values(padded.clone().narrow(2, 0, 6)), values(x.clone()));
        assert_eq!(values(padded.narrow(2, 6, 3)), vec![0.0; 3 * 3 * 25]);
        assert_eq!(values(input(None).forward(x.clone())), values(x.clone()));
        assert_eq!(input(Some(4)).forward(x).dims(), [1, 3, 4, 25, 1]);
    }

    #[test]
    fn pictures_are_centred_but_for_joints_that_were_not_seen() {
        let joint = |x: f32, y: f32, score: f32| [x, y, score];
        let mut pose = vec![joint(0.75, 0.25, 0.5); 18];
        pose[3] = joint(0.0, 0.0, 0.0);
        let data = TensorData::new(pose.concat(), [1, 1, 18, 1, 3]);
        let x = Tensor::<5>::from_data(data, &Device::flex()).permute([0, 4, 1, 2, 3]);
        let of = |preprocessing| {
            let input = Input { preprocessing, layout: LayoutId::OpenPose18, frames: None, people: 1 };
            let y = values(input.forward(x.clone()).permute([0, 2, 3, 4, 1]));
            (y[..3].to_vec(), y[9..12].to_vec())
        };
        assert_eq!(of(Preprocessing::Kinetics), (vec![0.25, -0.25, 0.5], vec![0.0; 3]));
        assert_eq!(of(Preprocessing::KineticsUp), (vec![0.25, 0.25, 0.5], vec![0.0; 3]));
    }

    #[test]
    fn the_published_normalisation_fills_the_end_with_the_clip() {
        let input = |frames| Input { preprocessing: Preprocessing::Agcn, layout: LayoutId::Ntu, frames, people: 2 };
        let x = random([1, 3, 6, 25, 1]);
        let y = input(Some(13)).forward(x.clone());
        assert_eq!(y.dims(), [1, 3, 13, 25, 2]);
        assert_eq!(values(y.clone().narrow(2, 0, 6)), values(y.clone().narrow(2, 6, 6)));
        assert_eq!(values(y.clone().narrow(2, 0, 6)), values(input(None).forward(x.clone())));
        assert_eq!(input(Some(4)).forward(x).dims(), [1, 3, 4, 25, 2]);
    }

    /// Three joints of two people in a picture; the second frame's centre and the second person's last joint are not seen.
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
        // Without its centre, a frame is seen from the middle of the joints that are: (0.5, 0.5).
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
        // Of the coordinates of joints that were seen: at confidence 0 the input has a step.
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
