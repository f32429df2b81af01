//! The two moving views: both clips in one place, or side by side.

use super::body::{self, Figure, Look, Solids};
use super::extent::Extent;
use super::marks;
use super::panel::Panel;
use super::pose;
use super::stage::Stage;
use crate::geometry::Vec3;
use crate::skeleton::Sequence;

/// Seconds of the past that a trail shows.
const TRAIL_SECONDS: f32 = 0.9;
/// Opacity of the clean figure around the perturbed one.
const GLASS: f32 = 0.72;

/// Both clips in one place: the clean figure is translucent if the perturbed one is shown too.
pub fn overlay(stage: &Stage, clip: &Sequence, extent: &Extent) -> Vec<Panel> {
    let mut panel = window(stage, clip, extent, [0.0, 0.0, stage.size[0], stage.size[1]]);
    let figures = stage.figures();
    for (i, &figure) in figures.iter().enumerate() {
        let glass = figure == Figure::Clean && figures.len() > 1;
        add(&mut panel, stage, clip, extent, figure, glass);
        if i == 0 {
            ground(&mut panel, extent);
        }
    }
    vec![panel]
}

/// The clips side by side, each in its own window under the same camera, so that the angle favours neither.
pub fn side(stage: &Stage, clip: &Sequence, extent: &Extent) -> Vec<Panel> {
    let figures = stage.figures();
    let n = figures.len().max(1) as f32;
    let width = stage.size[0] / n;
    let mut panels = Vec::new();
    for (i, &figure) in figures.iter().enumerate() {
        let mut panel = window(stage, clip, extent, [i as f32 * width, 0.0, width, stage.size[1]]);
        add(&mut panel, stage, clip, extent, figure, false);
        ground(&mut panel, extent);
        panels.push(panel);
    }
    panels
}

/// A window without figures: its camera and its floor, or the frame of a 2-D clip's picture.
fn window(stage: &Stage, clip: &Sequence, extent: &Extent, window: [f32; 4]) -> Panel {
    let target = extent.target(clip, stage.frame);
    let lens = stage.camera().lens(extent, target, window[2] / window[3]);
    let mut solid = Solids::default();
    let floor = if extent.flat {
        solid.round.extend(picture_frame(stage, extent));
        None
    } else {
        let radius = (extent.radius() + 1.1 * extent.size).max(1.6 * extent.size);
        // The floor ends inside a narrow window, so that neighbours do not look like one torn floor.
        let radius = if window[2] < stage.size[0] { 0.75 * radius } else { radius };
        Some(([target[0], extent.floor, target[2]], radius))
    };
    Panel { window, lens, solid, glass: Solids::default(), shadows: Vec::new(), floor, targets: Vec::new() }
}

/// The outline of a 2-D clip's picture.
fn picture_frame(stage: &Stage, extent: &Extent) -> Vec<body::Solid> {
    let (x, y, r) = (extent.radius(), extent.top, 0.006);
    let corners: [Vec3; 5] = [[-x, 0.0, 0.0], [x, 0.0, 0.0], [x, y, 0.0], [-x, y, 0.0], [-x, 0.0, 0.0]];
    let color = super::palette::with_opacity(stage.palette().muted, 1.0);
    corners.windows(2).map(|w| body::Solid { a: w[0], ra: r, b: w[1], rb: r, color }).collect()
}

/// Adds the contact shadows of the people in a window; figures in one place share the shadows of the first.
fn ground(panel: &mut Panel, extent: &Extent) {
    if extent.flat {
        return;
    }
    for pose in panel.targets.iter().flatten().flatten() {
        marks::shadows(&mut panel.shadows, pose, extent.floor, extent.size);
    }
}

/// Adds a figure with its trails.
fn add(panel: &mut Panel, stage: &Stage, clip: &Sequence, extent: &Extent, figure: Figure, glass: bool) {
    let layout = clip.layout();
    let palette = stage.palette();
    let look = Look {
        figure,
        palette: &palette,
        region: stage.options.region.as_deref(),
        // Figures in one place share one set of rings.
        rings: panel.targets.is_empty(),
        handles: stage.options.picking,
        size: extent.size,
        opacity: if glass { GLASS } else { 1.0 },
        over: None,
        heat: None,
        back: panel.lens.back,
    };
    let people = stage.people(figure, stage.frame);
    // Figures in one place: the second one is drawn over the first.
    let below = panel.targets.first();
    for (m, pose) in people.iter().enumerate().filter_map(|(m, p)| p.as_ref().map(|p| (m, p))) {
        let over = below.and_then(|b| b.get(m)?.as_ref());
        body::figure(
            if glass { &mut panel.glass } else { &mut panel.solid },
            layout,
            pose,
            &Look { over, heat: stage.heat(figure, stage.frame, m), ..look },
        );
    }
    // Rings are always opaque.
    panel.solid.rings.append(&mut panel.glass.rings);
    panel.targets.push(people);
    if stage.options.trails {
        let instants: Vec<_> =
            pose::trail_frames(clip, stage.frame, TRAIL_SECONDS).into_iter().map(|f| stage.people(figure, f)).collect();
        for &j in &stage.trail_joints {
            for m in 0..clip.people() {
                // The path starts after the last frame in which the joint was unseen.
                let seen = instants.iter().rev().map_while(|p| p.get(m)?.as_ref()?[j]);
                let mut path: Vec<Vec3> = seen.collect();
                path.reverse();
                marks::trail(&mut panel.solid, &path, &look, body::side(layout, j));
            }
        }
    }
}
