#![allow(clippy::unwrap_used)]
use super::*;
use crate::skeleton::{LayoutId, Sequence};

/// A standing Kinect body that waves: the wrist and hand move with the frame; the person is absent in the last frame.
fn clip() -> Sequence {
    let layout = LayoutId::KinectV1.layout();
    let mut data = Vec::new();
    for t in 0..12 {
        for (j, name) in layout.joints.iter().enumerate() {
            let chain = layout.height_chain.iter().position(|&c| c == j || layout.mirror[c] == j);
            let y = chain.map_or(1.1, |i| 1.6 - 0.24 * i as f32) + 0.01 * j as f32;
            let x = match name.split(' ').next() {
                Some("left") => -0.03 * j as f32,
                Some("right") => 0.03 * j as f32,
                _ => 0.0,
            };
            let wave = if [6, 7].contains(&j) { 0.02 * t as f32 } else { 0.0 };
            data.extend(if t == 11 { [0.0; 3] } else { [x, y + wave, 2.5] });
        }
    }
    Sequence::new(LayoutId::KinectV1, 30.0, 12, 1, data).unwrap()
}

fn stage(view: View, perturbed: bool) -> Stage {
    let mut stage = Stage::default();
    stage.resize(800.0, 500.0);
    let clip = clip();
    let moved: Vec<f32> = clip.data().iter().map(|v| if *v == 0.0 { 0.0 } else { v + 0.03 }).collect();
    stage.set_clip(Some(clip));
    if perturbed {
        stage.set_perturbed(Some(moved)).unwrap();
    }
    stage.options.view = view;
    stage
}

#[test]
fn a_clip_alone_is_solid_and_turns_to_glass_around_a_perturbed_one() {
    let alone = panels(&stage(View::Overlay, false));
    assert!(alone.len() == 1 && alone[0].glass.is_empty() && alone[0].solid.counts() == [39, 0, 0]);
    let both = panels(&stage(View::Overlay, true));
    assert_eq!((both[0].glass.counts(), both[0].solid.counts()), ([39, 0, 0], [0, 39, 0]));
    assert!(both[0].glass.round.iter().all(|s| s.color[3] < 1.0));
    assert_eq!(both[0].shadows.len(), alone[0].shadows.len(), "one shadow for two figures in one place");
}

#[test]
fn side_by_side_has_the_same_camera_in_two_windows() {
    let shown = panels(&stage(View::Side, true));
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].lens, shown[1].lens);
    assert_eq!(shown[1].window, [400.0, 0.0, 400.0, 500.0]);
    assert!(shown[0].solid.square.is_empty() && shown[1].solid.round.is_empty());
    let mut hidden = stage(View::Side, true);
    hidden.options.show_clean = false;
    assert_eq!(panels(&hidden).len(), 1);
}

#[test]
fn the_film_strip_holds_both_rows_inside_the_window() {
    for size in [[800.0, 500.0], [390.0, 300.0], [1600.0, 300.0]] {
        let mut stage = stage(View::Film, true);
        stage.resize(size[0], size[1]);
        let panels = panels(&stage);
        let panel = &panels[0];
        let poses = panel.targets.len();
        assert!(poses >= 8 && poses.is_multiple_of(2), "{poses}");
        for pose in panel.targets.iter().flatten().flatten() {
            for p in pose.iter().flatten() {
                let [x, y, _] = panel.lens.pixel(*p, size).unwrap();
                assert!(x > 0.0 && x < size[0] && y > 0.0 && y < size[1], "{size:?}: {x} {y}");
            }
        }
        let y = |i: usize| panel.lens.pixel(panel.targets[i][0].as_ref().unwrap()[3].unwrap(), size).unwrap()[1];
        assert!(y(0) < size[1] / 2.0 && y(poses / 2) > y(0) + size[1] / 5.0, "clean above perturbed");
    }
}

#[test]
fn the_joint_under_the_pointer_is_found_in_every_view() {
    for view in [View::Overlay, View::Side, View::Film] {
        let stage = stage(view, true);
        for panel in panels(&stage) {
            let head = panel.targets[0][0].as_ref().unwrap()[3].unwrap();
            let [left, top, width, height] = panel.window;
            let [x, y, _] = panel.lens.pixel(head, [width, height]).unwrap();
            assert_eq!(pick(&stage, left + x + 1.0, top + y - 1.0), Some(3), "{view:?}");
        }
        assert_eq!(pick(&stage, 2.0, 2.0), None);
    }
}

#[test]
fn an_absent_person_is_not_drawn_and_cannot_be_picked() {
    let mut stage = stage(View::Overlay, true);
    stage.set_frame(11.0);
    let panel = panels(&stage).remove(0);
    assert!(panel.solid.is_empty() && panel.glass.is_empty() && panel.shadows.is_empty());
    assert_eq!(pick(&stage, 400.0, 250.0), None);
}

#[test]
fn trails_and_magnification_show_the_difference() {
    let mut stage = stage(View::Overlay, true);
    stage.set_frame(6.0);
    let without = panels(&stage)[0].solid.counts();
    stage.options.trails = true;
    let with = panels(&stage)[0].solid.counts();
    assert!(with[0] > without[0] && with[1] > without[1]);
    let head = |s: &Stage| panels(s)[0].targets[1][0].as_ref().unwrap()[3].unwrap();
    let plain = head(&stage);
    stage.options.magnify = 3.0;
    assert!((head(&stage)[1] - plain[1] - 0.06).abs() < 1e-5);
}

#[test]
fn no_clip_and_no_size_draw_nothing_and_wrong_values_are_refused() {
    let mut stage = stage(View::Overlay, false);
    assert!(stage.set_perturbed(Some(vec![0.0; 3])).is_err());
    stage.resize(0.0, 100.0);
    assert!(panels(&stage).is_empty());
    stage.resize(100.0, 100.0);
    stage.set_clip(None);
    assert!(panels(&stage).is_empty() && pick(&stage, 50.0, 50.0).is_none());
    assert!(stage.set_perturbed(Some(Vec::new())).is_err() && stage.set_perturbed(None).is_ok());
}

#[test]
fn heat_colours_the_perturbed_figure_of_the_frame_that_is_shown() {
    let mut stage = stage(View::Side, true);
    let (joints, muted) = (LayoutId::KinectV1.layout().len(), stage.palette().muted);
    let mut heat = vec![0.0; 12 * joints];
    heat[5 * joints + 7] = 1.0;
    stage.set_heat(Some(heat.clone())).unwrap();
    let near = |a: [f32; 4], b: [f32; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    let hot = |stage: &Stage| {
        let shown = panels(stage);
        let warm = shown[1].solid.square.iter().filter(|s| near(s.color, stage.palette().heat)).count();
        assert!(shown[1].solid.square.iter().filter(|s| near(s.color, muted)).count() > 30);
        assert!(shown[0].solid.round.iter().all(|s| s.color != muted && s.color != stage.palette().heat));
        warm
    };
    assert_eq!(hot(&stage), 0);
    stage.set_frame(5.2);
    assert_eq!(hot(&stage), 2, "a joint and its bone");
    heat[0] = 1.5;
    assert!(stage.set_heat(Some(heat)).is_err() && stage.set_heat(Some(vec![0.0; 3])).is_err());
    stage.set_heat(None).unwrap();
    assert!(panels(&stage)[1].solid.square.iter().all(|s| s.color != muted));
}

/// The numbers after a key in an SVG.
fn numbers(svg: &str, key: &str) -> Vec<f32> {
    svg.split(key).skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

#[test]
fn an_svg_has_every_limb_of_every_window() {
    for (view, windows) in [(View::Overlay, 1), (View::Side, 2), (View::Film, 1)] {
        let stage = stage(view, true);
        let picture = super::super::svg::svg(&stage);
        let shown = panels(&stage);
        let limbs: usize =
            shown.iter().flat_map(|p| [&p.glass, &p.solid]).map(|s| s.round.len() + s.square.len()).sum();
        let shadows: usize = shown.iter().map(|p| p.shadows.len()).sum();
        assert_eq!(picture.matches("<path").count(), limbs + shadows, "{view:?}");
        assert_eq!(picture.matches("<svg").count(), 1 + windows);
        assert!(picture.ends_with("</svg></svg>") && !picture.contains("NaN"));
    }
    assert!(!super::super::svg::svg(&Stage::default()).contains("<path"));
}

#[test]
fn a_ring_in_an_svg_lies_where_the_joint_is_picked() {
    let mut stage = stage(View::Overlay, false);
    stage.options.region = Some(vec![7]);
    let picture = super::super::svg::svg(&stage);
    let (x, y) = (numbers(&picture, "cx=\""), numbers(&picture, "cy=\""));
    assert_eq!((x.len(), y.len()), (1, 1));
    assert_eq!(pick(&stage, x[0], y[0]), Some(7));
}
