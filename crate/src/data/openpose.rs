//! Simulates a pose detector: from Kinect v1's joints, seen by a camera, to OpenPose's 18 joints with a detector's
//! errors.
//!
//! **Joints.** Shoulders, elbows, wrists, hips, knees and ankles are Kinect's; the neck is the middle of the shoulders,
//! as OpenPose defines it. Kinect has one point for the head. Nose, eyes and ears are placed around it on a rigid head
//! that faces the same way as the shoulders, in units of the distance from neck to head.
//!
//! **Errors.** A joint's confidence falls where the trunk or the head hides it and where it moves fast. Its precision
//! falls with the confidence: positions have noise with a standard deviation of 0.6 % of the body's height at full
//! confidence and up to three times that, around a constant offset of 1 %. Joints are lost at random, more often at low
//! confidence, for a few frames at a time, and are zero then. We chose these numbers; they do not measure a detector.

use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

use super::camera::{ASPECT, Camera};
use crate::error::{Error, Result};
use crate::geometry::{Vec3, add, cross, direction, dot, length, scale, sub};
use crate::skeleton::{LayoutId, Sequence};

const JOINTS: usize = 18;
/// Kinect's joints for OpenPose's joints 2 to 13, shoulders to ankles, right before left.
const LIMBS: [usize; 12] = [8, 9, 10, 4, 5, 6, 16, 17, 18, 12, 13, 14];
/// Eyes and ears, right before left: forward, up and left of the head's point, in units of the distance from neck to
/// head.
const FACE: [(usize, Vec3); 5] = [
    (0, [0.40, -0.05, 0.0]),
    (14, [0.33, 0.12, -0.13]),
    (15, [0.33, 0.12, 0.13]),
    (16, [0.0, 0.05, -0.3]),
    (17, [0.0, 0.05, 0.3]),
];
/// Joints that the trunk can hide: elbows, wrists.
const ARMS: [usize; 4] = [3, 4, 6, 7];

/// A person's 18 joints in one frame.
struct Landmarks {
    points: [Vec3; JOINTS],
    /// The direction from which each joint of the face is visible.
    outward: [Vec3; JOINTS],
}

/// The first person of a Kinect v1 clip as a random camera and detector see it, both drawn from `seed`: layout
/// OpenPose-18, x and y as shares of the picture (y down), and a confidence.
///
/// # Errors
/// A data error if nobody is in the clip; a format error if a position is too far out of the picture.
pub fn project(clip: &Sequence, seed: u64) -> Result<Sequence> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let camera = Camera::draw(&mut rng);
    detect(clip, &camera, &mut rng)
}

fn detect(clip: &Sequence, camera: &Camera, rng: &mut impl Rng) -> Result<Sequence> {
    let there: Vec<usize> = (0..clip.frames()).filter(|&t| clip.present(t, 0)).collect();
    let height = clip.body_height().filter(|height| *height > 0.0);
    let height = height.ok_or_else(|| Error::data("shows nobody").at("clip"))?;
    let frames: Vec<Landmarks> = (0..clip.frames()).map(|t| landmarks(clip, t)).collect();
    let pelvis = |t: usize| clip.joint(t, 0, clip.layout().pelvis);
    let target = [0, 1, 2].map(|c| there.iter().map(|&t| pelvis(t)[c]).sum::<f32>() / there.len() as f32);
    let seen: Vec<[([f32; 2], f32); JOINTS]> = frames.iter().map(|f| f.points.map(|p| camera.see(target, p))).collect();
    // The body's height in picture heights: the unit of speed and precision.
    let height = camera.focal * height / camera.distance;
    let offsets: [[f32; 2]; JOINTS] = std::array::from_fn(|_| [0; 2].map(|_| 0.01 * height * normal(rng)));
    let sureness: [f32; JOINTS] = std::array::from_fn(|_| (0.85 + 0.07 * normal(rng)).clamp(0.55, 0.97));

    let mut lost = [false; JOINTS];
    let mut data = Vec::with_capacity(frames.len() * JOINTS * 3);
    for t in 0..frames.len() {
        if !clip.present(t, 0) {
            data.extend([0.0; 3 * JOINTS]);
            continue;
        }
        // A frame without the person has no speed.
        let [before, after] =
            [t.saturating_sub(1), (t + 1).min(frames.len() - 1)].map(|s| if clip.present(s, 0) { s } else { t });
        for j in 0..JOINTS {
            let speed = speed(&seen, [before, after], j, clip.fps) / height;
            let hidden = hidden(&frames[t], &seen[t], camera, j);
            let sure = sureness[j] * hidden / (1.0 + (0.3 * speed).powi(2)) * (1.0 + 0.05 * normal(rng));
            let sure = sure.clamp(0.0, 1.0);
            let doubt = 1.0 - sure;
            let chance = if lost[j] { 0.6 } else { 0.003 + 0.15 * doubt.powi(3) };
            lost[j] = rng.random::<f32>() < chance || sure < 0.1;
            let deviation = 0.006 * height * (1.0 + 2.0 * doubt);
            let [x, y] = [0, 1].map(|c| offsets[j][c] + deviation * normal(rng));
            let ([px, py], _) = seen[t][j];
            data.extend(if lost[j] { [0.0; 3] } else { [px + x / ASPECT, py + y, sure] });
        }
    }
    let mut out = Sequence::new(LayoutId::OpenPose18, clip.fps, clip.frames(), 1, data)?;
    out.label.clone_from(&clip.label);
    Ok(out)
}

fn landmarks(clip: &Sequence, t: usize) -> Landmarks {
    let joint = |j: usize| -> Vec3 {
        let p = clip.joint(t, 0, j);
        [p[0], p[1], p[2]]
    };
    let (mut points, mut outward) = ([[0.0; 3]; JOINTS], [[0.0; 3]; JOINTS]);
    LIMBS.iter().zip(2..).for_each(|(&kinect, j)| points[j] = joint(kinect));
    points[1] = scale(add(points[2], points[5]), 0.5);
    let head = joint(3);
    let up = direction(sub(head, points[1]), [0.0, 1.0, 0.0]);
    let across = direction(sub(points[5], points[2]), [-1.0, 0.0, 0.0]);
    let forward = direction(cross(across, up), [0.0, 0.0, -1.0]);
    let left = cross(up, forward);
    let size = length(sub(head, points[1]));
    for (j, at) in FACE {
        let place = |v: Vec3| add(add(scale(forward, v[0]), scale(up, v[1])), scale(left, v[2]));
        points[j] = add(head, scale(place(at), size));
        outward[j] = direction(place([at[0], 0.0, at[2]]), forward);
    }
    Landmarks { points, outward }
}

/// Factor on the confidence of a joint behind the trunk or on the far side of the head, 0 to 1.
fn hidden(body: &Landmarks, seen: &[([f32; 2], f32); JOINTS], camera: &Camera, j: usize) -> f32 {
    if FACE.iter().any(|f| f.0 == j) {
        // Full in front of the ear's edge, zero well behind it.
        return (0.5 + 1.6 * (dot(body.outward[j], camera.back()) + 0.2)).clamp(0.02, 1.0);
    }
    let trunk = [2, 5, 11, 8];
    let depth = trunk.iter().map(|&k| seen[k].1).sum::<f32>() / 4.0;
    let behind = ARMS.contains(&j) && seen[j].1 > depth + 0.05 && inside(seen[j].0, trunk.map(|k| seen[k].0));
    if behind { 0.45 } else { 1.0 }
}

/// Whether the point is inside the convex quadrilateral.
fn inside(p: [f32; 2], corners: [[f32; 2]; 4]) -> bool {
    let side = |i: usize| {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0
    };
    (1..4).all(|i| side(i) == side(0))
}

/// A joint's speed between two frames, in picture heights per second.
fn speed(seen: &[[([f32; 2], f32); JOINTS]], [a, b]: [usize; 2], j: usize, fps: f32) -> f32 {
    let (p, q) = (seen[a][j].0, seen[b][j].0);
    ((q[0] - p[0]) * ASPECT).hypot(q[1] - p[1]) * fps / (b - a).max(1) as f32
}

fn normal(rng: &mut impl Rng) -> f32 {
    StandardNormal.sample(rng)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A person of 1.6 m who stands three metres in front of the sensor and faces it; one raised hand moves.
    fn standing(frames: usize) -> Sequence {
        let at = |name: &str, t: usize| -> Vec3 {
            let side = if name.starts_with("left") { -1.0 } else { 1.0 };
            let (x, y, z) = match name.trim_start_matches("left ").trim_start_matches("right ") {
                "hip centre" => (0.0, 0.9, 0.0),
                "spine" => (0.0, 1.1, 0.0),
                "shoulder centre" => (0.0, 1.45, 0.0),
                "head" => (0.0, 1.65, 0.0),
                "shoulder" => (0.2, 1.4, 0.0),
                "elbow" => (0.25, 1.1, 0.0),
                "wrist" => (0.25, if side > 0.0 { 1.7 + 0.05 * (t as f32 * 0.5).sin() } else { 0.85 }, 0.0),
                "hand" => (0.25, 0.8, 0.0),
                "hip" => (0.1, 0.85, 0.0),
                "knee" => (0.1, 0.45, 0.0),
                "ankle" => (0.1, 0.08, 0.0),
                _ => (0.1, 0.03, -0.1),
            };
            [side * x, y, z + 3.0]
        };
        let names = LayoutId::KinectV1.layout().joints;
        let data = (0..frames).flat_map(|t| names.iter().flat_map(move |n| at(n, t))).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
    }

    const FRONT: Camera =
        Camera { azimuth: 0.0, elevation: 0.0, roll: 0.0, distance: 3.6, focal: 1.0, centre: [0.5, 0.5] };

    fn seen(camera: &Camera, frames: usize, seed: u64) -> Sequence {
        detect(&standing(frames), camera, &mut Pcg64Mcg::seed_from_u64(seed)).unwrap()
    }

    /// Mean x, y and confidence of a joint over the frames in which it was found, and the share of those frames.
    fn mean(clip: &Sequence, name: &str) -> ([f32; 3], f32) {
        let j = clip.layout().joint(name).unwrap();
        let found: Vec<&[f32]> =
            (0..clip.frames()).filter(|&t| clip.seen(t, 0, j)).map(|t| clip.joint(t, 0, j)).collect();
        let n = found.len().max(1) as f32;
        ([0, 1, 2].map(|c| found.iter().map(|f| f[c]).sum::<f32>() / n), found.len() as f32 / clip.frames() as f32)
    }

    #[test]
    fn a_body_that_faces_the_camera_stands_upright_in_the_picture_with_its_right_on_the_left() {
        let clip = seen(&FRONT, 200, 1);
        let of = |name: &str| mean(&clip, name).0;
        // The hips' middle is looked at; shoulders 0.5 m higher and 0.2 m aside are seen by hand at 3.6 m.
        let (x, y) = (0.2 / 3.6 / ASPECT, 0.5 - 0.5 / 3.6);
        for (name, x) in [("right shoulder", 0.5 - x), ("left shoulder", 0.5 + x), ("neck", 0.5)] {
            let found = of(name);
            // Offsets are 1 % of a height of 0.4: three standard deviations.
            assert!((found[0] - x).abs() < 0.012 && (found[1] - y).abs() < 0.014, "{name}: {found:?}, not {x}, {y}");
        }
        assert!(of("nose")[1] < of("neck")[1] && of("right wrist")[1] < of("right shoulder")[1]);
        assert!(of("right eye")[0] < of("left eye")[0] && of("right ear")[0] < of("right eye")[0]);
        assert!(of("left ankle")[1] > of("left knee")[1] && of("left knee")[1] > of("left hip")[1]);
    }

    #[test]
    fn the_far_ear_and_the_hidden_wrist_are_less_sure_and_lost_joints_are_zero() {
        let side = seen(&Camera { azimuth: 60.0, ..FRONT }, 300, 2);
        assert!(mean(&side, "left ear").1 < 0.05 && mean(&side, "right ear").1 > 0.9);
        let clip = seen(&FRONT, 300, 3);
        let lost = (0..300).flat_map(|t| (0..18).map(move |j| (t, j))).filter(|&(t, j)| !clip.seen(t, 0, j));
        let lost: Vec<_> = lost.collect();
        assert!(!lost.is_empty() && lost.len() < 300 * 18 / 10, "{} joints lost", lost.len());
        assert!(lost.iter().all(|&(t, j)| clip.joint(t, 0, j) == [0.0; 3]));
        let trunk = [[0.3, 0.2], [0.7, 0.2], [0.7, 0.8], [0.3, 0.8]];
        assert!(inside([0.5, 0.5], trunk) && !inside([0.2, 0.5], trunk) && !inside([0.5, 0.9], trunk));
    }

    #[test]
    fn where_nobody_is_nobody_is_seen() {
        let clip = standing(30);
        let gone = |t: usize, x: &f32| if t < 10 { 0.0 } else { *x };
        let data = clip.data().iter().enumerate().map(|(i, x)| gone(i / 60, x)).collect();
        let seen = detect(&clip.with_data(data).unwrap(), &FRONT, &mut Pcg64Mcg::seed_from_u64(1)).unwrap();
        assert!((0..30).all(|t| seen.present(t, 0) == (t >= 10)));
        // The camera looks at the person, in the frames that show one.
        let neck = mean(&seen, "neck").0;
        assert!((neck[0] - 0.5).abs() < 0.02, "{neck:?}");
        let nobody = clip.with_data(vec![0.0; 30 * 60]).unwrap();
        assert_eq!(project(&nobody, 1).unwrap_err().to_string(), "clip: shows nobody");
    }

    #[test]
    fn the_seed_decides() {
        let clip = standing(20);
        assert_eq!(project(&clip, 5).unwrap(), project(&clip, 5).unwrap());
        assert_ne!(project(&clip, 5).unwrap().data(), project(&clip, 6).unwrap().data());
    }
}
