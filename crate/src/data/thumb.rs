//! Thumbnails: a stick figure as a small SVG.

use std::fmt::Write;

use super::body::{HIP_CENTRE, JOINTS};
use super::ground::point;
use crate::geometry::{Vec3, length, sub};
use crate::skeleton::Sequence;

const WIDTH: f32 = 64.0;
const HEIGHT: f32 = 72.0;
const HEAD: usize = 3;
/// Limbs, as chains of joints of the Kinect v1 layout.
const LIMBS: [&[usize]; 5] =
    [&[0, 1, 2], &[2, 4, 5, 6, 7], &[2, 8, 9, 10, 11], &[0, 12, 13, 14, 15], &[0, 16, 17, 18, 19]];

/// The frame that shows the gesture: the one furthest from the rest pose, with the pelvis at the origin. The rest pose
/// is the clip's first or last, whichever is more upright.
pub fn widest_frame(clip: &Sequence) -> usize {
    let pose = |t: usize, j: usize| sub(point(clip, t, j), point(clip, t, HIP_CENTRE));
    let last = clip.frames() - 1;
    let stature = |t: usize| point(clip, t, HEAD)[1];
    let rest = if stature(0) >= stature(last) { 0 } else { last };
    let away = |t: usize| (0..JOINTS).map(|j| length(sub(pose(t, j), pose(rest, j)))).sum::<f32>();
    (0..=last).max_by(|a, b| away(*a).total_cmp(&away(*b))).unwrap_or(0)
}

/// A frame of a Kinect v1 clip as an SVG in the colour of the text around it, seen from the front and a little from the
/// side. All clips have one scale, except that a pose larger than a person's reach is scaled to fit.
pub fn svg(clip: &Sequence, frame: usize) -> String {
    let (sin, cos) = 0.4f32.sin_cos();
    let seen = |p: Vec3| [-p[0] * cos + p[2] * sin, -p[1]];
    let points: Vec<[f32; 2]> = (0..JOINTS).map(|j| seen(point(clip, frame, j))).collect();
    let range = |c: usize| {
        let of = points.iter().map(|p| p[c]);
        (of.clone().fold(f32::INFINITY, f32::min), of.fold(f32::NEG_INFINITY, f32::max))
    };
    let ((left, right), (top, bottom)) = (range(0), range(1));
    let zoom = ((HEIGHT - 16.0) / (bottom - top).max(1.7)).min((WIDTH - 12.0) / (right - left).max(0.1));
    let place =
        |p: &[f32; 2]| (WIDTH / 2.0 + zoom * (p[0] - 0.5 * (left + right)), HEIGHT - 6.0 + zoom * (p[1] - bottom));
    let mut path = String::new();
    for limb in LIMBS {
        for (i, joint) in limb.iter().enumerate() {
            let (x, y) = place(&points[*joint]);
            // Writing to a string cannot fail.
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
    }
    let (x, y) = place(&points[HEAD]);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.5\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\" xmlns=\"http://www.w3.org/2000/svg\"><path d=\"{path}\"/>\
         <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"currentColor\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn the_frame_that_differs_is_drawn_small_and_whole() {
        let mut data: Vec<f32> = (0..10 * 60).map(|i| 0.08 * (i % 60) as f32 / 3.0).collect();
        data[6 * 60 + 11 * 3] += 0.9;
        let clip = Sequence::new(LayoutId::KinectV1, 30.0, 10, 1, data).unwrap();
        assert_eq!(widest_frame(&clip), 6);
        let svg = svg(&clip, 6);
        assert!(svg.len() < 1500 && svg.starts_with("<svg") && svg.ends_with("</svg>"), "{}", svg.len());
        let path = svg.split("d=\"").nth(1).and_then(|s| s.split('"').next()).unwrap();
        let numbers: Vec<f32> =
            path.split(['M', 'L', ' ']).filter(|s| !s.is_empty()).map(|s| s.parse().unwrap()).collect();
        assert_eq!(numbers.len(), 2 * (3 + 4 * 5));
        assert!(numbers.chunks(2).all(|p| (0.0..=WIDTH).contains(&p[0]) && (0.0..=HEIGHT).contains(&p[1])));
    }
}
