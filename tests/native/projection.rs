//! Epsilon, bone lengths and the region hold together after the exact projection, whatever the clip and the settings.

use ciasa::attack::projection::project;
use ciasa::contract::metrics;
use ciasa::skeleton::{Layout, LayoutId, Sequence};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

#[derive(Clone, Debug)]
struct Case {
    clean: Sequence,
    /// The perturbed clip.
    x: Vec<f32>,
    bounds: Vec<f32>,
}

/// People who turn at random, `away` units from the origin. Some bones continue their parent's, some are short or
/// without length; some people are absent and some joints not seen.
fn clip(layout: LayoutId, frames: usize, people: usize, away: f32, rng: &mut Pcg32) -> Sequence {
    let l = layout.layout();
    let kinds: Vec<u8> = (0..l.len()).map(|_| rng.random_range(0..20)).collect();
    let mut data = Vec::new();
    for pose in 0..frames * people {
        let mut at = vec![[away; 3]; l.len()];
        let mut bones = vec![[0.0_f32; 3]; l.len()];
        for j in l.order() {
            let p = l.parents[j];
            let turned: [f32; 3] = [0; 3].map(|_| rng.random_range(-0.3..0.3));
            bones[j] = match kinds[j] {
                0 => [0.0; 3],
                1 => turned.map(|c| c * 1e-3),
                2 => turned.map(|c| c * 0.05),
                3..6 if p != l.centre => bones[p],
                _ => turned,
            };
            let from = if j == p { [away + rng.random_range(-1.0..1.0_f32); 3] } else { at[p] };
            at[j] = [0, 1, 2].map(|c| from[c] + bones[j][c]);
        }
        let absent = pose > 0 && rng.random_bool(0.1);
        for at in at {
            let unseen = absent || rng.random_bool(0.03);
            let third = if l.confidence { 0.7 } else { at[2] };
            data.extend(if unseen { [0.0; 3] } else { [at[0], at[1], third] });
        }
    }
    Sequence::new(layout, 30.0, frames, people, data).unwrap()
}

/// An epsilon for each joint, (V): one for all, 0 for some, growing or shrinking along the limbs, or at random.
fn epsilon(layout: &Layout, kind: u8, rng: &mut Pcg32) -> Vec<f32> {
    let depth = |mut j: usize| {
        let mut depth = 0;
        while layout.parents[j] != j {
            j = layout.parents[j];
            depth += 1;
        }
        depth as f32
    };
    let size = [1e-9, 1e-6, 1e-3, 0.02, 0.1, 0.5][rng.random_range(0..6_usize)];
    let of = |j: usize| match kind {
        0 => size,
        1 => layout.hierarchical[j],
        2 => size / (1.0 + depth(j)),
        3 => size * (1.0 + depth(j)),
        4 => 100.0,
        5 => f32::INFINITY,
        6 => [0.0, size][rng.random_range(0..2_usize)],
        _ => [0.0, 1e-9, 1e-4, 0.02, 0.2, 1e3][rng.random_range(0..6_usize)],
    };
    (0..layout.len()).map(of).collect()
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (0..4_usize, 1..8_usize, 1..3_usize, 0..5_usize);
    let kinds = (0..8_u8, 0..6_u8, 0..5_u8);
    (shape, kinds, any::<u64>()).prop_map(|((layout, frames, people, away), (eps, region, noise), seed)| {
        let mut rng = Pcg32::seed_from_u64(seed);
        let clean = clip(LayoutId::ALL[layout], frames, people, [0.0, 0.3, 3.0, 30.0, 900.0][away], &mut rng);
        let l = clean.layout();
        let epsilon = epsilon(l, eps, &mut rng);
        let mask: u64 = rng.random();
        let inside = |j: usize| match region {
            0 | 1 => true,
            2 => l.region("legs").unwrap().joints.contains(&j),
            3 => l.region("set-3").unwrap().joints.contains(&j),
            _ => mask >> j & 1 == 1,
        };
        let mut bounds = Vec::new();
        for (t, m, j) in places(&clean) {
            let bound = if inside(j) && clean.seen(t, m, j) { epsilon[j] } else { 0.0 };
            bounds.extend((0..l.channels()).map(|c| if c < l.dims { bound } else { 0.0 }));
        }
        let size = |bound: f32| if bound.is_finite() { bound } else { 0.3 };
        let perturbed = |(clean, bound): (&f32, &f32)| {
            let at_random: f32 = rng.random_range(-1.0..1.0);
            clean
                + size(*bound)
                    * match noise {
                        0 => at_random,
                        1 => at_random.signum(),
                        2 => 5.0 * at_random,
                        3 => 1e6 * at_random,
                        _ if at_random < -0.9 => f32::NAN,
                        _ => 0.01 * at_random,
                    }
        };
        let x = clean.data().iter().zip(&bounds).map(perturbed).collect();
        Case { clean, x, bounds }
    })
}

/// Every frame, person and joint, in the order of the data.
fn places(clip: &Sequence) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
    let (frames, people, joints) = (clip.frames(), clip.people(), clip.layout().len());
    (0..frames).flat_map(move |t| (0..people).flat_map(move |m| (0..joints).map(move |j| (t, m, j))))
}

fn projected(case: &Case) -> (Vec<f32>, usize) {
    let mut x = case.x.clone();
    let yields = project(&mut x, &case.clean, &case.bounds);
    (x, yields)
}

fn point(clip: &Sequence, data: &[f32], t: usize, m: usize, j: usize) -> [f32; 3] {
    let l = clip.layout();
    let at = ((t * clip.people() + m) * l.len() + j) * l.channels();
    std::array::from_fn(|c| if c < l.dims { data[at + c] } else { 0.0 })
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f64 {
    (0..3).map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum::<f64>().sqrt()
}

/// 1e-5 of a bone's length, or the spacing of the numbers at its ends if that is more.
fn bones_keep_their_lengths(clean: &Sequence, x: &[f32]) {
    let l = clean.layout();
    for (t, m) in (0..clean.frames()).flat_map(|t| (0..clean.people()).map(move |m| (t, m))) {
        for (a, b) in l.bones().into_iter().filter(|&(a, b)| clean.seen(t, m, a) && clean.seen(t, m, b)) {
            let length = |data: &[f32]| distance(point(clean, data, t, m, a), point(clean, data, t, m, b));
            let (was, is) = (length(clean.data()), length(x));
            let ends = [a, b].map(|j| point(clean, x, t, m, j));
            let largest = ends.iter().flatten().fold(0.0_f32, |most, c| most.max(c.abs()));
            let allowed = (1e-5 * was).max(f64::from(largest.next_up() - largest));
            assert!((is - was).abs() <= allowed, "frame {t}, {} to {}: {was} to {is}", l.joints[a], l.joints[b]);
        }
    }
}

fn nothing_that_must_stay_moves(case: &Case, x: &[f32]) {
    for ((x, was), bound) in x.iter().zip(case.clean.data()).zip(&case.bounds) {
        assert!(x.is_finite() && (*bound > 0.0 || x.to_bits() == was.to_bits()), "{was} to {x} within {bound}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn epsilon_bones_and_region_hold_together(case in cases()) {
        let (x, yields) = projected(&case);
        nothing_that_must_stay_moves(&case, &x);
        prop_assert_eq!(metrics::epsilon_excess(&case.clean, &x, &case.bounds), 0.0);
        bones_keep_their_lengths(&case.clean, &x);
        prop_assert!(yields <= case.clean.frames());
        prop_assert_eq!(projected(&case), (x, yields));
    }

    #[test]
    fn projecting_twice_is_projecting_once(case in cases()) {
        let (once, _) = projected(&case);
        let mut twice = once.clone();
        prop_assert_eq!(project(&mut twice, &case.clean, &case.bounds), 0);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn the_original_stays_as_it_is(case in cases()) {
        let (x, yields) = projected(&Case { x: case.clean.data().to_vec(), ..case.clone() });
        prop_assert_eq!((x.as_slice(), yields), (case.clean.data(), 0));
    }

    #[test]
    fn no_frame_yields_where_one_epsilon_is_for_all_joints(case in cases(), epsilon in 1e-3..0.5_f32) {
        let bounds = case.bounds.iter().map(|b| if *b > 0.0 { epsilon } else { 0.0 }).collect();
        let case = Case { bounds, ..case };
        let whole = places(&case.clean).zip(case.bounds.chunks(case.clean.layout().channels()));
        if whole.into_iter().all(|((t, m, j), b)| b[0] > 0.0 || !case.clean.seen(t, m, j)) {
            prop_assert_eq!(projected(&case).1, 0);
        }
    }
}
