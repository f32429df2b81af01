//! Body shape, clothes, light and room, drawn by a seed.

use crate::geometry::{Vec3, unit};
use crate::viewer::palette::Rgba;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Shares of the morphs "male", "heavy" and "muscular".
const SHAPES: [(f32, f32); 3] = [(-1.0, 1.0), (-0.8, 0.9), (-0.6, 0.8)];
const SKIN: [[f32; 3]; 6] = [
    [0.96, 0.82, 0.72],
    [0.91, 0.74, 0.60],
    [0.82, 0.62, 0.47],
    [0.68, 0.48, 0.34],
    [0.50, 0.34, 0.24],
    [0.36, 0.24, 0.18],
];
const HAIR: [[f32; 3]; 6] = [
    [0.08, 0.07, 0.07],
    [0.20, 0.13, 0.09],
    [0.36, 0.23, 0.14],
    [0.62, 0.45, 0.26],
    [0.45, 0.20, 0.10],
    [0.50, 0.49, 0.48],
];

/// What a person and the room look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Share of each morph of the body.
    pub shape: [f32; 3],
    /// Direction towards the light.
    pub light: Vec3,
    /// Brightness of the light, about 1.
    pub strength: f32,
    /// Colours of wall, skirting and floor.
    pub room: [[f32; 3]; 3],
    /// Shifts the textures of the room.
    pub grain: f32,
    skin: [f32; 3],
    hair: [f32; 3],
    iris: [f32; 3],
    shirt: [f32; 3],
    trousers: [f32; 3],
    shoes: [f32; 3],
    long_sleeves: bool,
    shorts: bool,
}

impl Look {
    /// The look of a seed.
    pub fn of(seed: u64) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed ^ 0x9e37_79b9_7f4a_7c15);
        let mut between = |low: f32, high: f32| low + (high - low) * rng.random::<f32>();
        let mut pick = |from: &[[f32; 3]]| from[(between(0.0, from.len() as f32) as usize).min(from.len() - 1)];
        let (skin, hair) = (pick(&SKIN), pick(&HAIR));
        let shape = SHAPES.map(|(low, high)| between(low, high));
        // No hue of skin: a body whose clothes look like skin is harder to find.
        let shirt = hue(between(0.25, 0.98), between(0.35, 0.8), between(0.35, 0.9));
        let trousers = hue(between(0.3, 0.9), between(0.1, 0.5), between(0.15, 0.5));
        let shoes = [between(0.08, 0.9); 3];
        let wall = hue(between(0.0, 1.0), between(0.05, 0.25), between(0.6, 0.9));
        let floor = hue(between(0.05, 0.12), between(0.2, 0.55), between(0.3, 0.7));
        Self {
            shape,
            light: unit([between(-0.8, 0.8), between(0.7, 1.2), between(0.4, 1.0)]),
            strength: between(0.85, 1.1),
            room: [wall, wall.map(|c| 0.75 * c), floor],
            grain: between(0.0, 100.0),
            skin,
            hair,
            iris: hue(between(0.05, 0.6), 0.5, between(0.2, 0.5)),
            shirt,
            trousers,
            shoes,
            long_sleeves: between(0.0, 1.0) < 0.5,
            shorts: between(0.0, 1.0) < 0.3,
        }
    }

    /// The colour of a part of the body.
    pub fn color(&self, part: &str) -> Rgba {
        let [r, g, b] = match part {
            "lips" => [self.skin[0] * 0.86, self.skin[1] * 0.62, self.skin[2] * 0.62],
            "brows" => self.hair.map(|c| 0.8 * c + 0.02),
            "hair" => self.hair,
            "eye" => [0.95, 0.95, 0.94],
            "iris" => self.iris,
            "shirt" => self.shirt,
            "forearm" if self.long_sleeves => self.shirt,
            "trousers" => self.trousers,
            "shin" if !self.shorts => self.trousers,
            "shoes" => self.shoes,
            _ => self.skin,
        };
        [r, g, b, 1.0]
    }
}

/// A colour of hue, saturation and value, 0 to 1.
fn hue(h: f32, s: f32, v: f32) -> [f32; 3] {
    [5.0, 3.0, 1.0].map(|n: f32| {
        let k = (n + 6.0 * h) % 6.0;
        v - v * s * k.min(4.0 - k).clamp(0.0, 1.0)
    })
}
