//! Gradients along the surface on which the bones have their lengths.

use super::plan::Plan;
use super::point::Point;
use super::pose::Pose;
use super::tree::Tree;
use crate::skeleton::Sequence;

/// How much a bone gives way, against dividing by 0.
const GIVE: f64 = 1e-12;

/// Takes from a gradient what would change a bone's length to first order: `g - D^T (D D^T)^-1 D g`, with the
/// directions of the bones of `x` as rows of D. A step along what is left needs no correction to first order, so none
/// of it is undone by the projection. Values whose bound is 0 have the gradient 0 before and afterwards.
///
/// # Shapes
/// - gradient, x, bounds: (T, M, V, C), in the layout's unit
pub fn along(gradient: &mut [f32], x: &[f32], clean: &Sequence, bounds: &[f32]) {
    let layout = clean.layout();
    let (channels, values) = (layout.channels(), layout.len() * layout.channels());
    let point =
        |values: &[f32]| -> Point { std::array::from_fn(|c| if c < layout.dims { f64::from(values[c]) } else { 0.0 }) };
    let mut plan: Option<Plan> = None;
    for (i, gradient) in gradient.chunks_mut(values).enumerate() {
        let (x, bounds) = (&x[i * values..][..values], &bounds[i * values..][..values]);
        let pose = Pose::new(clean, i / clean.people(), i % clean.people(), bounds);
        let plan = match plan.take() {
            Some(known) if known.fits(&pose) => plan.insert(known),
            _ => plan.insert(Plan::new(layout, &pose)),
        };
        let x: Vec<Point> = x.chunks(channels).map(point).collect();
        for part in plan.parts() {
            let mut tree = Tree::new(&pose, part);
            tree.look(&x);
            tree.free();
            let of = |tree: &Tree, j: usize| -> Point {
                let g = point(&gradient[j * channels..]);
                std::array::from_fn(|c| if tree.joints[j].free[c] { g[c] } else { 0.0 })
            };
            for k in 0..tree.bones.len() {
                let [from, to] = [tree.bones[k].parent, tree.bones[k].child].map(|j| of(&tree, j));
                let direction = tree.bones[k].direction;
                tree.bones[k].lacks = (0..3).map(|c| (from[c] - to[c]) * direction[c]).sum();
            }
            tree.smallest(GIVE);
            for j in part.joints() {
                for c in (0..layout.dims).filter(|&c| tree.joints[j].free[c]) {
                    gradient[j * channels + c] += tree.joints[j].moves[c] as f32;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn a_hand_keeps_what_turns_it_and_loses_what_stretches_its_bone() {
        // All joints in a row along x; hand (7) and wrist (6) may move, the elbow (5) stays.
        let data: Vec<f32> = (0..20).flat_map(|j| [1.0 + j as f32, 0.0, 0.0]).collect();
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data.clone()).unwrap();
        let bounds: Vec<f32> = (0..60).map(|i| if (18..24).contains(&i) { 0.1 } else { 0.0 }).collect();
        let mut gradient = vec![0.0; 60];
        gradient[18..24].copy_from_slice(&[3.0, 1.0, 0.0, -2.0, 0.0, 5.0]);
        along(&mut gradient, &data, &clean, &bounds);
        for (g, want) in gradient[18..24].iter().zip([0.0, 1.0, 0.0, 0.0, 0.0, 5.0]) {
            assert!((g - want).abs() < 1e-6, "{gradient:?}");
        }
        // With the wrist alone, whose bones both lie along x, as well.
        let bounds: Vec<f32> = (0..60).map(|i| if (18..21).contains(&i) { 0.1 } else { 0.0 }).collect();
        gradient[18..21].copy_from_slice(&[3.0, 1.0, 2.0]);
        along(&mut gradient, &data, &clean, &bounds);
        assert!(gradient[18].abs() < 1e-6 && gradient[19..21] == [1.0, 2.0], "{gradient:?}");
    }

    #[test]
    fn joints_that_hang_on_nothing_share_what_is_left() {
        // Only wrist and hand are seen; 4 and 0 along their bone become 2 and 2.
        let mut data: Vec<f32> = (0..20).flat_map(|j| [1.0 + j as f32, 0.0, 12.0]).collect();
        data[15..18].fill(0.0);
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 1, 1, data.clone()).unwrap();
        let bounds: Vec<f32> = (0..60).map(|i| if (18..24).contains(&i) { 0.1 } else { 0.0 }).collect();
        let mut gradient = vec![0.0; 60];
        gradient[18] = 4.0;
        along(&mut gradient, &data, &clean, &bounds);
        assert!((gradient[18] - 2.0).abs() < 1e-6 && (gradient[21] - 2.0).abs() < 1e-6, "{gradient:?}");
    }
}
