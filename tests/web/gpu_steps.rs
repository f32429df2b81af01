//! Steps on a GPU without the host, compared with the host's steps.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use ciasa::attack::{Attack, AttackConfig, Done, Method, Projection, Restraint, StepReport, Stop, Target, Victim};
use ciasa::engine::device::ActiveDevice;
use ciasa::engine::messages::DeviceChoice;
use ciasa::engine::parity::{made_weights, relative_l2};
use ciasa::kernel::{Kernels, launches};
use ciasa::model::stgcn::{StGcn, StGcnConfig};
use ciasa::skeleton::{LayoutId, Sequence};
use wasm_bindgen_test::*;

const CLASSES: usize = 4;

pub async fn gpu() -> ActiveDevice {
    ciasa::engine::start();
    ActiveDevice::choose(DeviceChoice::Webgpu).await.unwrap()
}

/// Two blocks with made weights, for any layout.
pub fn network(layout: LayoutId, device: &Device) -> StGcn {
    let config = StGcnConfig { layout, classes: CLASSES, blocks: vec![(16, 1), (24, 2)] };
    StGcn::new(&config, &made_weights(&config), device).unwrap()
}

/// A clip (8, M, V, C) of people who wave all joints. In the picture plane each joint is unseen in some frames; the
/// second person appears in the third frame.
fn clip(layout: LayoutId, people: usize, phase: f32) -> Sequence {
    let l = layout.layout();
    let mut data = Vec::new();
    for (t, m) in (0..8).flat_map(|t| (0..people).map(move |m| (t, m))) {
        let mut at = vec![[m as f32, 1.0, 2.0]; l.len()];
        for j in l.order() {
            let p = l.parents[j];
            if p != j {
                let angle = 1.3 * j as f32 + phase + 0.2 * (t as f32 * 0.5 + j as f32).sin();
                let bone = [0.15 * angle.cos(), 0.2 * angle.sin(), 0.1 * (2.0 * angle).sin()];
                at[j] = [0, 1, 2].map(|c| at[p][c] + bone[c]);
            }
        }
        let absent = m == 1 && t < 2;
        for (j, at) in at.iter().enumerate() {
            let unseen = absent || l.confidence && (t + 2 * j) % 7 == 0;
            let third = if l.confidence { 0.7 } else { at[2] };
            data.extend(if unseen { [0.0; 3] } else { [at[0], at[1], third] });
        }
    }
    Sequence::new(layout, 30.0, 8, people, data).unwrap()
}

pub fn start(victim: impl Victim + 'static, people: usize, config: &AttackConfig) -> Attack {
    let layout = victim.layout();
    let natural = [clip(layout, 1, 1.0), clip(layout, 1, 2.0)];
    Attack::new(Arc::new(victim), &clip(layout, people, 0.0), &natural, config.clone()).unwrap()
}

/// The default settings with the projection of Algorithm 1.
fn paper() -> AttackConfig {
    AttackConfig { projection: Projection::Paper, ..AttackConfig::default() }
}

/// `count` steps on the host.
pub async fn one_by_one(attack: &mut Attack, count: usize) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while reports.len() < count && reports.last().is_none_or(|r: &StepReport| r.done.is_none()) {
        reports.push(attack.step().await.unwrap());
    }
    reports
}

/// `count` steps without the host, `at_once` per call.
pub async fn in_batches(attack: &mut Attack, count: usize, at_once: usize) -> Vec<StepReport> {
    let mut reports = Vec::new();
    while reports.len() < count && reports.last().is_none_or(|r: &StepReport| r.done.is_none()) {
        let asked = at_once.min(count - reports.len());
        let more = attack.steps(asked).await.unwrap();
        assert_eq!(more.len(), asked);
        reports.extend(more);
    }
    reports
}

/// V' - V.
fn change(attack: &Attack) -> Vec<f32> {
    attack.perturbed().iter().zip(attack.clean().data()).map(|(a, b)| a - b).collect()
}

/// All numbers of a report: probabilities, and the rest.
fn numbers(r: &StepReport) -> (Vec<f32>, Vec<f32>) {
    let (l, f) = (r.losses, r.figures);
    let p = [r.p_original, r.p_target.unwrap_or_default(), f.plausibility.unwrap_or_default()];
    let p = p.into_iter().chain(r.top.iter().map(|t| t.p)).collect();
    let rest = vec![
        l.total,
        l.prediction,
        l.smooth,
        l.adversarial,
        l.discriminator,
        f.linf,
        f.mean_displacement,
        f.max_displacement,
        f.acceleration_change,
        f.epsilon_excess,
    ];
    (p, rest)
}

/// The distance of two runs: of the changes of their clips, and of the worst number of a report.
pub fn apart(a: (&Attack, &[StepReport]), b: (&Attack, &[StepReport])) -> (f32, f32) {
    assert_eq!(a.1.len(), b.1.len());
    let mut worst = 0.0_f32;
    for (a, b) in a.1.iter().zip(b.1) {
        assert_eq!((a.iteration, a.original, a.target, a.done), (b.iteration, b.original, b.target, b.done));
        let ((p, x), (q, y)) = (numbers(a), numbers(b));
        assert_eq!((p.len(), a.top.len()), (q.len(), b.top.len()));
        let absolute = p.iter().zip(&q).map(|(p, q)| (p - q).abs());
        let relative = x.iter().zip(&y).map(|(x, y)| (x - y).abs() / y.abs().max(1e-3));
        worst = absolute.chain(relative).fold(worst, f32::max);
        // Bone lengths hold as well as on the host.
        assert!(a.figures.bone_deviation < 2e-5 + b.figures.bone_deviation, "{a:?} {b:?}");
    }
    (relative_l2(&change(a.0), &change(b.0)), worst)
}

#[wasm_bindgen_test]
async fn steps_without_the_host_equal_the_hosts() {
    let gpu = gpu().await;
    let arms = LayoutId::KinectV1.layout().region("arms").unwrap().joints.to_vec();
    for (layout, people, joints) in [
        (LayoutId::KinectV1, 1, None),
        (LayoutId::KinectV1, 2, None),
        (LayoutId::KinectV1, 2, Some(arms)),
        (LayoutId::OpenPose18, 1, None),
        (LayoutId::OpenPose18, 2, Some(vec![3, 4, 9, 10])),
    ] {
        let config = AttackConfig { joints, ..paper() };
        let attack = || start(network(layout, &gpu.device), people, &config);
        let (mut host, mut on_gpu) = (attack(), attack());
        let with = one_by_one(&mut host, 12).await;
        let without = in_batches(&mut on_gpu, 12, 5).await;
        gpu.check().unwrap();
        let (clip, report) = apart((&on_gpu, &without), (&host, &with));
        console_log!("{layout:?} {people} {:?}: clip {clip:e}, reports {report:e}", config.joints);
        assert!(clip < 1e-3 && report < 1e-3, "{layout:?} {people}: {clip} {report}");
        // Values that stay are equal bit for bit.
        for ((x, clean), host) in on_gpu.perturbed().iter().zip(on_gpu.clean().data()).zip(host.perturbed()) {
            assert!(x.to_bits() == clean.to_bits() || host.to_bits() != clean.to_bits());
        }
    }
}

/// A network to whose logits something is added.
struct Raised {
    network: StGcn,
    by: [f32; CLASSES],
}

impl Victim for Raised {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        let logits = self.network.forward(x);
        let by = Tensor::<1>::from_floats(self.by, &logits.device()).unsqueeze();
        logits + by
    }

    fn device(&self) -> &Device {
        StGcn::device(&self.network)
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn layout(&self) -> LayoutId {
        self.network.layout
    }
}

/// Settings that raise the probability of a class at every step.
fn rising(index: usize, stop: Stop) -> AttackConfig {
    AttackConfig { target: Target::Class { index }, alpha: 0.002, lambda: 1e-3, stop, ..paper() }
}

#[wasm_bindgen_test]
async fn steps_after_the_one_that_holds_are_dropped() {
    let gpu = gpu().await;
    let free = AttackConfig { method: Method::Adam, target: Target::Untargeted, ..paper() };
    let top = start(network(LayoutId::KinectV1, &gpu.device), 1, &free).step().await.unwrap().top;
    let second = top[1].index;
    // The second class lacks next to nothing, so that the first step reaches it.
    let mut by = [0.0; CLASSES];
    by[second] = (top[0].p / top[1].p).ln() - 2e-5;
    let attack =
        |config: &AttackConfig| start(Raised { network: network(LayoutId::KinectV1, &gpu.device), by }, 1, config);
    let config = |stop| rising(second, stop);
    let reports = in_batches(&mut attack(&config(Stop::Iterations)), 12, 6).await;
    let p: Vec<f32> = reports.iter().map(|r| r.p_target.unwrap()).collect();
    // The pass from which on the target is recognised, with a probability that rises for four passes.
    let rises = |f: usize| (f..f + 4).all(|i| reports[i].fooled) && p[f..f + 4].is_sorted_by(|a, b| a < b);
    let first = (0..9).find(|&f| rises(f) && (0..f).all(|i| !reports[i].fooled)).unwrap_or_else(|| panic!("{p:?}"));
    // The rule holds in the middle of a call, in its last step, and in the first step of another one.
    let p = |pass: usize| p[first + pass];
    for (confidence, hold, at_once, end) in [
        (p(0) / 2.0, 1, first + 8, first + 1),
        (p(2), 2, first + 8, first + 4),
        (p(3), 1, first + 4, first + 4),
        (p(3), 1, first + 3, first + 4),
    ] {
        let stop = config(Stop::Confidence { confidence: confidence - 1e-6, hold });
        let (mut one, mut many) = (attack(&stop), attack(&stop));
        let expected = one_at_a_time(&mut one).await;
        let mut reports = Vec::new();
        while reports.last().is_none_or(|r: &StepReport| r.done.is_none()) {
            reports.extend(many.steps(at_once).await.unwrap());
        }
        assert_eq!((expected.len(), expected[end - 1].done), (end, Some(Done::Held)));
        assert_eq!(reports, expected);
        assert_eq!(many.perturbed(), one.perturbed());
        // The optimisers are those of that step, too: the host continues from both to the same result.
        for attack in [&mut one, &mut many] {
            attack.configure(config(Stop::Iterations)).unwrap();
        }
        assert_eq!(one_by_one(&mut many, 2).await, one_by_one(&mut one, 2).await);
        assert_eq!(many.perturbed(), one.perturbed());
    }
    gpu.check().unwrap();
}

/// To the end without the host, one step per call.
async fn one_at_a_time(attack: &mut Attack) -> Vec<StepReport> {
    in_batches(attack, 100, 1).await
}

#[wasm_bindgen_test]
async fn the_iterations_end_a_call_and_the_host_takes_what_a_gpu_cannot() {
    let gpu = gpu().await;
    let device = &gpu.device;
    let of = |device: &Device, config: &AttackConfig| start(network(LayoutId::KinectV1, device), 1, config);
    let config = AttackConfig { iterations: 3, ..paper() };
    let mut attack = of(device, &config);
    assert!(attack.steps(0).await.unwrap().is_empty());
    let reports = attack.steps(8).await.unwrap();
    assert_eq!(reports.iter().map(|r| r.done).collect::<Vec<_>>(), [None, None, Some(Done::Iterations)]);
    assert!(attack.steps(8).await.unwrap_err().to_string().starts_with("iterations: "));

    let adam = AttackConfig { method: Method::Adam, ..config.clone() };
    for (name, device, config) in [
        ("the CPU", &Device::flex(), config.clone()),
        ("sign steps", device, AttackConfig { method: Method::Pgd, ..config.clone() }),
        ("SMART's balance", device, AttackConfig { restraint: Restraint::Smart, ..adam }),
        // Knees between hips and ankles that stay.
        ("joints between joints that stay", device, AttackConfig { joints: Some(vec![13, 17]), ..config.clone() }),
    ] {
        let (mut many, mut host) = (of(device, &config), of(device, &config));
        assert_eq!(many.steps(8).await.unwrap(), one_by_one(&mut host, 1).await, "{name}");
        assert_eq!(many.perturbed(), host.perturbed(), "{name}");
    }
    Kernels::Stock.choose();
    let reports = of(device, &config).steps(8).await.unwrap();
    Kernels::Emulated.choose();
    assert_eq!(reports.len(), 1);
}

/// Counts read-backs from here on: buffers mapped while no other is.
const COUNT: &str = "(() => {
    const gpu = GPUBuffer.prototype;
    gpu.uncounted ??= gpu.mapAsync;
    globalThis.readings = 0;
    let open = 0;
    gpu.mapAsync = function (...all) {
        if (open++ === 0) globalThis.readings++;
        return this.uncounted(...all).finally(() => open--);
    };
})()";

#[wasm_bindgen_test]
async fn a_call_reads_back_once_and_a_step_launches_few_kernels_more_than_its_gradient() {
    let gpu = gpu().await;
    js_sys::eval(COUNT).unwrap();
    let readings = || js_sys::Reflect::get(&js_sys::global(), &"readings".into()).unwrap().as_f64().unwrap();
    for (config, more) in [(paper(), 3), (AttackConfig::default(), 4)] {
        let mut attack = start(network(LayoutId::KinectV1, &gpu.device), 1, &config);
        // The first step also recognises the original.
        attack.step().await.unwrap();
        let read = readings();
        one_by_one(&mut attack, 2).await;
        assert_eq!(readings() - read, 2.0);
        let before = launches();
        attack.steps(5).await.unwrap();
        assert_eq!(readings() - read, 3.0);
        // The network, forward and backward (see `kernels.rs`); products of the discriminator; the clip's Adam step,
        // its projection, the discriminator's Adam step, and the gradient along the surface where the exact
        // projection has one.
        assert_eq!(launches() - before, 5 * (2 * (3 + 4 + 1) + 28 + more), "{:?}", config.projection);
    }
}

/// A network with its usual logits, but an infinite gradient with respect to one joint.
struct Broken {
    network: StGcn,
    joint: usize,
}

impl Victim for Broken {
    fn logits(&self, x: Tensor<5>) -> Tensor<2> {
        let joint = x.clone().narrow(3, self.joint, 1);
        let zero = (joint.clone() - joint.detach()) * 1e30 * 1e30;
        self.network.forward(x) * (zero.sum().reshape([1, 1]) + 1.0)
    }

    fn device(&self) -> &Device {
        self.network.device()
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn layout(&self) -> LayoutId {
        LayoutId::KinectV1
    }
}

#[wasm_bindgen_test]
async fn an_infinite_gradient_is_an_error_and_leaves_the_attack_as_it_was() {
    let gpu = gpu().await;
    // The broken joint may move; then neither it nor its neighbours may.
    for joints in [vec![4, 5, 6, 7], vec![8, 9, 10, 11]] {
        let network = network(LayoutId::KinectV1, &gpu.device);
        let config = AttackConfig { joints: Some(joints), ..paper() };
        let mut attack = start(Broken { network, joint: 6 }, 1, &config);
        assert!(attack.step().await.unwrap_err().is_device());
        for count in [1, 4] {
            assert!(attack.steps(count).await.unwrap_err().is_device());
            assert_eq!(attack.perturbed(), attack.clean().data());
        }
    }
}
