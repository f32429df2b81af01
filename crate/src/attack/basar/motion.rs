//! Random motions that are smooth in time.

use rand::RngExt;
use rand_pcg::Pcg32;

use crate::skeleton::Sequence;

/// Half waves over the clip, from none upwards.
const WAVES: usize = 6;

/// A random motion of each coordinate that may move, (T, M, V, C): a sum of the slowest cosines over the frames, each
/// with a weight from -1 to 1, the faster ones less. 0 where the bound, (T, M, V, C), is 0.
pub(super) fn smooth(clean: &Sequence, bounds: &[f32], rng: &mut Pcg32) -> Vec<f32> {
    let frame = clean.data().len() / clean.frames();
    let waves = WAVES.min(clean.frames());
    let mut motion = vec![0.0; clean.data().len()];
    for value in 0..frame {
        let weights: Vec<f32> = (0..waves).map(|k| rng.random_range(-1.0..1.0) / (1 + k) as f32).collect();
        for t in 0..clean.frames() {
            let phase = std::f32::consts::PI * (t as f32 + 0.5) / clean.frames() as f32;
            let at = t * frame + value;
            if bounds[at] > 0.0 {
                motion[at] = weights.iter().enumerate().map(|(k, w)| w * (phase * k as f32).cos()).sum();
            }
        }
    }
    motion
}

/// The Euclidean length.
pub(super) fn length(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rand::SeedableRng;

    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn motions_are_smooth_and_stay_where_nothing_may_move() {
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 40, 1, vec![1.0; 40 * 60]).unwrap();
        let bounds: Vec<f32> = (0..40 * 60).map(|i| if i % 60 < 6 { 1.0 } else { 0.0 }).collect();
        let motion = smooth(&clean, &bounds, &mut Pcg32::seed_from_u64(1));
        assert!(motion.iter().zip(&bounds).all(|(v, bound)| (*v != 0.0) == (*bound > 0.0)));
        let step = |i: usize| f64::from(motion[i + 60] - motion[i]).powi(2);
        let steps: f64 = (0..39 * 60).map(step).sum();
        // White noise would change from frame to frame by twice its own square.
        assert!(steps < 0.1 * length(&motion).powi(2));
    }
}
