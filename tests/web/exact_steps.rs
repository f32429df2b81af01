//! Exact steps on a GPU without the host: the host's steps, and the laws of the projection.

use ciasa::attack::{Attack, AttackConfig, Epsilon, Projection, StepReport};
use ciasa::contract::{metrics, region};
use ciasa::skeleton::LayoutId;
use wasm_bindgen_test::*;

use crate::gpu_steps::{apart, gpu, in_batches, network, one_by_one, start};

/// The default settings with the exact projection.
fn exact() -> AttackConfig {
    AttackConfig { projection: Projection::Exact, ..AttackConfig::default() }
}

/// One epsilon for each joint, growing along the limbs.
fn ladder(layout: LayoutId) -> AttackConfig {
    AttackConfig { epsilon: Epsilon::PerJoint(layout.layout().hierarchical.to_vec()), ..exact() }
}

/// Settings that a GPU takes, with the number of people, of whom the second is absent at first: the whole body with one
/// epsilon, with one that grows along the limbs, without any, and the regions that hang at one end.
fn kinect() -> Vec<(usize, AttackConfig)> {
    let layout = LayoutId::KinectV1.layout();
    let only = |region| AttackConfig { joints: Some(layout.region(region).unwrap().joints.to_vec()), ..exact() };
    let mut free = exact();
    free.constraints.clip = false;
    vec![(2, exact()), (1, ladder(layout.id)), (1, only("set-1")), (2, only("set-2")), (1, only("set-4")), (1, free)]
}

/// The same in the picture plane, where each joint is unseen in some frames.
fn open_pose() -> Vec<(usize, AttackConfig)> {
    vec![(1, exact()), (2, AttackConfig { joints: Some(vec![3, 4, 6, 7, 9, 10]), ..exact() })]
}

/// Epsilon, bone lengths and the region hold together in V', and everything is a number.
fn laws_hold(attack: &Attack) {
    let (clean, x) = (attack.clean(), attack.perturbed());
    let bounds = region::bounds(clean, attack.config()).unwrap();
    if attack.config().constraints.clip {
        assert_eq!(metrics::epsilon_excess(clean, x, &bounds), 0.0);
    }
    let mut moved = 0;
    for ((x, was), bound) in x.iter().zip(clean.data()).zip(&bounds) {
        assert!(x.is_finite() && (*bound > 0.0 || x.to_bits() == was.to_bits()), "{was} to {x} within {bound}");
        moved += usize::from(x != was);
    }
    assert!(moved > 90, "only {moved} values have moved");
    let l = clean.layout();
    let point = |data: &[f32], pose: usize, j: usize| -> [f32; 3] {
        let at = (pose * l.len() + j) * l.channels();
        std::array::from_fn(|c| if c < l.dims { data[at + c] } else { 0.0 })
    };
    let distance =
        |a: [f32; 3], b: [f32; 3]| (0..3).map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum::<f64>().sqrt();
    for (t, m) in (0..clean.frames()).flat_map(|t| (0..clean.people()).map(move |m| (t, m))) {
        let pose = t * clean.people() + m;
        for (a, b) in l.bones().into_iter().filter(|&(a, b)| clean.seen(t, m, a) && clean.seen(t, m, b)) {
            let length = |data: &[f32]| distance(point(data, pose, a), point(data, pose, b));
            let (was, is) = (length(clean.data()), length(x));
            let largest = [a, b].map(|j| point(x, pose, j)).concat().iter().fold(0.0_f32, |most, c| most.max(c.abs()));
            let allowed = (1e-5 * was).max(f64::from(largest.next_up() - largest));
            assert!((is - was).abs() <= allowed, "frame {t}, {} to {}: {was} to {is}", l.joints[a], l.joints[b]);
        }
    }
}

/// 12 steps each.
async fn equal_the_hosts(layout: LayoutId, cases: Vec<(usize, AttackConfig)>) {
    let gpu = gpu().await;
    for (people, config) in cases {
        let attack = || start(network(layout, &gpu.device), people, &config);
        let (mut host, mut on_gpu) = (attack(), attack());
        let with = one_by_one(&mut host, 12).await;
        let without = in_batches(&mut on_gpu, 12, 5).await;
        gpu.check().unwrap();
        let (clip, report) = apart((&on_gpu, &without), (&host, &with));
        console_log!("{layout:?} {people} {:?} {:?}: clip {clip:e}, reports {report:e}", config.joints, config.epsilon);
        assert!(clip < 1e-3 && report < 1e-3, "{layout:?} {people} {config:?}: {clip} {report}");
        let yields = |reports: &[StepReport]| reports.iter().map(|r| r.yielded_frames).collect::<Vec<_>>();
        assert_eq!(yields(&without), yields(&with));
        laws_hold(&on_gpu);
    }
}

#[wasm_bindgen_test]
async fn exact_steps_without_the_host_equal_the_hosts() {
    equal_the_hosts(LayoutId::KinectV1, kinect()).await;
}

#[wasm_bindgen_test]
async fn exact_steps_in_the_picture_plane_equal_the_hosts() {
    equal_the_hosts(LayoutId::OpenPose18, open_pose()).await;
}

#[wasm_bindgen_test]
async fn exact_steps_with_fingers_equal_the_hosts() {
    equal_the_hosts(LayoutId::Ntu, vec![(2, ladder(LayoutId::Ntu))]).await;
}

/// Steps as large as bones, within little, some and much room.
async fn laws_hold_after_large_steps(layout: LayoutId, cases: Vec<(usize, AttackConfig)>) {
    let gpu = gpu().await;
    for (people, config) in cases {
        for epsilon in [1e-4, 0.3] {
            let config = AttackConfig { epsilon: Epsilon::Global(epsilon), alpha: 0.1, ..config.clone() };
            let mut attack = start(network(layout, &gpu.device), people, &config);
            let reports = in_batches(&mut attack, 4, 4).await;
            gpu.check().unwrap();
            laws_hold(&attack);
            assert!(reports.iter().all(|report| report.yielded_frames == 0), "{layout:?} {people} {config:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn bounds_and_bones_hold_after_steps_that_leave_them_far() {
    laws_hold_after_large_steps(LayoutId::KinectV1, kinect()).await;
    laws_hold_after_large_steps(LayoutId::OpenPose18, open_pose()).await;
}

/// Settings with which frames may yield: a trunk between limbs that stay, and epsilons that shrink along the limbs.
fn yielding() -> Vec<AttackConfig> {
    let layout = LayoutId::KinectV1.layout();
    let depth = |mut j: usize| {
        let mut depth = 0;
        while layout.parents[j] != j {
            (j, depth) = (layout.parents[j], depth + 1);
        }
        depth
    };
    let shrinking = (0..layout.len()).map(|j| 0.3 / (1 + depth(j)) as f32).collect();
    let trunk = Some(layout.region("set-3").unwrap().joints.to_vec());
    let far = AttackConfig { epsilon: Epsilon::Global(0.3), alpha: 0.1, ..exact() };
    vec![
        AttackConfig { joints: trunk.clone(), ..exact() },
        AttackConfig { joints: trunk, ..far.clone() },
        AttackConfig { epsilon: Epsilon::PerJoint(shrinking), ..far },
    ]
}

#[wasm_bindgen_test]
async fn exact_steps_of_parts_that_may_yield_equal_the_hosts() {
    equal_the_hosts(LayoutId::KinectV1, yielding().into_iter().map(|config| (2, config)).collect()).await;
}
