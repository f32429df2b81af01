//! Colours. Clean is blue and perturbed is orange, which differ under all common colour vision deficiencies. The
//! shape of the limbs is a second cue (`body`), so that no meaning depends on colour alone.

/// Red, green, blue and opacity, each 0 to 1 (sRGB, not multiplied with the opacity).
pub type Rgba = [f32; 4];

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// The clean figure.
    pub clean: Rgba,
    /// The perturbed figure.
    pub perturbed: Rgba,
    /// Rings around the joints of the attack region: neutral, with the greatest contrast to the background.
    pub ring: Rgba,
    /// Joints that contributed most to the answer, on a scale from `muted`.
    pub heat: Rgba,
    /// Towards this colour fade limbs outside the attack region.
    pub muted: Rgba,
    /// Lines of the floor, frame of a picture, track of the film strip.
    pub line: Rgba,
    /// Contact shadows.
    pub shadow: Rgba,
}

impl Palette {
    /// For a light background.
    pub const LIGHT: Self = Self {
        clean: hex(0x2f7fc4),
        perturbed: hex(0xe8730c),
        ring: hex(0x16202b),
        heat: hex(0xc4122f),
        muted: hex(0x9aa6b2),
        line: with_opacity(hex(0x4a5a6a), 0.30),
        shadow: with_opacity(hex(0x1a2633), 0.30),
    };

    /// For a dark background.
    pub const DARK: Self = Self {
        clean: hex(0x5aa9f0),
        perturbed: hex(0xff9a3c),
        ring: hex(0xf4f7fa),
        heat: hex(0xff5a4d),
        muted: hex(0x66727e),
        line: with_opacity(hex(0xa8b8c8), 0.26),
        shadow: with_opacity(hex(0x000000), 0.45),
    };

    /// The theme's colours.
    pub const fn of(dark: bool) -> Self {
        if dark { Self::DARK } else { Self::LIGHT }
    }
}

/// `0xrrggbb`, opaque.
const fn hex(rgb: u32) -> Rgba {
    [(rgb >> 16 & 255) as f32 / 255.0, (rgb >> 8 & 255) as f32 / 255.0, (rgb & 255) as f32 / 255.0, 1.0]
}

/// The colour with another opacity.
pub const fn with_opacity(c: Rgba, opacity: f32) -> Rgba {
    [c[0], c[1], c[2], opacity]
}

/// Mixes a (t = 0) and b (t = 1), including the opacity.
pub fn mix(a: Rgba, b: Rgba, t: f32) -> Rgba {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

/// Side of the body that a joint is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The person's left.
    Left,
    /// Spine and head.
    Middle,
    /// The person's right.
    Right,
}

/// The colour for a side of the body: lighter on the left, darker on the right, so that crossing limbs stay
/// distinct.
pub fn shade(c: Rgba, side: Side) -> Rgba {
    let (towards, share) = match side {
        Side::Left => ([1.0, 1.0, 1.0, c[3]], 0.26),
        Side::Middle => (c, 0.0),
        Side::Right => ([0.0, 0.0, 0.0, c[3]], 0.18),
    };
    mix(c, towards, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2).
    fn luminance(c: Rgba) -> f32 {
        let linear = |v: f32| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2])
    }

    fn contrast(a: Rgba, b: Rgba) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The blue-yellow axis that remains to a person without red or green cones: blue minus the mean of red and green.
    fn blue_yellow(c: Rgba) -> f32 {
        c[2] - (c[0] + c[1]) / 2.0
    }

    #[test]
    fn figures_stand_out_from_their_background() {
        for (palette, background) in [(Palette::LIGHT, hex(0xffffff)), (Palette::DARK, hex(0x0f141a))] {
            for c in [palette.clean, palette.perturbed] {
                assert!(contrast(c, background) >= 2.9, "{}", contrast(c, background));
            }
            assert!(contrast(palette.ring, background) > 10.0);
        }
    }

    #[test]
    fn the_pair_is_apart_on_the_axis_that_the_colour_blind_keep() {
        for p in [Palette::LIGHT, Palette::DARK] {
            assert!(blue_yellow(p.clean) - blue_yellow(p.perturbed) > 0.6);
        }
    }

    #[test]
    fn left_is_lighter_than_right_and_the_hue_stays() {
        for c in [Palette::LIGHT.clean, Palette::DARK.perturbed] {
            let [left, middle, right] = [Side::Left, Side::Middle, Side::Right].map(|s| shade(c, s));
            assert!(luminance(left) > luminance(middle) && luminance(middle) > luminance(right));
            assert_eq!(blue_yellow(left) > 0.0, blue_yellow(right) > 0.0);
        }
    }
}
