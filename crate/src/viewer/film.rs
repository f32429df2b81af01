//! The film strip: evenly spaced poses from left to right, one row per clip, as in the paper's figure 3.

use super::body::{self, Figure, Look, Solid, Solids};
use super::extent::{self, Extent};
use super::marks;
use super::palette::with_opacity;
use super::panel::Panel;
use super::pose;
use super::stage::Stage;
use crate::geometry::{add, along, scale};
use crate::skeleton::Sequence;

/// Fewest and most poses in a row.
const POSES: (usize, usize) = (5, 14);
/// Width of a pose's place as a share of the clip's widest pose: neighbours may overlap a little.
const TIGHT: f32 = 0.78;

/// The film strip in parallel projection: every pose is seen from the same angle and at the same scale, and turns in
/// place.
pub fn strip(stage: &Stage, clip: &Sequence, extent: &Extent) -> Panel {
    let [width, height] = stage.size;
    let figures = stage.figures();
    let rows = figures.len().max(1) as f32;
    let camera = stage.camera();
    let grid = Grid::of(extent, camera.elevation, width / height, rows, clip);
    let target = [0.0, extent.span[0].midpoint(extent.span[1]), 0.0];
    let lens = camera.parallel(extent, target, grid.height, width / height);
    let palette = stage.palette();
    let mut panel = Panel {
        window: [0.0, 0.0, width, height],
        lens,
        solid: Solids::default(),
        glass: Solids::default(),
        shadows: Vec::new(),
        floor: None,
        targets: Vec::new(),
    };
    for (row, &figure) in figures.iter().enumerate() {
        let look = Look {
            figure,
            palette: &palette,
            region: stage.options.region.as_deref(),
            // The figures are too small for rings.
            rings: false,
            handles: stage.options.picking,
            size: extent.size,
            opacity: 1.0,
            over: None,
            heat: None,
            back: lens.back,
        };
        let up = ((rows - 1.0) / 2.0 - row as f32) * grid.row;
        for (i, frame) in pose::film_frames(clip, grid.poses).into_iter().enumerate() {
            let people = stage.people(figure, frame);
            // Both rows are centred on the clean clip, so that centring does not hide the difference.
            let Some([x, z]) = extent::middle(&stage.people(Figure::Clean, frame)) else { continue };
            let right = grid.place(i as f32);
            let shift = add([-x, 0.0, -z], along(scale(lens.right, right), lens.up, up));
            let before = panel.solid.counts();
            let first_shadow = panel.shadows.len();
            for (m, pose) in people.iter().enumerate().filter_map(|(m, p)| p.as_ref().map(|p| (m, p))) {
                let look = Look { heat: stage.heat(figure, frame, m), ..look };
                body::figure(&mut panel.solid, clip.layout(), pose, &look);
                if !extent.flat {
                    marks::shadows(&mut panel.shadows, pose, extent.floor, extent.size);
                }
            }
            panel.solid.shift(before, shift);
            for s in &mut panel.shadows[first_shadow..] {
                s.at = add(s.at, shift);
            }
            let moved = |p: pose::Pose| p.into_iter().map(|j| j.map(|j| add(j, shift))).collect();
            panel.targets.push(people.into_iter().map(|p| p.map(moved)).collect());
        }
    }
    playhead(&mut panel, stage, clip, extent, &grid, rows);
    panel
}

/// Sizes of the strip, in world units.
struct Grid {
    /// Poses in a row.
    poses: usize,
    /// Distance from one pose to the next.
    step: f32,
    /// Distance from one row to the next.
    row: f32,
    /// Height that the window shows.
    height: f32,
}

impl Grid {
    fn of(extent: &Extent, elevation: f32, aspect: f32, rows: f32, clip: &Sequence) -> Self {
        let (rise, run) = elevation.sin_cos();
        let margin = 0.16 * extent.size;
        let depth = if extent.flat { 0.0 } else { 2.0 * extent.reach * rise.abs() };
        let row = (extent.span[1] - extent.span[0]) * run.abs() + depth + 2.0 * margin;
        // Several people need a gap, so that it is clear which poses belong together.
        let tight = if clip.people() > 1 { 1.15 } else { TIGHT };
        let step = (2.0 * extent.reach * tight + margin).max(0.4 * extent.size);
        // A narrow window shows fewer and smaller poses; a wide one as many as fit.
        let edges = 2.0 * (extent.reach + margin) - step;
        let wanted = ((rows * row * aspect - edges) / step).max(0.0) as usize;
        let poses = wanted.clamp(POSES.0, POSES.1).min(clip.frames());
        let height = (rows * row).max((step * poses as f32 + edges) / aspect);
        // Few poses in a wide window share the room that is left.
        let step = step.max(((height * aspect - edges) / poses as f32).min(1.6 * step));
        Self { poses, step, row, height }
    }

    /// Distance of a pose from the middle, to the right, by its (fractional) index.
    fn place(&self, index: f32) -> f32 {
        (index - (self.poses - 1) as f32 / 2.0) * self.step
    }
}

/// Adds the track under the last row, with a mark for each pose and for the current frame.
fn playhead(panel: &mut Panel, stage: &Stage, clip: &Sequence, extent: &Extent, grid: &Grid, rows: f32) {
    let palette = stage.palette();
    let lens = panel.lens;
    let size = grid.height / 340.0;
    let middle = [0.0, extent.span[0].midpoint(extent.span[1]), 0.0];
    let low = -rows / 2.0 * grid.row + 4.0 * size;
    let at = |index: f32| along(along(middle, lens.right, grid.place(index)), lens.up, low);
    let last = (grid.poses - 1) as f32;
    let color = with_opacity(palette.muted, 1.0);
    let bar = |a, b, r: f32, color| Solid { a, ra: r, b, rb: r, color };
    panel.solid.round.push(bar(at(0.0), at(last), 0.5 * size, color));
    for i in 0..grid.poses {
        panel.solid.round.push(bar(at(i as f32), at(i as f32), 1.3 * size, color));
    }
    let share = stage.frame.clamp(0.0, (clip.frames() - 1) as f32) / (clip.frames() - 1).max(1) as f32;
    let now = at(share * last);
    panel.solid.round.push(bar(now, now, 3.0 * size, palette.ring));
}
