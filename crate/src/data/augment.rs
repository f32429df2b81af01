//! Augmentation of skeleton clips: other views, bodies, speeds and sensors.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::error::{Error, Result};
use crate::skeleton::{Layout, Sequence};

/// Size of each augmentation; zero switches it off.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Augment {
    /// Rotation about the vertical, degrees to either side.
    pub turn: f32,
    /// Rotation about the two level axes, degrees to either side.
    pub tilt: f32,
    /// Off-diagonal entries of a shear.
    pub shear: f32,
    /// Relative change of the whole body's size.
    pub scale: f32,
    /// Relative change of each bone's length, the same on both sides.
    pub bones: f32,
    /// Constant offset of each joint, metres (standard deviation).
    pub offset: f32,
    /// Noise of each joint in each frame, metres (standard deviation).
    pub jitter: f32,
    /// Share of a clip that may be cut away.
    pub crop: f32,
    /// Uneven speed: share of the clip's length by which its middle moves.
    pub warp: f32,
}

impl Augment {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A config error that names a field out of its range.
    pub fn validate(&self) -> Result<()> {
        let bounds = [
            ("turn", self.turn, 180.0),
            ("tilt", self.tilt, 90.0),
            ("shear", self.shear, 0.9),
            ("scale", self.scale, 0.9),
            ("bones", self.bones, 0.9),
            ("offset", self.offset, 1.0),
            ("jitter", self.jitter, 1.0),
            ("crop", self.crop, 0.9),
            ("warp", self.warp, 0.9),
        ];
        match bounds.into_iter().find(|(_, value, most)| !(0.0..=*most).contains(value)) {
            Some((field, value, most)) => {
                Err(Error::config(format!("{value} must be from 0 to {most}")).at(format!("augment.{field}")))
            }
            None => Ok(()),
        }
    }

    /// A new variant of the first person's joints: (frames, V, 3), centred on the pelvis.
    /// With `mirror`, left and right may be exchanged.
    pub fn apply(&self, clip: &Sequence, frames: usize, mirror: bool, rng: &mut impl Rng) -> Vec<f32> {
        let layout = clip.layout();
        let mut poses = self.resample(clip, frames, rng);
        centre(&mut poses, layout);
        poses = self.vary(poses, layout, mirror, rng);
        centre(&mut poses, layout);
        poses
    }

    /// As [`Augment::apply`], but the body keeps its path, which is centred on the pelvis's mean position.
    pub fn in_place(&self, clip: &Sequence, frames: usize, mirror: bool, rng: &mut impl Rng) -> Vec<f32> {
        let layout = clip.layout();
        let mut poses = self.resample(clip, frames, rng);
        anchor(&mut poses, layout);
        self.vary(poses, layout, mirror, rng)
    }

    /// As [`Augment::in_place`], then centred exactly on the pelvis's mean position.
    pub fn anchored(&self, clip: &Sequence, frames: usize, mirror: bool, rng: &mut impl Rng) -> Vec<f32> {
        let mut poses = self.in_place(clip, frames, mirror, rng);
        anchor(&mut poses, clip.layout());
        poses
    }

    fn vary(&self, mut poses: Vec<f32>, layout: &Layout, mirror: bool, rng: &mut impl Rng) -> Vec<f32> {
        if mirror && rng.random_bool(0.5) {
            poses = mirrored(&poses, layout);
        }
        self.stretch(&mut poses, layout, rng);
        self.transform(&mut poses, rng);
        self.noise(&mut poses, layout, rng);
        poses
    }

    /// Frames of a random window at an uneven speed.
    fn resample(&self, clip: &Sequence, frames: usize, rng: &mut impl Rng) -> Vec<f32> {
        let n = clip.frames() as f32;
        let length = n * (1.0 - self.crop * rng.random::<f32>());
        let start = (n - length) * rng.random::<f32>();
        let bend = self.warp * spread(rng);
        let width = (length / frames as f32).max(1.0);
        let values = clip.layout().len() * 3;
        let mut out = vec![0.0; frames * values];
        for (i, out) in out.chunks_exact_mut(values).enumerate() {
            let u = (i as f32 + 0.5) / frames as f32;
            let at = (start + (u + bend * (std::f32::consts::PI * u).sin()) * length - 0.5).clamp(0.0, n - 1.0);
            let (from, to) =
                ((at - width).ceil().max(0.0) as usize, ((at + width).floor() as usize).min(clip.frames() - 1));
            let weights: Vec<f32> = (from..=to).map(|t| (1.0 - (t as f32 - at).abs() / width).max(0.0)).collect();
            let sum: f32 = weights.iter().sum();
            for (t, w) in (from..=to).zip(&weights) {
                out.iter_mut().zip(clip.person(t, 0)).for_each(|(o, x)| *o += x * w / sum);
            }
        }
        out
    }

    /// Scales each bone; the joints beyond it move along.
    fn stretch(&self, poses: &mut [f32], layout: &Layout, rng: &mut impl Rng) {
        if self.bones == 0.0 {
            return;
        }
        let drawn: Vec<f32> = (0..layout.len()).map(|_| 1.0 + self.bones * spread(rng)).collect();
        let bones = layout.bones();
        for pose in poses.chunks_exact_mut(layout.len() * 3) {
            let original = pose.to_vec();
            for &(parent, joint) in &bones {
                let factor = drawn[joint.min(layout.mirror[joint])];
                for c in 0..3 {
                    let bone = original[joint * 3 + c] - original[parent * 3 + c];
                    pose[joint * 3 + c] = pose[parent * 3 + c] + bone * factor;
                }
            }
        }
    }

    /// One linear map for the whole clip: turn, tilt, shear, size.
    fn transform(&self, poses: &mut [f32], rng: &mut impl Rng) {
        let angle = |degrees: f32, rng: &mut _| (degrees * spread(rng)).to_radians();
        let (y, x, z) = (angle(self.turn, rng), angle(self.tilt, rng), angle(self.tilt, rng));
        let mut shear = [[0.0; 3]; 3];
        let size = 1.0 + self.scale * spread(rng);
        for (i, row) in shear.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = if i == j { size } else { self.shear * spread(rng) };
            }
        }
        let about_y = [[y.cos(), 0.0, y.sin()], [0.0, 1.0, 0.0], [-y.sin(), 0.0, y.cos()]];
        let about_x = [[1.0, 0.0, 0.0], [0.0, x.cos(), -x.sin()], [0.0, x.sin(), x.cos()]];
        let about_z = [[z.cos(), -z.sin(), 0.0], [z.sin(), z.cos(), 0.0], [0.0, 0.0, 1.0]];
        let map = product(&product(&about_x, &about_z), &product(&shear, &about_y));
        for p in poses.as_chunks_mut::<3>().0 {
            *p = map.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2]);
        }
    }

    fn noise(&self, poses: &mut [f32], layout: &Layout, rng: &mut impl Rng) {
        let values = layout.len() * 3;
        let offsets: Vec<f32> = (0..values).map(|_| self.offset * normal(rng)).collect();
        for pose in poses.chunks_exact_mut(values) {
            pose.iter_mut().zip(&offsets).for_each(|(p, o)| *p += o + self.jitter * normal(rng));
        }
    }
}

/// Uniform in -1..1.
fn spread(rng: &mut impl Rng) -> f32 {
    rng.random_range(-1.0..1.0)
}

fn normal(rng: &mut impl Rng) -> f32 {
    StandardNormal.sample(rng)
}

fn product(a: &[[f32; 3]; 3], b: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

fn centre(poses: &mut [f32], layout: &Layout) {
    for pose in poses.chunks_exact_mut(layout.len() * 3) {
        let pelvis = [0, 1, 2].map(|c| pose[layout.pelvis * 3 + c]);
        pose.as_chunks_mut::<3>().0.iter_mut().for_each(|p| (0..3).for_each(|c| p[c] -= pelvis[c]));
    }
}

/// Moves the pelvis's mean position over all frames to the origin.
fn anchor(poses: &mut [f32], layout: &Layout) {
    let frames = (poses.len() / (layout.len() * 3)).max(1) as f32;
    let pelvis = |c: usize| poses.iter().skip(layout.pelvis * 3 + c).step_by(layout.len() * 3).sum::<f32>();
    let mean = [0, 1, 2].map(|c| pelvis(c) / frames);
    poses.as_chunks_mut::<3>().0.iter_mut().for_each(|p| (0..3).for_each(|c| p[c] -= mean[c]));
}

/// Exchanges left and right: negates x and swaps the joints.
fn mirrored(poses: &[f32], layout: &Layout) -> Vec<f32> {
    let mut out = Vec::with_capacity(poses.len());
    for pose in poses.chunks_exact(layout.len() * 3) {
        for &j in layout.mirror {
            out.extend([-pose[j * 3], pose[j * 3 + 1], pose[j * 3 + 2]]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;
    use rand::SeedableRng;

    const OFF: Augment = Augment {
        turn: 0.0,
        tilt: 0.0,
        shear: 0.0,
        scale: 0.0,
        bones: 0.0,
        offset: 0.0,
        jitter: 0.0,
        crop: 0.0,
        warp: 0.0,
    };

    #[test]
    fn what_no_body_can_bear_is_refused_by_its_name() {
        assert!(OFF.validate().is_ok());
        let refused = |augment: Augment| augment.validate().unwrap_err().to_string();
        assert_eq!(refused(Augment { crop: 2.0, ..OFF }), "augment.crop: 2 must be from 0 to 0.9");
        assert_eq!(refused(Augment { jitter: f32::NAN, ..OFF }), "augment.jitter: NaN must be from 0 to 1");
        assert_eq!(refused(Augment { turn: -1.0, ..OFF }), "augment.turn: -1 must be from 0 to 180");
    }

    fn clip() -> Sequence {
        let data = (0..50 * 60).map(|i| (i as f32 * 0.37).sin()).collect();
        Sequence::new(LayoutId::KinectV1, 30.0, 50, 1, data).unwrap()
    }

    fn bone_lengths(pose: &[f32], layout: &Layout) -> Vec<f32> {
        let length =
            |(a, b): (usize, usize)| (0..3).map(|c| (pose[a * 3 + c] - pose[b * 3 + c]).powi(2)).sum::<f32>().sqrt();
        layout.bones().into_iter().map(length).collect()
    }

    #[test]
    fn switched_off_it_only_centres() {
        let (clip, mut rng) = (clip(), rand_pcg::Pcg64Mcg::seed_from_u64(1));
        let out = OFF.apply(&clip, 50, false, &mut rng);
        let mut expected = clip.data().to_vec();
        centre(&mut expected, clip.layout());
        assert!(out.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn turning_keeps_bones_and_heights_and_mirroring_twice_is_nothing() {
        let (clip, mut rng) = (clip(), rand_pcg::Pcg64Mcg::seed_from_u64(2));
        let layout = clip.layout();
        let plain = OFF.apply(&clip, 20, false, &mut rng);
        let turned = Augment { turn: 180.0, ..OFF }.apply(&clip, 20, false, &mut rng);
        for (a, b) in plain.chunks_exact(60).zip(turned.chunks_exact(60)) {
            assert!(bone_lengths(a, layout).iter().zip(bone_lengths(b, layout)).all(|(a, b)| (a - b).abs() < 1e-4));
            assert!((0..20).all(|j| (a[j * 3 + 1] - b[j * 3 + 1]).abs() < 1e-5));
        }
        assert_eq!(mirrored(&mirrored(&plain, layout), layout), plain);
        assert_ne!(mirrored(&plain, layout), plain);
    }

    #[test]
    fn stretching_scales_each_bone_by_one_factor_over_the_clip() {
        let (clip, mut rng) = (clip(), rand_pcg::Pcg64Mcg::seed_from_u64(3));
        let layout = clip.layout();
        let plain = OFF.apply(&clip, 50, false, &mut rng);
        let mut out = plain.clone();
        Augment { bones: 0.2, ..OFF }.stretch(&mut out, layout, &mut rng);
        let ratios = |t: usize| -> Vec<f32> {
            let (a, b) = (&plain[t * 60..][..60], &out[t * 60..][..60]);
            bone_lengths(b, layout).iter().zip(bone_lengths(a, layout)).map(|(b, a)| b / a).collect()
        };
        assert!(ratios(0).iter().zip(ratios(49)).all(|(a, b)| (a - b).abs() < 1e-3 && *a > 0.79 && *a < 1.21));
    }
}
