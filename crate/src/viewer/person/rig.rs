//! From a clip's joints to the maps that move the bones of a body.
//!
//! The trunk turns with hips and shoulders. Each limb turns by the smallest rotation, relative to the bone above it,
//! that points it at the next joint, and is stretched to reach it. So joints stand exactly where the clip has them,
//! whatever the person's proportions; only the hips keep the body's own width, because Kinects report them too close
//! together. Thickness is the body's, times one factor for a whole clip.

use super::affine::{Affine, IDENTITY, Matrix, apply, axes, product, stretch, transposed, turn};
use super::asset::Body;
use super::joints::Joints;
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, along, direction, dot, length, lerp, scale, sub};

/// The bones that the rig moves, by their names in the asset; of a pair, without the side.
const TRUNK: [&str; 4] = ["pelvis", "spine_01", "spine_02", "spine_03"];

/// A body at rest, measured, and ready to be posed.
#[derive(Debug)]
pub struct Rig {
    rest: Joints,
    /// Base of the neck at rest.
    neck: Vec3,
    /// Base of the head at rest.
    skull: Vec3,
    bones: Vec<(Role, Vec3, Vec3)>,
}

/// What a bone follows. A side is 0 for left and 1 for right.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    Trunk,
    Clavicle(usize),
    Neck,
    Head,
    UpperArm(usize),
    Forearm(usize),
    Hand(usize),
    Thigh(usize),
    Shin(usize),
    Foot(usize),
}

fn role(name: &str) -> Option<Role> {
    if TRUNK.contains(&name) {
        return Some(Role::Trunk);
    }
    let (part, side) = match name.rsplit_once('_') {
        Some((part, "l")) => (part, 0),
        Some((part, "r")) => (part, 1),
        _ => (name, 0),
    };
    Some(match part {
        "neck_01" => Role::Neck,
        "head" => Role::Head,
        "clavicle" => Role::Clavicle(side),
        "upperarm" => Role::UpperArm(side),
        "lowerarm" => Role::Forearm(side),
        "hand" => Role::Hand(side),
        "thigh" => Role::Thigh(side),
        "calf" => Role::Shin(side),
        "foot" | "ball" => Role::Foot(side),
        _ => return None,
    })
}

impl Rig {
    /// Measures a body.
    ///
    /// # Errors
    /// A format error if a bone is missing or unknown.
    pub fn new(body: &Body) -> Result<Self> {
        let bone = |name: &str| {
            let missing = || Error::format(format!("has no bone {name:?}; make it again with make_body.py")).at("body");
            body.bone(name).map(|i| &body.bones[i]).ok_or_else(missing)
        };
        let pair = |name: &str| Ok([bone(&format!("{name}_l"))?.head, bone(&format!("{name}_r"))?.head]);
        let ends = |name: &str| Ok([bone(&format!("{name}_l"))?.tail, bone(&format!("{name}_r"))?.tail]);
        let (neck, head) = (bone("neck_01")?.head, bone("head")?);
        let rest = Joints {
            // The ears are a little above the place where the head turns.
            head: lerp(head.head, head.tail, 0.12),
            shoulders: pair("upperarm")?,
            elbows: pair("lowerarm")?,
            wrists: pair("hand")?,
            hands: ends("hand")?,
            hips: pair("thigh")?,
            knees: pair("calf")?,
            ankles: pair("foot")?,
            feet: ends("ball")?,
        };
        let unknown = |name: &str| Error::format(format!("has the unknown bone {name:?}")).at("body");
        let bones = body.bones.iter();
        let bones = bones.map(|b| Ok((role(&b.name).ok_or_else(|| unknown(&b.name))?, b.head, b.tail)));
        Ok(Self { rest, neck, skull: head.head, bones: bones.collect::<Result<_>>()? })
    }

    /// The body's size in a clip, relative to the body at rest: the median over some poses of their bones' lengths.
    /// 1 without a pose.
    pub fn size(&self, poses: &[Joints]) -> f32 {
        let reach = |j: &Joints| {
            let bone = |a: [Vec3; 2], b: [Vec3; 2]| length(sub(a[0], b[0])) + length(sub(a[1], b[1]));
            let arms = bone(j.shoulders, j.elbows) + bone(j.elbows, j.wrists);
            arms + bone(j.hips, j.knees) + bone(j.knees, j.ankles) + 2.0 * length(j.trunk())
        };
        let mut sizes: Vec<f32> = poses.iter().map(|j| reach(j) / reach(&self.rest)).filter(|s| *s > 0.0).collect();
        sizes.sort_by(f32::total_cmp);
        sizes.get(sizes.len() / 2).copied().unwrap_or(1.0)
    }

    /// The map of each bone, in the asset's order; `None` where the trunk has no direction.
    pub fn pose(&self, joints: &Joints, size: f32) -> Option<Vec<Affine>> {
        let trunk = Trunk::new(&self.rest, joints, size)?;
        let limbs = [0, 1].map(|side| Limbs::new(self, joints, &trunk, size, side));
        let (neck, head) = self.head(joints, &trunk, size);
        let map = |(role, head_at, tail_at): &(Role, Vec3, Vec3)| match *role {
            Role::Trunk => trunk.map(lerp(*head_at, *tail_at, 0.5)),
            Role::Neck => neck,
            Role::Head => head,
            Role::Clavicle(side) => limbs[side].clavicle(*head_at, &self.rest, joints, &trunk, size),
            Role::UpperArm(side) => limbs[side].upper_arm,
            Role::Forearm(side) => limbs[side].forearm,
            Role::Hand(side) => limbs[side].hand,
            Role::Thigh(side) => limbs[side].thigh,
            Role::Shin(side) => limbs[side].shin,
            Role::Foot(side) => limbs[side].foot,
        };
        Some(self.bones.iter().map(map).collect())
    }

    /// The maps of neck and head. A Kinect's head is straight above the shoulders and seldom at the height of the ears:
    /// its direction counts, and its distance within a tenth of the body's own.
    fn head(&self, joints: &Joints, trunk: &Trunk, size: f32) -> (Affine, Affine) {
        let chest = trunk.turned(1.0);
        let from = Joints::middle(joints.shoulders);
        let upright = apply(&chest, trunk.rest_up);
        let wanted = sub(joints.head, from);
        let towards = direction(wanted, upright);
        let own = size * dot(sub(self.rest.head, Joints::middle(self.rest.shoulders)), trunk.rest_up);
        let turned = product(&turn(upright, towards), &chest);
        let at = along(from, towards, length(wanted).clamp(0.9 * own, 1.1 * own));
        let head = Affine::around(scaled(&turned, size), self.rest.head, at);
        // The neck reaches from the trunk to wherever the head begins.
        let base = trunk.map(self.neck).point(self.neck);
        let neck = limb(&chest, self.neck, self.skull, base, head.point(self.skull), size).0;
        (neck, head)
    }
}

fn scaled(m: &Matrix, by: f32) -> Matrix {
    m.map(|column| scale(column, by))
}

/// The map that takes a bone from its rest to where it shall be, and its rotation. `above` is the rotation of the bone
/// above.
fn limb(above: &Matrix, head: Vec3, tail: Vec3, to_head: Vec3, to_tail: Vec3, size: f32) -> (Affine, Matrix) {
    let rest = direction(sub(tail, head), [0.0, 1.0, 0.0]);
    let carried = apply(above, rest);
    let rotation = product(&turn(carried, direction(sub(to_tail, to_head), carried)), above);
    let ratio = length(sub(to_tail, to_head)) / length(sub(tail, head)).max(1e-3);
    let ratio = ratio.clamp(0.3 * size, 3.0 * size);
    (Affine::around(product(&rotation, &stretch(rest, ratio, size)), head, to_head), rotation)
}

/// How the trunk is turned and stretched.
struct Trunk {
    rest_hips: Vec3,
    hips: Vec3,
    rest: Matrix,
    up: Vec3,
    rest_up: Vec3,
    rest_length: f32,
    /// Left direction at the hips and at the shoulders.
    left: [Vec3; 2],
    ratio: f32,
    size: f32,
}

impl Trunk {
    fn new(rest: &Joints, joints: &Joints, size: f32) -> Option<Self> {
        let (rest_trunk, trunk) = (rest.trunk(), joints.trunk());
        let side = |pair: [Vec3; 2]| axes(Joints::across(pair), trunk).map(|m| m[0]);
        let hips = side(joints.hips).or_else(|| side(joints.shoulders))?;
        let shoulders = side(joints.shoulders).unwrap_or(hips);
        let rest_length = length(rest_trunk).max(1e-3);
        Some(Self {
            rest_hips: Joints::middle(rest.hips),
            hips: Joints::middle(joints.hips),
            rest: axes(Joints::across(rest.shoulders), rest_trunk)?,
            up: direction(trunk, [0.0, 1.0, 0.0]),
            rest_up: direction(rest_trunk, [0.0, 1.0, 0.0]),
            rest_length,
            left: [hips, shoulders],
            ratio: (length(trunk) / rest_length).clamp(0.3 * size, 3.0 * size),
            size,
        })
    }

    /// The rotation at a share of the way from the hips (0) to the shoulders (1).
    fn turned(&self, share: f32) -> Matrix {
        let left = lerp(self.left[0], self.left[1], share.clamp(0.0, 1.0));
        let now = axes(left, self.up).or_else(|| axes(self.left[1], self.up)).unwrap_or(IDENTITY);
        product(&now, &transposed(&self.rest))
    }

    /// The map of a part of the trunk around a point at rest.
    fn map(&self, at: Vec3) -> Affine {
        let share = dot(sub(at, self.rest_hips), self.rest_up) / self.rest_length;
        let matrix = product(&self.turned(share), &stretch(self.rest_up, self.ratio, self.size));
        Affine::around(matrix, self.rest_hips, self.hips)
    }
}

/// The maps of one side's arm and leg.
struct Limbs {
    side: usize,
    upper_arm: Affine,
    forearm: Affine,
    hand: Affine,
    thigh: Affine,
    shin: Affine,
    foot: Affine,
}

impl Limbs {
    fn new(rig: &Rig, joints: &Joints, trunk: &Trunk, size: f32, side: usize) -> Self {
        let r = &rig.rest;
        let at = |pair: [Vec3; 2]| pair[side];
        let step = |above: &Matrix, rest: [[Vec3; 2]; 2], now: [Vec3; 2]| {
            limb(above, at(rest[0]), at(rest[1]), now[0], now[1], size)
        };
        let (shoulder, elbow, wrist) = (at(joints.shoulders), at(joints.elbows), at(joints.wrists));
        let (upper_arm, turned) = step(&trunk.turned(1.0), [r.shoulders, r.elbows], [shoulder, elbow]);
        let (forearm, turned) = step(&turned, [r.elbows, r.wrists], [elbow, wrist]);
        // A hand is short, so a Kinect's noise would turn it about: half of its direction is the forearm's.
        let hand_to = eased(sub(wrist, elbow), sub(at(joints.hands), wrist));
        let hand = rigid(&turned, at(r.wrists), at(r.hands), wrist, hand_to, size);
        let (knee, ankle) = (at(joints.knees), at(joints.ankles));
        let hip = trunk.map(r.hips[side]).point(r.hips[side]);
        let (thigh, turned) = step(&trunk.turned(0.0), [r.hips, r.knees], [hip, knee]);
        let (shin, turned) = step(&turned, [r.knees, r.ankles], [knee, ankle]);
        let foot = rigid(&turned, at(r.ankles), at(r.feet), ankle, sub(at(joints.feet), ankle), size);
        Self { side, upper_arm, forearm, hand, thigh, shin, foot }
    }

    fn clavicle(&self, head: Vec3, rest: &Joints, joints: &Joints, trunk: &Trunk, size: f32) -> Affine {
        let from = trunk.map(head).point(head);
        limb(&trunk.turned(1.0), head, rest.shoulders[self.side], from, joints.shoulders[self.side], size).0
    }
}

/// Between two directions.
fn eased(a: Vec3, b: Vec3) -> Vec3 {
    add(direction(a, [0.0; 3]), direction(b, [0.0; 3]))
}

/// The map of a bone that keeps its length.
fn rigid(above: &Matrix, head: Vec3, tail: Vec3, to: Vec3, towards: Vec3, size: f32) -> Affine {
    let reach = size * length(sub(tail, head));
    let carried = apply(above, direction(sub(tail, head), [0.0, 1.0, 0.0]));
    limb(above, head, tail, to, along(to, direction(towards, carried), reach), size).0
}
