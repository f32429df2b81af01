//! From a pose to the solids that draw it.
//!
//! Clean figures are round (tapered capsules, balls at the joints), perturbed ones are square and slimmer (prisms,
//! cubes at the joints). The shape is a second cue besides blue and orange, and keeps one figure visible inside the
//! other.

use super::palette::{Palette, Rgba, Side, mix, shade, with_opacity};
use super::pose::Pose;
use crate::geometry::{Vec3, add, along, length, lerp, sub, unit};
use crate::skeleton::Layout;

/// A solid from `a` to `b` with a half thickness at each end. If `a` = `b`, it is a ball or a cube. A ring lies around
/// `a`, across the direction to `b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solid {
    /// One end.
    pub a: Vec3,
    /// Half thickness at `a`.
    pub ra: f32,
    /// The other end.
    pub b: Vec3,
    /// Half thickness at `b`.
    pub rb: f32,
    /// Its colour.
    pub color: Rgba,
}

/// Solids by their shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solids {
    /// Capsules and balls.
    pub round: Vec<Solid>,
    /// Prisms and cubes.
    pub square: Vec<Solid>,
    /// Rings.
    pub rings: Vec<Solid>,
}

impl Solids {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.round.is_empty() && self.square.is_empty() && self.rings.is_empty()
    }

    /// Moves by `by` the solids that were added after [`Solids::counts`] returned `from`.
    pub fn shift(&mut self, from: [usize; 3], by: Vec3) {
        for (solids, from) in [&mut self.round, &mut self.square, &mut self.rings].into_iter().zip(from) {
            for s in &mut solids[from..] {
                s.a = add(s.a, by);
                s.b = add(s.b, by);
            }
        }
    }

    /// How many solids of each shape there are.
    pub fn counts(&self) -> [usize; 3] {
        [self.round.len(), self.square.len(), self.rings.len()]
    }
}

/// One of the two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The clean clip.
    Clean,
    /// The perturbed clip.
    Perturbed,
}

/// How to draw a figure.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The figure, which decides colour and shape.
    pub figure: Figure,
    /// The theme's colours.
    pub palette: &'a Palette,
    /// Joints of the attack region, by index; `None` for all joints.
    pub region: Option<&'a [usize]>,
    /// Whether rings mark the joints of the region.
    pub rings: bool,
    /// Whether joints are being picked: all of them are drawn as handles.
    pub handles: bool,
    /// Size of the body relative to an average one.
    pub size: f32,
    /// Opacity, 0 to 1.
    pub opacity: f32,
    /// The clean pose in the same place, if it is shown. Square limbs are slimmer then, and limbs outside the region
    /// that did not move are left out.
    pub over: Option<&'a Pose>,
    /// How much each joint contributed to the answer, (V), 0 to 1; it then decides colour and size.
    pub heat: Option<&'a [f32]>,
    /// Direction from the scene to the eye, which rings face.
    pub back: Vec3,
}

/// Half thickness of a joint in metres on an average body. The first entry that occurs in the joint's name decides.
const THICKNESS: &[(&str, f32)] = &[
    ("top of head", 0.030),
    ("foot index", 0.020),
    ("tip", 0.013),
    ("thumb", 0.013),
    ("finger", 0.013),
    ("pinky", 0.013),
    ("index", 0.013),
    ("hip centre", 0.070),
    ("spine (shoulder)", 0.062),
    ("shoulder centre", 0.062),
    ("spine", 0.076),
    ("back", 0.074),
    ("root", 0.070),
    ("pelvis", 0.070),
    ("middle of hips", 0.070),
    ("thorax", 0.070),
    ("neck", 0.038),
    ("head", 0.086),
    ("clavicle", 0.044),
    ("shoulder", 0.044),
    ("elbow", 0.034),
    ("humerus", 0.034),
    ("wrist", 0.025),
    ("radius", 0.025),
    ("hand", 0.027),
    ("hip", 0.056),
    ("knee", 0.043),
    ("femur", 0.043),
    ("ankle", 0.029),
    ("tibia", 0.029),
    ("foot", 0.024),
    ("toe", 0.020),
    ("heel", 0.022),
    ("nose", 0.066),
    ("eye", 0.014),
    ("ear", 0.014),
    ("mouth", 0.014),
];

/// Half thickness of a joint on an average body, in metres.
fn thickness(layout: &Layout, joint: usize) -> f32 {
    let name = layout.joints[joint];
    THICKNESS.iter().find(|(part, _)| name.contains(part)).map_or(0.03, |t| t.1)
}

/// The side of the body that a joint is on.
pub fn side(layout: &Layout, joint: usize) -> Side {
    match layout.joints[joint] {
        name if name.starts_with("left") => Side::Left,
        name if name.starts_with("right") => Side::Right,
        _ => Side::Middle,
    }
}

/// Adds the solids of one pose.
pub fn figure(out: &mut Solids, layout: &Layout, pose: &Pose, look: &Look) {
    // Square limbs are thinner than their cubes, so that the cubes hide the ends.
    let (base, slim, limbs) = match look.figure {
        Figure::Clean => (look.palette.clean, 1.0, 0.84),
        Figure::Perturbed => (look.palette.perturbed, if look.over.is_some() { 0.70 } else { 0.88 }, 0.62),
    };
    let unmoved = |j: usize| match (look.over, pose[j]) {
        (Some(clean), Some(p)) => clean[j].is_some_and(|c| length(sub(c, p)) < 1e-3 * look.size),
        _ => false,
    };
    let scale = look.size * slim;
    let attacked = |j: usize| look.region.is_none_or(|r| r.contains(&j));
    let warm = |j: usize| look.heat.and_then(|heat| heat.get(j)).copied();
    let color = |j: usize, on: bool| {
        if let Some(share) = warm(j) {
            return with_opacity(mix(look.palette.muted, look.palette.heat, share), look.opacity);
        }
        let c = shade(if on { base } else { mix(base, look.palette.muted, 0.5) }, side(layout, j));
        with_opacity(c, look.opacity)
    };
    let solids = match look.figure {
        Figure::Clean => &mut out.round,
        Figure::Perturbed => &mut out.square,
    };
    for (parent, child) in layout.bones() {
        let (Some(a), Some(b)) = (pose[parent], pose[child]) else { continue };
        if !attacked(child) && unmoved(parent) && unmoved(child) {
            continue;
        }
        // A bone does not widen to the size of the head at its end.
        let limb = |j: usize| limbs * thickness(layout, j).min(0.076) * scale;
        let (ra, rb) = if ["head", "nose"].contains(&layout.joints[child]) {
            (limb(parent), 0.036 * scale)
        } else {
            (limb(parent), limb(child))
        };
        // A limb that starts at a trunk joint is as thick there as along its length.
        let ra = if side(layout, parent) == side(layout, child) { ra } else { ra.min(1.15 * rb) };
        solids.push(Solid { a, ra, b, rb, color: color(child, attacked(child)) });
    }
    for (j, p) in pose.iter().enumerate().filter_map(|(j, p)| p.map(|p| (j, p))) {
        if !attacked(j) && unmoved(j) {
            continue;
        }
        let on = look.region.is_some() && attacked(j);
        let grown = if on || look.handles { 1.22 } else { 1.0 };
        // Size is a second cue besides the colour.
        let grown = warm(j).map_or(grown, |share| 1.0 + 0.8 * share);
        let r = thickness(layout, j) * scale * grown;
        // A head is longer than wide: from chin to crown along the neck.
        let neck = pose[layout.parents[j]].filter(|_| layout.joints[j] == "head");
        let (a, b, r) = match neck {
            Some(n) if length(sub(p, n)) > 1e-6 => {
                let reach = 0.030 * scale / length(sub(p, n));
                (lerp(p, n, reach), lerp(p, n, -reach), r * 0.9)
            }
            // A cube lies along its bone; a tiny length gives it the direction.
            _ => match pose[layout.parents[j]] {
                Some(parent) if look.figure == Figure::Perturbed => {
                    (p, along(p, unit(sub(p, parent)), 1e-3 * scale), r)
                }
                _ => (p, p, r),
            },
        };
        solids.push(Solid { a, ra: r, b, rb: r, color: color(j, attacked(j)) });
        if on && look.rings {
            let r = (thickness(layout, j).max(0.028) * 1.22 + 0.020) * look.size;
            let towards = along(p, look.back, look.size);
            out.rings.push(Solid { a: p, ra: r, b: towards, rb: r, color: look.palette.ring });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    fn look(figure: Figure, region: Option<&[usize]>) -> Look<'_> {
        Look {
            figure,
            palette: &Palette::LIGHT,
            region,
            rings: true,
            handles: false,
            size: 1.0,
            opacity: 1.0,
            over: None,
            heat: None,
            back: [0.0, 0.0, 1.0],
        }
    }

    fn pose(layout: &Layout) -> Pose {
        (0..layout.len()).map(|j| Some([j as f32 * 0.1, 1.0 + 0.01 * j as f32, 0.0])).collect()
    }

    #[test]
    fn every_joint_and_bone_is_drawn_in_every_layout() {
        for id in LayoutId::ALL {
            let layout = id.layout();
            let mut out = Solids::default();
            figure(&mut out, layout, &pose(layout), &look(Figure::Clean, None));
            assert_eq!(out.counts(), [2 * layout.len() - 1, 0, 0]);
            assert!(out.round.iter().all(|s| s.ra > 0.0 && s.rb > 0.0));
            let listed = |name: &&str| THICKNESS.iter().any(|(part, _)| name.contains(part));
            assert!(layout.joints.iter().all(listed), "{}", layout.name);
        }
    }

    #[test]
    fn the_perturbed_figure_is_square_and_slimmer() {
        let layout = LayoutId::Ntu.layout();
        let mut out = Solids::default();
        figure(&mut out, layout, &pose(layout), &look(Figure::Clean, None));
        figure(&mut out, layout, &pose(layout), &look(Figure::Perturbed, None));
        assert_eq!(out.round.len(), out.square.len());
        assert!(out.round.iter().zip(&out.square).all(|(r, s)| s.ra < r.ra && s.rb < r.rb));
    }

    #[test]
    fn joints_that_were_not_seen_take_their_bones_with_them() {
        let layout = LayoutId::OpenPose18.layout();
        let mut p = pose(layout);
        p[3] = None;
        let mut out = Solids::default();
        figure(&mut out, layout, &p, &look(Figure::Clean, None));
        // Right elbow: its ball, and the bones to shoulder and wrist.
        assert_eq!(out.round.len(), 2 * layout.len() - 1 - 3);
    }

    #[test]
    fn the_region_has_rings_and_the_rest_is_muted() {
        let layout = LayoutId::KinectV1.layout();
        let region = layout.region("legs").unwrap().joints;
        let mut out = Solids::default();
        figure(&mut out, layout, &pose(layout), &look(Figure::Clean, Some(region)));
        assert_eq!(out.rings.len(), region.len());
        let distance = |c: Rgba, j: usize| -> f32 {
            let own = shade(Palette::LIGHT.clean, side(layout, j));
            (0..3).map(|i| (c[i] - own[i]).abs()).sum()
        };
        for (bone, (_, child)) in layout.bones().into_iter().enumerate() {
            assert_eq!(distance(out.round[bone].color, child) < 1e-6, region.contains(&child));
        }
    }

    #[test]
    fn over_the_clean_figure_only_what_moved_or_may_move_is_drawn() {
        let layout = LayoutId::KinectV1.layout();
        let region = layout.region("set-1").unwrap().joints;
        let clean = pose(layout);
        let mut moved = clean.clone();
        moved[7] = moved[7].map(|p| add(p, [0.0, 0.1, 0.0]));
        let mut out = Solids::default();
        let over = Look { over: Some(&clean), ..look(Figure::Perturbed, Some(region)) };
        figure(&mut out, layout, &moved, &over);
        assert_eq!(out.square.len(), 2 * region.len());
        let everywhere = Look { over: Some(&clean), ..look(Figure::Perturbed, None) };
        figure(&mut out, layout, &moved, &everywhere);
        assert_eq!(out.square.len(), 2 * region.len() + 39);
    }

    #[test]
    fn warm_joints_are_larger_and_nearer_to_the_heat() {
        let layout = LayoutId::KinectV1.layout();
        let mut heat = vec![0.0; layout.len()];
        heat[7] = 1.0;
        let mut out = Solids::default();
        let look = Look { heat: Some(&heat), ..look(Figure::Perturbed, None) };
        figure(&mut out, layout, &pose(layout), &look);
        // Joints come after the bones.
        let joints = &out.square[layout.bones().len()..];
        let near = |a: Rgba, b: Rgba| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(joints[7].color, Palette::LIGHT.heat) && near(joints[11].color, Palette::LIGHT.muted));
        assert!((joints[7].ra / joints[11].ra - 1.8).abs() < 1e-4);
    }

    #[test]
    fn a_shift_moves_only_what_came_after() {
        let mut out = Solids::default();
        let ball = Solid { a: [0.0; 3], ra: 1.0, b: [0.0; 3], rb: 1.0, color: [1.0; 4] };
        out.round.push(ball);
        let before = out.counts();
        out.round.push(ball);
        out.shift(before, [1.0, 2.0, 3.0]);
        assert_eq!((out.round[0].a, out.round[1].b), ([0.0; 3], [1.0, 2.0, 3.0]));
    }
}
