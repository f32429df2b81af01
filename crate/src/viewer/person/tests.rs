#![allow(clippy::unwrap_used)]

use super::affine::{Affine, IDENTITY, apply, product, transposed, turn};
use super::asset::Body;
use super::closeness;
use super::film::{Film, Take};
use super::joints::Joints;
use super::look::Look;
use super::recover::{self, Fit, Moments};
use super::rig::Rig;
use super::skin::{Corners, surface};
use super::studio::Studio;
use crate::geometry::{Vec3, add, cross, dot, length, scale, sub, unit};
use crate::skeleton::{LayoutId, Sequence};
use crate::viewer::pose;

fn bytes() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/public/body/body.bin")).unwrap()
}

fn body() -> Body {
    Body::read(&bytes()).unwrap()
}

/// The joints of a person of Kinect v1 who faces -z and lifts the left arm to the side.
fn standing() -> Vec<Vec3> {
    let side = |name: &str| if name.starts_with("left") { -1.0 } else { 1.0 };
    let place = |name: &&str| -> Vec3 {
        let part = name.trim_start_matches("left ").trim_start_matches("right ");
        let lifted = name.starts_with("left");
        let (x, y, z) = match part {
            "hip centre" => (0.0, 1.05, 0.0),
            "spine" => (0.0, 1.15, 0.0),
            "shoulder centre" => (0.0, 1.48, 0.0),
            "head" => (0.0, 1.62, 0.0),
            "shoulder" => (0.18, 1.4, 0.0),
            "elbow" if lifted => (0.45, 1.42, 0.0),
            "wrist" if lifted => (0.69, 1.46, -0.05),
            "hand" if lifted => (0.78, 1.47, -0.07),
            "elbow" => (0.21, 1.12, 0.0),
            "wrist" => (0.22, 0.88, -0.05),
            "hand" => (0.22, 0.80, -0.07),
            "hip" => (0.11, 1.02, 0.0),
            "knee" => (0.12, 0.50, -0.02),
            "ankle" => (0.12, 0.09, 0.0),
            _ => (0.13, 0.03, -0.14),
        };
        [side(name) * x, y, 2.5 + z]
    };
    LayoutId::KinectV1.layout().joints.iter().map(place).collect()
}

/// A clip in which the person turns a little each frame.
fn clip() -> Sequence {
    let frames = (0..5).flat_map(|t| {
        let (sin, cos) = (0.03 * t as f32).sin_cos();
        let turned = move |p: Vec3| [cos * p[0] - sin * (p[2] - 2.5), p[1], sin * p[0] + cos * (p[2] - 2.5) + 2.5];
        standing().into_iter().flat_map(turned)
    });
    Sequence::new(LayoutId::KinectV1, 30.0, 5, 1, frames.collect()).unwrap()
}

fn joints(frame: f32) -> Joints {
    let clip = clip();
    let pose = pose::at(&clip, frame).remove(0).unwrap();
    Joints::of(clip.layout(), &pose).unwrap()
}

#[test]
fn the_body_has_every_part_and_stands_on_both_feet() {
    let body = body();
    assert_eq!(body.part_of.len(), body.triangles.len());
    for part in ["skin", "hair", "eye", "iris", "lips", "shirt", "forearm", "trousers", "shin", "shoes"] {
        let i = body.parts.iter().position(|p| p == part).unwrap();
        assert!(body.part_of.iter().any(|p| usize::from(*p) == i), "{part}");
    }
    let heights: Vec<f32> = body.places.iter().map(|p| p[1]).collect();
    let tall = heights.iter().copied().fold(f32::MIN, f32::max) - heights.iter().copied().fold(f32::MAX, f32::min);
    assert!((1.5..1.9).contains(&tall), "{tall}");
    for weights in &body.weights {
        assert!((weights.iter().map(|w| w.1).sum::<f32>() - 1.0).abs() < 1e-5);
    }
    let taller = body.shaped(&[1.0, 0.0, 0.0]);
    let head = body.bone("head").unwrap();
    assert!(taller.bones[head].tail[1] > body.bones[head].tail[1] + 0.03);
}

#[test]
fn broken_files_are_refused_and_never_panic() {
    let good = bytes();
    for length in (0..good.len()).step_by(997).chain([9, 10, 13, 14, good.len() - 1]) {
        assert!(Body::read(&good[..length]).is_err(), "{length}");
    }
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut refused = 0;
    for _ in 0..300 {
        let mut bad = good.clone();
        for _ in 0..4 {
            // Most changes go to the header, which is where a file can claim things.
            let range = if next() % 4 == 0 { good.len() } else { 6000 };
            bad[next() as usize % range] = next() as u8;
        }
        match Body::read(&bad) {
            Err(e) => {
                refused += 1;
                assert!(e.to_string().contains("body"), "{e}");
            }
            Ok(body) => assert!(Corners::of(&body).triangles.len() <= 3 * body.triangles.len()),
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn the_smallest_turn_is_a_rotation_that_leads_there() {
    for (a, b) in [([1.0, 2.0, 3.0], [-2.0, 0.5, 1.0]), ([0.0, 1.0, 0.0], [0.0, -1.0, 0.0]), ([1.0; 3], [1.0; 3])] {
        let (a, b) = (unit(a), unit(b));
        let m = turn(a, b);
        assert!(length(sub(apply(&m, a), b)) < 1e-4, "{a:?} {b:?}");
        let back = product(&transposed(&m), &m);
        assert!((0..3).all(|i| length(sub(back[i], IDENTITY[i])) < 1e-4));
        assert!(dot(cross(m[0], m[1]), m[2]) > 0.999);
    }
}

#[test]
fn bones_reach_the_joints_of_the_clip() {
    let body = body();
    let rig = Rig::new(&body).unwrap();
    let joints = joints(2.0);
    let size = rig.size(&[joints]);
    assert!((0.8..1.2).contains(&size), "{size}");
    let bones = rig.pose(&joints, size).unwrap();
    let of = |name: &str, p: fn(&super::asset::Bone) -> Vec3| {
        let i = body.bone(name).unwrap();
        bones[i].point(p(&body.bones[i]))
    };
    let head = |b: &super::asset::Bone| b.head;
    let tail = |b: &super::asset::Bone| b.tail;
    for (side, s) in [("l", 0), ("r", 1)] {
        let pairs = [
            (of(&format!("upperarm_{side}"), head), joints.shoulders[s]),
            (of(&format!("upperarm_{side}"), tail), joints.elbows[s]),
            (of(&format!("lowerarm_{side}"), tail), joints.wrists[s]),
            (of(&format!("thigh_{side}"), tail), joints.knees[s]),
            (of(&format!("calf_{side}"), tail), joints.ankles[s]),
            (of(&format!("clavicle_{side}"), tail), joints.shoulders[s]),
        ];
        for (i, (is, wanted)) in pairs.into_iter().enumerate() {
            assert!(length(sub(is, wanted)) < 0.004, "{side} {i}: {is:?} {wanted:?}");
        }
        let toe = sub(of(&format!("ball_{side}"), tail), joints.feet[s]);
        assert!(length(toe) < 0.08, "{toe:?}");
    }
}

#[test]
fn the_face_looks_where_the_person_looks_and_normals_point_outwards() {
    let body = body();
    let rig = Rig::new(&body).unwrap();
    let joints = joints(0.0);
    let skin = surface(&body, &rig.pose(&joints, rig.size(&[joints])).unwrap());
    assert!(skin.places.iter().flatten().all(|v| v.is_finite()));
    let eye = body.parts.iter().position(|p| p == "iris").unwrap();
    let mut middle = [0.0; 3];
    let mut n = 0.0;
    for (t, _) in body.triangles.iter().zip(&body.part_of).filter(|(_, p)| usize::from(**p) == eye) {
        for v in t {
            middle = add(middle, skin.places[usize::from(*v)]);
            n += 1.0;
        }
    }
    let eyes = sub(scale(middle, 1.0 / n), joints.head);
    assert!(eyes[2] < -0.05 && eyes[0].abs() < 0.02 && eyes[1].abs() < 0.08, "{eyes:?}");
    // A closed surface encloses a positive volume if its normals point outwards.
    let volume: f32 = body
        .triangles
        .iter()
        .map(|t| {
            let [a, b, c] = t.map(|v| sub(skin.places[usize::from(v)], joints.head));
            dot(a, cross(b, c)) / 6.0
        })
        .sum();
    assert!((0.02..0.2).contains(&volume), "{volume} cubic metres");
}

#[test]
fn the_camera_sees_the_whole_body_from_every_side() {
    let body = body();
    for seed in 0..4 {
        for yaw in [-1.5, 0.0, 0.35, 3.0] {
            let film = Film::new(&body, clip(), None, Look::of(seed), yaw).unwrap();
            let lens = film.studio.lens();
            let (skin, _) = film.person(Take::Clean, 1.5).unwrap();
            for p in &skin.places {
                let [x, y, _] = lens.matrix.project(*p).unwrap();
                assert!(x.abs() < 1.0 && y.abs() < 1.0, "seed {seed}, yaw {yaw}: {x} {y}");
            }
            assert!(film.person(Take::Perturbed, 0.0).is_none());
        }
    }
}

#[test]
fn a_seed_draws_one_look_and_seeds_differ() {
    assert_eq!(Look::of(3), Look::of(3));
    assert_ne!(Look::of(3).color("shirt"), Look::of(4).color("shirt"));
    for seed in 0..50 {
        let look = Look::of(seed);
        for part in ["skin", "hair", "shirt", "shoes", "iris", "lips"] {
            assert!(look.color(part).iter().all(|c| (0.0..=1.0).contains(c)), "{seed} {part}");
        }
    }
}

/// What an estimator would see without any error: the anatomical joints as landmarks around the hips, in its axes.
fn landmarks(studio: &Studio, j: &Joints) -> Vec<f32> {
    let mut points = vec![j.head; 33];
    let pairs = [(7, [j.head; 2]), (11, j.shoulders), (13, j.elbows), (15, j.wrists), (17, j.hands), (19, j.hands)];
    let legs = [(23, j.hips), (25, j.knees), (27, j.ankles), (31, j.feet)];
    for (first, pair) in pairs.into_iter().chain(legs) {
        points[first] = pair[0];
        points[first + 1] = pair[1];
    }
    let middle = Joints::middle(j.hips);
    let [right, up, back] = studio.axes;
    let axes = |p: Vec3| {
        let v = sub(p, middle);
        [dot(v, right), -dot(v, up), -dot(v, back)]
    };
    points.into_iter().flat_map(axes).collect()
}

#[test]
fn perfect_landmarks_give_the_clip_back_from_every_side() {
    let body = body();
    for yaw in [0.0, 0.7, -2.0] {
        let clip = clip();
        let film = Film::new(&body, clip.clone(), None, Look::of(1), yaw).unwrap();
        // The third picture is missing: its joints lie on straight lines.
        let at = [0.0, 1.0, 3.0, 4.0];
        let seen: Vec<f32> = at.iter().flat_map(|f| landmarks(&film.studio, &joints(*f))).collect();
        let found = recover::clip(&film.studio, 30.0, 5, &at, &seen).unwrap();
        assert_eq!((found.frames(), found.layout().id), (5, LayoutId::KinectV1));
        let error = closeness::mean_error(&clip, &found).unwrap().unwrap();
        assert!(error < 0.012, "{error}");
        let moments = Moments::of(&found, &clip, film.facing).unwrap();
        let fitted = Fit::of(&moments).apply(&found, film.facing).unwrap();
        for (t, j) in (0..5).flat_map(|t| (0..20).map(move |j| (t, j))) {
            let at = |c: &Sequence, j: usize| -> Vec3 { std::array::from_fn(|k| c.joint(t, 0, j)[k]) };
            let off = sub(sub(at(&clip, j), at(&clip, 0)), sub(at(&fitted, j), at(&fitted, 0)));
            assert!(length(off) < 0.012, "yaw {yaw}, frame {t}, joint {j}: {off:?}");
        }
        assert!(recover::clip(&film.studio, 30.0, 5, &[], &[]).is_err());
        assert!(recover::clip(&film.studio, 30.0, 5, &[1.0, 0.0], &seen[..198]).is_err());
    }
}

#[test]
fn the_fit_takes_away_size_and_shifts_and_sums_add_up() {
    let clip = clip();
    let facing = [0.0, 0.0, -1.0];
    let data: Vec<f32> = clip
        .data()
        .chunks(3)
        .enumerate()
        .flat_map(|(i, p)| {
            let j = (i % 20) as f32;
            [0.8 * p[0] + 0.01 * j, 0.8 * p[1] - 0.02, 0.8 * p[2] + 0.003 * j]
        })
        .collect();
    let seen = clip.with_data(data).unwrap();
    let once = Moments::of(&seen, &clip, facing).unwrap();
    let twice = Moments::from_numbers(once.numbers().iter().map(|v| 2.0 * v).collect()).unwrap();
    let fitted = Fit::of(&twice).apply(&seen, facing).unwrap();
    assert_eq!(fitted, Fit::of(&once).apply(&seen, facing).unwrap());
    let error = closeness::mean_error(&clip, &fitted).unwrap().unwrap();
    assert!(error < 0.006, "{error}");
    assert!(closeness::mean_error(&clip, &seen).unwrap().unwrap() > 0.02);
    assert!(Moments::from_numbers(vec![0.0; 3]).is_err());
}

#[test]
fn the_distance_of_poses_ignores_place_direction_and_size() {
    let a = standing();
    let m = turn(unit([1.0, 0.2, 0.0]), unit([0.1, 1.0, 0.4]));
    let map = Affine { matrix: m.map(|c| scale(c, 1.7)), shift: [3.0, -1.0, 0.5] };
    let b: Vec<Vec3> = a.iter().map(|p| map.point(*p)).collect();
    assert!(closeness::error(&a, &b) < 1e-4);
    // A mirror image is not a rotation.
    let mirrored: Vec<Vec3> = a.iter().map(|p| [-p[0], p[1], p[2]]).collect();
    assert!(closeness::error(&a, &mirrored) > 0.05);
    let mut moved = a.clone();
    moved[6][1] += 0.26;
    let error = closeness::error(&a, &moved);
    assert!((0.013..0.04).contains(&error), "{error}");
}

#[test]
fn other_layouts_are_refused_with_what_to_do() {
    let v = LayoutId::OpenPose18.layout();
    let clip = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 1, vec![0.5; v.len() * 3]).unwrap();
    let error = Film::new(&body(), clip, None, Look::of(0), 0.0).unwrap_err().to_string();
    assert!(error.contains("convert the clip to Kinect v1"), "{error}");
}
