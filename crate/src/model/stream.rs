//! What a stream of an ensemble reads: joints, bones, or how either moves. Differentiable.

use burn::tensor::{Int, Tensor, TensorData};

use crate::contract::stream::Stream;
use crate::skeleton::LayoutId;

/// What a stream reads of a clip.
///
/// # Shapes
/// - x: (N, C, T, V, M), joint positions
/// - result: the same
pub(super) fn of(stream: Stream, x: Tensor<5>, layout: LayoutId) -> Tensor<5> {
    match stream {
        Stream::Joint => x,
        Stream::Bone => bones(x, layout),
        Stream::JointMotion => motion(x),
        Stream::BoneMotion => motion(bones(x, layout)),
    }
}

/// As [`of`], where a bone of a picture has the mean score of its two ends, and a way the mean of its two frames, as
/// pyskl has them.
pub(super) fn scored(stream: Stream, x: Tensor<5>, layout: LayoutId) -> Tensor<5> {
    let (channels, dims) = (x.dims()[1], layout.layout().dims);
    if channels == dims {
        return of(stream, x, layout);
    }
    let place = of(stream, x.clone().narrow(1, 0, dims), layout);
    let score = x.narrow(1, dims, channels - dims);
    // A mean of two is one of them, less half of how far they differ.
    let ends = |s: Tensor<5>| s.clone() - bones(s, layout) * 0.5;
    let frames = |s: Tensor<5>| {
        let kept = s.dims()[2] - 1;
        let mean = s.clone() + motion(s.clone()) * 0.5;
        Tensor::cat(vec![mean.narrow(2, 0, kept), s.narrow(2, kept, 1).zeros_like()], 2)
    };
    let score = match stream {
        Stream::Joint => score,
        Stream::Bone => ends(score),
        Stream::JointMotion => frames(score),
        Stream::BoneMotion => frames(ends(score)),
    };
    Tensor::cat(vec![place, score], 1)
}

fn bones(x: Tensor<5>, layout: LayoutId) -> Tensor<5> {
    let starts: Vec<i32> = bone_ends(layout).iter().map(|p| *p as i32).collect();
    let joints = starts.len();
    let starts = Tensor::<1, Int>::from_data(TensorData::new(starts, [joints]), &x.device());
    x.clone() - x.select(3, starts)
}

/// Each frame's way to the next one; the last frame has none.
fn motion(x: Tensor<5>) -> Tensor<5> {
    let t = x.dims()[2];
    let last = x.clone().narrow(2, t - 1, 1).zeros_like();
    match t {
        1 => last,
        _ => Tensor::cat(vec![x.clone().narrow(2, 1, t - 1) - x.narrow(2, 0, t - 1), last], 2),
    }
}

/// The joint at which each joint's bone starts, (V): its parent. The published bones of Kinetics-skeleton and of COCO
/// start at the nose, unlike their graphs.
pub fn bone_ends(layout: LayoutId) -> &'static [usize] {
    match layout {
        LayoutId::OpenPose18 => &[0, 0, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15],
        LayoutId::Coco17 => &[0, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 0, 0, 11, 12, 13, 14],
        _ => layout.layout().parents,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn streams_of_a_clip_by_hand() {
        // Every joint stands at its own number, times the number of the frame, from 1.
        let values: Vec<f32> = (0..3 * 2 * 25).map(|i| ((i % 25) * (i / 25 % 2 + 1)) as f32).collect();
        let x = Tensor::<5>::from_data(TensorData::new(values, [1, 3, 2, 25, 1]), &Device::flex());
        let read = |stream| {
            let y = of(stream, x.clone(), LayoutId::Ntu).into_data().try_to_vec::<f32>().unwrap();
            // The head's channel x in both frames: joint 3, whose bone starts at joint 2.
            [y[3], y[25 + 3], y[20]]
        };
        assert_eq!(read(Stream::Joint), [3.0, 6.0, 20.0]);
        assert_eq!(read(Stream::Bone), [1.0, 2.0, 0.0]);
        assert_eq!(read(Stream::JointMotion), [3.0, 0.0, 20.0]);
        assert_eq!(read(Stream::BoneMotion), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn scores_of_a_picture_are_means() {
        // Two frames of COCO's joints; the score is the joint's number, plus 10 in the second frame.
        let value = |i: usize| ((i % 17) + if i / 17 % 2 == 1 { 10 } else { 0 }) as f32;
        let x = TensorData::new((0..3 * 2 * 17).map(value).collect::<Vec<_>>(), [1, 3, 2, 17, 1]);
        let x = Tensor::<5>::from_data(x, &Device::flex());
        let score = |stream| {
            let y = scored(stream, x.clone(), LayoutId::Coco17).narrow(1, 2, 1);
            let y = y.into_data().try_to_vec::<f32>().unwrap();
            // The left wrist, joint 9, whose bone starts at joint 7.
            [y[9], y[17 + 9]]
        };
        assert_eq!(score(Stream::Joint), [9.0, 19.0]);
        assert_eq!(score(Stream::Bone), [8.0, 18.0]);
        assert_eq!(score(Stream::JointMotion), [14.0, 0.0]);
        assert_eq!(score(Stream::BoneMotion), [13.0, 0.0]);
    }

    #[test]
    fn a_single_frame_does_not_move() {
        let x = Tensor::<5>::ones([1, 3, 1, 25, 2], &Device::flex());
        assert_eq!(of(Stream::JointMotion, x, LayoutId::Ntu).abs().max().into_scalar::<f32>(), 0.0);
    }
}
