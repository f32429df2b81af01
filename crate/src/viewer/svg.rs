//! The stage as an SVG: the same poses under the same camera, in vectors that print at any size.
//!
//! Limbs are drawn from the far ones to the near ones. The floor's grid, which fades out, is left out.

use std::fmt::Write as _;

use super::body::Solid;
use super::camera::Lens;
use super::marks::Shadow;
use super::palette::Rgba;
use super::panel::Panel;
use super::stage::Stage;
use super::views;
use crate::geometry::{add, along, lerp};

/// Opacity of the translucent figure as a whole; limbs of one group do not shine through each other.
const GLASS: f32 = 0.72;
/// A ring's line as a share of its radius.
const RING: f32 = 0.16;

/// The picture, in CSS pixels of the stage; without a clip an empty one.
pub fn svg(stage: &Stage) -> String {
    let [width, height] = stage.size.map(|v| v.max(1.0));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">"
    );
    for panel in views::panels(stage) {
        let [left, top, width, height] = panel.window;
        // A window cuts off what reaches beyond it.
        let _ = write!(
            out,
            "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" overflow=\"hidden\">"
        );
        draw(&mut out, &panel, stage.palette().shadow);
        out.push_str("</svg>");
    }
    out + "</svg>"
}

fn draw(out: &mut String, panel: &Panel, shadow: Rgba) {
    let window = Window { lens: &panel.lens, size: [panel.window[2], panel.window[3]] };
    for spot in &panel.shadows {
        out.push_str(&window.shadow(spot, shadow).unwrap_or_default());
    }
    for (solids, opacity) in [(&panel.glass, GLASS), (&panel.solid, 1.0)] {
        if solids.is_empty() {
            continue;
        }
        let round = solids.round.iter().filter_map(|s| window.capsule(s));
        let square = solids.square.iter().filter_map(|s| window.prism(s));
        let mut shapes: Vec<(f32, String)> = round.chain(square).collect();
        shapes.sort_by(|a, b| b.0.total_cmp(&a.0));
        let _ = write!(out, "<g opacity=\"{opacity}\">");
        out.extend(shapes.into_iter().map(|(_, shape)| shape));
        out.extend(solids.rings.iter().filter_map(|s| window.ring(s)));
        out.push_str("</g>");
    }
}

/// A window and its camera.
struct Window<'a> {
    lens: &'a Lens,
    size: [f32; 2],
}

/// An end of a limb in the window: its place and half thickness.
#[derive(Clone, Copy)]
struct End {
    x: f32,
    y: f32,
    r: f32,
}

impl Window<'_> {
    fn end(&self, p: [f32; 3], r: f32) -> Option<End> {
        let [x, y, _] = self.lens.pixel(p, self.size)?;
        let [beside, ..] = self.lens.pixel(along(p, self.lens.right, r), self.size)?;
        let end = End { x, y, r: (beside - x).abs() };
        [x, y, end.r].iter().all(|v| v.is_finite()).then_some(end)
    }

    fn ends(&self, solid: &Solid) -> Option<(End, End, f32)> {
        let (a, b) = (self.end(solid.a, solid.ra)?, self.end(solid.b, solid.rb)?);
        // Joints lie over the limbs that end in them: of equally distant shapes the ball is nearer.
        let [.., depth] = self.lens.pixel(along(lerp(solid.a, solid.b, 0.5), self.lens.back, solid.ra), self.size)?;
        Some((a, b, depth))
    }

    /// Two discs and what lies between them.
    fn capsule(&self, solid: &Solid) -> Option<(f32, String)> {
        let (a, b, depth) = self.ends(solid)?;
        let disc = |End { x, y, r }: End| {
            format!("M{:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {:.1} 0a{r:.1} {r:.1} 0 1 0 {:.1} 0z", x - r, 2.0 * r, -2.0 * r)
        };
        let far = (b.x - a.x).hypot(b.y - a.y);
        let path = if far < 0.05 { disc(a) } else { disc(a) + &disc(b) + &between(a, b, 0.0) };
        Some((depth, filled(&path, solid.color)))
    }

    /// A bar with straight ends, or a square.
    fn prism(&self, solid: &Solid) -> Option<(f32, String)> {
        let (a, b, depth) = self.ends(solid)?;
        let far = (b.x - a.x).hypot(b.y - a.y);
        // A cube's two ends are nearly one point; the bar then reaches its half thickness beyond both.
        let beyond = if far < a.r { a.r } else { 0.0 };
        let path = if far < 1e-3 {
            let End { x, y, r } = a;
            format!("M{:.1} {:.1}h{:.1}v{:.1}h{:.1}z", x - r, y - r, 2.0 * r, 2.0 * r, -2.0 * r)
        } else {
            between(a, b, beyond)
        };
        Some((depth, filled(&path, solid.color)))
    }

    fn ring(&self, solid: &Solid) -> Option<String> {
        let End { x, y, r } = self.end(solid.a, solid.ra)?;
        let (colour, line) = (hex(solid.color), (r * RING).max(0.6));
        let place = format!("cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"");
        Some(format!("<circle {place} fill=\"none\" stroke=\"{colour}\" stroke-width=\"{line:.1}\"/>"))
    }

    /// The outline of a spot on the floor, at the radius where half of it has faded.
    fn shadow(&self, spot: &Shadow, colour: Rgba) -> Option<String> {
        let mut path = String::new();
        for i in 0..24 {
            let (sin, cos) = (std::f32::consts::TAU * i as f32 / 24.0).sin_cos();
            let r = 0.6 * spot.radius;
            let [x, y, _] = self.lens.pixel(add(spot.at, [r * cos, 0.0, r * sin]), self.size)?;
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        let opacity = 0.5 * spot.strength * colour[3];
        Some(format!("<path d=\"{path}z\" fill=\"{}\" fill-opacity=\"{opacity:.3}\"/>", hex(colour)))
    }
}

/// The quadrilateral along a limb, `beyond` pixels longer at both ends.
fn between(a: End, b: End, beyond: f32) -> String {
    let far = (b.x - a.x).hypot(b.y - a.y).max(1e-6);
    let (ux, uy) = ((b.x - a.x) / far, (b.y - a.y) / far);
    let corner = |end: End, side: f32, out: f32| {
        format!("{:.1} {:.1}", end.x - uy * end.r * side + ux * out, end.y + ux * end.r * side + uy * out)
    };
    let (a1, a2) = (corner(a, 1.0, -beyond), corner(a, -1.0, -beyond));
    let (b1, b2) = (corner(b, 1.0, beyond), corner(b, -1.0, beyond));
    // The same direction of turning as the discs', so that overlaps stay filled.
    format!("M{a1}L{b1}L{b2}L{a2}z")
}

fn filled(path: &str, color: Rgba) -> String {
    format!("<path d=\"{path}\" fill=\"{}\"/>", hex(color))
}

/// `#rrggbb`, without the opacity.
fn hex(color: Rgba) -> String {
    let [r, g, b, _] = color.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}
