use super::super::shape::{ConvShape, TAPS};
use super::super::temporal::{backward_x, forward};
use super::super::weight::{Epilogue, Weight};
use super::transform::{PRODUCTS, analyse, synthesise};

/// Values between -1 and 1 that look random.
fn values(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// An id of its own for each weight; those of networks count from 1.
fn id(seed: u32) -> Option<u32> {
    Some(u32::MAX - seed)
}

#[test]
fn tiles_compute_what_the_taps_do() {
    for (seed, (n, t, v, c, out, stride)) in [
        (1, 9, 2, 32, 32, 1),
        (1, 16, 3, 32, 48, 1),
        (2, 13, 5, 48, 32, 1),
        (1, 75, 4, 64, 64, 1),
        (3, 40, 1, 32, 96, 1),
        (1, 17, 2, 32, 32, 2),
        (1, 24, 3, 32, 48, 2),
        (2, 35, 5, 48, 32, 2),
        (1, 150, 4, 64, 64, 2),
        (3, 49, 1, 32, 96, 2),
    ]
    .into_iter()
    .enumerate()
    {
        let s = ConvShape { n, t, v, c, out, stride, taps: TAPS };
        let (x, w) = (values(n * s.x_len(), 1), values(TAPS * c * out, 2));
        let (bias, residual) = (values(out, 3), values(n * s.y_len(), 4));
        let weight = |id| Weight { values: &w, id };
        let epilogue = Epilogue { bias: &bias, residual: &residual, relu: true };
        let pairs = [
            [None, id(seed as u32)].map(|id| forward(s, &x, weight(id), epilogue)),
            [None, id(seed as u32)].map(|id| backward_x(s, &residual, weight(id))),
        ];
        for [taps, tiles] in pairs {
            assert!(tiles.plan.minimal && !taps.plan.minimal, "{s:?}");
            let (expected, found) = (taps.compute(0..taps.plan.tasks()), tiles.compute(0..tiles.plan.tasks()));
            // Sums of nine times C products of values up to 1.
            let bound = 2e-6 * (TAPS * c) as f32;
            let worst = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < bound, "{s:?} {:?}: {worst} of {bound}", tiles.plan.direction);
            assert!(expected.iter().any(|y| *y > 1.0));
        }
    }
}

#[test]
fn tasks_of_any_length_give_the_same_bits() {
    for (stride, t) in [(1, 50), (2, 75)] {
        let s = ConvShape { n: 1, t, v: 3, c: 32, out: 32, stride, taps: TAPS };
        let (x, dy, w) = (values(s.x_len(), 5), values(s.y_len(), 7), values(TAPS * 32 * 32, 6));
        let weight = Weight { values: &w, id: id(20 + stride as u32) };
        for mut task in [forward(s, &x, weight, Epilogue::NONE), backward_x(s, &dy, weight)] {
            let [_, len] = task.plan.sizes();
            let results = [1, 3, 7].map(|tiles| {
                task.plan.frames = tiles * s.tile();
                let tasks = task.plan.tasks();
                (0..tasks).flat_map(|index| task.compute(index..index + 1)).collect::<Vec<_>>()
            });
            assert_eq!(results[0].len(), len);
            assert!(results[0] == results[1] && results[1] == results[2], "{s:?} {:?}", task.plan.direction);
        }
    }
}

#[test]
fn the_transform_and_the_way_back_are_those_of_the_definition() {
    let x = values(16, 7);
    let found: [f32; PRODUCTS] = analyse(std::array::from_fn(|i| x[i]));
    let coefficient = |f: usize| {
        let angle = |i: usize| std::f64::consts::PI * (f * i) as f64 / 8.0;
        let sum = |wave: fn(f64) -> f64| (0..16).map(|i| f64::from(x[i]) * wave(angle(i))).sum::<f64>();
        (sum(f64::cos), -sum(f64::sin))
    };
    for (p, value) in found.iter().enumerate() {
        let (f, third) = super::transform::part(p);
        let (re, im) = coefficient(f);
        let expected = match (f, third) {
            (0 | 8, _) => re,
            (_, 0) => re + im,
            (_, 1) => re,
            _ => im,
        };
        assert!((f64::from(*value) - expected).abs() < 1e-5, "product {p}");
    }
    // A kernel of one tap at lag 0 gives the first frames back: its coefficients are 1. All twelve of them.
    let products: [f32; PRODUCTS] = std::array::from_fn(|p| {
        let (f, third) = super::transform::part(p);
        let scale = if f % 8 == 0 { 1.0 / 16.0 } else { 1.0 / 8.0 };
        // (c, d - c, c + d) with c = 1 and d = 0.
        found[p] * if third == 1 { -scale } else { scale }
    });
    for (t, frame) in synthesise(products).into_iter().enumerate() {
        assert!((frame - x[t]).abs() < 1e-6, "frame {t}");
    }
}
