//! Preprocessing: from a clip to a network's input. It is differentiable, so that an attack acts on the clip itself.

use burn::tensor::Tensor;

use super::centre::{anchored, centred, middle};
use super::normalise::normalised;
use super::resample::resample;
use super::sampled::{ctr, pyskl, pyskl_picture, uniform};
use super::stream;
use crate::contract::manifest::{ModelEntry, Preprocessing};
use crate::contract::stream::Stream;
use crate::skeleton::LayoutId;

/// The preprocessing in front of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// How coordinates and frames are changed.
    pub preprocessing: Preprocessing,
    /// The clip's skeleton.
    pub layout: LayoutId,
    /// Frames that the network reads; `None` for as many as the clip has.
    pub frames: Option<usize>,
    /// People that the network reads. Further people are dropped, missing ones are filled with zeros.
    pub people: usize,
}

impl Input {
    /// The preprocessing of a manifest entry.
    pub fn new(entry: &ModelEntry) -> Self {
        let frames = (entry.frames > 0).then_some(entry.frames);
        Self { preprocessing: entry.preprocessing, layout: entry.layout, frames, people: entry.people }
    }

    /// The input of a network that reads joints.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M)
    /// - result: (N, C, frames or T, V, people)
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        self.prepare(x).stream(Stream::Joint)
    }

    /// What all streams of an ensemble share.
    ///
    /// # Shapes
    /// - x: (N, C, T, V, M)
    pub fn prepare(&self, x: Tensor<5>) -> Prepared {
        let (layout, frames) = (self.layout, self.frames);
        if self.preprocessing != Preprocessing::Pyskl {
            return Prepared { x: self.whole(x), layout, sampled: None };
        }
        let x = self.select_people(x);
        let kept = if layout.layout().dims == 2 { pyskl_picture(x) } else { pyskl(x) };
        let frames = frames.unwrap_or(kept.x.dims()[2]);
        Prepared { sampled: Some((kept.count(), frames)), x: kept.x, layout }
    }

    fn whole(&self, x: Tensor<5>) -> Tensor<5> {
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
            Preprocessing::CtrGcn => {
                let frames = self.frames.unwrap_or(x.dims()[2]);
                ctr(x, frames)
            }
            // Its frames are taken after the stream is made.
            Preprocessing::Pyskl => pyskl(x).x,
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

    /// Appends frames of zeros up to the number that the network reads.
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

    /// Resamples a clip that is longer than the network's input. Every frame has a weight.
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

/// A clip that is preprocessed as far as all streams have in common.
pub struct Prepared {
    x: Tensor<5>,
    layout: LayoutId,
    /// How many frames of each clip are its own, (N, 1), and how many are taken, where that comes last.
    sampled: Option<(Tensor<2>, usize)>,
}

impl Prepared {
    /// The input of a network that reads a stream, (N, C, frames or T, V, people).
    pub fn stream(&self, stream: Stream) -> Tensor<5> {
        match &self.sampled {
            Some((count, frames)) => uniform(stream::scored(stream, self.x.clone(), self.layout), count, *frames),
            None => stream::of(stream, self.x.clone(), self.layout),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::{Device, TensorData};

    use super::super::centre::present;
    use super::*;

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
        use Preprocessing::{Agcn, Anchored, Centred, CtrGcn, Kinetics, KineticsUp, Padded, Pyskl, Raw};
        for preprocessing in [Raw, Centred, Anchored, Padded, Kinetics, KineticsUp, Agcn, Pyskl, CtrGcn] {
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
}
