//! Which values of a clip an attack may change, and by how much.

use super::config::AttackConfig;
use crate::error::{Error, Result};
use crate::skeleton::Sequence;

/// The epsilon of every value of the clip, (T, M, V, C), in the layout's unit. It is 0 for values that must not change:
/// joints outside the region, people absent from the frame, unseen 2-D joints, and the confidence channel.
///
/// # Errors
/// If no value may change.
pub fn bounds(clip: &Sequence, config: &AttackConfig) -> Result<Vec<f32>> {
    let layout = clip.layout();
    let inside = |j: usize| config.joints.as_ref().is_none_or(|joints| joints.contains(&j));
    let epsilon: Vec<f32> = (0..layout.len()).map(|j| if inside(j) { config.epsilon.of(j) } else { 0.0 }).collect();

    let mut bounds = Vec::with_capacity(clip.data().len());
    for (t, m) in (0..clip.frames()).flat_map(|t| (0..clip.people()).map(move |m| (t, m))) {
        for (j, &epsilon) in epsilon.iter().enumerate() {
            let here = if clip.seen(t, m, j) { epsilon } else { 0.0 };
            bounds.extend((0..layout.channels()).map(|c| if c < layout.dims { here } else { 0.0 }));
        }
    }
    if bounds.iter().all(|b| *b == 0.0) {
        let nobody = (0..clip.frames()).all(|t| (0..clip.people()).all(|m| !clip.present(t, m)));
        return Err(match nobody {
            true => Error::config("the clip is empty: no frame shows a person").at("clip"),
            false => Error::config("no joint of the attack region is visible in the clip with an epsilon above 0")
                .at("joints"),
        });
    }
    Ok(bounds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::config::Epsilon;
    use crate::skeleton::LayoutId;

    #[test]
    fn only_seen_joints_of_the_region_have_a_bound_and_no_confidence_has() {
        // Two people, the second absent; of the first the nose was not seen.
        let mut data = vec![0.0; 2 * 18 * 3];
        for j in 1..18 {
            data[j * 3..j * 3 + 3].copy_from_slice(&[0.3, 0.4, 0.9]);
        }
        let clip = Sequence::new(LayoutId::OpenPose18, 30.0, 1, 2, data).unwrap();
        let mut config = AttackConfig { joints: Some(vec![0, 2, 4]), ..Default::default() };
        config.epsilon = Epsilon::PerJoint((0..18).map(|j| j as f32 / 100.0).collect());
        let mut expected = vec![0.0; 2 * 18 * 3];
        for j in [2, 4] {
            expected[j * 3..j * 3 + 2].fill(j as f32 / 100.0);
        }
        assert_eq!(bounds(&clip, &config).unwrap(), expected);
        config.joints = Some(vec![0]);
        assert!(bounds(&clip, &config).unwrap_err().to_string().starts_with("joints: "));
        let empty = clip.with_data(vec![0.0; 2 * 18 * 3]).unwrap();
        assert!(bounds(&empty, &config).unwrap_err().to_string().starts_with("clip: "));
    }
}
