//! The clips that a walk may start from.

use crate::contract::metrics;
use crate::skeleton::Sequence;

/// Other clips on the original's frames and at its place, as values (T, M, V, C), the nearest last. Joints that must
/// stay, whose bounds are 0, do.
pub(super) fn starts(clean: &Sequence, bounds: &[f32], others: &[Sequence]) -> Vec<Vec<f32>> {
    let moved = others.iter().map(|other| moved(clean, bounds, other));
    let mut known: Vec<(f32, Vec<f32>)> = moved.map(|clip| (metrics::mean_displacement(clean, &clip), clip)).collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    known.into_iter().map(|(_, clip)| clip).collect()
}

/// Another clip, frame by frame beside the original: frames are spread evenly, and each person's centre is where the
/// original's is. A person whom the other clip lacks moves as its first one; a joint that it lacks stays.
fn moved(clean: &Sequence, bounds: &[f32], other: &Sequence) -> Vec<f32> {
    let layout = clean.layout();
    let channels = layout.channels();
    let mut x = clean.data().to_vec();
    for (at, (x, bound)) in x.chunks_mut(channels).zip(bounds.chunks(channels)).enumerate() {
        let (pose, joint) = (at / layout.len(), at % layout.len());
        let (frame, person) = (pose / clean.people(), pose % clean.people());
        let t = frame * other.frames() / clean.frames();
        let m = if person < other.people() && other.present(t, person) { person } else { 0 };
        let centred = clean.seen(frame, person, layout.centre) && other.seen(t, m, layout.centre);
        if bound[0] == 0.0 || !centred || !other.seen(t, m, joint) {
            continue;
        }
        let (here, there) = (clean.joint(frame, person, layout.centre), other.joint(t, m, layout.centre));
        for c in 0..layout.dims {
            x[c] = other.joint(t, m, joint)[c] + here[c] - there[c];
        }
    }
    x
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn the_nearest_is_last_each_is_at_the_originals_place_and_joints_that_stay_do() {
        let clip = |frames: usize, by: f32, far: f32| {
            let data = (0..frames * 60).map(|i| far + 1.0 + by * (i as f32).sin()).collect();
            Sequence::new(LayoutId::KinectV1, 30.0, frames, 1, data).unwrap()
        };
        let clean = clip(4, 0.1, 0.0);
        let mut bounds = vec![0.1; clean.data().len()];
        bounds[21..24].fill(0.0);
        let all = starts(&clean, &bounds, &[clip(8, 0.2, 5.0), clip(6, 0.4, 5.0)]);
        let size = |x: &[f32]| metrics::mean_displacement(&clean, x);
        assert!(all.len() == 2 && size(&all[1]) < size(&all[0]) && size(&all[0]) < 1.0);
        let centre = 3 * clean.layout().centre;
        for x in &all {
            assert_eq!(x[21..24], clean.data()[21..24]);
            assert!((0..3).all(|c| (x[centre + c] - clean.data()[centre + c]).abs() < 1e-5));
        }
    }
}
