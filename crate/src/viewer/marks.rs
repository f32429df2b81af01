//! Marks around the figures: contact shadows and the recent paths of joints.

use super::body::{Figure, Look, Solid, Solids};
use super::palette::{Side, mix, shade, with_opacity};
use super::pose::Pose;
use crate::geometry::{Vec3, add, length, sub};

/// A soft spot on the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shadow {
    /// Its middle.
    pub at: Vec3,
    /// Radius at which it has faded out.
    pub radius: f32,
    /// Opacity in the middle.
    pub strength: f32,
}

/// Adds the path of a joint, which grows thicker towards the current frame.
pub fn trail(out: &mut Solids, path: &[Vec3], look: &Look, side: Side) {
    let (base, solids) = match look.figure {
        Figure::Clean => (look.palette.clean, &mut out.round),
        Figure::Perturbed => (look.palette.perturbed, &mut out.square),
    };
    let n = path.len().saturating_sub(1) as f32;
    // The path of a joint that hardly moves would be a blob.
    if path.windows(2).map(|w| length(sub(w[0], w[1]))).sum::<f32>() < 0.06 * look.size {
        return;
    }
    for (i, w) in path.windows(2).enumerate() {
        let width = |i: usize| 0.013 * look.size * (0.12 + 0.88 * i as f32 / n);
        let color = with_opacity(mix(shade(base, side), look.palette.muted, 0.35 * (1.0 - i as f32 / n)), 1.0);
        solids.push(Solid { a: w[0], ra: width(i), b: w[1], rb: width(i + 1), color });
    }
}

/// Adds the contact shadows of a pose: a spot below each joint near the floor, weaker the higher the joint is, and a
/// wide one below the whole body.
pub fn shadows(out: &mut Vec<Shadow>, pose: &Pose, floor: f32, size: f32) {
    /// Height above the floor from which on a joint has no shadow, on an average body, in metres.
    const HIGH: f32 = 0.4;
    let seen: Vec<Vec3> = pose.iter().flatten().copied().collect();
    let Some(sum) = seen.iter().copied().reduce(add) else { return };
    let n = seen.len() as f32;
    out.push(Shadow { at: [sum[0] / n, floor, sum[2] / n], radius: 0.55 * size, strength: 0.32 });
    for p in seen {
        let height = (p[1] - floor) / size;
        if height < HIGH {
            let strength = 0.55 * (1.0 - height.max(0.0) / HIGH).powi(2);
            out.push(Shadow { at: [p[0], floor, p[2]], radius: (0.10 + 0.2 * height.max(0.0)) * size, strength });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::palette::Palette;
    use super::*;

    fn look(figure: Figure) -> Look<'static> {
        Look {
            figure,
            palette: &Palette::LIGHT,
            region: None,
            rings: true,
            handles: false,
            size: 1.0,
            opacity: 1.0,
            over: None,
            heat: None,
            back: [0.0, 0.0, 1.0],
        }
    }

    #[test]
    fn a_trail_grows_towards_the_present_and_shadows_fade_with_height() {
        let mut out = Solids::default();
        trail(&mut out, &[[0.0; 3], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]], &look(Figure::Clean), Side::Left);
        assert_eq!(out.round.len(), 2);
        assert!(out.round[0].ra < out.round[0].rb && out.round[0].rb <= out.round[1].ra);
        trail(&mut out, &[[0.0; 3]], &look(Figure::Clean), Side::Left);
        assert_eq!(out.round.len(), 2);
        let mut spots = Vec::new();
        let pose = vec![Some([0.0, 0.05, 0.0]), Some([0.0, 0.3, 0.0]), Some([0.3, 1.5, 0.0]), None];
        shadows(&mut spots, &pose, 0.0, 1.0);
        // The body's own, the two low joints'.
        assert!(spots.len() == 3 && spots.iter().all(|s| s.at[1] == 0.0));
        assert!(spots[1].strength > 2.0 * spots[2].strength && (spots[0].at[0] - 0.1).abs() < 1e-6);
        shadows(&mut spots, &vec![None], 0.0, 1.0);
        assert_eq!(spots.len(), 3);
    }
}
