//! From the stage to what is drawn, and from a pixel to the joint under it.

use super::panel::{Panel, View};
use super::stage::Stage;
use super::{film, moving};

/// Distance within which a joint is picked, in CSS pixels.
const PICK_RADIUS: f32 = 18.0;

/// Everything to draw, window by window; nothing without a clip or a canvas.
pub fn panels(stage: &Stage) -> Vec<Panel> {
    let Some((clip, extent)) = &stage.clip else { return Vec::new() };
    if stage.size[0] < 1.0 || stage.size[1] < 1.0 {
        return Vec::new();
    }
    match stage.options.view {
        View::Overlay => moving::overlay(stage, clip, extent),
        View::Side => moving::side(stage, clip, extent),
        View::Film => vec![film::strip(stage, clip, extent)],
    }
}

/// The joint nearest to a CSS pixel, within 18 of them; of equally near joints, the one in front.
pub fn pick(stage: &Stage, x: f32, y: f32) -> Option<usize> {
    let mut best: Option<(f32, f32, usize)> = None;
    for panel in panels(stage) {
        let [left, top, width, height] = panel.window;
        for pose in panel.targets.iter().flatten().flatten() {
            for (j, p) in pose.iter().enumerate() {
                let Some([px, py, depth]) = p.and_then(|p| panel.lens.pixel(p, [width, height])) else { continue };
                let distance = (px + left - x).hypot(py + top - y);
                let nearer = |b: (f32, f32, usize)| (distance, depth) < (b.0, b.1);
                if distance <= PICK_RADIUS && best.is_none_or(nearer) {
                    best = Some((distance, depth, j));
                }
            }
        }
    }
    best.map(|b| b.2)
}

#[cfg(test)]
mod tests;
